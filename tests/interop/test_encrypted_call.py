"""Calls between softphones nobody here wrote, judged by what a capture shows (ENC-1, ENC-3, ENC-8, RIGHT-9)."""

import time

import pytest
from conftest import PASSWORD
from lab import sipp, tone
from lab.capture import Capture, entropy_bits, rtp_payloads
from lab.process import eventually

CIPHERTEXT = 7.8  # bits of entropy an octet: what 200 kB of AES output exceeds and no G.711 tone comes near


def talk(pbx, seconds=4):
    """The one live call, once both legs have really exchanged voice for some time."""
    call = eventually("a call with voice both ways", lambda: _voiced(pbx), 30, on_failure=pbx.tail)
    time.sleep(seconds)  # voice must flow for a while: this is the thing recorded and captured, not a synchronisation
    return pbx.call(call["id"])


def _voiced(pbx):
    for call in pbx.calls():
        if len(call["legs"]) == 2 and all(
                leg["packets_authenticated"] + leg["packets_clear"] > 10 for leg in call["legs"]):
            return call
    return None


@pytest.mark.parametrize("talker,echo", [("101", "102"), ("102", "101")])
def test_two_softphones_over_tls_talk_encrypted_both_ways(pbx, phone, tmp_path, talker, echo):
    """101 calls 102; each in turn is the one who talks, so that both directions are heard."""
    with Capture(tmp_path, "udp portrange 20000-31000 or tcp port %d" % pbx.tls_port) as capture:
        phones = {number: phone(number, tone_hz=440 if number == talker else None) for number in ("101", "102")}
        alice, bob = phones["101"], phones["102"]
        alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
        bob.wait_established()
        call = talk(pbx)
        explained = pbx.cli("explain", call["id"])
        alice.hangup()
        eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
        alice.stop()
        bob.stop()

    assert [leg["transport"] for leg in call["legs"]] == ["TLS", "TLS"]
    assert all(leg["tls_version"] in ("TLSv1.2", "TLSv1.3") for leg in call["legs"])
    assert all(leg["srtp_suite"] for leg in call["legs"])
    assert all(leg["padlock"] for leg in call["legs"])
    assert all(leg["packets_rejected"] == 0 and leg["packets_clear"] == 0 for leg in call["legs"])
    assert "padlock" in explained.lower()

    heard, rate = tone.read(phones[echo].recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9

    voice = rtp_payloads([bytes.fromhex(row[0]) for row in capture.fields("udp", "udp.payload") if row[0]], 0)
    assert len(voice) > 200
    assert entropy_bits(voice) > CIPHERTEXT, "the voice in the capture is not ciphertext"
    on_the_wire = capture.raw()
    for readable in (b"m=audio", b"a=crypto", b"INVITE sip", b"REGISTER sip", PASSWORD.encode()):
        assert readable not in on_the_wire, f"{readable} travelled in clear"


def test_clear_leg_of_a_mixed_call_is_clear_and_explained(pbx, phone, tmp_path, sipp_port):
    port = sipp_port()
    sipp.register(tmp_path / "reg", pbx.sip_target, "103", PASSWORD, port)
    with Capture(tmp_path, "udp portrange 20000-31000 or udp port 38000") as capture, \
            sipp.Sipp(tmp_path / "uas", "answer", pbx.sip_target, number="103", port=port, media_port=38000,
                      echo=True) as callee:
        alice = phone("101", mediaenc="srtp-mand")
        alice.dial(f"sip:103@127.0.0.1:{pbx.tls_port}")
        alice.wait_established()
        call = talk(pbx)
        explained = pbx.explain(call["id"])
        printed = pbx.cli("explain", call["id"])
        alice.hangup()
        callee.finish()
        alice.stop()

    by_number = {leg["number"]: leg for leg in call["legs"]}
    assert by_number["101"]["padlock"] and by_number["101"]["srtp_suite"]
    assert not by_number["103"]["padlock"] and not by_number["103"]["srtp_suite"]
    why = {leg["number"]: leg for leg in explained["legs"]}["103"]["conditions"]
    assert "policy.signalling-clear" in [c["code"] for c in why if c["applies"] and not c["holds"]]
    assert "ENC-8" in printed or "RIGHT-5" in printed

    assert by_number["101"]["packets_encrypted"] > 50, "SIPp's echo did not come back through the board"
    clear = rtp_payloads(capture.udp_payloads(38000), 0)
    assert clear and entropy_bits(clear) < 6, "the clear leg should be readable: this is what the other test must not see"


def test_srtp_is_refused_to_a_phone_that_insists_without_the_right(pbx, phone):
    """RIGHT-7: signalling stays encrypted, voice does not; a phone that will only do SRTP is told why (ENC-8)."""
    pbx.change_user("101", encryption_right=False)
    alice = phone("101", mediaenc="srtp-mand")
    phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    alice.wait_event("488")
    assert not pbx.calls()


def test_best_effort_softphone_falls_back_to_clear_voice_without_the_right(pbx, phone):
    """RIGHT-2, RIGHT-7: `srtp` of baresip is RTP/AVP with crypto lines (RFC 8643)."""
    pbx.change_user("101", encryption_right=False)
    alice = phone("101", mediaenc="srtp")
    bob = phone("102", mediaenc="srtp")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    call = talk(pbx, seconds=0)
    by_number = {leg["number"]: leg for leg in call["legs"]}
    assert by_number["101"]["transport"] == "TLS"
    assert not by_number["101"]["padlock"]
    why = {leg["number"]: leg for leg in pbx.explain(call["id"])["legs"]}["101"]["conditions"]
    assert [c["code"] for c in why if c["applies"] and not c["holds"]] == ["policy.no-right"]
    assert by_number["102"]["padlock"], "the right is each subscription's own: 102 keeps its encryption"
    alice.hangup()


def test_hold_and_resume_keep_the_voice_encrypted(pbx, phone):
    alice = phone("101")
    bob = phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    call = talk(pbx, seconds=0)
    alice.command("hold")
    alice.command("resume")
    before = pbx.call(call["id"])["legs"][1]["packets_authenticated"]
    eventually("voice after the resume", lambda: pbx.call(call["id"])["legs"][1]["packets_authenticated"] > before + 50,
               on_failure=pbx.tail)
    after = pbx.call(call["id"])
    assert all(leg["padlock"] for leg in after["legs"])
    assert all(leg["packets_clear"] == 0 for leg in after["legs"])
    alice.hangup()
