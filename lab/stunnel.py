"""stunnel as a TLS client in front of a program that has none."""

import pathlib

from lab.process import Process, eventually, free_port


class Stunnel(Process):
    """Listens in clear on a loopback port and carries it over TLS to `target` (address:port)."""

    def __init__(self, folder: pathlib.Path, target: str, trusted: pathlib.Path | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        lines = ["foreground = yes", "pid =", "debug = info", "[sip]", "client = yes",
                 f"accept = 127.0.0.1:{self.port}", f"connect = {target}", "sslVersionMin = TLSv1.2"]
        if trusted:
            lines += ["verifyPeer = yes", f"CAfile = {trusted}"]
        (folder / "stunnel.conf").write_text("\n".join(lines) + "\n")
        super().__init__("stunnel", ["stunnel4", str(folder / "stunnel.conf")], folder / "output.txt")

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        eventually("stunnel to listen", lambda: "Configuration successful" in self.output(), on_failure=self.tail)
        return self
