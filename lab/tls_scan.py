"""What testssl.sh and sslscan, two scanners nobody here wrote, find at a TLS port on loopback."""

import json
import pathlib
import subprocess
import xml.etree.ElementTree as xml

from lab.process import LabError

# Protocols, cipher classes, forward secrecy, server defaults with certificate, and every vulnerability it knows.
SECTIONS = ("-p", "-s", "-f", "-S", "-U")
HARMLESS = {"OK", "INFO", "LOW"}
GRAVE = {"MEDIUM", "HIGH", "CRITICAL"}


class ScanByTestssl:
    """One run of testssl.sh: `grave`, its findings of medium severity or worse, and `not_made`, the checks it could not
    make; each the id of a check and what testssl.sh says of it."""

    def __init__(self, folder: pathlib.Path, port: int, *, http: bool, trusted: pathlib.Path | None = None):
        """`http`: the port speaks it, and its headers are looked at, too. `trusted`: a CA known beside Debian's."""
        folder.mkdir(parents=True, exist_ok=True)
        report = folder / "testssl.json"
        command = ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.0.0.1",
                   "--connect-timeout", "10", "--openssl-timeout", "10", *SECTIONS, "--jsonfile", str(report)]
        if http:
            command.append("-h")
        if trusted:
            command += ["--add-ca", str(trusted)]
        done = subprocess.run([*command, f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=300, check=False)
        findings = json.loads(report.read_text()) if report.exists() else []
        if "scanTime" not in {each["id"] for each in findings}:
            raise LabError(f"testssl.sh did not come to its end\n{done.stdout}{done.stderr}")
        self.grave = {each["id"]: each["finding"] for each in findings if each["severity"] in GRAVE}
        self.not_made = {each["id"]: each["finding"] for each in findings if each["severity"] not in GRAVE | HARMLESS}


def sslscan(port: int) -> xml.Element:
    """Its report on the port, the element <ssltest>."""
    done = subprocess.run(["sslscan", "--no-colour", "--xml=-", f"127.0.0.1:{port}"], capture_output=True, text=True,
                          timeout=120, check=True)
    return xml.fromstring(done.stdout).find("ssltest")
