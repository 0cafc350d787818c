"""The first encrypted call: what `./run` shows."""

import argparse
import json
import os
import pathlib
import secrets
import signal
import sys
import tempfile
import time

from lab.baresip import Baresip
from lab.capture import Capture, entropy_bits, rtp_payloads
from lab.pbx import ROOT, Pbx
from lab.process import LabError, eventually

STATE = ROOT / "var"
TALK_SECONDS = 5
CIPHERTEXT_BITS = 7.8  # of entropy an octet; a G.711 tone has below 6
BOARD_AND_PHONES = "udp portrange 20000-31000"


def passwords(system: Pbx) -> dict[str, str]:
    """Numbers and passwords of the demonstration, made at the first start and kept in var/phones.json."""
    file = STATE / "phones.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    there = {user["number"] for user in system.users()}
    for number, name in (("101", "Alice"), ("102", "Bob"), ("201", "Your phone"), ("202", "Your second phone")):
        if number not in known:
            known[number] = secrets.token_urlsafe(12)
        if number not in there:
            system.add_user(number, known[number], display_name=name)
    file.write_text(json.dumps(known, indent=2) + "\n")
    file.chmod(0o600)
    return known


def show(call: dict) -> None:
    rows = [("", *(f"leg of {leg['number']}" for leg in call["legs"]))]
    for title, key in (("transport", "transport"), ("TLS", "tls_version"), ("cipher", "tls_cipher"),
                       ("SRTP suite", "srtp_suite"), ("packets authenticated", "packets_authenticated"),
                       ("packets rejected", "packets_rejected"), ("packets in clear", "packets_clear")):
        rows.append((title, *(str(leg[key] if leg[key] != "" else "none") for leg in call["legs"])))
    rows.append(("padlock", *("locked" if leg["padlock"] else "OPEN" for leg in call["legs"])))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    for leg in call["legs"]:
        print(f"   {leg['number']}: {leg['reason']}")


def encrypted_call(system: Pbx, known: dict[str, str], folder: pathlib.Path) -> bool:
    """Makes the call and prints it; true if both our counters and the capture say that all voice was encrypted."""
    registrar = system.tls_target
    with Capture(folder, BOARD_AND_PHONES) as capture, \
            Baresip(folder / "101", "101", known["101"], registrar) as alice, \
            Baresip(folder / "102", "102", known["102"], registrar, tone_hz=None) as bob:
        for phone in (alice, bob):
            phone.wait_registered()
            print(f"   baresip {phone.number} is registered over TLS")
        alice.dial(f"sip:102@{registrar}")
        bob.wait_established()
        print(f"   101 calls 102: answered; 101 talks and 102 echoes for {TALK_SECONDS} s")
        time.sleep(TALK_SECONDS)
        calls = system.calls()
        if not calls:
            raise LabError(f"the call is gone\n{alice.tail()}")
        call = system.call(calls[0]["id"])
        alice.hangup()
        eventually("the call to end", lambda: not system.calls())
    show(call)
    datagrams = [bytes.fromhex(row[0]) for row in capture.fields("udp", "udp.payload") if row[0]]
    voice = rtp_payloads(datagrams, 0)
    bits = entropy_bits(voice)
    print(f"   on the wire, as tshark saw it: {len(voice)} voice packets, {bits:.2f} bits of entropy an octet "
          f"({'ciphertext' if bits > CIPHERTEXT_BITS else 'NOT ciphertext'})")
    return (len(call["legs"]) == 2 and all(leg["padlock"] and leg["packets_clear"] == 0 for leg in call["legs"])
            and len(voice) > 100 and bits > CIPHERTEXT_BITS)


def stay(system: Pbx, known: dict[str, str]) -> None:
    print(f"""
The iPBX stays up. To register your own phone on this machine:
   server 127.0.0.1   port {system.tls_port}   transport TLS   SRTP: SDES   certificate: self-signed (do not verify)
   user 201 password {known['201']}     user 202 password {known['202']}
Admin API {system.api}, account admin, password in {(system.state / 'initial-admin-password').relative_to(ROOT)}
   build/product/src/apps/cadenas --help
Ctrl-C ends it.""", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while system.alive():
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    print("\nStopped.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the call; exit 0 only if it was encrypted")
    arguments = parser.parse_args()
    os.umask(0o077)
    try:
        with tempfile.TemporaryDirectory() as folder, \
                Pbx(STATE, build=ROOT / "build" / "product", plain_port=5060, tls_port=5061, api_port=8443) as system:
            system.unlock()
            known = passwords(system)
            print(f"   cadenas-pbx is up: TLS {system.tls_target}, with a self-signed certificate it made itself")
            encrypted = encrypted_call(system, known, pathlib.Path(folder))
            print("Voice was encrypted both ways." if encrypted else "Voice was NOT encrypted both ways.")
            if not arguments.once:
                stay(system, known)
            return 0 if encrypted else 1
    except LabError as problem:
        print(f"The call could not be shown: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
