"""What a media thread spends on conference rooms, on calls of time slots and on DTLS-SRTP handshakes, and what the
complexity of the Opus encoder costs and gives."""

import pathlib

from medians import medians

PROGRAMS = ("bench_room", "bench_opus", "bench_slot", "bench_dtls")
ROOMS = {"one_room_of_500": "one room of 500", "rooms_of_5": "100 rooms of 5"}
CODECS = {"g711": "G.711", "g722": "G.722", "opus": "Opus"}


def rooms(build: pathlib.Path, progress) -> list[list[str]]:
    """A row a shape and codec: CPU time of 20 ms, packets sent in them, members that a core could serve."""
    table = []
    for run in medians(build, "bench_room", progress):
        shape, codec = run["name"].split("/")[:2]
        table.append([ROOMS[shape], CODECS[codec], f"{run['cpu_time']:.2f}",
                      f"{run['packets_a_frame']:.0f}", f"{run['cpu_time'] * 1000 / 500:.1f}",
                      f"{500 * 20 / run['cpu_time']:,.0f}"])
    return table


def complexities(build: pathlib.Path, progress) -> list[list[str]]:
    """A row a complexity: CPU time of a frame, distance of what is heard from what was said."""
    return [[run["name"].split("/")[1], f"{run['cpu_time']:.0f}", f"{run['distance_db']:.2f}",
             f"{run['octets_a_frame']:.0f}"] for run in medians(build, "bench_opus", progress)]


def time_slots(build: pathlib.Path, progress) -> list[list[str]]:
    """A row a codec: CPU time of a session in 20 ms, sessions that a core could serve, and the same of the limit."""
    spent = {tuple(run["name"].split("/")[:2]): run["cpu_time"] * 1e6 / run["sessions"]
             for run in medians(build, "bench_slot", progress)}
    for name, cost in spent.items():
        if name[0] == "two_wire_lines":
            progress(f"echo of an analogue port up to {name[1]} ms: {cost:,.0f} ns each 20 ms")
    rows = []
    for codec, words in CODECS.items():
        ours, limit = spent["slot_sessions", codec], spent["limit", codec]
        rows.append([words, f"{ours:,.0f}", f"{20e6 / ours:,.0f}", f"{limit:,.0f}", f"{20e6 / limit:,.0f}",
                     f"{ours / limit:.2f} ×"])
    return rows


def handshakes(build: pathlib.Path, progress) -> tuple[list[list[str]], str]:
    """A row a role and end: CPU time of a handshake, how many a core does, the longest piece; and what was agreed on."""
    rows = []
    runs = medians(build, "bench_dtls", progress, "real_time")
    for run in runs:
        role = {"passive": "passive (server)", "active": "active (client)"}[run["name"].split("/")[1]]
        for name, of in (("cadenas", ""), ("OpenSSL alone", "limit_")):
            cost = run[f"{of}us"]
            rows.append([role, name, f"{cost:.0f}", f"{1e6 / cost:,.0f} /s", f"{run[f'{of}longest_piece_us']:.0f}",
                         "" if of else f"{cost / run['limit_us']:.2f} ×"])
    return rows, runs[0]["label"]
