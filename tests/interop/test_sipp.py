"""SIPp's own SIP, over UDP and TCP, and over TLS behind stunnel (Debian's SIPp has no TLS)."""

import pytest
from conftest import PASSWORD
from lab import sipp
from lab.process import eventually
from lab.stunnel import Stunnel


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_register(pbx, tmp_path, sipp_port, transport):
    with sipp.Sipp(tmp_path, "register", pbx.sip_target, number="101", password=PASSWORD, port=sipp_port(),
                   transport=transport) as run:
        run.finish()
    if transport == "u1":
        assert [r["number"] for r in pbx.registrations()] == ["101"]


def test_register_over_tls_behind_stunnel(pbx, tmp_path, sipp_port):
    with Stunnel(tmp_path / "stunnel", pbx.tls_target) as tunnel, \
            sipp.Sipp(tmp_path, "register", tunnel.target, number="101", password=PASSWORD, port=sipp_port(),
                      transport="t1") as run:
        run.finish()


@pytest.mark.parametrize("scenario,answer", [("call", "answer"), ("call_cancelled", "ring_until_cancelled"),
                                             ("call_hold", "answer_hold")])
def test_whole_calls_over_tls_behind_stunnel(pbx, tmp_path, sipp_port, callee, scenario, answer):
    """The caller's signalling is TLS on the wire; its voice is clear, since SIPp has no SRTP, and the iPBX says so."""
    port = sipp_port()
    with Stunnel(tmp_path / "stunnel", pbx.tls_target) as tunnel, callee(answer) as b, \
            sipp.Sipp(tmp_path / "caller", scenario, tunnel.target, number="101", password=PASSWORD, called="102",
                      port=port, media_port=port + 4, transport="t1", talk_ms=2000) as a:
        leg = eventually("the caller's leg", lambda: next(
            (leg for call in pbx.calls() for leg in call["legs"] if leg["number"] == "101"), None), on_failure=pbx.tail)
        assert leg["transport"] == "TLS" and leg["tls_version"] == "TLSv1.3"
        assert not leg["padlock"]
        a.finish()
        b.finish()
    assert pbx.calls() == []


@pytest.mark.parametrize("number,password", [("101", "wrong"), ("999", PASSWORD)])
def test_wrong_password_and_unknown_number_are_refused_alike(pbx, tmp_path, sipp_port, number, password):
    with sipp.Sipp(tmp_path, "register_refused", pbx.sip_target, number=number, password=password,
                   port=sipp_port()) as run:
        run.finish()
    assert pbx.registrations() == []


def caller(pbx, tmp_path, port, scenario="call", called="102", **options):
    return sipp.Sipp(tmp_path / "caller", scenario, pbx.sip_target, number="101", password=PASSWORD, called=called,
                     port=port, media_port=port + 4, **options)


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_call(pbx, tmp_path, sipp_port, callee, transport):
    with callee("answer", calls=5) as b, caller(pbx, tmp_path, sipp_port(), calls=5, transport=transport) as a:
        a.finish()
        b.finish()
    assert pbx.calls() == []


def test_calls_of_a_phone_that_loses_a_tenth_of_its_messages_are_repaired(pbx, tmp_path, sipp_port, callee):
    """RFC 3261 section 17. Only the caller loses: SIPp as a callee takes a repeated INVITE for a wrong message."""
    with callee("answer", calls=10, seconds=100) as b, \
            caller(pbx, tmp_path, sipp_port(), calls=10, lost=10, rate=2, seconds=100) as a:
        a.finish()
        b.finish()
    eventually("every call to be over", lambda: not pbx.calls(), 40, on_failure=pbx.tail)


def test_cancelled_call(pbx, tmp_path, sipp_port, callee):
    with callee("ring_until_cancelled") as b, caller(pbx, tmp_path, sipp_port(), "call_cancelled") as a:
        a.finish()
        b.finish()
    assert pbx.calls() == []


def test_hold_and_resume_by_reinvite(pbx, tmp_path, sipp_port, callee):
    with callee("answer_hold") as b, caller(pbx, tmp_path, sipp_port(), "call_hold") as a:
        a.finish()
        b.finish()
    assert pbx.calls() == []


@pytest.mark.parametrize("scenario,answer", [("call_timer", "answer"), ("call_reliable", "answer"),
                                             ("call", "answer_reliable"), ("call_reliable", "answer_reliable")])
def test_session_timers_and_reliable_ringing(pbx, tmp_path, sipp_port, callee, scenario, answer):
    """RFC 4028 with UPDATE (RFC 3311), and RFC 3262 on either leg or both: each leg has its own."""
    with callee(answer) as b, caller(pbx, tmp_path, sipp_port(), scenario) as a:
        a.finish()
        b.finish()
    assert pbx.calls() == []


def test_call_to_an_unknown_number_gets_404(pbx, tmp_path, sipp_port):
    with caller(pbx, tmp_path, sipp_port(), "call_refused", called="999") as a:
        a.finish()
