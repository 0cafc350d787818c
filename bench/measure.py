"""Runs the measurements that are asked for and prints, or writes to docs/performance.md, one table for each."""

import argparse
import os
import pathlib
import platform
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import certificate_rows  # noqa: E402
import medians  # noqa: E402
import room_rows  # noqa: E402
import signalling_rows  # noqa: E402
import voice_rows  # noqa: E402

DOCUMENT = ROOT / "docs/performance.md"
PARTS = ["signalling", "voice", "rooms", "certificates", "micro"]

HEAD = """# Performance

Made by `bench/run --write` on {machine}, a part at a time or all at once. Every peer is measured by the same program
in the same run; figures drift by 10 to 30 % from machine to machine, the order between rows does not. "Core"
figures are CPU time of the server process and its children (user and system, from /proc), so the load generator's own
cost is not in them: the rate a core could do is 1 s divided by it. The server runs on one core, the load on another,
both before anything else of the machine.
"""


def progress(line: str) -> None:
    print(f"  … {line}", file=sys.stderr, flush=True)


def table(headings: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def signalling(build, folder):
    rows = signalling_rows.rows(build, folder / "signalling", progress)
    return ("## Signalling\n\nOne worker each unless said (`bench/run signalling`); two workers share both cores with "
            "the load. The servers take turns in rounds, each of phones of its own; the median round is shown, and the "
            "median of how far ahead each round was. Digest on every "
            "REGISTER and INVITE, ECDSA P-256 certificate, TLS 1.3. The raw limit of REGISTER is a loop that copies five "
            "headers back; of the handshake, OpenSSL accepting and closing. Our calls bind the ports of their voice and "
            "write their record; Kamailio passes SDP by, and with rtpengine anchors the voice as we do.\n\n"
            + table(["work", "server", "a core does", "as measured", "core µs each", "latency p50 / p99 ms",
                     "ahead of Kamailio", "and of it with rtpengine"], rows))


def voice(build, folder):
    rows = voice_rows.rows(build, folder / "voice", 4, progress)
    return ("## Voice\n\nG.711 calls, 50 packets a second both ways, through one media thread (`bench/run voice`). "
            "\"Calls\" is the most with loss below 0.1 % **and** p99 latency below 20 ms; latency is at 300 calls and "
            "includes the generator's own wait of up to 1 ms. The raw limit is epoll, recvmmsg and sendmmsg on the same "
            "sockets, and no look at what is carried. The rows of one path are taken minutes apart: on a machine that drifts "
            "meanwhile, so do their ratios.\n\n"
            + table(["path", "relay", "calls", "core µs a packet", "latency p50 / p99 / p99.9 ms", "ahead of rtpengine"],
                    rows))


def rooms(build, _folder):
    load = os.getloadavg()[0]
    conferences = room_rows.rooms(build, progress)
    complexities = room_rows.complexities(build, progress)
    slots = room_rows.time_slots(build, progress)
    handshakes, agreed = room_rows.handshakes(build, progress)
    return ("## Conferences\n\n`bench/run rooms`: members whose AES-256-GCM packets are decrypted, heard, mixed, encoded and "
            "encrypted, all but the kernel's part, which is that of the section before. Everybody sends all the time, "
            f"three of each room speak. CPU time, medians of {medians.REPETITIONS} interleaved repetitions; the load of "
            f"the machine was {load:.0f} at the beginning.\n\n"
            + table(["conferences", "codec", "CPU ms each 20 ms", "packets sent in them", "µs a member", "members a core"],
                    conferences)
            + "\nOpus at the settings of a bridge (48 kHz, 32 kbit/s, in-band FEC), 20 ms of speech-like sound. The distance "
            "is that of what is heard from what was said: root mean square of the levels in 20 bands up to 8 kHz.\n\n"
            + table(["complexity", "µs a frame", "distance dB", "octets a frame"], complexities)
            + "\n## Time slots\n\n`bench/run rooms`: what a call between a phone and a time slot of the TDM bus costs its media "
            "thread while both speak, AES-256-GCM towards the phone, all but the kernel's part; of 500 at once. The limit is the same voice by the codec, the change of rate and SRTP alone, in the same "
            "program and run.\n\n"
            + table(["codec of the phone", "ns a session each 20 ms", "sessions a core", "limit ns", "limit sessions a core",
                     "over the limit"], slots)
            + "\n## DTLS-SRTP\n\n`bench/run rooms`: what a handshake costs the media thread of a leg, from the making of the "
            "leg to the keys, all but the kernel's part; beside it OpenSSL's own handshake over memory BIOs with the same "
            f"settings, in the same program and run. Both ends have an ECDSA P-256 certificate and agreed on {agreed}. The "
            "longest piece is how long voice may have to wait for it.\n\n"
            + table(["role", "end", "core µs a handshake", "a core does", "longest piece µs", "over the limit"], handshakes))


def certificates(build, _folder):
    handshakes, changes = certificate_rows.rows(build, progress)
    return ("## Certificates\n\n`bench/run certificates`, one core, medians of "
            f"{certificate_rows.REPETITIONS} interleaved repetitions. Handshakes are TLS 1.3 between two ends in memory; "
            "the cost is CPU time of the server's end, and a core's rate stands beside the signatures that `openssl "
            "speed` makes on the same core in the same run. A full handshake signs once; in BOTHWAY it also checks the "
            "chain and the signature of the phone. What a list costs is measured pair by pair, each handshake with the list "
            "beside one without; the aim is 5 % at most.\n\n"
            + table(["key", "handshake", "server µs", "a core does", "share of signatures", "lists cost"], handshakes)
            + "\nChanges and lists; by the clock on the wall they wait for the disk as well. The aim for the audit is "
            "50 ms.\n\n"
            + table(["work", "CPU ms", "wall ms", "and"], changes))


def micro(build, _folder):
    rows = []
    programs = [each for each in sorted((build / "bench").glob("bench_*"))
                if each.name not in (*certificate_rows.PROGRAMS, *room_rows.PROGRAMS)]
    for program in programs:
        for run in medians.medians(build, program.name, progress):
            rows.append([run["run_name"], f"{run['cpu_time']:.0f} {run['time_unit']}"])
    return (f"## Single operations\n\nGoogle Benchmark, one thread, medians of {medians.REPETITIONS} rounds (`bench/run micro`).\n\n"
            + table(["operation", "CPU time"], rows))


def sections(text: str) -> dict[str, str]:
    """By title, what is below each heading of the second level, and the heading."""
    found = ("\n" + text).split("\n## ")[1:]
    return {section.splitlines()[0]: "## " + section.rstrip("\n") + "\n" for section in found}


def write(head: str, measured: dict[str, str]) -> None:
    """Puts what was measured into the document; a part that was not measured now keeps what it said."""
    kept = sections(DOCUMENT.read_text()) if DOCUMENT.exists() else {}
    order = ["Signalling", "Voice", "Conferences", "Time slots", "DTLS-SRTP", "Certificates", "Single operations"]
    for part in measured.values():
        kept |= sections(part)
    DOCUMENT.write_text(head + "\n" + "\n".join(kept[title] for title in order if title in kept))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    with open("/proc/cpuinfo", encoding="ascii") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "unknown CPU")
    machine = f"{model}, Linux {platform.release().split('-')[0]}, Debian 12"
    with tempfile.TemporaryDirectory() as folder:
        measured = {part: globals()[part](arguments.build, pathlib.Path(folder)) for part in parts}
    print("\n".join(measured.values()))
    if arguments.write:
        write(HEAD.format(machine=machine), measured)


if __name__ == "__main__":
    main()
