"""What was acknowledged survives kill -9, and no secret reaches a file (issue part 7)."""

import hashlib
import json
import signal
import threading

from conftest import PASSWORD
from lab.pbx import Pbx
from lab.process import eventually


def test_every_acknowledged_subscription_survives_a_kill(tmp_path):
    acknowledged = []
    with Pbx(tmp_path / "pbx") as system:
        def add():
            number = 2000
            try:
                while True:
                    system.add_user(str(number), PASSWORD)
                    acknowledged.append(str(number))
                    number += 1
            except OSError:
                pass  # the kill cut the connection: this one was not acknowledged

        writer = threading.Thread(target=add)
        writer.start()
        eventually("some writes", lambda: len(acknowledged) > 20, on_failure=system.tail)
        system.child.send_signal(signal.SIGKILL)
        system.child.wait()
        writer.join()
    with Pbx(tmp_path / "pbx") as again:
        there = {user["number"] for user in again.users()}
    assert set(acknowledged) <= there
    assert len(there) <= len(acknowledged) + 1


def test_no_password_hash_or_key_in_logs_or_answers(pbx, phone, tmp_path):
    alice, bob = phone("101"), phone("102")
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    eventually("voice", lambda: pbx.calls() and pbx.calls()[0]["legs"][0]["packets_authenticated"] > 10)
    secrets = [PASSWORD, pbx.administrator_password, "inline:", "a=crypto", "BEGIN PRIVATE KEY"]
    realm = json.loads(pbx.get("/api/v1/settings"))["realm"]
    secrets += [hashlib.new(name, f"{number}:{realm}:{PASSWORD}".encode()).hexdigest()
                for name in ("md5", "sha256") for number in (101, 102)]
    assert len(secrets) > 5
    answers = "\n".join(pbx.get(path) for path in pbx.get_paths())
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls())
    answers += pbx.get("/api/v1/call-records")
    # The log is written behind the signalling; its last line of the call shows that all before it is there.
    eventually("the call's end in the log", lambda: '"call.ended"' in pbx.log_file.read_text(errors="replace"))
    log = pbx.log_file.read_text(errors="replace") + pbx.output()
    assert '"registrar.bound"' in log
    for secret in secrets:
        assert secret not in log
        assert secret not in answers
