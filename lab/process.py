"""One child process with its output in a file, stopped by pid and never left behind."""

import os
import pathlib
import signal
import socket
import subprocess
import time


class LabError(Exception):
    """What a lab part did not do, with the end of its output."""


class Process:
    """Runs `argv`; output goes to `log`. Use as a context manager."""

    def __init__(self, name: str, argv: list[str], log: pathlib.Path, env: dict | None = None, cwd=None,
                 stdin=subprocess.DEVNULL):
        self.name = name
        self.log = log
        self._out = open(log, "wb")
        # A session of its own: what the program forks (Kamailio, tshark) ends with it.
        self.child = subprocess.Popen(argv, stdin=stdin, stdout=self._out, stderr=subprocess.STDOUT,
                                      env=env, cwd=cwd, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self) -> int:
        return self.child.pid

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def alive(self) -> bool:
        return self.child.poll() is None

    def wait(self, seconds: float) -> int:
        """The exit code; LabError if it is still running after `seconds`."""
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise LabError(f"{self.name} still runs after {seconds} s\n{self.tail()}") from late

    def stop(self, seconds: float = 10) -> int | None:
        if self.alive():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._out.close()
        return self.child.returncode

    def tail(self, lines: int = 25) -> str:
        return "\n".join(self.output().splitlines()[-lines:])


def eventually(what: str, check, seconds: float = 15, every: float = 0.1, on_failure=lambda: ""):
    """The first true value of `check()`, asked again and again until it comes; LabError when `seconds` are over."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise LabError(f"waited {seconds} s for: {what}\n{on_failure()}")
        time.sleep(every)


def free_port() -> int:
    """A port nobody has at this moment, neither by TCP nor by UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
