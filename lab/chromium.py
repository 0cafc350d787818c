"""A softphone in a browser: JsSIP in a page of Chromium (SIP over secure WebSockets, WebRTC), driven by its WebDriver."""

import os
import pathlib
import shutil
import subprocess

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from lab.process import LabError, eventually

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "tests" / "interop" / "browser"


def build_page(folder: pathlib.Path) -> pathlib.Path:
    """The page with its softphone in one script; made once for the sources as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [SOURCE / name for name in ("package.json", "package-lock.json", "phone.js", "phone.html")]
    bundle = folder / "bundle.js"
    if bundle.exists() and bundle.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return folder / "phone.html"
    for source in sources:
        shutil.copy(source, folder / source.name)
    for step in (["npm", "ci", "--no-audit", "--no-fund"],
                 ["esbuild", "phone.js", "--bundle", "--format=iife", "--outfile=bundle.js", "--log-level=warning"]):
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise LabError(f"{' '.join(step)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return folder / "phone.html"


class BrowserPhone:
    """One Chromium with one phone in it. It answers every call and says what is in the WAV file `says`."""

    def __init__(self, folder: pathlib.Path, page: pathlib.Path, number: str, password: str, server: str,
                 says: pathlib.Path, trusted: pathlib.Path | None = None):
        """`server`: the wss:// address; `trusted`: the CA certificate that makes the server's one good for the browser
        (none: it is as a stranger's browser is)."""
        self.number, self.password, self.server = number, password, server
        home = folder / "home"
        home.mkdir(parents=True)
        if trusted:
            self._trust(home, trusted)
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                         f"--user-data-dir={folder / 'profile'}", "--autoplay-policy=no-user-gesture-required",
                         "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                         f"--use-file-for-fake-audio-capture={says}",
                         # Everything is on one machine here; a browser offers its other addresses by itself.
                         "--allow-loopback-in-peer-connection"):
            options.add_argument(argument)
        service = Service("/usr/bin/chromedriver", log_path=str(folder / "chromedriver.log"),
                          env={**os.environ, "HOME": str(home)})
        self._driver = webdriver.Chrome(service=service, options=options)
        try:
            self._driver.set_script_timeout(30)
            self._driver.get(page.as_uri())
            self._run("phone.start(arguments[0])", {"server": server, "number": number, "password": password})
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def _trust(home: pathlib.Path, authority: pathlib.Path) -> None:
        store = home / ".pki" / "nssdb"
        store.mkdir(parents=True)
        for words in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "ca", "-i", str(authority)]):
            subprocess.run(["certutil", "-d", f"sql:{store}", *words], check=True, capture_output=True, timeout=30)

    def _run(self, script: str, *arguments):
        return self._driver.execute_script(script, *arguments)

    def _await(self, promise: str):
        answer = self._driver.execute_async_script(
            f"const done = arguments[0]; Promise.resolve({promise}).then(v => done({{value: v}}), e => done({{error: String(e)}}))")
        if "error" in answer:
            raise LabError(f"{promise}: {answer['error']}\n{self.events()}")
        return answer["value"]

    def events(self) -> list[dict]:
        """What happened to the phone, in order: {"what", "detail"}."""
        return self._run("return phone.events")

    def told(self) -> str:
        """Its events and what the browser wrote to its console, for a failure's message."""
        return "\n".join(str(entry) for entry in [*self.events(), *self._driver.get_log("browser")])

    def wait_event(self, what: str, seconds: float = 20) -> dict:
        return eventually(f"“{what}” in the browser of {self.number}",
                          lambda: next((event for event in self.events() if event["what"] == what), None), seconds,
                          on_failure=self.told)

    def wait_registered(self) -> None:
        self.wait_event("registered")

    def dial(self, target: str) -> None:
        self._run("phone.dial(arguments[0])", target)

    def hangup(self) -> None:
        self._run("phone.hangup()")

    def hold(self) -> None:
        self._run("phone.hold()")

    def unhold(self) -> None:
        self._run("phone.unhold()")

    def restart_ice(self) -> None:
        self._run("phone.restartIce()")

    def send_digit(self, digit: str) -> None:
        self._run("phone.sendDigit(arguments[0])", digit)

    def stats(self) -> dict:
        """What the browser says of the voice; see phone.js."""
        return self._await("phone.stats()")

    def hears(self, hertz: float) -> float:
        """The share of that tone in what is heard at this moment, 0…1."""
        return self._run("return phone.hears(arguments[0])", hertz)["share"]

    def stop(self) -> None:
        self._driver.quit()
