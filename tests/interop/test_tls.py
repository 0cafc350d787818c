"""The TLS port as other people's TLS programs see it, and the modes of MODE-1 and MODE-2."""

import socket
import ssl
import subprocess

import pytest
from conftest import PASSWORD
from lab import sipp
from lab.process import eventually


def s_client(target, *options):
    return subprocess.run(["openssl", "s_client", "-connect", target, *options], input="", capture_output=True,
                          text=True, timeout=20, check=False)


@pytest.mark.parametrize("version,expected", [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")])
def test_modern_versions_are_accepted(pbx, version, expected):
    seen = s_client(pbx.tls_target, version)
    assert f"{expected}, Cipher is" in seen.stdout or f"Protocol  : {expected}" in seen.stdout, seen.stdout


@pytest.mark.parametrize("options", [("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"),
                                     ("-tls1", "-cipher", "DEFAULT@SECLEVEL=0"),
                                     ("-tls1_2", "-cipher", "AES128-SHA"), ("-tls1_2", "-cipher", "AES256-GCM-SHA384")])
def test_old_versions_and_suites_without_forward_secrecy_are_refused(pbx, options):
    assert "Cipher is (NONE)" in s_client(pbx.tls_target, *options).stdout


def test_certificate_is_what_cert_1_and_cert_3_ask(pbx):
    pem = ssl.get_server_certificate(("127.0.0.1", pbx.tls_port))
    text = subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem, capture_output=True, text=True,
                          check=True).stdout
    assert "CN = 127.0.0.1" in text
    assert "IP Address:127.0.0.1" in text
    assert "TLS Web Server Authentication, TLS Web Client Authentication" in text
    second_opinion = subprocess.run(["certtool", "-i"], input=pem, capture_output=True, text=True, check=True).stdout
    assert "IPAddress: 127.0.0.1" in second_opinion


def test_regenerated_certificate_is_served_and_the_open_connection_stays(pbx, phone):
    alice = phone("101")
    old = ssl.get_server_certificate(("127.0.0.1", pbx.tls_port))
    pbx.cli("certs", "regenerate")
    new = eventually("the new certificate", lambda: _changed(pbx.tls_port, old))
    assert new != old
    assert [r["number"] for r in pbx.registrations()] == ["101"], "the phone's connection was dropped"
    bob = phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()


def _changed(port, old):
    now = ssl.get_server_certificate(("127.0.0.1", port))
    return now if now != old else None


def test_baresip_that_verifies_trusts_the_downloaded_certificate(pbx, phone, tmp_path):
    """CERT-6, trusted mode: the phone checks who the iPBX is."""
    trusted = tmp_path / "ca.pem"
    trusted.write_text(ssl.get_server_certificate(("127.0.0.1", pbx.tls_port)))
    phone("101", trusted=trusted)
    assert [r["number"] for r in pbx.registrations()] == ["101"]


def test_no_tls_closes_5061_and_keeps_5060_and_back_again(pbx, tmp_path, sipp_port):
    def opens(port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    assert opens(pbx.tls_port)
    pbx.change_settings(mode="no_tls")
    eventually("the TLS port to close", lambda: not opens(pbx.tls_port), on_failure=pbx.tail)
    with sipp.Sipp(tmp_path, "register", pbx.sip_target, number="101", password=PASSWORD, port=sipp_port()) as run:
        run.finish()
    pbx.change_settings(mode="pbx_cert")
    eventually("the TLS port to open again", lambda: opens(pbx.tls_port), on_failure=pbx.tail)
