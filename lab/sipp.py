"""SIPp runs of the scenarios in tests/interop/scenarios (Debian's SIPp: UDP and TCP, neither TLS nor SRTP)."""

import pathlib

from lab.process import LabError, Process

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "interop" / "scenarios"


class Sipp(Process):
    """One SIPp process playing one scenario `calls` times against `target` (address:port)."""

    def __init__(self, folder: pathlib.Path, scenario: str, target: str, *, number: str = "", password: str = "",
                 called: str = "", port: int, transport: str = "u1", calls: int = 1, talk_ms: int = 1000,
                 rate: int = 10, media_port: int = 0, lost: int = 0, echo: bool = False, seconds: int = 60,
                 extra: tuple = ()):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        argv = ["sipp", target, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", "127.0.0.1", "-p", str(port),
                "-mi", "127.0.0.1", "-t", transport, "-m", str(calls), "-d", str(talk_ms), "-r", str(rate), "-nostdin",
                "-key", "caller", number, "-au", number, "-ap", password, "-timeout", f"{seconds}s", "-timeout_error",
                "-trace_err", "-trace_msg", "-message_file", str(folder / "messages.log"),
                "-error_file", str(folder / "errors.log")]
        if called:
            argv += ["-s", called]
        if media_port:
            argv += ["-mp", str(media_port)]
        if echo:
            argv += ["-rtp_echo"]
        if lost:
            argv += ["-lost", str(lost)]
        super().__init__(f"SIPp {scenario} {number}", argv + list(extra), folder / "output.txt", cwd=folder)
        self._seconds = seconds

    def finish(self) -> None:
        """Waits for the scenario's end; LabError, with what SIPp saw, unless every call went as the scenario says."""
        code = self.wait(self._seconds + 10)
        if code != 0:
            raise LabError(f"{self.name} ended with {code}\n{self.errors()}\n{self.messages()[-6000:]}")

    def errors(self) -> str:
        return _read(self.folder / "errors.log")

    def messages(self) -> str:
        return _read(self.folder / "messages.log")


def register(folder: pathlib.Path, target: str, number: str, password: str, port: int, transport: str = "u1") -> None:
    """Registers `number` from `port`, where a later scenario with the same port takes its calls."""
    with Sipp(folder, "register", target, number=number, password=password, port=port, transport=transport) as sipp:
        sipp.finish()


def _read(file: pathlib.Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""
