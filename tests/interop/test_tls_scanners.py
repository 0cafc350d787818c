"""The TLS ports as testssl.sh and sslscan find them: nothing of medium severity or worse (ENC-3, CERT-1 to CERT-3)."""

import pytest
from lab.ca import Authority
from lab.tls_scan import ScanByTestssl, sslscan

# What lies in the nature of the certificate, by testssl's name for it; nothing else is let pass.
SELF_SIGNED = {"cert_chain_of_trust": "no CA has signed a self-signed certificate (CERT-6)",
               "cert_revocation": "only trusted certificates can be revoked (CERT-7)"}
# Checks testssl may not be able to make.
NOT_MADE = {"service": "SIP is no service it knows, so there are no HTTP headers to look at",
            "engine_problem": "the suites of GOST, for which it wants an engine; where there is none it says so",
            "sessionresumption_ticket": "its openssl leaves at the end of its input, often before the ticket has come"}


def imported(pbx, folder):
    """Puts a certificate under a CA into service by PKCS#12; the CA's certificate."""
    authority = Authority(folder, "Company CA")
    password = folder / "password"
    password.write_text("of the file")
    password.chmod(0o600)
    pbx.cli("certs", "import", str(authority.issue_server("127.0.0.1", "of the file")), "--password-file",
            str(password))
    return authority.certificate


def expect(scan, exceptions=()):
    assert scan.grave.keys() == set(exceptions), scan.grave
    assert scan.not_made.keys() <= NOT_MADE.keys(), scan.not_made


def test_testssl_finds_nothing_at_the_sip_port_with_a_self_signed_rsa_certificate(pbx, tmp_path):
    expect(ScanByTestssl(tmp_path / "scan", pbx.tls_port, http=False), SELF_SIGNED)


def test_testssl_finds_nothing_at_the_sip_port_with_an_imported_ecdsa_certificate(pbx, tmp_path):
    ca = imported(pbx, tmp_path / "ca")
    expect(ScanByTestssl(tmp_path / "scan", pbx.tls_port, http=False, trusted=ca))


def test_testssl_finds_nothing_at_the_admin_port(pbx, tmp_path):
    expect(ScanByTestssl(tmp_path / "scan", pbx.api_port, http=True), SELF_SIGNED)


@pytest.mark.parametrize("port,certificate", [("sip", "self-signed"), ("sip", "imported"), ("admin", "self-signed")])
def test_sslscan_sees_modern_tls_only(pbx, tmp_path, port, certificate):
    if certificate == "imported":
        imported(pbx, tmp_path / "ca")
    seen = sslscan(pbx.tls_port if port == "sip" else pbx.api_port)
    spoken = {each.get("version") for each in seen.findall("protocol") if each.get("enabled") == "1"}
    assert spoken == {"1.2", "1.3"}
    assert {each.get("vulnerable") for each in seen.findall("heartbleed")} == {"0"}
    assert seen.find("renegotiation").get("supported") == "0"
    suites = seen.findall("cipher")
    assert {each.get("sslversion") for each in suites} == {"TLSv1.2", "TLSv1.3"}
    assert {each.get("strength") for each in suites} <= {"strong", "acceptable"}
    assert all(each.get("ecdhebits") for each in suites), "a suite without ephemeral keys"
    assert {each.get("name").split(" ")[0] for each in seen.findall("group")} == {"x25519", "secp256r1", "secp384r1"}
    shown = seen.find("certificates/certificate")
    assert shown.find("pk").get("error") == "false"
    assert shown.find("pk").get("type") == ("RSA" if (port, certificate) == ("sip", "self-signed") else "EC")
    assert shown.find("self-signed").text == ("false" if certificate == "imported" else "true")
    assert shown.find("expired").text == "false"
