"""Alarms at a network manager (OPS-3, CERT-8): Debian's snmptrapd hears them by the names of our MIB."""

import os
import re
import subprocess

import pytest
from lab.pbx import Pbx
from lab.process import LabError, eventually
from lab.snmptrapd import MIBS, ROOT, Snmptrapd, environment, free_udp_port

COMMUNITY = "hidden-community"
USER = ("cadenas", "hidden-authentication", "hidden-privacy")
MIB = ROOT / "packaging" / "CADENAS-ALARM-MIB.txt"


def secret_file(folder, name, text):
    file = folder / name
    file.write_text(text + "\n")
    file.chmod(0o600)
    return str(file)


def declare(pbx, folder, port, version, kind):
    if version == "v2c":
        secrets = ["--community-file", secret_file(folder, "community", COMMUNITY)]
    else:
        secrets = ["--snmp-user", USER[0], "--auth-file", secret_file(folder, "auth", USER[1]),
                   "--privacy-file", secret_file(folder, "privacy", USER[2])]
    return pbx.cli("snmp", "put", "nms", "127.0.0.1", "--port", str(port), "--snmp", version, "--kind", kind, *secrets)


def manager_for(folder, pbx, port, version, kind):
    if version == "v2c":
        return Snmptrapd(folder, community=COMMUNITY, port=port)
    engine = re.search(r"Engine id of SNMPv3 traps: (0x[0-9a-f]+)", pbx.cli("snmp", "list")).group(1)
    return Snmptrapd(folder, user=USER, engine=engine if kind == "trap" else "", port=port)


def assert_no_secret(pbx, *texts):
    seen = [*texts, pbx.output(), pbx.log_file.read_text(), pbx.cli("snmp", "list"), pbx.cli("journal"),
            *(pbx.get(path) for path in pbx.get_paths())]
    for text in seen:
        assert "hidden" not in text


@pytest.mark.parametrize("version,kind", [("v2c", "trap"), ("v2c", "inform"), ("v3", "trap"), ("v3", "inform")])
def test_manager_is_told_of_an_alarm_from_raised_to_cleared(tmp_path, version, kind):
    port = free_udp_port()
    with Pbx(tmp_path / "pbx") as pbx:
        put = declare(pbx, tmp_path, port, version, kind)
        manager = manager_for(tmp_path / "manager", pbx, port, version, kind)
    with manager:
        # Each start counts the boots of our engine up: a receiver of v3 traps that knows the one before takes the next.
        for start in (1, 2):
            with Pbx(tmp_path / "pbx") as pbx:
                def raised():
                    return [n for n in manager.received() if n["notification"] == "cadenasAlarmRaised" and
                            n["cadenasAlarmCode"] == "licence.missing"]
                eventually("the alarm of this start", lambda: len(raised()) == start, 30, on_failure=manager.tail)
        told = raised()[0]
        assert told["cadenasAlarmSeverity"] == "major" and told["cadenasAlarmState"] == "raised"
        assert told["cadenasSystemInAlarm"] == "true" and told["cadenasAlarmSubject"] == ""
        assert told["cadenasAlarmDetail"] == "Encryption is not unlocked on this system."
        assert re.fullmatch(r"\d+-\d+-\d+,\d+:\d+:\d+\.\d,\+0:0", told["cadenasAlarmRaisedAt"])
        with Pbx(tmp_path / "pbx") as pbx:
            eventually("the alarm of this start", lambda: len(raised()) == 3, 30, on_failure=manager.tail)
            standing = next(line.split()[0] for line in pbx.cli("alarms").splitlines() if "licence.missing" in line)
            pbx.cli("alarms", "ack", standing)
            seen = manager.wait_for(notification="cadenasAlarmAcknowledged", cadenasAlarmId=standing)
            assert seen["cadenasAlarmAcknowledgedBy"] == "admin"
            pbx.unlock()
            gone = manager.wait_for(notification="cadenasAlarmCleared", cadenasAlarmCode="licence.missing")
            assert gone["cadenasSystemId"] == told["cadenasSystemId"]
            tested = pbx.cli("snmp", "test", "nms")
            assert ("acknowledged" if kind == "inform" else "only an inform") in tested
            manager.wait_for(notification="cadenasAlarmTest")
            assert (pbx.metric('cadenas_snmp_notifications_total{outcome="acknowledged"}') > 0) == (kind == "inform")
            assert pbx.metric('cadenas_snmp_notifications_total{outcome="lost"}') == 0
            assert_no_secret(pbx, put, tested)


def test_manager_that_does_not_answer_is_told_of_once_and_taken_back(tmp_path):
    port = free_udp_port()
    with Pbx(tmp_path / "pbx") as pbx:
        declare(pbx, tmp_path, port, "v3", "inform")
        with pytest.raises(LabError, match="did not answer"):
            pbx.cli("snmp", "test", "nms")
        eventually("the alarm", lambda: "snmp.unreachable" in pbx.cli("alarms"), on_failure=pbx.tail)
        pbx.unlock()  # one more notification, which finds the manager silent
        eventually("its loss", lambda: pbx.metric('cadenas_snmp_notifications_total{outcome="lost"}') >= 2,
                   on_failure=pbx.tail)
        assert pbx.log_file.read_text().count('"snmp.unanswered"') == 1
        with Snmptrapd(tmp_path / "manager", user=USER, port=port):
            assert "acknowledged" in pbx.cli("snmp", "test", "nms")
            eventually("the end of the alarm", lambda: "snmp.unreachable" not in pbx.cli("alarms"), on_failure=pbx.tail)
        pbx.cli("snmp", "remove", "nms")
        assert "nms" not in pbx.cli("snmp", "list")


def test_wrong_passphrase_is_not_acknowledged(tmp_path):
    with Pbx(tmp_path / "pbx") as pbx:
        with Snmptrapd(tmp_path / "manager", user=(USER[0], USER[1], "another privacy passphrase")) as manager:
            declare(pbx, tmp_path, manager.port, "v3", "inform")
            with pytest.raises(LabError):
                pbx.cli("snmp", "test", "nms")
            assert manager.received() == []


def test_mib_is_accepted(tmp_path):
    """The modules it imports are stand-ins of ours: Debian's free part has none of the IETF's."""
    lint = subprocess.run(["smilint", "-c", "/dev/null", "-s", "-l", "6", str(MIB)], capture_output=True, text=True,
                          check=True, env={**os.environ, "SMIPATH": MIBS.split(":")[0]})
    complaints = (lint.stdout + lint.stderr).splitlines()
    # The arcs above its root are NET-SNMP's to name.
    assert all("implicit node definition" in line for line in complaints), complaints
    assert len(complaints) <= 3
    for arc, name in enumerate(["Raised", "Repeated", "Cleared", "Acknowledged", "Test"], 1):
        number = subprocess.run(["snmptranslate", "-On", f"CADENAS-ALARM-MIB::cadenasAlarm{name}"], check=True,
                                capture_output=True, text=True, env=environment(tmp_path)).stdout.splitlines()[-1]
        assert number == f".1.3.6.1.4.1.8072.9999.9999.1.2.0.{arc}"
