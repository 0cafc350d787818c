"""A certificate authority as an administrator would run one: the `openssl` program and its own ledger."""

import pathlib
import subprocess

CONFIG = """
[ca]
default_ca = own
[own]
dir = {folder}
database = $dir/index.txt
new_certs_dir = $dir/issued
serial = $dir/serial
crlnumber = $dir/crlnumber
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = none
x509_extensions = phone
[any]
commonName = supplied
[phone]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectAltName = IP:{server}
crlDistributionPoints = URI:http://{server}/phones.crl
[system]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
"""


class Authority:
    """`certificate` is its PEM; each phone gets one file with key and certificate, as phones and s_client take it. All
    keys are on P-256."""

    def __init__(self, folder: pathlib.Path, name: str = "Phones", server: str = "127.0.0.1"):
        """`server`: the address that the certificates of an iPBX are for."""
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self.config = folder / "openssl.cnf"
        (folder / "issued").mkdir(parents=True)
        self.config.write_text(CONFIG.format(folder=folder, server=server))
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("1000\n")
        (folder / "crlnumber").write_text("01\n")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", f"/CN={name}", "-extensions", "authority", "-keyout", str(folder / "ca.key"),
                      "-out", str(self.certificate))

    def issue(self, name: str, *options: str, system: bool = False) -> pathlib.Path:
        """`options`: of `openssl ca`, as `-startdate` and `-enddate` for certificates out of their dates. `system`: one
        that an iPBX or a gateway shows, as server and as client."""
        stem = self.folder / f"{name.replace('.', '_')}-{len(list((self.folder / 'issued').iterdir()))}"
        key, request, issued, both = (stem.with_suffix(suffix) for suffix in (".key", ".csr", ".crt", ".pem"))
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request))
        self._openssl("ca", "-batch", "-notext", "-in", str(request), "-out", str(issued),
                      *(("-extensions", "system") if system else ()), *options)
        both.write_text(key.read_text() + issued.read_text())
        both.chmod(0o600)
        return both

    def issue_server(self, name: str, password: str) -> pathlib.Path:
        """For an iPBX, as PKCS#12 with the CA in it."""
        both = self.issue(name, "-extensions", "server", "-days", "365")
        file = both.with_suffix(".p12")
        subprocess.run(["openssl", "pkcs12", "-export", "-in", str(both), "-certfile", str(self.certificate),
                        "-out", str(file), "-passout", f"pass:{password}"], check=True, capture_output=True, timeout=30)
        return file

    def revoke(self, phone: pathlib.Path) -> None:
        self._openssl("ca", "-revoke", str(phone.with_suffix(".crt")))

    def revocation_list(self) -> pathlib.Path:
        """A new one, PEM."""
        file = self.folder / "list.crl"
        self._openssl("ca", "-gencrl", "-out", str(file))
        return file

    def _openssl(self, command: str, *words: str) -> None:
        subprocess.run(["openssl", command, "-config", str(self.config), *words], check=True, capture_output=True,
                       timeout=30)
