"""Conferences with phones nobody here wrote (CONF-1 to CONF-7)."""

import time

import pytest
from conftest import PASSWORD
from lab import tone
from lab.pbx import Pbx
from lab.process import LabError, eventually
from test_encrypted_call import talk
from test_trunk import authority, first, link, other, softphone  # noqa: F401 (fixtures)

ROOM = "700"
STEADY = 2  # seconds of recording


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


def room_of(pbx, number):
    """The conference of that room, {} while nobody is in it."""
    return next((call for call in pbx.calls() if call["to"] == number), {})


def leg_in(pbx, room, number):
    return next((leg for leg in room_of(pbx, room).get("legs", []) if leg["number"] == number), None)


def heard_more(pbx, counter, where):
    """Each phone of `where` (number: room) was heard some more packets of that kind from now on."""
    before = {number: leg_in(pbx, room, number)[counter] for number, room in where.items()}
    eventually(f"{counter} of {where}", lambda: all(
        leg_in(pbx, room, number)[counter] > before[number] + 40 for number, room in where.items()),
        on_failure=pbx.tail)


def test_linked_rooms_hear_each_other_and_are_encrypted_or_clear_as_one(pbx, phone):
    for room in ("700", "701", "702"):
        pbx.cli("rooms", "put", room)
    pbx.cli("rooms", "link", "700", "701")
    pbx.cli("rooms", "link", "701", "702")
    with pytest.raises(LabError, match="room.link-ring"):
        pbx.cli("rooms", "link", "700", "702")
    alice = phone("101", mediaenc="srtp")
    bob = phone("102", mediaenc="srtp", tone_hz=None)
    alice.dial(f"sip:700@127.0.0.1:{pbx.tls_port}")
    bob.dial(f"sip:702@127.0.0.1:{pbx.tls_port}")
    eventually("both to be in", lambda: leg_in(pbx, "700", "101") and leg_in(pbx, "702", "102"), on_failure=pbx.tail)
    heard_more(pbx, "packets_authenticated", {"101": "700", "102": "702"})
    # He records until a re-INVITE, and the first of what he hears is the signal that he is in.
    time.sleep(STEADY)
    carol = phone("103", transport="udp", mediaenc="", tone_hz=None)
    carol.dial(f"sip:702@127.0.0.1:{pbx.sip_port}")
    eventually("both rooms to be clear", lambda: not any(
        room_of(pbx, room)["room"]["encrypted"] for room in ("700", "702")), on_failure=pbx.tail)
    heard_more(pbx, "packets_clear", {"101": "700", "102": "702", "103": "702"})
    assert "103 in 702 cannot encrypt" in room_of(pbx, "700")["room"]["reason"]
    carol.hangup()
    eventually("both rooms to be encrypted again", lambda: all(
        room_of(pbx, room)["room"]["encrypted"] for room in ("700", "702")), on_failure=pbx.tail)
    heard_more(pbx, "packets_authenticated", {"101": "700", "102": "702"})
    alice.hangup()
    bob.hangup()
    eventually("the rooms to be empty", lambda: not pbx.calls(), on_failure=pbx.tail)
    bob.stop()
    heard, rate = tone.last(tone.read(bob.recording()), STEADY)
    assert tone.share_of_tone(heard, rate, 440) > 0.9, "through the room that nobody was in"


def test_room_calls_the_room_of_another_system_and_both_follow_one_clear_phone(first, other, tmp_path):  # noqa: F811
    link(first, other.tls_port)
    first.cli("rooms", "put", "700")
    other.cli("rooms", "put", "800")
    with softphone(first, tmp_path, "101", mediaenc="srtp") as alice, \
            softphone(other, tmp_path, "201", mediaenc="srtp", tone_hz=None) as bob:
        alice.dial(f"sip:700@127.0.0.1:{first.tls_port}")
        bob.dial(f"sip:800@127.0.0.1:{other.tls_port}")
        eventually("both to be in", lambda: leg_in(first, "700", "101") and leg_in(other, "800", "201"),
                   on_failure=first.tail)
        first.cli("rooms", "call", "700", "9800")
        eventually("the rooms to be joined", lambda: leg_in(first, "700", "9800") and len(
            room_of(other, "800")["legs"]) == 2, on_failure=first.tail)
        heard_more(first, "packets_authenticated", {"101": "700", "9800": "700"})
        # Who cannot encrypt comes to the far room: ours is asked to be clear, and says so to its own.
        other.change_user("201", encryption_right=False)
        bob.hangup()
        eventually("him to have left", lambda: not leg_in(other, "800", "201"), on_failure=other.tail)
        bob.dial(f"sip:800@127.0.0.1:{other.tls_port}")
        eventually("ours to be clear", lambda: not room_of(first, "700")["room"]["encrypted"], on_failure=first.tail)
        heard_more(first, "packets_clear", {"101": "700", "9800": "700"})
        bob.hangup()
        eventually("ours to be encrypted again", lambda: room_of(first, "700")["room"]["encrypted"],
                   on_failure=first.tail)
        heard_more(first, "packets_authenticated", {"101": "700", "9800": "700"})
        alice.hangup()


INTRUSION = """\
[calls]
intrusion_prefix = "*55"
listen_prefix = "*56"
"""


@pytest.fixture
def monitored(tmp_path):
    """An iPBX where 103 may break into calls."""
    with Pbx(tmp_path / "pbx", configuration=INTRUSION) as system:
        system.unlock()
        for number in ("101", "102", "103"):
            system.add_user(number, PASSWORD)
        system.cli("users", "set", "103", "--intrusion-right", "yes", "--listen-right", "yes")
        yield system


def broken_into(pbx, purpose):
    return next((call for call in pbx.calls() if call.get("room", {}).get("purpose") == purpose), None)


def test_intrusion_is_a_conference_in_clear_and_the_call_is_encrypted_again_afterwards(monitored, tmp_path):
    with softphone(monitored, tmp_path, "101", mediaenc="srtp") as alice, \
            softphone(monitored, tmp_path, "102", mediaenc="srtp", tone_hz=None) as bob, \
            softphone(monitored, tmp_path, "103", mediaenc="srtp") as carol:
        alice.dial(f"sip:102@127.0.0.1:{monitored.tls_port}")
        bob.wait_established()
        call = talk(monitored, 0)
        assert all(leg["padlock"] for leg in call["legs"])
        carol.dial(f"sip:*55102@127.0.0.1:{monitored.tls_port}")
        eventually("the intrusion", lambda: broken_into(monitored, "intrusion"), on_failure=monitored.tail)
        eventually("three clear legs with voice", lambda: len(broken_into(monitored, "intrusion")["legs"]) == 3 and all(
            leg["packets_clear"] > 40 and not leg["srtp_suite"]
            for leg in broken_into(monitored, "intrusion")["legs"]), on_failure=monitored.tail)
        assert "conference.intrusion: 103 has intruded" in monitored.cli("explain", call["id"])
        carol.hangup()
        eventually("the call as it was", lambda: [one["id"] for one in monitored.calls()] == [call["id"]] and sum(
            leg["state"] == "confirmed" and leg["padlock"] for leg in monitored.calls()[0]["legs"]) >= 2,
            on_failure=monitored.tail)
        now = monitored.calls()[0]["legs"][:2]
        assert all(leg["srtp_suite"] and leg["packets_clear"] == 0 for leg in now), now
        journal = monitored.cli("journal")
        assert "conference.intrusion" in journal and "conference.intrusion-ended" in journal
        alice.hangup()
        eventually("the call to end", lambda: not monitored.calls(), on_failure=monitored.tail)


def test_listening_in_wants_three_sets_alike_and_leaves_the_call_encrypted(monitored, tmp_path):
    with softphone(monitored, tmp_path, "101", mediaenc="srtp") as alice, \
            softphone(monitored, tmp_path, "102", mediaenc="srtp", tone_hz=None) as bob:
        alice.dial(f"sip:102@127.0.0.1:{monitored.tls_port}")
        bob.wait_established()
        talk(monitored, 0)
        monitored.change_user("103", encryption_right=False)
        with softphone(monitored, tmp_path, "103", mediaenc="srtp") as carol:
            carol.dial(f"sip:*56102@127.0.0.1:{monitored.tls_port}")
            carol.wait_event("403")
        assert "intrusion.mixed-encryption" in monitored.cli("journal")
        monitored.change_user("103", encryption_right=True)
        with softphone(monitored, tmp_path / "again", "103", mediaenc="srtp", tone_hz=None) as carol:
            carol.dial(f"sip:*56102@127.0.0.1:{monitored.tls_port}")
            eventually("three encrypted legs with voice", lambda: broken_into(monitored, "listen-in") and all(
                leg["packets_authenticated"] > 100 and leg["packets_clear"] == 0
                for leg in broken_into(monitored, "listen-in")["legs"]), 40, on_failure=monitored.tail)
            carol.hangup()
            eventually("the listener to have left", lambda: not broken_into(monitored, "listen-in"),
                       on_failure=monitored.tail)
            carol.stop()
            heard, rate = tone.read(carol.recording())
            assert tone.share_of_tone(heard, rate, 440) > 0.5
        alice.hangup()
        eventually("the call to end", lambda: not monitored.calls(), on_failure=monitored.tail)
