"""Transfer by REFER (RFC 3515), forking and DTMF (RFC 4733) with softphones nobody here wrote."""

from conftest import PASSWORD
from lab.baresip import Baresip
from lab.process import eventually
from test_encrypted_call import talk


def talking(pbx):
    """The numbers of the legs that stand, and whether all of those are encrypted both ways."""
    legs = [leg for call in pbx.calls() for leg in call["legs"] if leg["state"] != "ended"]
    return sorted(leg["number"] for leg in legs), all(leg["padlock"] for leg in legs)


def test_blind_transfer_leaves_the_two_others_talking_encrypted(pbx, phone):
    alice = phone("101")
    bob = phone("102", tone_hz=None)
    carol = phone("103", tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    talk(pbx, 0)
    bob.command("transfer", f"sip:103@127.0.0.1:{pbx.tls_port}")
    carol.wait_established()
    eventually("101 and 103 to be the ones who talk, encrypted", lambda: talking(pbx) == (["101", "103"], True),
               on_failure=pbx.tail)
    assert "transfer failure" not in bob.output()
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)


def test_who_transfers_to_a_number_nobody_has_is_told_that_it_failed(pbx, phone):
    alice = phone("101")
    bob = phone("102", tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    talk(pbx, 0)
    bob.command("transfer", f"sip:999@127.0.0.1:{pbx.tls_port}")
    bob.wait_event("transfer failure")


def test_both_phones_of_a_number_ring_and_the_one_not_answered_is_cancelled(pbx, phone, tmp_path):
    alice = phone("101")
    answering = phone("102", tone_hz=None, answer="manual")
    with Baresip(tmp_path / "second", "102", PASSWORD, f"127.0.0.1:{pbx.tls_port}", tone_hz=None,
                 answer="manual") as ringing:
        # A second instance of the same number: another +sip.instance, or it would replace the first.
        ringing.wait_registered()
        eventually("both registrations", lambda: [r["number"] for r in pbx.registrations()].count("102") == 2, on_failure=pbx.tail)
        alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
        for it in (answering, ringing):
            it.wait_event("Incoming call from")
        answering.command("accept")
        answering.wait_established()
        ringing.wait_event("session closed")
        call = talk(pbx, 0)
        assert all(leg["padlock"] for leg in call["legs"]), call
        assert len(call["legs"]) == 2


def test_digits_pass_between_encrypted_legs(pbx, phone):
    alice = phone("101")
    bob = phone("102", tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    talk(pbx, 0)
    bob.command("reginfo")  # from its first command on, a phone tells what happens to it
    for digit in "42#":
        alice.command("sndcode", digit)
        bob.wait_control_event("CALL_DTMF_START", digit)
