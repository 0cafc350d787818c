"""Registrations, handshakes, calls and memory: ours beside Kamailio, and beside the raw limit where there is one."""

import contextlib
import json
import pathlib
import socket
import ssl
import statistics
import subprocess
from typing import NamedTuple

from cores import SHARED_LOAD_CORE, SHARED_SERVER_CORE
from lab.kamailio import Kamailio
from lab.pbx import Pbx
from lab.process import LabError, Process, eventually, free_port
from lab.rtpengine import Rtpengine

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


def load(build, scenario, port, pids, first_number=FIRST_NUMBER, **options) -> dict:
    argv = [*SHARED_LOAD_CORE, str(build / "bench/load/cadenas-load"), scenario, "--port", str(port),
            "--server-pid", *map(str, pids), "--password", PASSWORD, "--first-number", str(first_number)]
    for name, value in options.items():
        argv += [f"--{name}", str(value)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise LabError(f"{scenario}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


class Server(NamedTuple):
    """What is measured, and the processes that its work costs."""

    sip_port: int
    tls_port: int
    pids: tuple[int, ...]

    def port(self, transport: str) -> int:
        return self.sip_port if transport == "udp" else self.tls_port


OURS, KAMAILIO, WITH_VOICE, LIMIT = "cadenas", "kamailio", "kamailio + rtpengine", "raw limit"


def is_whole(result: dict) -> bool:
    return result["failed"] == 0 and not result["problem"]


def goes_on(result: dict, operations: int) -> bool:
    """A few that a peer does not answer in time belong to its row."""
    return result["completed"] + result["failed"] >= operations and result["completed"] > 100 * result["failed"]


# name, scenario, transport, options
REGISTRATIONS = [
    ("REGISTER over UDP", "register", "udp", {"operations": 100_000, "phones": 128}),
    ("REGISTER over kept TLS connections", "register", "tls", {"operations": 100_000, "phones": 128}),
    ("full TLS handshake + REGISTER with digest", "connect-register", "tls", {"operations": 3_000, "phones": 32}),
]
CALLS = [
    ("call over UDP (INVITE … BYE, digest)", "calls", "udp", {"operations": 3_000, "phones": 128}),
    ("call over TLS (INVITE … BYE, digest)", "calls", "tls", {"operations": 3_000, "phones": 128}),
]
IDLE_PHONES = 10_000
# Those of calls are short, and what a call costs a server differs by a third from one to the next.
ROUNDS = {"register": 3, "connect-register": 3, "calls": 7}
FELL_OVER: dict = {}


def phones_of(scenario, options) -> int:
    """How many phones a round is of. Each has phones of its own: what those of the rounds before have left,
    contacts on ports that nobody listens to any more, would be called as well."""
    return options["phones"] + (options["operations"] if scenario == "connect-register" else 0)


def median(results: list[dict]) -> dict:
    return sorted(results, key=lambda each: each["server_cpu_us"])[len(results) // 2]


class Bench:
    """Each row in rounds, one server after the other within a round, so that a drift of the machine meets all of them.
    Servers that wait for their turn cost nothing."""

    def __init__(self, build: pathlib.Path, progress):
        self.build, self.progress = build, progress
        self.measured: dict[str, dict[str, list[dict]]] = {}  # by row and server, its rounds
        self.first_number = FIRST_NUMBER

    def row(self, name, servers, scenario, transport, options):
        """`servers`: who, what, and how the load calls the scenario there."""
        rounds: dict[str, list[dict]] = {}
        for _ in range(ROUNDS[scenario]):
            for who, server, called in servers:
                if FELL_OVER in rounds.setdefault(who, []):
                    continue
                result = load(self.build, called, server.port(transport), server.pids, self.first_number,
                              transport=transport, **options)
                if not is_whole(result) and who in (OURS, LIMIT):
                    raise LabError(f"{who}: {name}: {result}")
                # Debian's Kamailio 5.6 frees twice in its shared memory when several of its processes serve TLS by
                # OpenSSL 3, and crashes or answers no more; a peer that falls over is a row, too.
                rounds[who].append(result if goes_on(result, options["operations"]) else FELL_OVER)
            self.first_number += phones_of(scenario, options)
        self.measured[name] = rounds
        for who, results in rounds.items():
            if FELL_OVER in results:
                self.progress(f"{who}: {name}: the server fell over")
                continue
            middle = median(results)
            self.progress(f"{who}: {name}: {middle['server_cpu_us']:.1f} µs of a core each, "
                          f"{middle['completed'] / middle['seconds']:.0f}/s, p99 {middle['p99_ms']:.1f} ms")

    def idle_memory(self, who, server):
        result = load(self.build, "idle", server.tls_port, server.pids, transport="tls", phones=IDLE_PHONES, seconds=120)
        if not is_whole(result):
            raise LabError(f"idle: {result}")
        self.measured.setdefault("memory of an idle TLS-registered phone", {})[who] = [result]
        self.progress(f"{who}: {result['server_kb'] / IDLE_PHONES:.1f} kB an idle phone")


def rows(build: pathlib.Path, folder: pathlib.Path, progress) -> list[list[str]]:
    """One worker has a core and the load the other; two workers share both cores with the load. The certificate is the
    same for all."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = issue_certificate(folder)
    bench = Bench(build, progress)

    def ours(stack, name, workers, prefix, phones) -> Server:
        pbx = stack.enter_context(Pbx(folder / f"pbx-{name}", certificate=certificate, key=key, loops=workers,
                                      prefix=prefix, per_source=20_000))
        pbx.unlock()
        for number in range(FIRST_NUMBER, FIRST_NUMBER + phones):
            # Clear media: Kamailio passes SDP by, so the calls of all rows are described alike.
            pbx.add_user(str(number), PASSWORD, srtp_mode="off")
        return Server(pbx.sip_port, pbx.tls_port, (pbx.pid,))

    def kamailio(stack, name, workers, prefix, relay=None) -> Server:
        peer = stack.enter_context(Kamailio(folder / f"kamailio-{name}", free_port(), free_port(), PASSWORD, certificate,
                                            key, workers=workers, prefix=prefix, relay=relay.control if relay else ""))
        return Server(peer.sip_port, peer.tls_port, (peer.pid, relay.pid) if relay else (peer.pid,))

    def servers(stack, name, workers, prefix, phones) -> dict[str, Server]:
        peers = {OURS: ours(stack, name, workers, prefix, phones), KAMAILIO: kamailio(stack, name, workers, prefix)}
        for server in peers.values():
            demand_certificate(server.tls_port, certificate)
        return peers

    def with_voice(stack, name, workers, prefix) -> Server:
        # It binds ports that others have: none of the phones' or of ours.
        relay = stack.enter_context(Rtpengine(folder / f"rtpengine-{name}", threads=workers, prefix=prefix,
                                              first_port=10_000, last_port=19_998, delete_delay=0))
        return kamailio(stack, f"{name}-relay", workers, prefix, relay)

    def raw_limits(stack) -> dict:
        """By scenario and transport: the server, and the scenario it knows."""
        udp = stack.enter_context(Bare(build, folder, "bare-udp"))
        tls = stack.enter_context(Bare(build, folder, "bare-tls", certificate, key))
        eventually("the bare servers", lambda: udp.alive() and is_listening(tls.port))
        return {("register", "udp"): (Server(udp.port, 0, (udp.pid,)), "register"),
                ("connect-register", "tls"): (Server(0, tls.port, (tls.pid,)), "handshake")}

    def measure(name, workers, prefix, scenarios, suffix=""):
        phones = sum(ROUNDS[scenario] * phones_of(scenario, options) for _, scenario, _, options in scenarios)
        bench.first_number = FIRST_NUMBER
        with contextlib.ExitStack() as stack:
            peers = servers(stack, name, workers, prefix, phones)
            if scenarios is CALLS:
                peers[WITH_VOICE] = with_voice(stack, name, workers, prefix)
            limits = raw_limits(stack) if scenarios is REGISTRATIONS else {}
            for row, scenario, transport, options in scenarios:
                in_turn = [(who, server, scenario) for who, server in peers.items()]
                if (scenario, transport) in limits:
                    in_turn.append((LIMIT, *limits[scenario, transport]))
                bench.row(row + suffix, in_turn, scenario, transport, options)

    one_core = tuple(SHARED_SERVER_CORE)
    # Of fresh servers: what other work has left free in a heap would be taken first.
    with contextlib.ExitStack() as stack:
        for who, server in servers(stack, "memory", 1, one_core, IDLE_PHONES).items():
            bench.idle_memory(who, server)
    measure("registrations", 1, one_core, REGISTRATIONS)
    measure("calls", 1, one_core, CALLS)
    measure("calls-2", 2, (), CALLS, ", 2 workers")
    return [_row(row, who, by_server) for row, by_server in bench.measured.items() for who in by_server]


def _row(row, who, by_server):
    if FELL_OVER in by_server[who]:
        return [row, who, "fell over", *[""] * 5]
    result = median(by_server[who])
    if result["server_kb"] and row.startswith("memory"):
        return [row, who, f"{result['server_kb'] / IDLE_PHONES:.1f} kB", "", "", "",
                *_ahead(who, by_server, "server_kb")]
    cost = result["server_cpu_us"]
    rate = f"{result['completed'] / result['seconds']:,.0f} /s"
    if failed := sum(each["failed"] for each in by_server[who]):
        rate += f", {failed} failed in {len(by_server[who])} rounds"
    return [row, who, f"{1e6 / cost:,.0f} /s", rate, f"{cost:.1f}", f"{result['p50_ms']:.2f} / {result['p99_ms']:.2f}",
            *_ahead(who, by_server, "server_cpu_us")]


def _ahead(who, by_server, cost):
    """How much more each peer needs than we do, the median of the rounds; nothing where there is no such peer, or it
    fell over."""
    def ratio(peer):
        rounds = by_server.get(peer, [])
        if who != OURS or not rounds or FELL_OVER in rounds:
            return ""
        return f"{statistics.median(theirs[cost] / our[cost] for theirs, our in zip(rounds, by_server[OURS])):.2f} ×"

    return [ratio(KAMAILIO), ratio(WITH_VOICE)]
