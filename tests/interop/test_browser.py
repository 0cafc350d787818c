"""Voice with a browser (ENC-1, ENC-3, ENC-7): Chromium's own WebRTC (DTLS-SRTP, RFC 8827; ICE, RFC 8445) and JsSIP over
secure WebSockets (RFC 7118), with softphones and with another browser."""

import pytest
from conftest import PASSWORD
from lab import chromium, tone
from lab.ca import Authority
from lab.capture import Capture, entropy_bits, rtp_payloads
from lab.pbx import BUILD, Pbx
from lab.process import eventually
from test_dtls import CIPHERTEXT, SUITES, talk
from test_transfer import talking

SAYS_HZ, SAYS_TOO_HZ = 600, 900


@pytest.fixture(scope="session")
def page():
    return chromium.build_page(BUILD.parent / "browser")


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


@pytest.fixture
def pbx(tmp_path, authority):
    """An iPBX whose certificate comes from a CA, as a browser wants it, with encryption unlocked."""
    both = authority.issue("127.0.0.1", "-extensions", "server")
    with Pbx(tmp_path / "pbx", certificate=both, key=both) as system:
        system.unlock()
        for number in range(101, 107):
            system.add_user(str(number), PASSWORD)
        yield system


@pytest.fixture
def browser(pbx, page, authority, tmp_path):
    """A function that starts a registered browser phone which says a tone; all are stopped at the end."""
    running = []

    def start(number, says=SAYS_HZ, trusted=True, registered=True):
        said = tmp_path / f"{says}.wav"
        tone.write(said, says, 10, rate=48000)
        it = chromium.BrowserPhone(tmp_path / f"browser{number}", page, number, PASSWORD, f"wss://{pbx.wss_target}", said,
                                   authority.certificate if trusted else None)
        running.append(it)
        if registered:
            it.wait_registered()
        return it

    yield start
    for it in running:
        it.stop()


def heard_by(phone, hertz):
    eventually(f"{hertz} Hz in the browser of {phone.number}", lambda: phone.hears(hertz) > 0.9, 20, on_failure=phone.told)


def encrypted_leg(call, number):
    """The browser's leg, which must be all that a browser's is."""
    leg = next(leg for leg in call["legs"] if leg["number"] == number)
    assert leg["key_exchange"] == "DTLS-SRTP" and leg["dtls_state"] == "established"
    assert leg["srtp_suite"] in SUITES
    assert leg["padlock"], leg["reason"]
    assert leg["ice_state"] == "nominated"
    assert leg["packets_clear"] == 0 and leg["packets_sent_clear"] == 0
    return leg


def ended(pbx, *phones):
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    for phone in phones:
        phone.stop()


@pytest.mark.parametrize("mediaenc", ["srtp-mand", "dtls_srtp"])
def test_a_browser_calls_a_phone_and_each_hears_the_other_encrypted(pbx, browser, phone, tmp_path, mediaenc):
    if mediaenc == "dtls_srtp":
        pbx.change_user("102", offer_style="dtls")
    with Capture(tmp_path, "udp portrange 20000-31000") as capture:
        bob = phone("102", mediaenc=mediaenc, tone_hz=None)
        alice = browser("101")
        alice.dial("sip:102@127.0.0.1")
        alice.wait_event("accepted")
        call = talk(pbx)
        heard_by(alice, SAYS_HZ)  # by way of the phone's echo
        seen = alice.stats()
        explained = pbx.cli("explain", call["id"])
        alice.hangup()
        ended(pbx, bob)

    encrypted_leg(call, "101")
    assert "ICE" in explained
    assert seen["dtls"] == "connected" and seen["ice"] in ("connected", "completed")
    assert seen["received"] > 50 and seen["lost"] <= seen["received"] // 50
    heard, rate = tone.read(bob.recording())
    assert tone.share_of_tone(heard, rate, SAYS_HZ) > 0.9
    voice = rtp_payloads([bytes.fromhex(row[0]) for row in capture.fields("udp", "udp.payload") if row[0]], 0)
    assert len(voice) > 200
    assert entropy_bits(voice) > CIPHERTEXT, "the voice in the capture is not ciphertext"
    checks = {row[0] for row in capture.fields("stun.type == 0x0101", "stun.type") if row[0]}
    assert checks, "tshark saw no check answered"


def test_a_browser_is_called_and_hangs_up(pbx, browser, phone):
    alice = browser("101")
    bob = phone("102")
    bob.dial(f"sip:101@127.0.0.1:{pbx.tls_port}")
    alice.wait_event("confirmed")
    call = talk(pbx)
    heard_by(alice, 440)
    encrypted_leg(call, "101")
    alice.hangup()
    ended(pbx)


def test_two_browsers_hear_each_other(pbx, browser):
    alice = browser("101")
    bob = browser("102", says=SAYS_TOO_HZ)
    alice.dial("sip:102@127.0.0.1")
    alice.wait_event("accepted")
    call = talk(pbx)
    heard_by(alice, SAYS_TOO_HZ)
    heard_by(bob, SAYS_HZ)
    encrypted_leg(call, "101")
    encrypted_leg(call, "102")
    assert "opus" in bob.stats()["codec"].lower()
    alice.hangup()
    ended(pbx)


def test_hold_and_another_ice_generation_leave_voice_as_it_was(pbx, browser, phone):
    alice = browser("101")
    phone("102")  # baresip's echo does not come back after a hold
    alice.dial("sip:102@127.0.0.1")
    alice.wait_event("accepted")
    talk(pbx)
    heard_by(alice, 440)
    alice.hold()
    alice.wait_event("hold")
    eventually("silence", lambda: alice.hears(440) < 0.1, on_failure=alice.told)
    alice.unhold()
    alice.wait_event("unhold")
    heard_by(alice, 440)
    before = alice.stats()["pair"]
    alice.restart_ice()
    eventually("checks of the new generation", lambda: alice.stats()["pair"] != before, 20, on_failure=alice.told)
    heard_by(alice, 440)
    call = talk(pbx)
    encrypted_leg(call, "101")
    alice.hangup()
    ended(pbx)


@pytest.mark.parametrize("to", ["103", "700"])
def test_a_browser_that_is_transferred_is_heard_again(pbx, browser, phone, to):
    """To another phone, and into a conference, where its voice goes on at another port of the board."""
    pbx.cli("rooms", "put", "700", "--name", "Board")
    alice = browser("101")
    bob = phone("102", tone_hz=None)
    carol = phone("103")
    if to == "700":
        carol.dial(f"sip:700@127.0.0.1:{pbx.tls_port}")
        carol.wait_established()
    alice.dial("sip:102@127.0.0.1")
    alice.wait_event("accepted")
    heard_by(alice, SAYS_HZ)
    bob.command("transfer", f"sip:{to}@127.0.0.1:{pbx.tls_port}")
    heard_by(alice, 440)
    eventually("her and the third to be who talks, encrypted", lambda: talking(pbx) == (["101", "103"], True),
               on_failure=pbx.tail)
    encrypted_leg(pbx.calls()[0], "101")
    alice.hangup()
    carol.hangup()
    ended(pbx)


def test_a_browser_in_a_conference_hears_the_others_and_the_room_stays_encrypted(pbx, browser, phone):
    pbx.cli("rooms", "put", "700", "--name", "Board")
    alice = browser("101")
    bob = browser("102", says=SAYS_TOO_HZ)
    carol = phone("103", mediaenc="srtp")
    for member in (alice, bob):
        member.dial("sip:700@127.0.0.1")
        member.wait_event("accepted")
    carol.dial(f"sip:700@127.0.0.1:{pbx.tls_port}")
    eventually("all three to be in", lambda: pbx.calls() and len(pbx.calls()[0]["legs"]) == 3, on_failure=pbx.tail)
    # A third of what is heard is as much as one of two tones may be expected to be.
    eventually("both others in the first browser", lambda: min(alice.hears(SAYS_TOO_HZ), alice.hears(440)) > 0.2, 20,
               on_failure=alice.told)
    assert alice.hears(SAYS_HZ) < 0.05, "it hears itself"
    room = pbx.calls()[0]
    assert room["room"]["encrypted"]
    encrypted_leg(room, "101")
    for member in (alice, bob, carol):
        member.hangup()
    ended(pbx)


def test_a_browser_without_the_right_to_encrypt_is_refused_with_the_reason(pbx, browser, phone):
    """It has no clear voice to fall back to (RFC 8827 §6.5)."""
    pbx.change_user("101", encryption_right=False)
    alice = browser("101")
    phone("102", tone_hz=None)
    alice.dial("sip:102@127.0.0.1")
    refused = alice.wait_event("failed")
    assert "488" in refused["detail"], refused
    assert not pbx.calls()


def test_a_browser_that_does_not_trust_the_certificate_never_registers(pbx, browser):
    alice = browser("101", trusted=False, registered=False)
    alice.wait_event("disconnected")
    assert "ERR_CERT_AUTHORITY_INVALID" in alice.told()
    assert not pbx.registrations()
