"""A certificate changes while phones are registered, talk and call (CERT-1, MODE-7): nothing is dropped."""

import json

from conftest import PASSWORD
from lab import sipp
from lab.process import eventually
from lab.stunnel import Stunnel
from test_encrypted_call import talk

RENEWALS = 50


def numbers_and_flows(pbx):
    return {r["number"]: r["remote"] for r in pbx.registrations()}


def counted(pbx):
    """What stays as it is where nothing is dropped: connections made and lost, and requests that came to nothing."""
    names = ("cadenas_sip_connections_accepted_total", "cadenas_sip_tls_handshakes_total",
             "cadenas_sip_connections_closed_total", "cadenas_sip_connections_refused_total",
             "cadenas_registrations_lost_total", "cadenas_registrations_expired_total", "cadenas_sip_timeouts_total",
             "cadenas_sip_overloaded_total")
    return {name: pbx.metric(name) for name in names}


def test_fifty_renewals_drop_no_connection_and_fail_no_call(pbx, phone, tmp_path, sipp_port, callee):
    """Two softphones talk all the while; over two kept TLS connections of SIPp behind stunnel come 40 calls and 200
    registrations. The certificate is renewed as long as they last, and at least 50 times."""
    calls, registers = 40, 200
    alice = phone("103")
    bob = phone("104", tone_hz=None)
    alice.dial(f"sip:104@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    before = talk(pbx, 0)
    flows = numbers_and_flows(pbx)
    with Stunnel(tmp_path / "stunnel", pbx.tls_target) as tunnel, callee("answer", calls=calls, seconds=120) as b:
        counters = counted(pbx)
        port, other_port = sipp_port(), sipp_port()
        with sipp.Sipp(tmp_path / "caller", "call", tunnel.target, number="101", password=PASSWORD, called="102",
                       port=port, media_port=port + 4, transport="t1", calls=calls, rate=2, talk_ms=500,
                       seconds=120) as a, \
                sipp.Sipp(tmp_path / "registering", "register", tunnel.target, number="105", password=PASSWORD,
                          port=other_port, transport="t1", calls=registers, rate=10, seconds=120) as c:
            shown = []
            while a.alive() or c.alive() or len(shown) < RENEWALS:
                shown.append(json.loads(pbx.cli("--json", "certs", "regenerate"))["fingerprint_sha256"])
            for program in (a, b, c):
                program.finish()
        eventually("SIPp's own connections to end",
                   lambda: pbx.metric("cadenas_sip_connections_closed_total")
                   == counters["cadenas_sip_connections_closed_total"] + 2, on_failure=pbx.tail)
    assert len(set(shown)) == len(shown) >= RENEWALS

    # The two that SIPp opened and, being done, closed; not one more.
    for name in ("cadenas_sip_connections_accepted_total", "cadenas_sip_tls_handshakes_total",
                 "cadenas_sip_connections_closed_total"):
        counters[name] += 2
    counters["cadenas_registrations_lost_total"] += 1  # of 105, with its connection
    assert counted(pbx) == counters
    now = numbers_and_flows(pbx)
    assert {number: now[number] for number in ("103", "104")} == {number: flows[number] for number in ("103", "104")}

    after = pbx.call(before["id"])
    assert after["state"] == "answered" and all(leg["padlock"] for leg in after["legs"])
    for then, leg in zip(before["legs"], after["legs"]):
        assert leg["packets_authenticated"] > then["packets_authenticated"] + 100
        assert leg["packets_rejected"] == 0
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
