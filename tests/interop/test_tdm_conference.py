"""Sets of the TDM bus in conferences with phones nobody here wrote (CONF-2, CONF-3): who hears whom, and what is on the
wire."""

import time

from lab import tone
from lab.capture import Capture, entropy_bits, rtp_payloads
from lab.process import eventually
from test_tdm import (SET, hears_tone, off_hook_and_dial, site, softphone,  # noqa: F401 (fixtures)
                      state_of)

VOICE = "udp portrange 20000-31000"
PCMU = 0
ALICE_HZ, BOB_HZ, DESK_HZ = 1000, 440, 700
STEADY = 2  # seconds of recording


def conference(pbx, purpose):
    """Of that purpose; {} while there is none."""
    return next((call for call in pbx.calls() if call.get("room", {}).get("purpose") == purpose), {})


def all_in(pbx, purpose, numbers):
    """The conference, once those are in it, encrypted, and the voice of each has come for a while."""

    def found():
        call = conference(pbx, purpose)
        legs = {leg["number"]: leg for leg in call.get("legs", [])}
        heard = [leg["slot_heard"] if leg["port"] else leg["packets_authenticated"] for leg in legs.values()]
        return call if sorted(legs) == sorted(numbers) and call["room"]["encrypted"] and min(heard) > 50 else None

    return eventually(f"{numbers} to be in a conference", found, 30, on_failure=pbx.tail)


def assert_encrypted(call):
    for leg in call["legs"]:
        if leg["port"]:
            continue
        assert leg["padlock"] and leg["srtp_suite"], leg
        assert leg["packets_clear"] == leg["packets_sent_clear"] == 0, leg


def assert_ciphertext(capture):
    """Voice went over the wire, and none of it in clear."""
    datagrams = [bytes.fromhex(row[0]) for row in capture.fields("udp", "udp.payload") if row[0]]
    voice = rtp_payloads(datagrams, PCMU)
    assert len(voice) > 200 and entropy_bits(voice) > 7.9, (len(voice), entropy_bits(voice))


def assert_hears(recording, hertz, *others):
    """Tones of those frequencies, each well heard, and nothing besides them but `others`, which are not there at all."""
    samples, rate = recording
    shares = [tone.share_of_tone(samples, rate, one) for one in hertz]
    assert sum(shares) > 0.8 and min(shares) > 0.1, dict(zip(hertz, shares))
    for other in others:
        assert tone.share_of_tone(samples, rate, other) < 0.01, other


def silent_recorder(phone):
    """A phone that echoes what it hears is muted, so that it only hears and records."""
    phone.wait_established()
    phone.command("mute")
    return phone


def test_set_and_phones_in_a_room_hear_each_other_and_not_themselves_and_only_ciphertext_is_on_the_wire(
        site, softphone, tmp_path):  # noqa: F811
    shelf = site.shelf
    site.cli("rooms", "put", "700", "--quiet")
    with Capture(tmp_path / "capture", VOICE) as capture:
        alice = softphone(site, "101", tone_hz=ALICE_HZ)
        bob = softphone(site, "102", tone_hz=None)
        for member in (alice, bob):
            member.dial(f"sip:700@127.0.0.1:{site.tls_port}")
        silent_recorder(bob)
        off_hook_and_dial(shelf, "desk", "700")
        hears_tone(shelf, "desk", ALICE_HZ)
        shelf.say_tone("desk", DESK_HZ)
        assert_encrypted(all_in(site, "room", ["101", "102", SET]))
        heard = shelf.record("desk")
        time.sleep(STEADY + 1)
        at_desk = tone.last(shelf.heard("desk", heard), STEADY)
        assert_encrypted(all_in(site, "room", ["101", "102", SET]))
        bob.hangup()
        shelf.do("desk on-hook")
        eventually("her to be alone", lambda: len(conference(site, "room")["legs"]) == 1, on_failure=site.tail)
        bob.stop()
    assert_hears(at_desk, [ALICE_HZ], DESK_HZ)
    assert_hears(tone.last(tone.read(bob.recording()), STEADY), [ALICE_HZ, DESK_HZ])
    assert_ciphertext(capture)


def test_set_makes_three_of_its_two_calls_by_the_hook_and_a_digit_and_the_others_go_on_without_it(
        site, softphone, tmp_path):  # noqa: F811
    shelf = site.shelf
    with Capture(tmp_path / "capture", VOICE) as capture:
        # They cannot record across the re-INVITE that brings them to the bridge.
        softphone(site, "101", tone_hz=ALICE_HZ)
        bob = softphone(site, "102", tone_hz=BOB_HZ)
        off_hook_and_dial(shelf, "desk", "101")
        hears_tone(shelf, "desk", ALICE_HZ)
        shelf.do("desk flash")
        shelf.wait_event("desk", "tone")
        shelf.do("desk dial 102")
        eventually("the enquiry", lambda: len(site.calls()) == 2 and all(
            call["state"] == "answered" for call in site.calls()), 30, on_failure=site.tail)
        shelf.do("desk flash")
        shelf.wait_event("desk", "tone")
        shelf.do("desk dial 3")
        shelf.say_tone("desk", DESK_HZ)
        call = all_in(site, "three-way", [SET, "101", "102"])
        assert_encrypted(call)
        assert call["legs"][0]["number"] == SET and "time slots" in call["room"]["reason"], call["room"]
        heard = shelf.record("desk")
        time.sleep(STEADY + 1)
        at_desk = tone.last(shelf.heard("desk", heard), STEADY)
        shelf.do("desk on-hook")
        eventually("the port to be idle", lambda: state_of(site, "shelf/0/1") == "idle", on_failure=site.tail)
        before = {leg["number"]: leg["packets_encrypted"] for leg in conference(site, "three-way")["legs"]}
        eventually("the two to be sent voice on", lambda: all(
            leg["packets_encrypted"] > before[leg["number"]] + 50 for leg in conference(site, "three-way")["legs"]),
            on_failure=site.tail)
        assert_encrypted(all_in(site, "three-way", ["101", "102"]))
        bob.hangup()
        eventually("the conference to end with one of the two", lambda: not site.calls(), on_failure=site.tail)
    assert_hears(at_desk, [ALICE_HZ, BOB_HZ], DESK_HZ)
    assert_ciphertext(capture)
