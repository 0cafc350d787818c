"""The media board in and out of service, and its own address on a real link (OPS-2)."""

import json

import pytest
from lab.network import Link
from lab.pbx import Pbx
from lab.process import eventually
from test_encrypted_call import talk


def board(pbx):
    return json.loads(pbx.get("/api/v1/eip"))


def test_board_out_of_service_takes_no_new_call_and_keeps_the_one_it_has(pbx, phone):
    alice, _ = phone("101"), phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    standing = talk(pbx, 0)
    pbx.cli("eip", "out")
    eventually("the alarm", lambda: "eip.out-of-service" in pbx.cli("alarms"), on_failure=pbx.tail)
    assert "OUT OF SERVICE" in pbx.cli("eip")
    phone("103").dial(f"sip:101@127.0.0.1:{pbx.tls_port}")
    eventually("the refusal", lambda: "refused 503 eip.out-of-service" in pbx.cli("calls", "--records", "--json"),
               on_failure=pbx.tail)
    assert [call["id"] for call in pbx.calls()] == [standing["id"]]
    pbx.cli("eip", "out", "--end-calls")
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    pbx.cli("eip", "in")
    eventually("the end of the alarm", lambda: "eip.out-of-service" not in pbx.cli("alarms"), on_failure=pbx.tail)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    talk(pbx, 0)


@pytest.fixture
def link():
    with Link() as it:
        yield it


def test_another_machine_with_the_address_of_the_board_is_an_alarm_until_it_goes(link, tmp_path):
    link.add(link.here, "192.0.2.10/24")
    link.add(link.there, "192.0.2.11/24")
    with link.inside(link.here), Pbx(tmp_path / "pbx", board='bind_ip4 = "192.0.2.10"\naddress_interval_ms = 1000\n') as pbx:
        found = eventually("the first look", lambda: board(pbx)["addresses"], on_failure=pbx.tail)
        assert found == [{"address": "192.0.2.10", "state": "good", "interface": "eth0", "reason": ""}]

        link.add(link.there, "192.0.2.10/24")
        eventually("the conflict", lambda: board(pbx)["addresses"][0]["state"] == "conflict", on_failure=pbx.tail)
        assert link.hardware_address(link.there) in board(pbx)["addresses"][0]["reason"]
        eventually("the alarm", lambda: "eip.address-conflict" in pbx.cli("alarms"), on_failure=pbx.tail)
        assert "eip.address-conflict" in pbx.cli("status")

        link.remove(link.there, "192.0.2.10/24")
        eventually("its end", lambda: board(pbx)["addresses"][0]["state"] == "good", on_failure=pbx.tail)
        eventually("the end of the alarm", lambda: "eip.address-conflict" not in pbx.cli("alarms"), on_failure=pbx.tail)

        link.remove(link.here, "192.0.2.10/24")
        eventually("the address to be missed", lambda: "eip.address-missing" in pbx.cli("alarms"), on_failure=pbx.tail)
