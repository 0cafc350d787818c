"""The echo of an analogue line, taken out by the bus: a phone in clear, so that what it hears can be read off the wire."""

import math
import time

import pytest
from conftest import PASSWORD
from lab import tone
from lab.capture import Capture, rtp_payloads
from test_tdm import SET, declare_set, hears_tone, softphone, system_with_shelf  # noqa: F401 (softphone is a fixture)

PHONE_PORTS = range(30000, 31001)
PCMU = 0


def voice_on_the_wire(capture, is_right):
    """Samples of the RTP packets whose source and destination ports are right."""
    rows = capture.fields("udp", "udp.srcport", "udp.dstport", "udp.payload")
    datagrams = [bytes.fromhex(payload) for source, destination, payload in rows
                 if payload and is_right(int(source), int(destination))]
    return tone.of_pcmu(b"".join(rtp_payloads(datagrams, PCMU)))


@pytest.mark.parametrize("tail_ms", [64, 0])
def test_phone_hears_itself_from_an_analogue_line_only_where_the_echo_is_left_in(tmp_path, softphone,  # noqa: F811
                                                                                 tail_ms):
    with system_with_shelf(tmp_path / "site", {"desk": "0/1,analogue,echo=6dB/12ms"},
                           settings=f"echo_tail_ms = {tail_ms}") as (pbx, shelf), \
            Capture(tmp_path / "capture", "udp portrange 20000-31000") as capture:
        pbx.add_user("101", PASSWORD)
        declare_set(pbx, "shelf/0/1", SET)
        alice = softphone(pbx, "101", tone_hz=1000, mediaenc="")
        alice.dial(f"sip:{SET}@127.0.0.1:{pbx.tls_port}")
        shelf.wait_event("desk", "ring")
        shelf.do("desk off-hook")
        hears_tone(shelf, "desk", 1000)
        time.sleep(4)
        alice.hangup()
        shelf.wait_event("desk", "tone")  # busy
        shelf.do("desk on-hook")
    said = voice_on_the_wire(capture, lambda source, destination: source in PHONE_PORTS)
    heard = voice_on_the_wire(capture, lambda source, destination: destination in PHONE_PORTS)
    steady = slice(-3 * 8000, -8000)  # after it has converged, before it hangs up
    loss = 20 * math.log10(tone.level(said[steady]) / max(tone.level(heard[steady]), 1))
    if tail_ms:
        assert loss > 30, loss
    else:
        assert loss == pytest.approx(6, abs=2), "as the line sends it back"
