"""Conferences with phones nobody here wrote (CONF-1, CONF-4, CONF-7)."""

from lab import tone
from lab.process import eventually

ROOM = "700"


def legs(pbx):
    """The members' legs by number; none while the room is empty."""
    calls = pbx.calls()
    return {leg["number"]: leg for leg in calls[0]["legs"]} if calls else {}


def voiced(pbx, counter, numbers):
    """Each of them was heard some more packets of that kind from now on."""
    before = {number: leg[counter] for number, leg in legs(pbx).items()}
    eventually(f"{counter} of {numbers}", lambda: all(
        number in legs(pbx) and legs(pbx)[number][counter] > before.get(number, 0) + 40 for number in numbers),
        on_failure=pbx.tail)


def test_conference_is_encrypted_until_a_clear_phone_joins_and_again_when_it_leaves(pbx, phone):
    pbx.cli("rooms", "put", ROOM, "--name", "Board")
    alice = phone("101", mediaenc="srtp")
    bob = phone("102", mediaenc="srtp", tone_hz=None)
    for member in (alice, bob):
        member.dial(f"sip:{ROOM}@127.0.0.1:{pbx.tls_port}")
    eventually("both to be in", lambda: sorted(legs(pbx)) == ["101", "102"], on_failure=pbx.tail)
    voiced(pbx, "packets_authenticated", ["101", "102"])
    assert pbx.calls()[0]["room"]["encrypted"]
    assert all(leg["padlock"] and leg["packets_clear"] == 0 for leg in legs(pbx).values())

    carol = phone("103", transport="udp", mediaenc="", tone_hz=None)
    carol.dial(f"sip:{ROOM}@127.0.0.1:{pbx.sip_port}")
    eventually("the room to be clear", lambda: len(legs(pbx)) == 3 and not pbx.calls()[0]["room"]["encrypted"],
               on_failure=pbx.tail)
    voiced(pbx, "packets_clear", ["101", "102", "103"])
    assert not any(leg["srtp_suite"] for leg in legs(pbx).values())
    assert "103 cannot encrypt" in pbx.calls()[0]["room"]["reason"]

    carol.hangup()
    eventually("the room to be encrypted again", lambda: len(legs(pbx)) == 2 and pbx.calls()[0]["room"]["encrypted"],
               on_failure=pbx.tail)
    voiced(pbx, "packets_authenticated", ["101", "102"])
    journal = pbx.cli("journal")
    assert "conference.clear" in journal and "conference.encrypted" in journal
    for member in (alice, bob):
        member.hangup()
    eventually("the room to be empty", lambda: not pbx.calls(), on_failure=pbx.tail)
    bob.stop()
    heard, rate = tone.read(bob.recording())
    assert tone.share_of_tone(heard, rate, 440) > 0.9


def test_room_that_stays_encrypted_refuses_a_clear_phone_and_says_why(pbx, phone):
    pbx.cli("rooms", "put", ROOM, "--name", "Board", "--refuse-clear")
    alice = phone("101")
    alice.dial(f"sip:{ROOM}@127.0.0.1:{pbx.tls_port}")
    eventually("her to be in", lambda: list(legs(pbx)) == ["101"], on_failure=pbx.tail)
    voiced(pbx, "packets_authenticated", ["101"])
    carol = phone("103", transport="udp", mediaenc="", tone_hz=None)
    carol.dial(f"sip:{ROOM}@127.0.0.1:{pbx.sip_port}")
    eventually("the refusal", lambda: "488" in carol.output(), on_failure=carol.tail)
    assert list(legs(pbx)) == ["101"] and pbx.calls()[0]["room"]["encrypted"]
    assert legs(pbx)["101"]["packets_clear"] == 0
    alice.hangup()
    eventually("the room to be empty", lambda: not pbx.calls(), on_failure=pbx.tail)
