"""linphonec without a sound card, driven by its command line: a second TLS and SRTP stack beside baresip's."""

import os
import pathlib
import subprocess

from lab import tone
from lab.process import Process, eventually, free_port

CONFIG = """\
[sip]
verify_server_certs=0
verify_server_cn=0
sip_port=0
sip_tcp_port=0
sip_tls_port={tls_port}
media_encryption=srtp
media_encryption_mandatory=1
srtp_crypto_suites={suites}
default_proxy=0
guess_hostname=1
contact="linphone" <sip:{number}@127.0.0.1>
[auth_info_0]
username={number}
passwd={password}
realm=cadenas
domain=127.0.0.1
[proxy_0]
reg_proxy=<sip:{registrar};transport=tls>
reg_identity=sip:{number}@127.0.0.1
reg_expires=300
reg_sendregister=1
publish=0
[rtp]
audio_rtp_port=32000
"""


class Linphone(Process):
    """One linphonec with one account over TLS, SRTP mandatory; what it plays comes from a file of its own."""

    def __init__(self, folder: pathlib.Path, number: str, password: str, registrar: str,
                 suites: str = "AES_256_CM_HMAC_SHA1_80,AES_CM_128_HMAC_SHA1_80"):
        (folder / ".local/share/linphone").mkdir(parents=True)
        (folder / "linphonerc").write_text(CONFIG.format(tls_port=free_port(), number=number, password=password,
                                                         registrar=registrar, suites=suites))
        super().__init__(f"linphone {number}", ["linphonec", "-c", str(folder / "linphonerc")], folder / "output.txt",
                         env={**os.environ, "HOME": str(folder)}, stdin=subprocess.PIPE)
        self._tone = folder / "tone.wav"
        tone.write(self._tone, 440, 60)
        self.command("soundcard use files")
        eventually("linphonec to use files for sound", lambda: "Using wav files" in self.output(), on_failure=self.tail)

    def command(self, line: str) -> None:
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    def talk(self) -> None:
        """Waits for the media of the call and plays a tone into it."""
        self.wait_for("Media streams established")
        self.command(f"play {self._tone}")

    def wait_for(self, text: str, seconds: float = 20) -> None:
        eventually(f"“{text}” from {self.name}", lambda: text in self.output(), seconds, on_failure=self.tail)
