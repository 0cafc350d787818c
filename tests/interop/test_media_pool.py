"""Calls whose voice is relayed by a pool of rtpengine, and one of the pool that dies (ENC-1, ENC-2)."""

import json
import time

import pytest
from conftest import PASSWORD
from lab import sipp, tone
from lab.baresip import Baresip
from lab.capture import Capture, entropy_bits, rtp_payloads
from lab.pbx import Pbx
from lab.process import eventually
from lab.rtpengine import Rtpengine

CIPHERTEXT = 7.8  # bits of entropy an octet, as in test_encrypted_call.py


@pytest.fixture
def relays(tmp_path):
    with Rtpengine(tmp_path / "relay1", first_port=24000, last_port=24999) as first, \
            Rtpengine(tmp_path / "relay2", first_port=25000, last_port=25999) as second:
        yield {relay.control: relay for relay in (first, second)}


@pytest.fixture
def pbx(tmp_path, relays):
    """As the one of conftest.py, with its media on two rtpengine."""
    with Pbx(tmp_path / "pbx", relays=tuple(relays)) as system:
        system.unlock()
        for number in range(101, 107):
            system.add_user(str(number), PASSWORD)
        eventually("both relays to be up", lambda: system.metric("cadenas_relay_up") == 2, on_failure=system.tail)
        yield system


@pytest.fixture
def phone(pbx, tmp_path):
    running = []

    def start(number, **options):
        it = Baresip(tmp_path / f"phone{number}", number, PASSWORD, f"127.0.0.1:{pbx.tls_port}", **options)
        running.append(it)
        it.wait_registered()
        return it

    yield start
    for it in running:
        it.stop()


def talk(pbx, relays, seconds=4):
    """The one live call, once a relay says that voice flows both ways, and that for some time."""
    def voiced():
        for call in pbx.calls():
            if call["relay"] in relays and len(call["legs"]) == 2 and all(
                    leg["packets_relayed"] > 50 for leg in call["legs"]):
                return call
        return None

    call = eventually("voice both ways by a relay", voiced, 40, on_failure=pbx.tail)
    time.sleep(seconds)  # voice must flow for a while: this is the thing recorded and captured, not a synchronisation
    return pbx.call(call["id"])


@pytest.mark.parametrize("talker,echo", [("101", "102"), ("102", "101")])
def test_two_softphones_talk_encrypted_both_ways_by_a_relay(pbx, relays, phone, tmp_path, talker, echo):
    with Capture(tmp_path, "udp portrange 24000-31000") as capture:
        phones = {number: phone(number, tone_hz=440 if number == talker else None) for number in ("101", "102")}
        phones["101"].dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
        phones["102"].wait_established()
        call = talk(pbx, relays)
        printed = pbx.cli("explain", call["id"])
        assert pbx.metric("cadenas_media_sessions") == 0, "the embedded board has nothing to do with it"
        phones["101"].hangup()
        eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
        for it in phones.values():
            it.stop()

    assert all(leg["srtp_suite"] for leg in call["legs"])
    assert not any(leg["padlock"] for leg in call["legs"]), "nobody here has counted what was authenticated"
    assert "external relay" in printed and call["relay"] in printed
    heard, rate = tone.read(phones[echo].recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9
    voice = rtp_payloads([bytes.fromhex(row[0]) for row in capture.fields("udp", "udp.payload") if row[0]], 0)
    assert len(voice) > 200
    assert entropy_bits(voice) > CIPHERTEXT, "the voice in the capture is not ciphertext"


def test_softphone_talks_encrypted_to_a_clear_phone(pbx, relays, phone, tmp_path, sipp_port):
    port = sipp_port()
    sipp.register(tmp_path / "reg", pbx.sip_target, "103", PASSWORD, port)
    with Capture(tmp_path, "udp portrange 24000-31000 or udp port 38000") as capture, \
            sipp.Sipp(tmp_path / "uas", "answer", pbx.sip_target, number="103", port=port, media_port=38000,
                      echo=True) as callee:
        alice = phone("101", mediaenc="srtp-mand")
        alice.dial(f"sip:103@127.0.0.1:{pbx.tls_port}")
        alice.wait_established()
        call = talk(pbx, relays)
        alice.hangup()
        callee.finish()
        alice.stop()
    by_number = {leg["number"]: leg for leg in call["legs"]}
    assert by_number["101"]["srtp_suite"] and not by_number["103"]["srtp_suite"]
    clear = rtp_payloads(capture.udp_payloads(38000), 0)
    assert clear and entropy_bits(clear) < 6, "SIPp did not get readable voice"


def test_call_on_a_relay_that_is_killed_is_told_and_goes_on_by_the_other(pbx, relays, phone):
    alice, bob = phone("101", tone_hz=440), phone("102", tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    call = talk(pbx, relays, seconds=0)
    dead, alive = call["relay"], next(control for control in relays if control != call["relay"])
    relays[dead].kill()

    moved = eventually("the call to be moved", lambda: _moved(pbx, call["id"], alive), 60, on_failure=pbx.tail)
    assert not moved["media_lost"] and all(leg["srtp_suite"] for leg in moved["legs"])
    journal = json.loads(pbx.cli("journal", "--json"))["journal"]
    told = [entry for entry in journal if entry["code"] == "media.relay-down"]
    assert [entry["subject"] for entry in told] == [dead]
    assert "Media lost" in told[0]["message"] and told[0]["message"].endswith("1.")
    assert "media.relay-down" in pbx.cli("alarms")
    assert "call.media-lost" in pbx.log_file.read_text()
    shown = pbx.cli("media")
    assert dead in shown and "down" in shown

    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    again = talk(pbx, relays)
    assert again["relay"] == alive and again["media_moves"] == 0
    alice.hangup()
    eventually("the second call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    alice.stop()
    bob.stop()
    heard, rate = tone.read(bob.recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9


def _moved(pbx, id_, to):
    call = pbx.call(id_)
    ready = call["relay"] == to and call["media_moves"] == 1
    return call if ready and all(leg["packets_relayed"] > 50 for leg in call["legs"]) else None


def test_calls_are_on_the_embedded_board_while_no_relay_is_up(pbx, relays, phone):
    for relay in relays.values():
        relay.kill()
    eventually("both relays to be down", lambda: pbx.metric("cadenas_relay_up") == 0, 30, on_failure=pbx.tail)
    alice, bob = phone("101"), phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    call = eventually("counted proof", lambda: next(
        (c for c in pbx.calls() if len(c["legs"]) == 2 and all(leg["padlock"] for leg in c["legs"])), None),
        30, on_failure=pbx.tail)
    assert call["relay"] == ""
    assert pbx.metric("cadenas_relay_fallbacks_total") == 1
    assert pbx.log_file.read_text().count("media.no-relay") == 1
    alice.hangup()
