"""AES-GCM for voice with a softphone nobody here wrote (ENC-1, RFC 7714): baresip takes GCM, though it never offers it.
Debian's linphone knows none."""

import time

import pytest
from conftest import PASSWORD
from lab import tone
from lab.baresip import Baresip
from lab.pbx import Pbx
from lab.process import eventually

GCM_FIRST = """\
[calls]
offered_suites = ["{suite}", "AES_CM_128_HMAC_SHA1_80"]
"""


@pytest.mark.parametrize("suite", ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM"])
def test_voice_crosses_a_gcm_leg_both_ways(tmp_path, suite):
    """The called phone echoes, so that the caller's tone crosses its GCM leg to it and back."""
    with Pbx(tmp_path / "pbx", configuration=GCM_FIRST.format(suite=suite)) as pbx:
        pbx.unlock()
        for number in ("101", "102"):
            pbx.add_user(number, PASSWORD)
        with Baresip(tmp_path / "101", "101", PASSWORD, pbx.tls_target) as caller, \
                Baresip(tmp_path / "102", "102", PASSWORD, pbx.tls_target, tone_hz=None) as called:
            caller.wait_registered()
            called.wait_registered()
            caller.dial(f"sip:102@{pbx.tls_target}")
            called.wait_established()
            call = eventually("voice both ways", lambda: next((c for c in pbx.calls() if all(
                leg["packets_authenticated"] > 20 for leg in c["legs"])), None), on_failure=pbx.tail)
            time.sleep(3)  # voice must flow for a while: this is the thing recorded, not a synchronisation
            call = pbx.call(call["id"])
            explained = pbx.cli("explain", call["id"])
            caller.hangup()
            eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    by_number = {leg["number"]: leg for leg in call["legs"]}
    assert by_number["102"]["srtp_suite"] == suite
    assert by_number["101"]["srtp_suite"] == "AES_CM_128_HMAC_SHA1_80", "baresip 1.0 offers this alone"
    assert all(leg["padlock"] and leg["packets_rejected"] == 0 and leg["packets_clear"] == 0 for leg in call["legs"])
    assert suite in explained
    assert "failed to decrypt" not in called.output(), "SRTP or SRTCP of ours that baresip refuses"
    heard, rate = tone.read(called.recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9
