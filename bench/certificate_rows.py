"""Handshakes, revocation and changes of the certificate: our own programs, beside the signatures `openssl speed` makes
on the same core in the same run."""

import json
import pathlib
import statistics
import subprocess

CORE = ["taskset", "-c", "0"]
PROGRAMS = ("bench_handshake", "bench_revocation", "bench_certificate")
REPETITIONS = 5

# kind of key, row of bench_handshake, what it is
HANDSHAKES = [(key, row.format(key), what) for key in ("rsa2048", "p256") for row, what in (
    ("one_way/{}_full", "full"),
    ("one_way/{}_resumed", "resumed by a ticket"),
    ("bothway/{}", "BOTHWAY"),
    ("bothway_with_list/{}", "BOTHWAY, 100,000 revoked"),
    ("bothway_x509_store/{}", "the same, looked up by OpenSSL's X509_STORE"),
)]
KEYS = {"rsa2048": "RSA-2048", "p256": "ECDSA P-256"}

# row of bench_revocation and bench_certificate, what it is, what more is to be said of it
CHANGES = [
    ("audit", "audit of 10,000 connections against 100,000 serials",
     lambda row: f"{row['octets_per_connection']:.0f} octets a connection, {row['list_octets'] / 1e6:.1f} MB of list"),
    ("load_list", "load and verify a list of 100,000", lambda row: f"{row['bytes_per_second'] / 1e6:.0f} MB/s"),
    ("swap/rsa2048", "swap RSA-2048: replace the live identity, new context", None),
    ("swap/p256", "swap ECDSA P-256", None),
    ("regenerate/rsa2048", "regenerate RSA-2048: key, certificate, files, swap", None),
    ("regenerate/p256", "regenerate ECDSA P-256", None),
    ("import/rsa2048", "import RSA-2048: PKCS#12 of 2,048 iterations, rules, files, swap", None),
    ("import/p256", "import ECDSA P-256", None),
    ("read_pkcs12/2048", "read a PKCS#12 of 2,048 iterations (OpenSSL's own number)", None),
    ("read_pkcs12/600000", "read a PKCS#12 of 600,000 iterations", None),
]


def signatures() -> dict[str, float]:
    """A second's worth by `openssl speed`, of each kind of key."""
    done = subprocess.run([*CORE, "openssl", "speed", "-seconds", "1", "-mr", "rsa2048", "ecdsap256"],
                          capture_output=True, text=True, timeout=60, check=True)
    # "+F2:…:2048:<signatures a second>:<verifications>" for RSA, "+F4:…" for ECDSA
    rates = {line.split(":")[0]: float(line.split(":")[3]) for line in done.stdout.splitlines() if line.startswith("+F")}
    return {"rsa2048": rates["+F2"], "p256": rates["+F4"]}


def medians(build: pathlib.Path, program: str, seconds: float) -> dict[str, dict]:
    """By row; the repetitions of all rows are interleaved at random, so that what else the machine does meets all."""
    done = subprocess.run([*CORE, str(build / "bench" / program), "--benchmark_format=json",
                           f"--benchmark_min_time={seconds}", f"--benchmark_repetitions={REPETITIONS}",
                           "--benchmark_enable_random_interleaving=true"], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)["benchmarks"]
    return {row["run_name"].removesuffix("/manual_time").removesuffix("/real_time"): row
            for row in rows if row.get("aggregate_name") == "median"}


def rows(build: pathlib.Path, progress) -> tuple[list[list[str]], list[list[str]]]:
    """Of handshakes, and of changes."""
    rates = [signatures() for _ in range(3)]
    progress("handshakes")
    handshakes = medians(build, "bench_handshake", 0.1)
    rates += [signatures() for _ in range(3)]
    signed = {key: statistics.median(rate[key] for rate in rates) for key in KEYS}
    progress("revocation and changes of the certificate")
    changes = medians(build, "bench_revocation", 0.1) | medians(build, "bench_certificate", 0.05)
    return ([_handshake_row(handshakes, key, row, what, signed[key]) for key, row, what in HANDSHAKES],
            [_change_row(changes[row], what, more) for row, what, more in CHANGES])


def _handshake_row(measured, key, row, what, signed):
    cost = measured[row]["real_time"]
    share = measured[row].get("list_share")
    if "x509_store" in row:
        share = cost / measured[f"bothway/{key}"]["real_time"] - 1
    return [KEYS[key], what, f"{cost:.0f}", f"{1e6 / cost:,.0f} /s", f"{100e6 / cost / signed:.1f} %",
            "" if share is None else f"{100 * share:+.1f} %"]


def _change_row(measured, what, more):
    unit = {"us": 1e-3, "ms": 1}[measured["time_unit"]]
    cpu, wall = (measured[time] * unit for time in ("cpu_time", "real_time"))
    return [what, _milliseconds(cpu), _milliseconds(wall), more(measured) if more else ""]


def _milliseconds(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
