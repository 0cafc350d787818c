"""Debian's snmptrapd on loopback: a network manager that prints what it is told, by the names of our MIB."""

import os
import pathlib
import re
import socket

from lab.process import Process, eventually

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIBS = f"{ROOT / 'tests/interop/mibs'}:{ROOT / 'packaging'}"
SNMP_TRAP_OID = "snmpModules.1.1.4.1"  # as far as the MIBs above know its name


def environment(folder: pathlib.Path) -> dict:
    """Keeps programs of NET-SNMP from the files of the machine: theirs are in `folder`."""
    return {**os.environ, "HOME": str(folder), "SNMPCONFPATH": str(folder), "SNMP_PERSISTENT_DIR": str(folder / "kept"),
            "MIBDIRS": MIBS, "MIBS": "CADENAS-ALARM-MIB"}


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Snmptrapd(Process):
    """Takes v2c notifications with `community`, and v3 ones of `user`, as (name, auth passphrase, priv passphrase);
    for traps `engine` is the sender's engine id, for informs it is left out."""

    def __init__(self, folder: pathlib.Path, *, community: str = "", user: tuple = (), engine: str = "",
                 port: int = 0):
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_udp_port()
        lines = ["doNotLogTraps no", "format2 NOTIFICATION %V|| %v||\\n"]
        if community:
            lines += [f"authCommunity log {community}"]
        if user:
            name, auth, priv = user
            lines += [f"createUser {'-e ' + engine if engine else ''} {name} SHA-256 \"{auth}\" AES \"{priv}\"",
                      f"authUser log {name} priv"]
        configuration = folder / "snmptrapd.conf"
        configuration.write_text("\n".join(lines) + "\n")
        configuration.chmod(0o600)
        super().__init__("snmptrapd", ["snmptrapd", "-f", "-n", "-C", "-c", str(configuration), "-Lo", "-OQ",
                                       "-p", str(folder / "pid"), f"udp:127.0.0.1:{self.port}"],
                         folder / "output.txt", env=environment(folder))

    def __enter__(self):
        eventually("snmptrapd to listen", lambda: "NET-SNMP version" in self.output(), on_failure=self.tail)
        return self

    def received(self) -> list[dict]:
        """Each notification as its objects by name, without module and instance; its own name is `notification`."""
        out = []
        for line in self.output().splitlines():
            if not line.startswith("NOTIFICATION "):
                continue
            values = {}
            for part in line.removeprefix("NOTIFICATION ").split("||"):
                name, equals, value = part.partition(" =")
                if equals:
                    values[re.sub(r"^.*::|\.0$", "", name.strip())] = value.strip().removeprefix("CADENAS-ALARM-MIB::")
            values["notification"] = values.pop(SNMP_TRAP_OID, "")
            out.append(values)
        return out

    def wait_for(self, **wanted) -> dict:
        """The first notification with these values."""
        def found():
            return next((n for n in self.received() if wanted.items() <= n.items()), None)
        return eventually(f"a notification with {wanted}", found, 30, on_failure=self.tail)
