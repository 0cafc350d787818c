"""Registrations, handshakes, calls and memory: ours beside Kamailio, and beside the raw limit where there is one."""

import json
import pathlib
import socket
import ssl
import subprocess

from lab.kamailio import Kamailio
from lab.pbx import Pbx
from lab.process import LabError, Process, eventually, free_port

PASSWORD = "bench-only-password"
FIRST_NUMBER = 1000
SERVER_CORE, LOAD_CORE = ["taskset", "-c", "0"], ["taskset", "-c", "1"]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def issue_certificate(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """One ECDSA P-256 certificate for all servers, under a CA: a self-signed one the iPBX would take for its own and
    replace by one of RSA, as soon as anything in it is not as it would have written it."""
    fresh_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    certificate, key, request, extensions = (folder / name for name in ("cert.pem", "key.pem", "request.pem", "ext"))
    extensions.write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
    openssl("req", "-x509", *fresh_key, "-days", "365", "-subj", "/CN=bench CA", "-keyout", folder / "ca-key.pem",
            "-out", folder / "ca.pem")
    openssl("req", "-new", *fresh_key, "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", folder / "ca.pem", "-CAkey", folder / "ca-key.pem", "-days", "90",
            "-extfile", extensions, "-out", certificate)
    return certificate, key


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def demand_certificate(port: int, certificate: pathlib.Path):
    """A row of handshakes says nothing beside one with another kind of key."""
    if ssl.get_server_certificate(("127.0.0.1", port)).split() != certificate.read_text().split():
        raise LabError(f"the server on port {port} shows another certificate than the bench gave it")


class Bare(Process):
    """A raw-limit server of cadenas-load."""

    def __init__(self, build, folder, what, certificate=None, key=None):
        self.port = free_port()
        argv = [*SERVER_CORE, str(build / "bench/load/cadenas-load"), what, "--port", str(self.port)]
        if certificate:
            argv += ["--certificate", str(certificate), "--key", str(key)]
        super().__init__(what, argv, folder / f"{what}.txt")


def load(build, scenario, port, pid, **options) -> dict:
    argv = [*LOAD_CORE, str(build / "bench/load/cadenas-load"), scenario, "--port", str(port), "--server-pid", str(pid),
            "--password", PASSWORD, "--first-number", str(FIRST_NUMBER)]
    for name, value in options.items():
        argv += [f"--{name}", str(value)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise LabError(f"{scenario}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


# name, scenario, transport, options
SCENARIOS = [
    ("REGISTER over UDP", "register", "udp", {"operations": 100_000, "phones": 128}),
    ("REGISTER over kept TLS connections", "register", "tls", {"operations": 100_000, "phones": 128}),
    ("full TLS handshake + REGISTER with digest", "connect-register", "tls", {"operations": 4_000, "phones": 32}),
    ("call over UDP (INVITE … BYE, digest)", "calls", "udp", {"operations": 6_000, "phones": 128}),
    ("call over TLS (INVITE … BYE, digest)", "calls", "tls", {"operations": 6_000, "phones": 128}),
]
IDLE_PHONES = 10_000
CRASHED: dict = {}


def rows(build: pathlib.Path, folder: pathlib.Path, progress) -> list[list[str]]:
    """One worker has a core and the load the other; two workers share both cores with the load. The certificate is the
    same for all."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = issue_certificate(folder)
    measured: dict[str, dict[str, dict]] = {}

    def note(row, who, result):
        measured.setdefault(row, {})[who] = result
        progress(f"{who}: {row}: {result['server_cpu_us']:.1f} µs of a core each, "
                 f"{result['completed'] / result['seconds']:.0f}/s, p99 {result['p99_ms']:.1f} ms")

    def through(scenarios, who, server, suffix=""):
        demand_certificate(server.tls_port, certificate)
        for row, scenario, transport, options in scenarios:
            port = server.sip_port if transport == "udp" else server.tls_port
            try:
                note(row + suffix, who, load(build, scenario, port, server.pid, transport=transport, **options))
            except LabError:
                # Debian's Kamailio 5.6 frees twice in its shared memory when several of its processes serve TLS by
                # OpenSSL 3; a peer that falls over is a row, too.
                eventually("the server to say that it crashed", lambda: "exited by a signal" in server.output(), 5)
                measured.setdefault(row + suffix, {})[who] = CRASHED
                progress(f"{who}: {row + suffix}: a process of the server crashed")
                return

    def one_worker(who, server):
        through(SCENARIOS, who, server)
        result = load(build, "idle", server.tls_port, server.pid, transport="tls", phones=IDLE_PHONES, seconds=120)
        measured.setdefault("memory of an idle TLS-registered phone", {})[who] = result
        progress(f"{who}: {result['server_kb'] / IDLE_PHONES:.1f} kB an idle phone")

    def two_workers(who, server):
        through([each for each in SCENARIOS if each[1] == "calls"], who, server, ", 2 workers")

    def both_servers(workers, prefix, phones, measure):
        name = f"{workers}-workers"
        with Pbx(folder / f"pbx-{name}", certificate=certificate, key=key, loops=workers, prefix=prefix,
                 per_source=20_000) as ours:
            ours.unlock()
            for number in range(FIRST_NUMBER, FIRST_NUMBER + phones):
                # Clear media: Kamailio passes SDP by, so the calls of both rows are described alike.
                ours.add_user(str(number), PASSWORD, srtp_mode="off")
            measure("cadenas", ours)
        with Kamailio(folder / f"kamailio-{name}", free_port(), free_port(), PASSWORD, certificate, key,
                      workers=workers, prefix=prefix) as kamailio:
            measure("kamailio", kamailio)

    both_servers(1, tuple(SERVER_CORE), IDLE_PHONES, one_worker)
    both_servers(2, (), 200, two_workers)
    with Bare(build, folder, "bare-udp") as bare:
        eventually("the bare server", bare.alive)
        note(SCENARIOS[0][0], "raw limit", load(build, "register", bare.port, bare.pid, transport="udp",
                                                **SCENARIOS[0][3]))
    with Bare(build, folder, "bare-tls", certificate, key) as bare:
        eventually("the bare server", lambda: is_listening(bare.port))
        note(SCENARIOS[2][0], "raw limit", load(build, "handshake", bare.port, bare.pid, transport="tls",
                                                **SCENARIOS[2][3]))
    return [_row(row, who, result, by_server) for row, by_server in measured.items()
            for who, result in by_server.items()]


def _row(row, who, result, by_server):
    if result is CRASHED:
        return [row, who, "crashed", "", "", "", ""]
    if result["server_kb"] and row.startswith("memory"):
        peer = by_server.get("kamailio", result)["server_kb"]
        return [row, who, f"{result['server_kb'] / IDLE_PHONES:.1f} kB", "", "", "",
                f"{peer / result['server_kb']:.2f} ×" if who == "cadenas" else ""]
    cost = result["server_cpu_us"]
    rate = result["completed"] / result["seconds"]
    peer = (by_server.get("kamailio") or result)["server_cpu_us"]
    return [row, who, f"{1e6 / cost:,.0f} /s", f"{rate:,.0f} /s", f"{cost:.1f}", f"{result['p50_ms']:.2f} / {result['p99_ms']:.2f}",
            f"{peer / cost:.2f} ×" if who == "cadenas" and by_server.get("kamailio") else ""]
