"""A shelf of TDM ports, emulated by our cadenas-tdm: what its ports do, and what happens to them."""

import json
import pathlib
import subprocess

from lab import tone
from lab.pbx import BUILD
from lab.process import Process, eventually


class Shelf(Process):
    """Ports by name, each "LINE/SLOT,KIND"; attached to the bus at `socket` once it is entered."""

    def __init__(self, folder: pathlib.Path, socket: pathlib.Path, ports: dict[str, str], *, name: str = "shelf",
                 far: dict[str, str] | None = None, build: pathlib.Path = BUILD):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._read = 0  # events that were waited for, and those before them
        words = [word for port, at in ports.items() for word in ("--port", f"{port}={at}")]
        words += [word for number, does in (far or {}).items() for word in ("--far", f"{number}={does}")]
        super().__init__("cadenas-tdm", [str(build / "src/apps/cadenas-tdm"), "--socket", str(socket), "--name", name,
                                         *words], folder / "events.txt", stdin=subprocess.PIPE)

    def __enter__(self):
        self.wait_event("", "attached")
        return self

    def stop(self, seconds: float = 10):
        self.child.stdin.close()
        return super().stop(seconds)

    def do(self, line: str) -> None:
        """A line of cadenas-tdm's script: "desk off-hook", "desk dial 101", …"""
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    def events(self) -> list[dict]:
        """All that has happened, the oldest first."""
        return [json.loads(line) for line in self.output().splitlines(keepends=True) if line.endswith("\n")
                and line.startswith("{")]

    def wait_event(self, port: str, event: str, seconds: float = 20) -> dict:
        """The next such event of that port that was not waited for yet; those before it are passed over."""

        def found():
            for at, what in enumerate(self.events()[self._read:], self._read):
                if what["event"] == event and what.get("port", "") == port:
                    self._read = at + 1
                    return what
            return None

        return eventually(f"{event} of {port or 'the shelf'}", found, seconds, on_failure=self.tail)

    def say_tone(self, port: str, hertz: float, seconds: float = 60) -> None:
        file = self.folder / f"tone{hertz:.0f}.wav"
        tone.write(file, hertz, seconds)
        self.do(f"{port} play {file}")

    def record(self, port: str) -> pathlib.Path:
        file = self.folder / f"{port}.wav"
        self.do(f"{port} record {file}")
        return file

    def heard(self, port: str, file: pathlib.Path) -> tuple[list[int], int]:
        """Ends the recording and reads it."""
        self.do(f"{port} stop-recording")
        self.wait_event(port, "recorded")
        return tone.read(file)
