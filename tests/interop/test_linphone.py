"""Linphone's TLS and SRTP beside baresip's: another SIP, another TLS library, AES-256 (ENC-1, ENC-7)."""

from conftest import PASSWORD
from lab.linphone import Linphone
from lab.process import eventually


def test_linphone_calls_baresip_with_aes_256_on_its_leg(pbx, phone, tmp_path):
    phone("102", tone_hz=None)
    with Linphone(tmp_path / "linphone", "101", PASSWORD, pbx.tls_target) as linphone:
        eventually("linphone to register", lambda: any(r["number"] == "101" for r in pbx.registrations()),
                   on_failure=linphone.tail)
        linphone.command(f"call sip:102@{pbx.tls_target}")
        linphone.talk()
        call = eventually("voice both ways", lambda: next((c for c in pbx.calls() if all(
            leg["packets_authenticated"] > 20 for leg in c["legs"])), None), on_failure=linphone.tail)
        linphone.command("terminate")
        eventually("the call to end", lambda: not pbx.calls(), on_failure=linphone.tail)
    by_number = {leg["number"]: leg for leg in call["legs"]}
    assert by_number["101"]["srtp_suite"] == "AES_256_CM_HMAC_SHA1_80"
    assert by_number["102"]["srtp_suite"] == "AES_CM_128_HMAC_SHA1_80", "baresip 1.0 knows no AES-256"
    assert all(leg["padlock"] and leg["packets_rejected"] == 0 for leg in call["legs"])


def test_baresip_calls_linphone(pbx, phone, tmp_path):
    caller = phone("102")
    with Linphone(tmp_path / "linphone", "101", PASSWORD, pbx.tls_target) as linphone:
        eventually("linphone to register", lambda: any(r["number"] == "101" for r in pbx.registrations()),
                   on_failure=linphone.tail)
        caller.dial(f"sip:101@{pbx.tls_target}")
        linphone.wait_for("Receiving new incoming call")
        linphone.command("answer")
        linphone.talk()
        eventually("voice both ways", lambda: next((c for c in pbx.calls() if all(
            leg["packets_authenticated"] > 20 and leg["padlock"] for leg in c["legs"])), None), on_failure=linphone.tail)
        caller.hangup()
