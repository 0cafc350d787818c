"""Calls a relay holds on one core, ours beside rtpengine in user space, driven by the same generator."""

import json
import pathlib
import subprocess

from cores import LOAD_CORE, SERVER_CORE
from lab.process import LabError, Process, eventually
from lab.rtpengine import Rtpengine

A_PORT, B_PORT = 40000, 40002
MOST_LOSS, MOST_P99_MS = 0.001, 20.0
FINEST_STEP = 25  # calls
TRIES = 2  # of a number of calls: a machine that stalls for a moment must not be taken for the relay's limit
MODES = {
    "transcrypt": "SRTP to RTP",
    "rekey": "SRTP to SRTP, keys of their own",
    "pass": "SRTP to SRTP, keys shared",
    "clear": "RTP to RTP",
}
PROGRAMS = {"cadenas": "cadenas-board-host", "raw limit": "cadenas-raw-relay"}


class Host(Process):
    """A relay of ours alone in a process: the media board, or the raw limit, which takes no mode."""

    def __init__(self, build: pathlib.Path, folder: pathlib.Path, program: str, calls: int, *options: str):
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(program, [*SERVER_CORE, str(build / "bench/voice" / program), "--calls", str(calls), "--a-port",
                                   str(A_PORT), "--b-port", str(B_PORT), *options], folder / "plan")

    def plan(self) -> list[str]:
        eventually("the relay to be set up", lambda: self.output().endswith("ready\n"), 60, on_failure=self.tail)
        return self.output().splitlines()[:-1]


def probe(build: pathlib.Path, folder: pathlib.Path, peer: str, mode: str, calls: int, seconds: int) -> dict:
    """One run with that many calls; what cadenas-media-load measured."""
    if peer != "rtpengine":
        options = ("--mode", mode) if peer == "cadenas" else ()
        with Host(build, folder, PROGRAMS[peer], calls, *options) as host:
            return _talk(build, folder, host.plan(), host.pid, seconds)
    with Rtpengine(folder, prefix=tuple(SERVER_CORE)) as daemon:
        plan = [daemon.set_up_call(mode, A_PORT, B_PORT) for _ in range(calls)]
        return _talk(build, folder, plan, daemon.pid, seconds)


def _talk(build, folder, plan, pid, seconds):
    file = folder / "calls"
    file.write_text("\n".join(plan) + "\n")
    done = subprocess.run([*LOAD_CORE, str(build / "bench/voice/cadenas-media-load"), "--plan", str(file), "--a-port",
                           str(A_PORT), "--b-port", str(B_PORT), "--seconds", str(seconds), "--server-pid", str(pid)],
                          capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        raise LabError(done.stderr)
    measured = json.loads(done.stdout)
    if measured["unverified"]:
        raise LabError(f"{measured['unverified']} packets did not authenticate at the receiving phone")
    return measured


def holds(measured: dict) -> bool:
    return measured["loss"] < MOST_LOSS and measured["p99_ms"] < MOST_P99_MS


def held(build, folder, peer, mode, calls, seconds, progress) -> dict | None:
    """What was measured with that many calls, where both criteria were met in one of the tries."""
    for _ in range(TRIES):
        measured = probe(build, folder, peer, mode, calls, seconds)
        progress(f"{peer} {mode}: {calls} calls, loss {measured['loss']:.4%}, p99 {measured['p99_ms']:.1f} ms, "
                 f"core used {measured['cpu_share']:.0%}")
        if holds(measured):
            return measured
    return None


def most_calls(build, folder, peer, mode, seconds, progress) -> dict:
    """The largest number of calls that is held, to within FINEST_STEP."""
    best = {"calls": 0, "p50_ms": 0, "p99_ms": 0, "p999_ms": 0, "cpu_us_per_packet": 0}
    good, bad = 0, 0
    while good < 4000 and not 0 < bad - good <= FINEST_STEP:
        calls = (good + bad) // 2 if bad else good + 400
        measured = held(build, folder, peer, mode, calls, seconds, progress)
        if measured:
            good, best = calls, measured
        else:
            bad = calls
    return best


def rows(build: pathlib.Path, folder: pathlib.Path, seconds: int, progress) -> list[list[str]]:
    """A row a mode and peer: calls, core microseconds a packet, added latency."""
    table = []
    for mode, words in MODES.items():
        peers = ("cadenas", "rtpengine", "raw limit") if mode == "clear" else ("cadenas", "rtpengine")
        results = {peer: most_calls(build, folder, peer, mode, seconds, progress) for peer in peers}
        # Latency is compared where both are at ease: at 300 calls.
        easy = {peer: probe(build, folder, peer, mode, 300, seconds) for peer in results}
        ratio = results["cadenas"]["calls"] / results["rtpengine"]["calls"] if results["rtpengine"]["calls"] else 0
        for peer, best in results.items():
            table.append([words, peer, str(best["calls"]), f"{best['cpu_us_per_packet']:.2f}",
                          f"{easy[peer]['p50_ms']:.2f} / {easy[peer]['p99_ms']:.2f} / {easy[peer]['p999_ms']:.2f}",
                          f"{ratio:.2f} ×" if peer == "cadenas" else ""])
    return table
