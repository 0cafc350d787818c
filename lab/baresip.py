"""A baresip softphone without a sound card: one that talks (a sine tone), or one that records and echoes what it hears."""

import json
import pathlib
import socket

from lab.process import LabError, Process, eventually, free_port

MODULES = "/usr/lib/baresip/modules"


class Baresip(Process):
    """One phone with one account, driven over baresip's ctrl_tcp (JSON in netstrings)."""

    def __init__(self, folder: pathlib.Path, number: str, password: str, registrar: str, transport: str = "tls",
                 mediaenc: str = "srtp-mand", answer: str = "auto", tone_hz: int | None = 440, control_port: int = 0,
                 trusted: pathlib.Path | None = None, certificate: pathlib.Path | None = None, codecs: str = "PCMU", rtp_ports: str = "30000-31000", rtcp_mux: bool = True):
        """`tone_hz` None: this phone echoes, and records to `heard`. (baresip's sine source has no player beside it, and
        only what is played passes the recorder.)"""
        self.number = number
        self.folder = folder
        self.control_port = control_port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.heard = folder / "heard"
        self.heard.mkdir(exist_ok=True)
        config = [
            "poll_method epoll", "sip_listen 127.0.0.1:0", "net_interface 127.0.0.1", "call_local_timeout 120",
            "call_max_calls 8", "audio_buffer 20-160", f"rtp_ports {rtp_ports}", f"module_path {MODULES}",
            "module g711.so", "module srtp.so", "module ctrl_tcp.so", "module_tmp account.so", "module_app menu.so",
            f"ctrl_tcp_listen 127.0.0.1:{self.control_port}", f"snd_path {self.heard}",
        ]
        if tone_hz:
            config += ["module ausine.so", f"audio_source ausine,{tone_hz}", "ausrc_srate 48000", "ausrc_channels 2"]
        else:
            config += ["module aubridge.so", "module sndfile.so", "audio_source aubridge,echo",
                       "audio_player aubridge,echo"]
        if "dtls" in mediaenc:
            # One handshake for both ports, or one for each.
            config += ["module dtls_srtp.so", f"rtcp_mux {'yes' if rtcp_mux else 'no'}"]
        if trusted:
            config.append(f"sip_cafile {trusted}")
        if certificate:
            config.append(f"sip_certificate {certificate}")
        (folder / "config").write_text("\n".join(config) + "\n")
        media = f";mediaenc={mediaenc}" if mediaenc else ""
        mode = f";answermode={answer}"
        (folder / "accounts").write_text(
            f"<sip:{number}@{registrar};transport={transport}>;auth_user={number};auth_pass={password}"
            f";regint=60;audio_codecs={codecs}{media}{mode}\n")
        (folder / "contacts").write_text("")
        (folder / "uuid").write_text(f"00000000-0000-4000-8000-{int(number):012d}\n")
        # No ring tones (-p names a folder without any): they would be played into the echo.
        super().__init__(f"baresip {number}", ["baresip", "-4", "-v", "-f", str(folder), "-p", str(self.heard)],
                         folder / "output.txt")
        self._control: socket.socket | None = None

    def wait_registered(self, seconds: float = 20):
        eventually(f"{self.name} to register", lambda: " binding" in self.output(), seconds, on_failure=self.tail)

    def command(self, name: str, params: str = "") -> dict:
        """Runs one command of baresip's menu (`dial`, `hangup`, `hold`, …) and returns its answer."""
        if self._control is None:
            self._control = eventually(f"{self.name} to take commands", self._connect, on_failure=self.tail)
        message = json.dumps({"command": name, "params": params, "token": name}).encode()
        self._control.sendall(str(len(message)).encode() + b":" + message + b",")
        while True:
            answer = self._read_netstring()
            if answer.get("response"):
                return answer

    def wait_control_event(self, type_: str, param: str) -> None:
        """Reads what this phone tells of itself, from the moment it took its first command, until that event."""
        while True:
            told = self._read_netstring()
            if told.get("event") and told.get("type") == type_ and told.get("param") == param:
                return

    def dial(self, target: str) -> None:
        self.command("dial", target)

    def hangup(self) -> None:
        self.command("hangup")

    def wait_event(self, text: str, seconds: float = 20) -> None:
        eventually(f"“{text}” from {self.name}", lambda: text in self.output(), seconds, on_failure=self.tail)

    def wait_established(self, seconds: float = 20) -> None:
        self.wait_event("Call established", seconds)

    def recording(self) -> pathlib.Path:
        """What an echoing phone heard, up to its first re-INVITE; whole only once the phone is stopped."""
        return next(iter(sorted(self.heard.glob("*dec*.wav"))), self.heard / "nothing.wav")

    def stop(self, seconds: float = 10):
        if self._control is not None:
            self._control.close()
            self._control = None
        return super().stop(seconds)

    def _connect(self) -> socket.socket | None:
        if not self.alive():
            raise LabError(f"{self.name} has ended\n{self.tail()}")
        try:
            return socket.create_connection(("127.0.0.1", self.control_port), timeout=10)
        except OSError:
            return None

    def _read_netstring(self) -> dict:
        length = b""
        while not length.endswith(b":"):
            octet = self._control.recv(1)
            if not octet:
                raise LabError(f"{self.name} closed its control connection\n{self.tail()}")
            length += octet
        wanted = int(length[:-1]) + 1
        body = b""
        while len(body) < wanted:
            body += self._control.recv(wanted - len(body))
        return json.loads(body[:-1])
