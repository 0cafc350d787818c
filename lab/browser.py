"""A phone as a browser is one: SIP over a secure WebSocket, by the websockets library of Python. It has no voice."""

import asyncio
import hashlib
import pathlib
import re
import secrets
import ssl

import websockets

LONGEST_WAIT = 20  # seconds for anything a test waits for


def trusting(certificate: pathlib.Path) -> ssl.SSLContext:
    """What a browser that was given this certificate or CA believes, host name included."""
    return ssl.create_default_context(cafile=str(certificate))


class Browser:
    """`async with Browser(…) as browser`: one WebSocket, and one number on it."""

    def __init__(self, port: int, number: str, password: str, trust: ssl.SSLContext):
        self._open = websockets.connect(f"wss://127.0.0.1:{port}/sip", subprotocols=["sip"], ssl=trust,
                                        open_timeout=LONGEST_WAIT)
        self.number, self._password = number, password
        # A page does not know its own address: RFC 7118's examples take a name that is nobody's.
        self._host = f"{secrets.token_hex(4)}.invalid"
        self._call_id, self._cseq = secrets.token_hex(8), 0

    async def __aenter__(self):
        self.socket = await self._open
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    @property
    def contact(self) -> str:
        return f"sip:{self.number}@{self._host};transport=ws"

    async def hear(self) -> str:
        return await asyncio.wait_for(self.socket.recv(), LONGEST_WAIT)

    async def register(self) -> str:
        """The answer to a REGISTER that answers the challenge."""
        challenge = await self._register("")
        if not challenge.startswith("SIP/2.0 401 "):
            return challenge
        realm, nonce = (re.search(rf'{name}="([^"]+)"', challenge).group(1) for name in ("realm", "nonce"))
        uri, client_nonce = "sip:127.0.0.1", secrets.token_hex(4)

        def md5(*parts):
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        response = md5(md5(self.number, realm, self._password), nonce, "00000001", client_nonce, "auth",
                       md5("REGISTER", uri))
        return await self._register(f'Authorization: Digest username="{self.number}", realm="{realm}", '
                                    f'nonce="{nonce}", uri="{uri}", response="{response}", algorithm=MD5, qop=auth, '
                                    f'nc=00000001, cnonce="{client_nonce}"\r\n')

    async def _register(self, lines: str) -> str:
        self._cseq += 1
        await self.socket.send(
            f"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WSS {self._host};branch=z9hG4bK{secrets.token_hex(6)}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{self.number}@127.0.0.1>;tag={self._call_id}\r\n"
            f"To: <sip:{self.number}@127.0.0.1>\r\nCall-ID: {self._call_id}\r\nCSeq: {self._cseq} REGISTER\r\n"
            f"Contact: <{self.contact}>;reg-id=1;+sip.instance=\"<urn:uuid:{self._call_id}>\"\r\n"
            f"Supported: path, outbound\r\n{lines}\r\n")
        return await self.hear()

    async def answer(self, request: str, status: str) -> None:
        """Responds to a request as it came, without a body."""
        head = "".join(f"{line}\r\n" for line in request.split("\r\n\r\n")[0].split("\r\n")
                       if re.match(r"(Via|From|Call-ID|CSeq):", line))
        to = re.search(r"^To: (.*?)\r$", request, re.MULTILINE).group(1)
        tag = "" if ";tag=" in to else f";tag={self._call_id}"
        await self.socket.send(f"SIP/2.0 {status}\r\n{head}To: {to}{tag}\r\n\r\n")
