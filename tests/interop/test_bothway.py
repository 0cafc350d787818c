"""BOTHWAY (MODE-3 to MODE-8, CERT-7) with phones, a certificate authority and TLS clients nobody here wrote."""

import functools
import http.server
import subprocess
import threading

import pytest
from conftest import PASSWORD
from lab.baresip import Baresip
from lab.ca import Authority
from lab.process import eventually
from test_encrypted_call import talk


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


@pytest.fixture
def bothway(pbx, authority):
    pbx.cli("phone-ca", "load", str(authority.certificate))
    pbx.cli("settings", "--mode", "bothway")
    return pbx


OPTIONS = ("OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5999;branch=z9hG4bKprobe;rport\r\n"
           "Max-Forwards: 70\r\nFrom: <sip:probe@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: probe\r\n"
           "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n").encode()


def numbers(pbx):
    return sorted(r["number"] for r in pbx.registrations())


def answer_to(*command):
    """What a TLS program prints that sends an OPTIONS and reads until it has an answer or the connection ends."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
        program.stdin.write(OPTIONS)
        program.stdin.flush()
        printed = b""
        while b"SIP/2.0 200" not in printed and (line := program.stdout.readline()):
            printed += line
        program.kill()
    return printed.decode(errors="replace").lower()


def alert(pbx, *options):
    """What `openssl s_client` says of the alert that ended its handshake; with TLS 1.3 that comes after the handshake
    is over for the client, in place of an answer."""
    return answer_to("openssl", "s_client", "-connect", pbx.tls_target, "-ign_eof", *options)


def test_phones_with_certificates_talk_encrypted_and_one_without_never_registers(bothway, authority, phone, tmp_path):
    alice = phone("101", certificate=authority.issue("101"))
    bob = phone("102", certificate=authority.issue("102"), tone_hz=None)
    with Baresip(tmp_path / "bare", "103", PASSWORD, f"127.0.0.1:{bothway.tls_port}"):
        eventually("the refusal", lambda: "tls.client-no-certificate" in bothway.cli("refusals"),
                   on_failure=bothway.tail)
        alice.dial(f"sip:102@127.0.0.1:{bothway.tls_port}")
        bob.wait_established()
        call = talk(bothway, 1)
    assert all(leg["padlock"] for leg in call["legs"]), call
    assert numbers(bothway) == ["101", "102"]


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_each_reason_has_its_alert(bothway, authority, tmp_path, version):
    """MODE-3: a technician with s_client reads the reason off the alert; RFC 8446 §6.2 has the names."""
    stranger = Authority(tmp_path / "other", "Stranger")
    revoked = authority.issue("101")
    authority.revoke(revoked)
    bothway.cli("crl", "add", str(authority.revocation_list()))
    old = authority.issue("101", "-startdate", "20200101000000Z", "-enddate", "20210101000000Z")
    shown = {
        "expired": ("-cert", str(old), "-key", str(old)),
        "unknown ca": ("-cert", str(stranger.issue("101")), "-key", str(stranger.folder / "101-0.pem")),
        "revoked": ("-cert", str(revoked), "-key", str(revoked)),
    }
    for reason, options in shown.items():
        assert reason in alert(bothway, version, *options), reason
    none = alert(bothway, version)
    assert ("certificate required" if version == "-tls1_3" else "handshake failure") in none
    listed = bothway.cli("refusals")
    for code in ("tls.client-certificate-dates", "tls.client-unknown-ca", "tls.client-revoked",
                 "tls.client-no-certificate"):
        assert code in listed


def test_gnutls_client_is_judged_alike(bothway, authority):
    good = authority.issue("101")
    command = ["gnutls-cli", "--insecure", "-p", str(bothway.tls_port), "127.0.0.1"]
    own = ["--x509certfile", str(good), "--x509keyfile", str(good)]
    taken = answer_to(*command[:1], *own, *command[1:])
    assert "handshake was completed" in taken and "sip/2.0 200" in taken
    assert "sip/2.0 200" not in answer_to(*command)
    assert "tls.client-no-certificate" in bothway.cli("refusals")


def test_call_goes_on_over_the_switch_and_the_release_of_a_udp_phone_is_not_answered(pbx, authority, phone):
    """MODE-5, and MODE-8: the dry run named the phone that goes dark."""
    pbx.cli("phone-ca", "load", str(authority.certificate))
    alice = phone("101", certificate=authority.issue("101"))
    bob = phone("102", transport="udp", mediaenc="", tone_hz=None)
    assert "bothway.transport" in pbx.cli("bothway")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    before = talk(pbx, 0)
    pbx.cli("settings", "--mode", "bothway")

    def heard(call):
        return [leg["packets_authenticated"] + leg["packets_clear"] for leg in call["legs"]]

    eventually("voice to go on both ways after the switch",
               lambda: all(now > then + 20 for now, then in zip(heard(pbx.call(before["id"])), heard(before))),
               on_failure=pbx.tail)
    eventually("the registration by UDP to go", lambda: numbers(pbx) == ["101"], on_failure=pbx.tail)
    unheard = pbx.metric("cadenas_bothway_not_heard_total")
    bob.hangup()
    eventually("the BYE to be dropped", lambda: pbx.metric("cadenas_bothway_not_heard_total") > unheard,
               on_failure=pbx.tail)
    assert pbx.call(before["id"])["legs"], "the release of the UDP phone was obeyed"
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)


def test_phone_revoked_on_a_distribution_point_is_disconnected(bothway, authority, phone, tmp_path):
    """CERT-7: the list is fetched by http, and the audit closes what rests on the certificate."""
    stolen = authority.issue("101")
    phone("101", certificate=stolen)
    phone("102", certificate=authority.issue("102"))
    assert numbers(bothway) == ["101", "102"]
    authority.revoke(stolen)
    served = tmp_path / "www"
    served.mkdir()
    (served / "phones.crl").write_bytes(authority.revocation_list().read_bytes())
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        bothway.cli("settings", "--crl-uri", f"http://127.0.0.1:{server.server_port}/phones.crl")
        eventually("the stolen phone to be disconnected", lambda: numbers(bothway) == ["102"], on_failure=bothway.tail)
        server.shutdown()
    assert "revocation.connection-closed" in bothway.cli("journal")
    assert "revoked" in alert(bothway, "-cert", str(stolen), "-key", str(stolen)), "its way back is open"
