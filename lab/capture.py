"""What went over the wire, as tshark sees it: packets of the loopback interface on the lab's own ports."""

import collections
import math
import pathlib
import subprocess

from lab.process import LabError, Process, eventually


class Capture(Process):
    """Captures loopback traffic that matches a capture filter (pcap-filter syntax) into a file."""

    def __init__(self, folder: pathlib.Path, filter_: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "capture.pcapng"
        super().__init__("tshark", ["tshark", "-i", "lo", "-q", "-f", filter_, "-w", str(self.file)],
                         folder / "tshark.txt")

    def __enter__(self):
        # tshark prints this line when the capture has really begun; packets before it would be missed.
        eventually("tshark to capture", lambda: "Capturing on" in self.output() and self.file.exists() or
                   self._fail_if_ended(), on_failure=self.tail)
        return self

    def _fail_if_ended(self):
        if not self.alive():
            raise LabError(f"tshark has ended\n{self.tail()}")
        return False

    def fields(self, display_filter: str, *names: str, decode_as: tuple = ()) -> list[list[str]]:
        """One row of field values for each packet that matches `display_filter`."""
        argv = ["tshark", "-r", str(self.file), "-Y", display_filter, "-T", "fields", "-E", "separator=/t"]
        for rule in decode_as:
            argv += ["-d", rule]
        for name in names:
            argv += ["-e", name]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LabError(f"tshark could not read the capture: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def udp_payloads(self, port: int) -> list[bytes]:
        """Payloads of every UDP datagram from or to `port`."""
        return [bytes.fromhex(row[0]) for row in self.fields(f"udp.port == {port}", "udp.payload") if row[0]]

    def raw(self) -> bytes:
        return self.file.read_bytes()


def entropy_bits(payloads: list[bytes]) -> float:
    """Shannon entropy of the octets, in bits per octet: near 8 for ciphertext, far below for a G.711 tone."""
    counts = collections.Counter(b for payload in payloads for b in payload)
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values()) if total else 0.0


def rtp_payloads(datagrams: list[bytes], payload_type: int) -> list[bytes]:
    """What follows the 12-octet header of the RTP packets (version 2, no CSRC, no extension) of one payload type."""
    return [d[12:] for d in datagrams if len(d) > 12 and d[0] == 0x80 and d[1] & 0x7F == payload_type]
