"""Fixtures: a fresh iPBX on loopback for each test that asks, and the parts of the lab."""

import itertools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from lab import sipp  # noqa: E402
from lab.baresip import Baresip  # noqa: E402
from lab.pbx import Pbx  # noqa: E402

PASSWORD = "correct-horse-battery"  # of every lab phone: tests look for it where it must not be
_sipp_ports = itertools.count(16000, 20)


@pytest.fixture
def sipp_port():
    """A function that gives a port no other SIPp run of this session uses, with room for the media ports above."""
    return lambda: next(_sipp_ports)


@pytest.fixture
def pbx(tmp_path):
    """An iPBX in mode PBX CERT, encryption unlocked, numbers 101 to 106."""
    with Pbx(tmp_path / "pbx") as system:
        system.unlock()
        for number in range(101, 107):
            system.add_user(str(number), PASSWORD)
        yield system


@pytest.fixture
def phone(pbx, tmp_path):
    """A function that starts a registered baresip for a number; all are stopped at the end."""
    running = []

    def start(number, **options):
        transport = options.setdefault("transport", "tls")
        port = pbx.tls_port if transport == "tls" else pbx.sip_port
        it = Baresip(tmp_path / f"phone{number}", str(number), options.pop("password", PASSWORD),
                     f"127.0.0.1:{port}", **options)
        running.append(it)
        it.wait_registered()
        return it

    yield start
    for it in running:
        it.stop()


@pytest.fixture
def callee(pbx, tmp_path, sipp_port):
    """A function that registers 102 over UDP and starts a scenario there."""

    def start(scenario, calls=1, **options):
        port = sipp_port()
        sipp.register(tmp_path / "callee_reg", pbx.sip_target, "102", PASSWORD, port)
        return sipp.Sipp(tmp_path / "callee", scenario, pbx.sip_target, number="102", port=port, calls=calls,
                         media_port=port + 4, **options)

    return start
