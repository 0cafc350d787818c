"""Registrations, handshakes, calls and memory: ours beside Kamailio, and beside the raw limit where there is one."""

import contextlib
import json
import pathlib
import socket
import ssl
import subprocess

from cores import SHARED_LOAD_CORE, SHARED_SERVER_CORE
from lab.kamailio import Kamailio
from lab.pbx import Pbx
from lab.process import LabError, Process, eventually, free_port

PASSWORD = "bench-only-password"
FIRST_NUMBER = 1000


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
        argv = [*SHARED_SERVER_CORE, str(build / "bench/load/cadenas-load"), what, "--port", str(self.port)]
        if certificate:
            argv += ["--certificate", str(certificate), "--key", str(key)]
        super().__init__(what, argv, folder / f"{what}.txt")


def load(build, scenario, port, pid, **options) -> dict:
    argv = [*SHARED_LOAD_CORE, str(build / "bench/load/cadenas-load"), scenario, "--port", str(port), "--server-pid", str(pid),
            "--password", PASSWORD, "--first-number", str(FIRST_NUMBER)]
    for name, value in options.items():
        argv += [f"--{name}", str(value)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise LabError(f"{scenario}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def is_whole(result: dict) -> bool:
    return result["failed"] == 0 and not result["problem"]


def goes_on(result: dict, operations: int) -> bool:
    """A few that a peer does not answer in time belong to its row."""
    return result["completed"] + result["failed"] >= operations and result["completed"] > 100 * result["failed"]


# name, scenario, transport, options
SCENARIOS = [
    ("REGISTER over UDP", "register", "udp", {"operations": 100_000, "phones": 128}),
    ("REGISTER over kept TLS connections", "register", "tls", {"operations": 100_000, "phones": 128}),
    ("full TLS handshake + REGISTER with digest", "connect-register", "tls", {"operations": 4_000, "phones": 32}),
    ("call over UDP (INVITE … BYE, digest)", "calls", "udp", {"operations": 3_000, "phones": 128}),
    ("call over TLS (INVITE … BYE, digest)", "calls", "tls", {"operations": 3_000, "phones": 128}),
]
IDLE_PHONES = 10_000
ROUNDS = 3
FELL_OVER: dict = {}


class Bench:
    """Each row in rounds, one server after the other within a round, so that a drift of the machine meets all of them;
    the median round is kept. Servers that wait for their turn cost nothing."""

    def __init__(self, build: pathlib.Path, progress):
        self.build, self.progress = build, progress
        self.measured: dict[str, dict[str, dict]] = {}

    def row(self, name, servers, scenario, transport, options):
        """`servers`: who, where it listens, its process; a scenario of its own where it is a raw limit."""
        rounds: dict[str, list[dict]] = {}
        for _ in range(ROUNDS):
            for who, port, server, own in servers:
                if FELL_OVER in rounds.setdefault(who, []):
                    continue
                result = load(self.build, own or scenario, port, server.pid, transport=transport, **options)
                if not is_whole(result) and who != "kamailio":
                    raise LabError(f"{who}: {name}: {result}")
                # Debian's Kamailio 5.6 frees twice in its shared memory when several of its processes serve TLS by
                # OpenSSL 3, and crashes or answers no more; a peer that falls over is a row, too.
                rounds[who].append(result if goes_on(result, options["operations"]) else FELL_OVER)
        for who, results in rounds.items():
            if FELL_OVER in results:
                self.measured.setdefault(name, {})[who] = FELL_OVER
                self.progress(f"{who}: {name}: the server fell over")
                continue
            result = sorted(results, key=lambda each: each["server_cpu_us"])[len(results) // 2]
            result["failed"] = sum(each["failed"] for each in results)
            self.measured.setdefault(name, {})[who] = result
            self.progress(f"{who}: {name}: {result['server_cpu_us']:.1f} µs of a core each, "
                          f"{result['completed'] / result['seconds']:.0f}/s, p99 {result['p99_ms']:.1f} ms")

    def idle_memory(self, who, server):
        result = load(self.build, "idle", server.tls_port, server.pid, transport="tls", phones=IDLE_PHONES, seconds=120)
        if not is_whole(result):
            raise LabError(f"idle: {result}")
        self.measured.setdefault("memory of an idle TLS-registered phone", {})[who] = result
        self.progress(f"{who}: {result['server_kb'] / IDLE_PHONES:.1f} kB an idle phone")


def rows(build: pathlib.Path, folder: pathlib.Path, progress) -> list[list[str]]:
    """One worker has a core and the load the other; two workers share both cores with the load. The certificate is the
    same for all."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = issue_certificate(folder)
    bench = Bench(build, progress)

    @contextlib.contextmanager
    def servers_of(name, workers, prefix, phones):
        with Pbx(folder / f"pbx-{name}", certificate=certificate, key=key, loops=workers, prefix=prefix,
                 per_source=20_000) as ours:
            ours.unlock()
            for number in range(FIRST_NUMBER, FIRST_NUMBER + phones):
                # Clear media: Kamailio passes SDP by, so the calls of both rows are described alike.
                ours.add_user(str(number), PASSWORD, srtp_mode="off")
            with Kamailio(folder / f"kamailio-{name}", free_port(), free_port(), PASSWORD, certificate, key,
                          workers=workers, prefix=prefix) as kamailio:
                peers = {"cadenas": ours, "kamailio": kamailio}
                for server in peers.values():
                    demand_certificate(server.tls_port, certificate)
                yield peers

    def measure(workers, prefix, phones, scenarios, suffix=""):
        with contextlib.ExitStack() as stack:
            peers = stack.enter_context(servers_of(f"{workers}-workers", workers, prefix, phones))
            limits = {}
            if workers == 1:
                bare_udp = stack.enter_context(Bare(build, folder, "bare-udp"))
                bare_tls = stack.enter_context(Bare(build, folder, "bare-tls", certificate, key))
                eventually("the bare servers", lambda: bare_udp.alive() and is_listening(bare_tls.port))
                limits = {("register", "udp"): (bare_udp, None), ("connect-register", "tls"): (bare_tls, "handshake")}
            for row, scenario, transport, options in scenarios:
                servers = [(who, server.sip_port if transport == "udp" else server.tls_port, server, None)
                           for who, server in peers.items()]
                if (scenario, transport) in limits:
                    bare, own = limits[scenario, transport]
                    servers.append(("raw limit", bare.port, bare, own))
                bench.row(row + suffix, servers, scenario, transport, options)

    # Of fresh servers: what calls have left free in a heap would be taken first.
    with servers_of("memory", 1, tuple(SHARED_SERVER_CORE), IDLE_PHONES) as fresh:
        for who, server in fresh.items():
            bench.idle_memory(who, server)
    measure(1, tuple(SHARED_SERVER_CORE), IDLE_PHONES, SCENARIOS)
    measure(2, (), 200, [each for each in SCENARIOS if each[1] == "calls"], ", 2 workers")
    return [_row(row, who, result, by_server) for row, by_server in bench.measured.items()
            for who, result in by_server.items()]


def _row(row, who, result, by_server):
    if result is FELL_OVER:
        return [row, who, "fell over", "", "", "", ""]
    if result["server_kb"] and row.startswith("memory"):
        peer = by_server.get("kamailio", result)["server_kb"]
        return [row, who, f"{result['server_kb'] / IDLE_PHONES:.1f} kB", "", "", "",
                f"{peer / result['server_kb']:.2f} ×" if who == "cadenas" else ""]
    cost = result["server_cpu_us"]
    rate = f"{result['completed'] / result['seconds']:,.0f} /s"
    if result["failed"]:
        rate += f", {result['failed']} failed in {ROUNDS} rounds"
    peer = (by_server.get("kamailio") or result)["server_cpu_us"]
    return [row, who, f"{1e6 / cost:,.0f} /s", rate, f"{cost:.1f}", f"{result['p50_ms']:.2f} / {result['p99_ms']:.2f}",
            f"{peer / cost:.2f} ×" if who == "cadenas" and by_server.get("kamailio") else ""]
