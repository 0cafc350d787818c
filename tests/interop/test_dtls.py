"""DTLS-SRTP with a softphone nobody here wrote (ENC-1, ENC-7, RFC 5763, RFC 5764): baresip that speaks nothing else, with
phones of SDES, of DTLS and in clear."""

import time

import pytest
from lab import tone
from lab.capture import Capture, entropy_bits, rtp_payloads
from lab.process import eventually

CIPHERTEXT = 7.8  # as in test_encrypted_call
SUITES = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}


def talk(pbx, seconds=3):
    """The one live call, once both legs have really exchanged voice for some time."""
    call = eventually("a call with voice both ways", lambda: next(
        (c for c in pbx.calls() if len(c["legs"]) == 2 and all(
            leg["packets_authenticated"] + leg["packets_clear"] > 20 for leg in c["legs"])), None), 30,
        on_failure=pbx.tail)
    time.sleep(seconds)  # voice must flow for a while: this is the thing recorded and captured, not a synchronisation
    return pbx.call(call["id"])


@pytest.mark.parametrize("calls,called", [("dtls_srtp", "srtp-mand"), ("srtp-mand", "dtls_srtp"),
                                          ("dtls_srtp", "dtls_srtp")])
def test_voice_crosses_a_dtls_leg_both_ways(pbx, phone, tmp_path, calls, called):
    """The called phone echoes, so that the caller's tone crosses each leg twice; nobody in between can read it."""
    if "dtls" in called:
        pbx.change_user("102", offer_style="dtls")
    with Capture(tmp_path, "udp portrange 20000-31000") as capture:
        alice = phone("101", mediaenc=calls)
        bob = phone("102", mediaenc=called, tone_hz=None)
        alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
        bob.wait_established()
        call = talk(pbx)
        explained = pbx.cli("explain", call["id"])
        alice.hangup()
        eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
        alice.stop()
        bob.stop()

    by_number = {leg["number"]: leg for leg in call["legs"]}
    for number, mediaenc in (("101", calls), ("102", called)):
        leg = by_number[number]
        is_dtls = "dtls" in mediaenc
        assert leg["key_exchange"] == ("DTLS-SRTP" if is_dtls else "SDES")
        assert leg["dtls_state"] == ("established" if is_dtls else "")
        assert leg["srtp_suite"] in SUITES
        assert leg["padlock"], leg["reason"]
        assert leg["packets_rejected"] == 0 and leg["packets_clear"] == 0 and leg["packets_sent_clear"] == 0
    assert "DTLS-SRTP" in explained

    heard, rate = tone.read(bob.recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9
    voice = rtp_payloads([bytes.fromhex(row[0]) for row in capture.fields("udp", "udp.payload") if row[0]], 0)
    assert len(voice) > 200
    assert entropy_bits(voice) > CIPHERTEXT, "the voice in the capture is not ciphertext"
    handshakes = {row[0] for row in capture.fields("dtls.handshake", "dtls.record.version") if row[0]}
    assert handshakes, "tshark saw no DTLS"


def test_a_dtls_leg_is_locked_beside_a_clear_one(pbx, phone):
    alice = phone("101", mediaenc="dtls_srtp")
    bob = phone("102", mediaenc="", transport="udp", tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    call = talk(pbx, seconds=0)
    by_number = {leg["number"]: leg for leg in call["legs"]}
    assert by_number["101"]["padlock"] and by_number["101"]["key_exchange"] == "DTLS-SRTP"
    assert not by_number["102"]["padlock"] and by_number["102"]["key_exchange"] == ""
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    kept = eventually("the record of the call", lambda: next(
        (e for e in [pbx.explain(call["id"])] if not e["in_progress"]), None), on_failure=pbx.tail)
    assert {leg["number"]: leg["key_exchange"] for leg in kept["legs"]} == {"101": "DTLS-SRTP", "102": ""}


def test_rtcp_on_a_port_of_its_own_has_a_handshake_of_its_own(pbx, phone, tmp_path):
    with Capture(tmp_path, "udp portrange 20000-31000") as capture:
        alice = phone("101", mediaenc="dtls_srtp", rtcp_mux=False)
        bob = phone("102", tone_hz=None)
        alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
        bob.wait_established()
        call = talk(pbx, 8)  # baresip reports every five seconds
        alice.hangup()
        eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
        bob.stop()
    leg = next(leg for leg in call["legs"] if leg["number"] == "101")
    assert leg["padlock"] and leg["key_exchange"] == "DTLS-SRTP", leg["reason"]
    handshakes = [(int(a), int(b)) for a, b in capture.fields("dtls.handshake.type == 2", "udp.srcport", "udp.dstport")]
    assert {port % 2 for port, _ in handshakes} == {0, 1}, f"not one for RTP's port and one for RTCP's: {handshakes}"
    shook_hands = {port for pair in handshakes for port in pair}
    # What the phone reports crosses to the other one, whose keys came with the SDP.
    sent = [(int(port), bytes.fromhex(payload)) for port, payload in capture.fields("udp", "udp.dstport", "udp.payload")
            if payload]
    reports = [octets for port, octets in sent if port >= 30000 and port not in shook_hands
               and len(octets) > 1 and octets[1] in (200, 201)]
    assert reports, "no report of the phone got through"
    heard, rate = tone.read(bob.recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9


def test_dtls_over_clear_signalling_is_refused(pbx, phone):
    """ENC-8: the fingerprint would travel where anybody may write it."""
    alice = phone("101", mediaenc="dtls_srtp", transport="udp")
    phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.sip_port}")
    alice.wait_event("488")
    assert not pbx.calls()
