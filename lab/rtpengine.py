"""rtpengine in user space on loopback, driven over its ng protocol: the peer of bench/voice, a relay of our pool."""

import base64
import os
import pathlib
import re
import socket
from typing import NamedTuple

from lab.process import LabError, Process, eventually, free_port

SUITE = "AES_CM_128_HMAC_SHA1_80"
OTHER_SUITE = "AES_CM_128_HMAC_SHA1_32"


class Crypto(NamedTuple):
    """One a=crypto line (RFC 4568)."""

    tag: int
    suite: str
    key: str


class Rtpengine(Process):
    """One daemon with `threads` media threads, without its kernel module."""

    def __init__(self, folder: pathlib.Path, threads: int = 1, first_port: int = 42000, last_port: int = 65534,
                 prefix: tuple = (), delete_delay: int = 30):
        """`delete_delay`: seconds that it keeps a call, and its ports, after it was deleted; 30 is its own default."""
        folder.mkdir(parents=True, exist_ok=True)
        self._ng = ("127.0.0.1", free_port())
        self._cookie = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(5)
        super().__init__("rtpengine", [
            *prefix, "rtpengine", "--config-file=none", "--table=-1", "--foreground", "--log-stderr", "--log-level=3",
            "--interface=127.0.0.1", f"--listen-ng={self._ng[0]}:{self._ng[1]}", f"--port-min={first_port}",
            f"--port-max={last_port}", f"--num-threads={threads}", "--no-fallback", f"--delete-delay={delete_delay}",
            f"--pidfile={folder}/pid",
        ], folder / "output.txt")

    def __enter__(self):
        eventually("rtpengine to answer a ping", self._ping, on_failure=self.tail)
        return self

    @property
    def control(self) -> str:
        """Address and port of its ng protocol, as `[media.pool] instances` names it."""
        return f"{self._ng[0]}:{self._ng[1]}"

    def kill(self) -> None:
        """As a machine that loses its power: no answer to anything any more."""
        self.child.kill()
        self.child.wait()

    def set_up_call(self, mode: str, a_port: int, b_port: int) -> str:
        """Sets one call up between our two ports; a line of the plan that cadenas-media-load reads.

        `mode`: transcrypt (A in SRTP, B in RTP), rekey (both SRTP, keys and suite of their own), pass (both SRTP, keys
        shared) or clear.
        """
        call, a_tag, b_tag = (os.urandom(8).hex() for _ in range(3))
        a_send = None if mode == "clear" else Crypto(1, SUITE, _key())
        b_protocol = "RTP/AVP" if mode in ("transcrypt", "clear") else "RTP/SAVP"
        offer = self.ask({"command": "offer", "call-id": call, "from-tag": a_tag, "sdp": _sdp(a_port, a_send),
                          "transport-protocol": b_protocol, "ICE": "remove", "flags": ["trust-address"]})
        towards_b, offered = _read(offer["sdp"])
        b_send = b_receive = None
        if b_protocol == "RTP/SAVP":
            # rtpengine passes the offerer's key on; only a phone that picks another suite makes it encrypt anew.
            b_receive = next(c for c in offered if c.suite == (OTHER_SUITE if mode == "rekey" else SUITE))
            b_send = Crypto(b_receive.tag, b_receive.suite, _key())
        answer = self.ask({"command": "answer", "call-id": call, "from-tag": a_tag, "to-tag": b_tag,
                           "sdp": _sdp(b_port, b_send), "ICE": "remove", "flags": ["trust-address"],
                           "transport-protocol": "RTP/AVP" if mode == "clear" else "RTP/SAVP"})
        towards_a, answered = _read(answer["sdp"])
        a_receive = answered[0] if answered else None
        return (f"{towards_a} {_in_plan(a_send)} {_in_plan(a_receive)} "
                f"{towards_b} {_in_plan(b_send)} {_in_plan(b_receive)}")

    def ask(self, command: dict) -> dict:
        self._cookie += 1
        cookie = f"c{self._cookie} ".encode()
        self._socket.sendto(cookie + _bencode(command), self._ng)
        while True:
            answer = self._socket.recv(65535)
            if answer.startswith(cookie):
                break
        value, _ = _bdecode(answer[len(cookie):], 0)
        if value.get("result") == "error":
            raise LabError(f"rtpengine: {value.get('error-reason')}")
        return value

    def _ping(self):
        if not self.alive():
            raise LabError(f"rtpengine has ended\n{self.tail()}")
        try:
            return self.ask({"command": "ping"})["result"] == "pong"
        except (TimeoutError, ConnectionError, OSError):
            return False


def _key() -> str:
    return base64.b64encode(os.urandom(30)).decode()


def _in_plan(crypto: Crypto | None) -> str:
    return f"{crypto.suite}:{crypto.key}" if crypto else "-"


def _sdp(port: int, crypto: Crypto | None) -> str:
    line = f"a=crypto:{crypto.tag} {crypto.suite} inline:{crypto.key}\r\n" if crypto else ""
    return (f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/{'SAVP' if crypto else 'AVP'} 0\r\n{line}a=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")


def _read(sdp: str) -> tuple[int, list[Crypto]]:
    port = int(re.search(r"m=audio (\d+)", sdp).group(1))
    lines = re.findall(r"a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)", sdp)
    return port, [Crypto(int(tag), suite, key) for tag, suite, key in lines]


def _bencode(value) -> bytes:
    if isinstance(value, str):
        octets = value.encode()
        return str(len(octets)).encode() + b":" + octets
    if isinstance(value, list):
        return b"l" + b"".join(_bencode(v) for v in value) + b"e"
    if isinstance(value, dict):
        return b"d" + b"".join(_bencode(k) + _bencode(value[k]) for k in sorted(value)) + b"e"
    return b"i" + str(int(value)).encode() + b"e"


def _bdecode(data: bytes, at: int):
    kind = data[at:at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if kind in b"ld":
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = _bdecode(data, at)
            items.append(item)
        return (items if kind == b"l" else dict(zip(items[::2], items[1::2]))), at + 1
    colon = data.index(b":", at)
    end = colon + 1 + int(data[at:colon])
    return data[colon + 1:end].decode(errors="replace"), end
