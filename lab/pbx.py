"""Our iPBX as a process on loopback, with its admin API and command line."""

import hashlib
import hmac
import json
import pathlib
import re
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request

from lab.process import LabError, Process, eventually, free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"

CONFIGURATION = """\
state_directory = "state"
[log]
file = "cadenas.log"
level = "info"
[system]
tel_addresses = ["127.0.0.1"]
[sip]
addresses = ["127.0.0.1"]
plain_port = {plain_port}
tls_port = {tls_port}
wss_port = {wss_port}
loops = {loops}
[sip.limits]
connections_per_source = {per_source}
handshakes = {per_source}
[media]
first_port = {first_media_port}
last_port = {last_media_port}
{media}
[admin]
port = {api_port}
metrics_without_login = true
"""


class Pbx(Process):
    """One iPBX whose state is in `folder`; started again on the same folder it goes on with that state."""

    def __init__(self, folder: pathlib.Path, *, build: pathlib.Path = BUILD, plain_port: int = 0, tls_port: int = 0,
                 wss_port: int = 0, api_port: int = 0, loops: int = 2, per_source: int = 5000,
                 certificate: pathlib.Path | None = None, key: pathlib.Path | None = None, prefix: tuple = (),
                 configuration: str = "", relays: tuple = (), media_ports: tuple[int, int] = (20000, 29999),
                 board: str = ""):
        """`configuration`: more tables for the configuration file; `board`: more lines for its [media]; `relays`:
        instances of its media pool."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.build = folder, build
        self.state = folder / "state"
        self.log_file = folder / "cadenas.log"
        config = folder / "cadenas-pbx.toml"
        # TLS and WSS ports of its own choice would be others each time the mode opens them.
        config.write_text(CONFIGURATION.format(plain_port=plain_port, tls_port=tls_port or free_port(),
                                               wss_port=wss_port or free_port(), loops=loops, per_source=per_source,
                                               api_port=api_port, first_media_port=media_ports[0],
                                               last_media_port=media_ports[1],
                                               media=board + (f"[media.pool]\ninstances = {json.dumps(relays)}" if relays else ""))
                          + configuration)
        if certificate:
            identity = self.state / "identity"
            identity.mkdir(parents=True, exist_ok=True)
            shutil.copy(certificate, identity / "cert.pem")
            shutil.copy(key, identity / "key.pem")
            (identity / "key.pem").chmod(0o600)
        self._token = ""
        super().__init__("cadenas-pbx", [*prefix, str(build / "src/apps/cadenas-pbx"), "--config", str(config)],
                         folder / "output.txt")

    def __enter__(self):
        line = eventually("cadenas-pbx to be ready", self._ready_line, 30, on_failure=self.tail)
        self.sip_port = int(re.search(r"UDP=127\.0\.0\.1:(\d+)", line).group(1))
        tls = re.search(r"TLS=127\.0\.0\.1:(\d+)", line)
        self.tls_port = int(tls.group(1)) if tls else 0
        wss = re.search(r"WSS=127\.0\.0\.1:(\d+)", line)
        self.wss_port = int(wss.group(1)) if wss else 0
        self.api = re.search(r"API=(\S+)", line).group(1)
        # The API's certificate is the one this process has just put into its own state directory.
        self._trust = ssl.create_default_context(cafile=str(self.state / "admin-tls" / "cert.pem"))
        self._trust.check_hostname = False
        self._token = self._call("POST", "/session", {"user": "admin", "password": self.administrator_password})["token"]
        return self

    @property
    def sip_target(self) -> str:
        return f"127.0.0.1:{self.sip_port}"

    @property
    def tls_target(self) -> str:
        return f"127.0.0.1:{self.tls_port}"

    @property
    def wss_target(self) -> str:
        return f"127.0.0.1:{self.wss_port}"

    @property
    def api_port(self) -> int:
        return int(self.api.rsplit(":", 1)[1])

    @property
    def administrator_password(self) -> str:
        return (self.state / "initial-admin-password").read_text().strip()

    def unlock(self) -> None:
        """Enters the unlock key that switches encryption on (RIGHT-1), computed as store/licence.hpp says."""
        system_id = self._call("GET", "/licence")["system_id"]
        digits = hmac.new(b"cadenas encryption unlock 1", system_id.encode(), hashlib.sha256).hexdigest()[:20]
        self._call("PUT", "/licence", {"unlock_key": digits})

    def add_user(self, number: str, password: str, **properties) -> None:
        self._call("POST", "/subscriptions", {"number": number, "password": password, **properties})

    def change_user(self, number: str, **properties) -> None:
        self._call("PATCH", f"/subscriptions/{number}", properties)

    def users(self) -> list[dict]:
        return self._call("GET", "/subscriptions")["subscriptions"]

    def registrations(self) -> list[dict]:
        return self._call("GET", "/registrations")["registrations"]

    def calls(self) -> list[dict]:
        return self._call("GET", "/calls")["calls"]

    def call(self, id_: str) -> dict:
        return self._call("GET", f"/calls/{id_}")

    def explain(self, id_: str) -> dict:
        return self._call("GET", f"/calls/{id_}/explain")

    def change_settings(self, **settings) -> None:
        self._call("PATCH", "/settings", settings)

    def metric(self, name: str) -> float:
        """Sum over the labels of one metric."""
        with urllib.request.urlopen(f"{self.api}/metrics", context=self._trust, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"{name}(\{{| )", line))

    def get(self, path: str) -> str:
        """The raw answer to a GET, whatever its status."""
        try:
            return self._open("GET", path, None).read().decode()
        except urllib.error.HTTPError as refused:
            return refused.read().decode()

    def get_paths(self) -> list[str]:
        """Every path of the API description that a GET can ask for without a parameter."""
        description = json.loads(self.get("/api/v1/openapi.json"))
        return [path for path, methods in description["paths"].items() if "get" in methods and "{" not in path]

    def cli(self, *words: str) -> str:
        """What the command line prints; LabError unless it ends with 0."""
        done = subprocess.run([str(self.build / "src/apps/cadenas"), "--state", str(self.state), "--server", self.api,
                               *words], capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise LabError(f"cadenas {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def _ready_line(self):
        if not self.alive():
            raise LabError(f"cadenas-pbx has ended\n{self.tail()}")
        return next((line for line in self.output().splitlines() if line.startswith("cadenas-pbx ready:")), None)

    def _call(self, method: str, path: str, body: dict | None = None) -> dict:
        try:
            with self._open(method, "/api/v1" + path, body) as answer:
                text = answer.read().decode()
                return json.loads(text) if text else {}
        except urllib.error.HTTPError as refused:
            raise LabError(f"{method} {path}: {refused.code} {refused.read().decode()}") from refused

    def _open(self, method: str, path: str, body: dict | None):
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.api + path, data=data, headers=headers, method=method)
        return urllib.request.urlopen(request, context=self._trust, timeout=20)
