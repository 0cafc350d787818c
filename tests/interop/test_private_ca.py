"""A CA of one's own (CERT-2, CERT-3, CERT-7, CERT-9, TMA-10): `cadenas ca` serves the iPBX and phones nobody here wrote."""

import json
import pathlib
import subprocess

import pytest
from lab.pbx import BUILD
from lab.process import eventually
from test_bothway import alert, numbers
from test_encrypted_call import talk

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "471147"


class PrivateCa:
    """`cadenas ca` on one directory; with a token its key is there, and each command that signs is given the PIN."""

    def __init__(self, folder: pathlib.Path, pin_file: pathlib.Path | None, environment: dict):
        self.folder, self.certificate = folder, folder / "ca.pem"
        self.pin = ("--pin-file", str(pin_file)) if pin_file else ()
        self.environment = environment

    def run(self, pbx, *words: str, signs: bool = True) -> dict:
        command = [str(BUILD / "src/apps/cadenas"), "--json", "--state", str(pbx.state), "--server", pbx.api, "ca",
                   *words, "--dir", str(self.folder), *(self.pin if signs else ())]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=self.environment)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert PIN not in done.stdout + done.stderr
        return json.loads(done.stdout)


def secret(file: pathlib.Path, text: str) -> pathlib.Path:
    file.write_text(text + "\n")
    file.chmod(0o600)
    return file


def in_a_file(pbx, tmp_path) -> PrivateCa:
    ca = PrivateCa(tmp_path / "own-ca", None, {"HOME": str(tmp_path)})
    ca.run(pbx, "init", "--name", "Our phones")
    assert (ca.folder / "ca.key").stat().st_mode & 0o777 == 0o600
    return ca


def in_a_token(pbx, tmp_path) -> PrivateCa:
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    environment = {"HOME": str(tmp_path), "SOFTHSM2_CONF": str(config)}
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "lab", "--pin", PIN, "--so-pin", "12345678"],
                   env={**environment, "PATH": "/usr/bin:/bin"}, check=True, capture_output=True, timeout=30)
    ca = PrivateCa(tmp_path / "own-ca", secret(tmp_path / "pin", PIN), environment)
    ca.run(pbx, "init", "--name", "Our phones", "--generate", "--token",
           f"pkcs11:token=lab;object=our-ca?module-path={MODULE}")
    assert not (ca.folder / "ca.key").exists()
    return ca


@pytest.mark.parametrize("made", [in_a_file, in_a_token])
def test_own_ca_serves_ipbx_and_phones_until_one_is_revoked(pbx, phone, tmp_path, made):
    ca = made(pbx, tmp_path)
    password = secret(tmp_path / "password", "of the file")
    ca.run(pbx, "issue", "127.0.0.1", "--host", "pbx.example", "--out", str(tmp_path / "pbx.p12"), "--password-file",
           str(password))
    imported = pbx.cli("certs", "import", str(tmp_path / "pbx.p12"), "--password-file", str(password))
    assert "cert." not in imported, f"the rules of our own import object: {imported}"
    files = tmp_path / "phones"
    issued = ca.run(pbx, "issue-phones", "101", "102", "--out", str(files))["issued"]
    assert [each["certificate"]["common_name"] for each in issued] == ["101", "102"]
    assert {each.name: each.stat().st_mode & 0o777 for each in files.glob("101.*")} == {
        "101.crt": 0o644, "101.key": 0o600, "101.pem": 0o600}
    pbx.cli("phone-ca", "load", str(ca.certificate))
    pbx.cli("settings", "--mode", "bothway", "--bind-phone-certificates", "on")

    # The phones verify the iPBX against the CA too: authentication both ways.
    alice = phone("101", certificate=files / "101.pem", trusted=files / "ca.pem")
    bob = phone("102", certificate=files / "102.pem", trusted=files / "ca.pem", tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    call = talk(pbx, 1)
    assert all(leg["padlock"] for leg in call["legs"]), call
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)

    ca.run(pbx, "publish", "--load")
    assert numbers(pbx) == ["101", "102"], "an empty list disconnects somebody"
    ca.run(pbx, "revoke", "101", "--reason", "keyCompromise", signs=False)
    published = ca.run(pbx, "publish", "--load")
    assert (published["number"], published["entries"], published["loaded"]) == ("02", 1, True)
    eventually("the stolen phone to be disconnected", lambda: numbers(pbx) == ["102"], on_failure=pbx.tail)
    assert "revoked" in alert(pbx, "-cert", str(files / "101.crt"), "-key", str(files / "101.key"))
    states = {each["common_name"]: each["state"] for each in ca.run(pbx, "list", signs=False)["certificates"]}
    assert states == {"127.0.0.1": "standing", "101": "revoked", "102": "standing"}


def test_request_of_another_tool_is_certified(pbx, tmp_path):
    ca = in_a_file(pbx, tmp_path)
    subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1,DNS:pbx.example", "-keyout", str(tmp_path / "key.pem"), "-out",
                    str(tmp_path / "request.pem")], check=True, capture_output=True, timeout=30)
    issued = ca.run(pbx, "issue", "--request", str(tmp_path / "request.pem"), "--names-from-request", "--out",
                    str(tmp_path / "issued.pem"))["issued"][0]["certificate"]
    assert issued["common_name"] == "127.0.0.1" and "pbx.example" in issued["dns_names"]
    verified = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile",
                               str(ca.certificate), str(tmp_path / "issued.pem")], capture_output=True, text=True,
                              timeout=30, check=False)
    assert verified.returncode == 0, verified.stderr
