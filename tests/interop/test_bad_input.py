"""What hurts others must not hurt a call in progress: the section "Bad input" of the first issue."""

import os
import pathlib
import socket

import pytest
from conftest import PASSWORD
from lab import sipp
from lab.process import eventually


@pytest.fixture
def live_call(pbx, phone):
    """A call between 101 and 102 over TLS; the test ends with a proof that it went on undisturbed."""
    alice, bob = phone("101"), phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()

    def authenticated():
        calls = pbx.calls()
        return [leg["packets_authenticated"] for leg in calls[0]["legs"]] if calls else [0, 0]

    eventually("voice", lambda: min(authenticated() or [0]) > 10, on_failure=pbx.tail)
    yield
    before = authenticated()
    eventually("voice to go on", lambda: all(now > then + 50 for now, then in zip(authenticated(), before)),
               on_failure=pbx.tail)
    call = pbx.calls()[0]
    assert all(leg["padlock"] for leg in call["legs"])


def resident_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def ask(pbx, octets, seconds=2.0):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", pbx.sip_port))
        s.settimeout(seconds)
        s.send(octets)
        try:
            return s.recv(65535)
        except (TimeoutError, ConnectionError):
            return b""


def request(method="OPTIONS", extra="", body="", cseq=None):
    return (f"{method} sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK{os.urandom(6).hex()}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
            f"Call-ID: {os.urandom(6).hex()}\r\nCSeq: {cseq or '1 ' + method}\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def test_malformed_message_gets_400_and_garbage_gets_nothing(pbx, live_call):
    assert b"SIP/2.0 400" in ask(pbx, request(cseq="many OPTIONS"))
    assert b"SIP/2.0 400" in ask(pbx, request(cseq="1 INVITE"))
    assert ask(pbx, os.urandom(600), 0.5) == b""
    assert b"SIP/2.0 200" in ask(pbx, request())


def test_unknown_method_gets_501_and_an_unserved_one_405_with_allow(pbx, live_call):
    """RFC 3261 sections 21.5.2 and 21.4.6."""
    assert b"SIP/2.0 501" in ask(pbx, request("FROBNICATE"))
    answer = ask(pbx, request("MESSAGE"))
    assert b"SIP/2.0 405" in answer and b"\r\nAllow: " in answer


def test_too_large_a_body_gets_413(pbx, live_call):
    with socket.create_connection(("127.0.0.1", pbx.sip_port)) as s:
        s.sendall(request("MESSAGE", body="x" * 60000))
        s.settimeout(5)
        assert b"SIP/2.0 413" in s.recv(65535)


def test_a_thousand_silent_connections_and_half_open_handshakes_cost_little(pbx, live_call):
    before = resident_kb(pbx.pid)
    silent = []
    for i in range(1000):
        s = socket.create_connection(("127.0.0.1", pbx.tls_port))
        if i % 2:
            s.send(bytes.fromhex("1603010200010001fc0303"))  # the first octets of a ClientHello, then nothing
        silent.append(s)
    grown = resident_kb(pbx.pid) - before
    assert b"SIP/2.0 200" in ask(pbx, request())
    assert grown < 60_000, f"1,000 idle connections cost {grown} kB"
    for s in silent:
        s.close()


def test_flood_of_wrong_passwords_is_slowed_down_and_bounded(pbx, live_call, tmp_path, sipp_port):
    before = resident_kb(pbx.pid)
    run = sipp.Sipp(tmp_path / "flood", "register_refused", pbx.sip_target, number="103", password="guess",
                    port=sipp_port(), calls=3000, rate=500, seconds=12, extra=("-recv_timeout", "1000"))
    with run:
        run.child.wait(40)
    assert resident_kb(pbx.pid) - before < 30_000
    assert pbx.metric("cadenas_auth_wrong_total") > 0
    assert pbx.metric("cadenas_auth_backed_off_total") > 0


def test_garbage_on_the_rtp_ports_is_dropped_and_counted(pbx, live_call):
    call = pbx.calls()[0]
    ports = [int(line.split()[1].split(":")[1], 16) for line in
             pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]]
    board = [port for port in ports if 20000 <= port <= 29999]
    assert len(board) >= 4
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for port in board:
            for size in (0, 1, 11, 12, 40, 172, 1400):
                for _ in range(20):
                    s.sendto(os.urandom(size), ("127.0.0.1", port))
            # A header that looks like RTP with nothing true behind it: only the tag can tell.
            s.sendto(b"\x80\x00" + os.urandom(170), ("127.0.0.1", port))
    eventually("the drops to be counted", lambda: all(
        leg["packets_rejected"] > 0 for leg in pbx.call(call["id"])["legs"]), on_failure=pbx.tail)
