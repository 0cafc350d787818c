"""Calls of sets and trunks on the TDM bus (ENC-2, ENC-5, ENC-6), with emulated line cards and phones nobody here wrote."""

import contextlib
import json
import time

import pytest
from conftest import PASSWORD
from lab import tone
from lab.baresip import Baresip
from lab.ca import Authority
from lab.pbx import Pbx
from lab.process import eventually
from lab.tdm import Shelf

SET, OTHER_SET = "310", "311"
STEADY = 2  # seconds of recording


@contextlib.contextmanager
def system_with_shelf(folder, ports, far=None, settings="", **options):
    """An iPBX with a TDM bus, and a shelf attached to it; `settings` are lines of its section [tdm]."""
    socket = folder / "tdm.sock"
    folder.mkdir(parents=True)
    with Pbx(folder / "pbx", configuration=f'[tdm]\nsocket = "{socket}"\n{settings}\n', **options) as pbx, \
            Shelf(folder / "shelf", socket, ports, far=far) as shelf:
        pbx.unlock()
        yield pbx, shelf


def declare_set(pbx, port, number):
    pbx.cli("tdm", "put", port, "--number", number, "--name", f"Set {number}")
    eventually(f"{port} to be idle", lambda: state_of(pbx, port) == "idle", on_failure=pbx.tail)


def state_of(pbx, port):
    ports = json.loads(pbx.get("/api/v1/tdm-ports"))["ports"]
    return next((one["state"] for one in ports if one["port"] == port), None)


@pytest.fixture
def site(tmp_path):
    """Number 101 and 102 for phones, sets 310 and 311, a trunk of two channels behind 0."""
    ports = {"desk": "0/1,analogue", "hall": "0/2,analogue", "line1": "0/17,t2", "line2": "0/18,t2"}
    far = {"555": "answer", "556": "busy"}
    with system_with_shelf(tmp_path / "site", ports, far) as (pbx, shelf):
        for number in ("101", "102"):
            pbx.add_user(number, PASSWORD)
        declare_set(pbx, "shelf/0/1", SET)
        declare_set(pbx, "shelf/0/2", OTHER_SET)
        for slot in (17, 18):
            pbx.cli("tdm", "put", f"shelf/0/{slot}", "--kind", "t2", "--prefix", "0", "--strip", "1")
        eventually("the trunk", lambda: state_of(pbx, "shelf/0/18") == "idle", on_failure=pbx.tail)
        pbx.shelf = shelf
        yield pbx


@pytest.fixture
def softphone(tmp_path):
    with contextlib.ExitStack() as running:

        def start(pbx, number, **options):
            it = Baresip(tmp_path / f"phone{number}", number, PASSWORD, f"127.0.0.1:{pbx.tls_port}", **options)
            running.callback(it.stop)
            it.wait_registered()
            return it

        yield start


def leg_of(call, number):
    return next(leg for leg in call["legs"] if leg["number"] == number)


def voice_between(pbx, packets, frames):
    """The one call, once that many packets of its phone were authenticated and that many frames of its slot heard."""

    def voiced():
        for call in pbx.calls():
            phones = [leg for leg in call["legs"] if not leg["port"]]
            slots = [leg for leg in call["legs"] if leg["port"]]
            if all(leg["packets_authenticated"] > packets for leg in phones) and all(
                    leg["slot_heard"] > frames for leg in slots) and len(phones) + len(slots) == 2:
                return call
        return None

    return eventually("voice both ways", voiced, 30, on_failure=pbx.tail)


def hears_tone(shelf, port, hertz):
    """Waits until the port hears that tone."""
    while abs(shelf.wait_event(port, "tone")["hz"] - hertz) > 20:
        pass


def off_hook_and_dial(shelf, port, number):
    """Tones that the bus finds in the voice of the set, as from a set with a keypad."""
    shelf.do(f"{port} off-hook")
    shelf.wait_event(port, "tone")  # the dial tone
    shelf.do(f"{port} dial {number}")


def test_set_calls_a_phone_and_voice_is_encrypted_between_board_and_phone(site, softphone):
    shelf = site.shelf
    softphone(site, "101", tone_hz=1000)
    off_hook_and_dial(shelf, "desk", "101")
    eventually("the phone to answer", lambda: any(c["state"] == "answered" for c in site.calls()), on_failure=site.tail)
    hears_tone(shelf, "desk", 1000)
    heard = shelf.record("desk")
    call = voice_between(site, 100, 100)
    time.sleep(STEADY)
    explained = site.cli("explain", call["id"])
    phone, desk = leg_of(call, "101"), leg_of(call, SET)
    assert phone["padlock"] and phone["packets_clear"] == 0 and phone["packets_sent_clear"] == 0, phone
    assert desk["port"] == "shelf/0/1" and desk["transport"] == "TDM" and not desk["padlock"]
    assert "time slot shelf/0/1" in explained and "policy." not in explained, explained
    samples, rate = shelf.heard("desk", heard)
    assert tone.share_of_tone(samples, rate, 1000) > 0.9, "what the phone says is heard at the set"
    shelf.do("desk on-hook")
    eventually("the call to end", lambda: not site.calls(), on_failure=site.tail)
    eventually("the port to be idle", lambda: state_of(site, "shelf/0/1") == "idle", on_failure=site.tail)


def test_phone_calls_a_set_and_hears_it_encrypted(site, softphone):
    shelf = site.shelf
    alice = softphone(site, "101", tone_hz=None)
    alice.dial(f"sip:{SET}@127.0.0.1:{site.tls_port}")
    assert shelf.wait_event("desk", "ring")["calling"] == "101"
    shelf.do("desk off-hook")
    shelf.wait_event("desk", "ring-stopped")
    shelf.say_tone("desk", 700)
    hears_tone(shelf, "desk", 700)  # the phone echoes what it hears
    call = voice_between(site, 100, 100)
    assert leg_of(call, "101")["padlock"], call
    time.sleep(STEADY)
    alice.hangup()
    shelf.wait_event("desk", "tone")  # busy
    shelf.do("desk on-hook")
    alice.stop()
    samples, rate = tone.last(tone.read(alice.recording()), STEADY)
    assert tone.share_of_tone(samples, rate, 700) > 0.9


def test_two_sets_of_one_system_hear_each_other_on_the_bus(site):
    shelf = site.shelf
    off_hook_and_dial(shelf, "desk", OTHER_SET)
    shelf.wait_event("hall", "ring")
    shelf.do("hall off-hook")
    eventually("the answer", lambda: any(c["state"] == "answered" for c in site.calls()), on_failure=site.tail)
    shelf.say_tone("desk", 600)
    hears_tone(shelf, "hall", 600)
    heard = shelf.record("hall")
    call = voice_between(site, 0, 100)
    assert [leg["transport"] for leg in call["legs"]] == ["TDM", "TDM"]
    assert all(leg["packets_authenticated"] == leg["packets_clear"] == 0 for leg in call["legs"])
    time.sleep(STEADY)
    samples, rate = shelf.heard("hall", heard)
    assert tone.share_of_tone(samples, rate, 600) > 0.9
    shelf.do("desk on-hook")
    shelf.wait_event("hall", "tone")
    shelf.do("hall on-hook")
    eventually("the call to end", lambda: not site.calls(), on_failure=site.tail)


def test_set_holds_a_phone_enquires_and_joins_the_two(site, softphone):
    shelf = site.shelf
    softphone(site, "101", tone_hz=1000)
    bob = softphone(site, "102", tone_hz=None)
    off_hook_and_dial(shelf, "desk", "101")
    voice_between(site, 20, 20)
    shelf.do("desk flash")
    shelf.wait_event("desk", "tone")
    shelf.do("desk dial 102")
    eventually("the enquiry", lambda: len(site.calls()) == 2 and all(
        call["state"] == "answered" for call in site.calls()), 30, on_failure=site.tail)
    bob.wait_established()
    shelf.do("desk on-hook")

    def joined():
        calls = site.calls()
        if len(calls) != 1:
            return None
        legs = [leg for leg in calls[0]["legs"] if leg["state"] != "ended"]
        return calls[0] if sorted(leg["number"] for leg in legs) == ["101", "102"] and all(
            leg["packets_authenticated"] > 100 and leg["padlock"] for leg in legs) else None

    eventually("the two to be joined, encrypted", joined, 30, on_failure=site.tail)
    eventually("the port to be idle", lambda: state_of(site, "shelf/0/1") == "idle", on_failure=site.tail)


def test_calls_over_a_tdm_trunk_are_encrypted_as_far_as_the_phone(site, softphone):
    shelf = site.shelf
    alice = softphone(site, "101")
    alice.dial(f"sip:0555@127.0.0.1:{site.tls_port}")
    setup = shelf.wait_event("line1", "setup")
    assert (setup["called"], setup["calling"]) == ("555", "101")
    call = voice_between(site, 50, 50)
    assert leg_of(call, "101")["padlock"] and leg_of(call, "0555")["port"] == "shelf/0/17"
    alice.hangup()
    assert shelf.wait_event("line1", "release")["cause"] == 16
    alice.dial(f"sip:0556@127.0.0.1:{site.tls_port}")
    alice.wait_event("486")
    shelf.do("line2 setup 101 0123")
    shelf.wait_event("line2", "answer")
    call = voice_between(site, 50, 50)
    assert call["from"] == "0123" and leg_of(call, "101")["padlock"]
    shelf.do("line2 release")
    eventually("the call to end", lambda: not site.calls(), on_failure=site.tail)


def test_handset_isdn_terminal_and_basic_access_talk_to_a_phone_encrypted_and_to_each_other_on_the_bus(
        tmp_path, softphone):
    ports = {"cordless": "0/1,dect", "isdn": "0/2,s0", "line1": "0/17,t0", "line2": "0/18,t0"}
    with system_with_shelf(tmp_path / "site", ports, {"555": "answer", "330": "answer"}) as (pbx, shelf):
        pbx.add_user("101", PASSWORD)
        for slot, kind, number in ((1, "dect", "320"), (2, "s0", "330")):
            pbx.cli("tdm", "put", f"shelf/0/{slot}", "--kind", kind, "--number", number, "--name", kind.upper())
        for slot in (17, 18):
            pbx.cli("tdm", "put", f"shelf/0/{slot}", "--kind", "t0", "--prefix", "0", "--strip", "1")
        eventually("the ports", lambda: all(state_of(pbx, f"shelf/0/{slot}") == "idle" for slot in (1, 2, 17, 18)),
                   on_failure=pbx.tail)
        alice = softphone(pbx, "101")

        def is_encrypted(number, port):
            call = voice_between(pbx, 50, 50)
            assert leg_of(call, "101")["padlock"] and leg_of(call, number)["port"] == port, call

        def dial_from_the_phone(number):
            alice.dial(f"sip:{number}@127.0.0.1:{pbx.tls_port}")

        def no_call():
            eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)

        dial_from_the_phone("320")
        assert shelf.wait_event("cordless", "ring")["calling"] == "101"
        shelf.do("cordless off-hook")
        is_encrypted("320", "shelf/0/1")
        shelf.do("cordless on-hook")
        no_call()
        dial_from_the_phone("330")
        assert shelf.wait_event("isdn", "setup")["called"] == "330"
        is_encrypted("330", "shelf/0/2")
        alice.hangup()
        shelf.wait_event("isdn", "release")
        no_call()
        dial_from_the_phone("0555")
        assert shelf.wait_event("line1", "setup")["called"] == "555"
        is_encrypted("0555", "shelf/0/17")
        # The first channel of the two is taken: the handset gets the other, and is heard there without a packet.
        shelf.do("cordless off-hook")
        shelf.wait_event("cordless", "tone")
        shelf.do("cordless dial 0555#")
        assert shelf.wait_event("line2", "setup")["calling"] == "320"
        shelf.say_tone("cordless", 600)
        hears_tone(shelf, "line2", 600)
        on_bus = next(call for call in pbx.calls() if call["from"] == "320")
        assert [leg["transport"] for leg in on_bus["legs"]] == ["TDM", "TDM"]


def test_card_that_goes_ends_its_calls_and_serves_again_when_it_is_back(site, softphone):
    shelf = site.shelf
    alice = softphone(site, "101")
    alice.dial(f"sip:{SET}@127.0.0.1:{site.tls_port}")
    shelf.wait_event("desk", "ring")
    shelf.do("desk off-hook")
    voice_between(site, 20, 20)
    shelf.do("detach")
    eventually("the call to end", lambda: not site.calls(), on_failure=site.tail)
    assert "tdm.card-gone" in site.cli("calls", "--records", "--json")
    alice.dial(f"sip:{SET}@127.0.0.1:{site.tls_port}")
    alice.wait_event("480")
    shelf.do("desk on-hook")
    shelf.do("attach")
    shelf.wait_event("", "attached")
    eventually("the port", lambda: state_of(site, "shelf/0/1") == "idle", on_failure=site.tail)
    alice.dial(f"sip:{SET}@127.0.0.1:{site.tls_port}")
    shelf.wait_event("desk", "ring")


def test_sets_of_two_systems_talk_encrypted_between_their_media_boards(tmp_path):
    """ENC-5: TDM, board, SRTP over a trunk by TLS, board, TDM; proven by what each board counted of its packets."""
    authority = Authority(tmp_path / "ca", "Site")
    certificate = authority.issue("127.0.0.1", system=True)
    files = {"certificate": certificate.with_suffix(".crt"), "key": certificate.with_suffix(".key")}
    with system_with_shelf(tmp_path / "north", {"desk": "0/1,analogue"}, **files) as (north, north_shelf), \
            system_with_shelf(tmp_path / "south", {"desk": "0/1,analogue"}, **files,
                              media_ports=(40000, 40999)) as (south, south_shelf):
        for system in (north, south):
            system.cli("phone-ca", "load", str(authority.certificate))
        north.cli("trunks", "put", "south", "127.0.0.1", "--transport", "tls", "--send-port", str(south.tls_port),
                  "--prefix", "9:1", "--srtp", "preferred")
        south.cli("trunks", "put", "north", "127.0.0.1", "--transport", "tls", "--srtp", "preferred", "--tls-identity",
                  "127.0.0.1")
        declare_set(north, "shelf/0/1", SET)
        declare_set(south, "shelf/0/1", OTHER_SET)
        off_hook_and_dial(north_shelf, "desk", f"9{OTHER_SET}")
        assert south_shelf.wait_event("desk", "ring")["calling"] == SET
        south_shelf.do("desk off-hook")
        voice_between(north, 0, 10)
        north_shelf.say_tone("desk", 600)
        south_shelf.say_tone("desk", 900)
        for shelf, hertz in ((north_shelf, 900), (south_shelf, 600)):
            hears_tone(shelf, "desk", hertz)
        heard = {shelf: shelf.record("desk") for shelf in (north_shelf, south_shelf)}
        time.sleep(STEADY)
        calls = [voice_between(system, 150, 150) for system in (north, south)]
        for call, trunk in zip(calls, ("south", "north")):
            between = next(leg for leg in call["legs"] if leg["trunk"])
            assert between["trunk"] == trunk and between["transport"] == "TLS"
            assert between["padlock"] and between["srtp_suite"], between
            assert between["packets_clear"] == between["packets_sent_clear"] == between["packets_rejected"] == 0
            assert next(leg for leg in call["legs"] if leg["port"])["port"] == "shelf/0/1"
        for shelf, hertz in ((north_shelf, 900), (south_shelf, 600)):
            samples, rate = shelf.heard("desk", heard[shelf])
            assert tone.share_of_tone(samples, rate, hertz) > 0.9
        south_shelf.do("desk on-hook")
        north_shelf.wait_event("desk", "tone")
        north_shelf.do("desk on-hook")
        eventually("the calls to end", lambda: not north.calls() and not south.calls(), on_failure=north.tail)
