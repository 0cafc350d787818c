"""The life of the iPBX's certificate: the CA file for phones, OCSP stapling, its end (CERT-8, CERT-10, RIGHT-6)."""

import functools
import http.server
import subprocess
import threading

import pytest
from conftest import PASSWORD
from lab.baresip import Baresip
from lab.ca import Authority
from lab.pbx import Pbx
from lab.process import eventually
from test_encrypted_call import talk

P12_PASSWORD = "of the file"


class Company(Authority):
    """A CA that signs servers, and what its responder is asked is answered by `openssl ocsp` from its ledger."""

    def server(self, ocsp="", dates=()):
        stem = self.folder / f"server-{len(list((self.folder / 'issued').iterdir()))}"
        key, request, issued, extensions = (stem.with_suffix(s) for s in (".key", ".csr", ".crt", ".ext"))
        extensions.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                              "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=IP:127.0.0.1\n"
                              + (f"authorityInfoAccess=OCSP;URI:{ocsp}\n" if ocsp else ""))
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(request))
        self._openssl("ca", "-batch", "-notext", "-in", str(request), "-out", str(issued), "-extfile",
                      str(extensions), *dates)
        return issued, key

    def pkcs12(self, issued, key):
        file = issued.with_suffix(".p12")
        subprocess.run(["openssl", "pkcs12", "-export", "-in", str(issued), "-inkey", str(key), "-certfile",
                        str(self.certificate), "-passout", f"pass:{P12_PASSWORD}", "-out", str(file)],
                       check=True, capture_output=True, timeout=30)
        return file

    def answer(self, request):
        asked, answered = self.folder / "ocsp-request.der", self.folder / "ocsp-answer.der"
        asked.write_bytes(request)
        subprocess.run(["openssl", "ocsp", "-index", str(self.folder / "index.txt"), "-CA", str(self.certificate),
                        "-rsigner", str(self.certificate), "-rkey", str(self.folder / "ca.key"), "-nmin", "60",
                        "-reqin", str(asked), "-respout", str(answered)], check=True, capture_output=True, timeout=30)
        return answered.read_bytes()


class Responder(http.server.BaseHTTPRequestHandler):
    def __init__(self, company, *rest):
        self.company = company
        super().__init__(*rest)

    def do_POST(self):
        answer = self.company.answer(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path / "company", "Company")


@pytest.fixture
def responder(company):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Responder, company))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def bring_in(pbx, file, tmp_path):
    secret = tmp_path / "p12-password"
    secret.write_text(P12_PASSWORD + "\n")
    secret.chmod(0o600)
    pbx.cli("certs", "import", str(file), "--password-file", str(secret))


def printed(*command):
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr


def by_openssl(pbx, *options):
    return printed("openssl", "s_client", "-connect", pbx.tls_target, *options)


def by_gnutls(pbx, ca):
    return printed("gnutls-cli", "--x509cafile", str(ca), "-p", str(pbx.tls_port), "127.0.0.1")


@pytest.mark.parametrize("imported", [False, True])
def test_programs_and_phones_that_verify_know_the_ipbx_by_the_ca_file(pbx, phone, company, tmp_path, imported):
    """CERT-10"""
    if imported:
        bring_in(pbx, company.pkcs12(*company.server()), tmp_path)
    ca = tmp_path / "ca.crt"
    pbx.cli("certs", "trust", "--out", str(ca))
    if imported:
        assert ca.read_text() == company.certificate.read_text()
    verified = by_openssl(pbx, "-CAfile", str(ca), "-verify_return_error", "-verify_ip", "127.0.0.1")
    assert "Verify return code: 0 (ok)" in verified, verified
    assert "The certificate is trusted" in by_gnutls(pbx, ca)
    phone("101", trusted=ca)
    shown = by_openssl(pbx, "-showcerts")
    assert shown.count("BEGIN CERTIFICATE") == 1, "the root is not sent"
    fingerprint = printed("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(ca)).strip()
    assert "fingerprint of" in pbx.cli("certs", "compare", fingerprint)


def test_clients_that_ask_are_shown_the_ocsp_answer_and_a_revocation_raises_the_alarm(company, responder, tmp_path):
    issued, key = company.server(ocsp=responder)
    with Pbx(tmp_path / "pbx") as pbx:
        pbx.unlock()
        bring_in(pbx, company.pkcs12(issued, key), tmp_path)
        eventually("the staple", lambda: pbx.metric("cadenas_ocsp_stapled") == 1, on_failure=pbx.tail)
        ca = tmp_path / "ca.crt"
        pbx.cli("certs", "trust", "--out", str(ca))
        for version in ("-tls1_3", "-tls1_2"):
            stapled = by_openssl(pbx, "-status", version, "-CAfile", str(ca))
            assert "OCSP Response Status: successful" in stapled and "Cert Status: good" in stapled, stapled
        agreed = by_gnutls(pbx, ca)
        assert "OCSP status request" in agreed and "OCSP status request[ignored]" not in agreed, agreed
        assert "The certificate is trusted" in agreed
        assert "good" in pbx.cli("certs")
    company.revoke(issued)
    (pbx.state / "identity" / "ocsp.der").unlink()  # else it would be asked for at half of its life
    with Pbx(tmp_path / "pbx") as pbx:
        eventually("the alarm", lambda: "certificate.revoked" in pbx.get("/api/v1/alarms"), on_failure=pbx.tail)
        assert "cert.revoked" in pbx.cli("status")
        assert "OCSP response: no response sent" in by_openssl(pbx, "-status")


def test_calls_go_on_in_clear_after_the_certificates_end_and_explain_says_so(company, tmp_path):
    """CERT-8, RIGHT-6: the phones do not verify."""
    issued, key = company.server(dates=("-startdate", "20240101000000Z", "-enddate", "20240201000000Z"))
    with Pbx(tmp_path / "pbx", certificate=issued, key=key) as pbx:
        pbx.unlock()
        for number in ("101", "102"):
            pbx.add_user(number, PASSWORD)
        assert "expired" in pbx.cli("certs")
        assert "expired" in pbx.cli("status")
        eventually("the alarm", lambda: "certificate.expired" in pbx.get("/api/v1/alarms"), on_failure=pbx.tail)
        target = f"127.0.0.1:{pbx.tls_port}"
        with Baresip(tmp_path / "alice", "101", PASSWORD, target, mediaenc="srtp") as alice, \
                Baresip(tmp_path / "bob", "102", PASSWORD, target, mediaenc="srtp") as bob:
            alice.wait_registered()
            bob.wait_registered()
            alice.dial(f"sip:102@{target}")
            bob.wait_established()
            call = talk(pbx, 1)
            explained = pbx.explain(call["id"])
            told = pbx.cli("explain", call["id"])
    assert [leg["transport"] for leg in call["legs"]] == ["TLS", "TLS"]
    assert all(leg["packets_clear"] > 10 and not leg["srtp_suite"] and not leg["padlock"] for leg in call["legs"])
    failing = [c for leg in explained["legs"] for c in leg["conditions"] if c["applies"] and not c["holds"]]
    assert {c["code"] for c in failing} == {"policy.certificate-expired"}, failing
    assert all(c["where"] and "expired" in c["sentence"] for c in failing)
    assert "change it" in told
