"""SIP trunks (ENC-7, ENC-8, MODE-4) and the iPBX as a TLS client (CERT-7), with trunks nobody here wrote and with a
second iPBX."""

import contextlib
import socket
import subprocess

import pytest
from conftest import PASSWORD
from lab import sipp
from lab.baresip import Baresip
from lab.ca import Authority
from lab.pbx import Pbx
from lab.process import Process, eventually, free_port
from test_encrypted_call import talk

TRANSPORTS = {"u1": "udp", "t1": "tcp"}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca", "Site")


@pytest.fixture(params=["pbx_cert", "bothway"])
def system(request, pbx, authority, phone):
    """The iPBX in either mode, and a function that starts a phone which registers in it."""
    if request.param == "bothway":
        pbx.cli("phone-ca", "load", str(authority.certificate))
        pbx.cli("settings", "--mode", "bothway")
        pbx.start_phone = lambda number, **how: phone(number, certificate=authority.issue(number), **how)
    else:
        pbx.start_phone = phone
    return pbx


def leg_of(call, number):
    return next(leg for leg in call["legs"] if leg["number"] == number)


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_call_to_a_trunk_is_encrypted_as_far_as_the_phone_and_says_why_not_further(system, tmp_path, sipp_port,
                                                                                   transport):
    port = sipp_port()
    system.cli("trunks", "put", "gateway", "127.0.0.1", "--port", str(port), "--send-port", str(port), "--transport",
               TRANSPORTS[transport], "--prefix", "0:1")
    alice = system.start_phone("101")
    with sipp.Sipp(tmp_path / "gateway", "answer", system.sip_target, number="gateway", port=port, media_port=port + 4,
                   transport=transport, echo=True) as gateway:
        alice.dial(f"sip:0123@127.0.0.1:{system.tls_port}")
        call = talk(system, 1)
        explained = system.cli("explain", call["id"])
        alice.hangup()
        gateway.finish()
    assert call["to"] == "0123"
    phone_leg, trunk_leg = leg_of(call, "101"), leg_of(call, "0123")
    assert phone_leg["padlock"], call
    assert trunk_leg["trunk"] == "gateway" and not trunk_leg["padlock"]
    assert trunk_leg["transport"] == TRANSPORTS[transport].upper()
    assert "policy.trunk-srtp-off" in explained and "policy.trunk-signalling-clear" in explained
    assert "cadenas trunks put NAME" in explained, "where to change it"
    assert "INVITE sip:123@" in gateway.messages(), "the prefix was stripped"


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_calls_from_a_trunk_reach_a_phone_without_a_password(system, tmp_path, sipp_port, transport):
    port = sipp_port()
    known = ["--port", str(port)] if transport == "u1" else []
    system.cli("trunks", "put", "gateway", "127.0.0.1", *known, "--transport", TRANSPORTS[transport])
    system.start_phone("102")
    with sipp.Sipp(tmp_path / "gateway", "trunk_call", system.sip_target, number="0145", called="102", port=port,
                   media_port=port + 4, transport=transport, talk_ms=3000, echo=True) as gateway:
        call = talk(system, 0)
        gateway.finish()
    assert call["from"] == "0145"
    assert leg_of(call, "102")["padlock"]
    assert leg_of(call, "0145")["trunk"] == "gateway"
    eventually("the call to end", lambda: not system.calls(), on_failure=system.tail)


def test_udp_calls_reach_their_loop_whichever_the_kernel_gives_them_to(pbx, tmp_path, sipp_port):
    """Several source ports, so that several of the loops' sockets are hit; a lost answer would fail SIPp's call."""
    pbx.cli("trunks", "put", "gateway", "127.0.0.1")
    callee_port = sipp_port()
    sipp.register(tmp_path / "reg", pbx.sip_target, "102", PASSWORD, callee_port)
    for attempt in range(4):
        port = sipp_port()
        with sipp.Sipp(tmp_path / f"callee{attempt}", "answer", pbx.sip_target, number="102", port=callee_port,
                       media_port=callee_port + 4) as b, \
                sipp.Sipp(tmp_path / f"gateway{attempt}", "trunk_call", pbx.sip_target, number="0145", called="102",
                          port=port, media_port=port + 4, talk_ms=100) as a:
            a.finish()
            b.finish()


def answer_to_invite(pbx, port, number):
    """The status of the final answer to an INVITE from that UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", port))
        line.settimeout(20)
        line.sendto((f"INVITE sip:{number}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK1;rport"
                     f"\r\nMax-Forwards: 70\r\nFrom: <sip:1@127.0.0.1>;tag=1\r\nTo: <sip:{number}@127.0.0.1>\r\n"
                     f"Call-ID: {number}\r\nCSeq: 1 INVITE\r\nContact: <sip:1@127.0.0.1:{port}>\r\n"
                     "Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", pbx.sip_port))
        while (status := int(line.recv(65535).split()[1])) < 200:
            pass
    return status


def test_trunk_gets_no_call_relayed_and_a_stranger_is_asked_for_a_password(pbx, sipp_port):
    port = sipp_port()
    pbx.cli("trunks", "put", "gateway", "127.0.0.1", "--port", str(port), "--prefix", "0")
    assert answer_to_invite(pbx, port, "0123") == 404
    assert "trunk.no-relay" in pbx.cli("refusals")
    assert answer_to_invite(pbx, sipp_port(), "0123") == 401


@pytest.fixture
def other(authority, tmp_path):
    """A second iPBX under the same CA; number 201, known to itself as 1."""
    certificate = authority.issue("127.0.0.1", system=True)
    with Pbx(tmp_path / "other", certificate=certificate.with_suffix(".crt"), key=certificate.with_suffix(".key"),
             media_ports=(40000, 40999)) as system:
        system.certificate = certificate
        system.unlock()
        system.add_user("201", PASSWORD)
        system.cli("phone-ca", "load", str(authority.certificate))
        system.cli("trunks", "put", "first", "127.0.0.1", "--transport", "tls", "--srtp", "preferred",
                   "--tls-identity", "127.0.0.1")
        yield system


@pytest.fixture
def first(authority, tmp_path):
    """An iPBX with a certificate of the CA, numbers 101 to 103."""
    certificate = authority.issue("127.0.0.1", system=True)
    with Pbx(tmp_path / "first", certificate=certificate.with_suffix(".crt"),
             key=certificate.with_suffix(".key")) as system:
        system.unlock()
        for number in ("101", "102", "103"):
            system.add_user(number, PASSWORD)
        system.cli("phone-ca", "load", str(authority.certificate))
        yield system


def link(first, port, *options):
    first.cli("trunks", "put", "other", "127.0.0.1", "--transport", "tls", "--send-port", str(port), "--prefix", "9:1",
              "--srtp", "preferred", *options)


@contextlib.contextmanager
def softphone(system, tmp_path, number, **options):
    with Baresip(tmp_path / f"phone{number}", number, PASSWORD, f"127.0.0.1:{system.tls_port}", **options) as it:
        it.wait_registered()
        yield it


def test_call_between_two_systems_by_mutual_tls_is_encrypted_on_every_leg(first, other, tmp_path):
    """CERT-7, CERT-3: each shows the other a certificate of the one CA; four padlocks, each counted."""
    link(first, other.tls_port)
    with softphone(first, tmp_path, "101") as alice, softphone(other, tmp_path, "201", tone_hz=None) as bob:
        alice.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
        bob.wait_established()
        call = talk(first, 1)
        there = talk(other, 0)
        assert [leg["padlock"] for leg in call["legs"]] == [True, True], call
        assert [leg["padlock"] for leg in there["legs"]] == [True, True], there
        assert leg_of(call, "9201")["trunk"] == "other" and leg_of(there, "101")["trunk"] == "first"
        assert leg_of(call, "9201")["tls_version"] == "TLSv1.3"
        assert "reachable" in first.cli("trunks")
        # The connection is kept: a second call goes by it, at the same time.
        with softphone(first, tmp_path, "102") as carol:
            carol.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
            eventually("the second call", lambda: len(first.calls()) == 2 and all(
                len(one["legs"]) == 2 for one in first.calls()), on_failure=first.tail)
            assert len({leg_of(one, "9201")["remote"] for one in first.calls()}) == 1
            assert other.metric("cadenas_sip_tls_handshakes_total") <= 1 + 2, "the phone and one connection a loop"
            carol.hangup()
        alice.hangup()
        eventually("the calls to end", lambda: not first.calls() and not other.calls(), on_failure=first.tail)


def test_server_revoked_during_a_call_is_cut_off_and_not_called_again(first, other, authority, tmp_path):
    """CERT-7: the audit closes the connection, which ends the calls on it; the next one is refused in the handshake."""
    link(first, other.tls_port)
    with softphone(first, tmp_path, "101") as alice, softphone(other, tmp_path, "201", tone_hz=None) as bob:
        alice.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
        bob.wait_established()
        talk(first, 0)
        authority.revoke(other.certificate)
        first.cli("crl", "add", str(authority.revocation_list()))
        eventually("the call to end", lambda: not first.calls(), on_failure=first.tail)
        assert "revocation.connection-closed" in first.cli("journal")
        eventually("the phone to be told", lambda: "session closed" in alice.output(), on_failure=alice.tail)
        told = alice.output().count("502")
        alice.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
        eventually("a clear failure", lambda: alice.output().count("502") > told, on_failure=alice.tail)
    assert "tls.server-revoked" in first.cli("refusals")


@contextlib.contextmanager
def tls_server(tmp_path, port, certificate):
    with Process("s_server", ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(certificate),
                              "-key", str(certificate)], tmp_path / "s_server.txt", stdin=subprocess.PIPE) as server:
        eventually("s_server to listen", lambda: listens(port), on_failure=server.tail)
        yield server


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("fault,code", [("revoked", "tls.server-revoked"), ("stranger", "tls.server-unknown-ca"),
                                        ("name", "tls.server-wrong-name"), ("expired", "tls.server-certificate-dates"),
                                        ("phone", "tls.server-certificate-refused")])
def test_server_that_is_not_who_it_should_be_is_not_talked_to(first, authority, tmp_path, fault, code):
    """CERT-7, CERT-3: each reason has its code, the caller hears at once, and nothing of the call has left."""
    issued_by = Authority(tmp_path / "stranger", "Stranger") if fault == "stranger" else authority
    dates = ("-startdate", "20200101000000Z", "-enddate", "20210101000000Z") if fault == "expired" else ()
    certificate = issued_by.issue("192.0.2.1" if fault == "name" else "127.0.0.1", *dates, system=fault != "phone")
    if fault == "revoked":
        authority.revoke(certificate)
        first.cli("crl", "add", str(authority.revocation_list()))
    port = free_port()
    link(first, port)
    with tls_server(tmp_path, port, certificate) as server, softphone(first, tmp_path, "101") as alice:
        alice.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
        alice.wait_event("502 Bad Gateway")
        assert code in first.cli("refusals")
        assert code in first.cli("trunks")
        eventually("the record of the call", lambda: f"refused 502 {code}" in first.cli("calls", "--records"),
                   on_failure=first.tail)
        assert "INVITE" not in server.output()
    assert first.metric("cadenas_sip_tls_servers_refused_total") >= 1


def test_unverified_trunk_is_possible_said_loudly_and_still_encrypted(first, tmp_path):
    """CERT-6 on the client's side."""
    stranger = Authority(tmp_path / "stranger", "Stranger").issue("192.0.2.1", system=True)
    port = free_port()
    # With a port of its own, or every phone of its address would be taken for it.
    link(first, port, "--unverified", "--port", str(port))
    with tls_server(tmp_path, port, stranger) as server, softphone(first, tmp_path, "101") as alice:
        alice.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
        eventually("the INVITE to arrive", lambda: "INVITE sip:201@" in server.output(), on_failure=first.tail)
        assert "a=crypto" in server.output()
        alice.hangup()
    assert "trunk.unverified" in first.cli("status")


def test_trunk_nobody_listens_at_is_a_clear_failure(first, tmp_path):
    link(first, free_port())
    with softphone(first, tmp_path, "101") as alice:
        alice.dial(f"sip:9201@127.0.0.1:{first.tls_port}")
        alice.wait_event("502 Bad Gateway")
    assert "connect.failed" in first.cli("trunks")
