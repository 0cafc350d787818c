"""A change of mode opens and closes listeners while softphones talk (MODE-5, MODE-7, MODE-10): the call stays."""

import socket

from lab.ca import Authority
from lab.process import eventually
from test_encrypted_call import talk


def flows(pbx):
    return {r["number"]: r["remote"] for r in pbx.registrations()}


def voice_goes_on(pbx, call):
    """Waits for a second of voice more both ways, all of it encrypted."""
    then = pbx.call(call["id"])

    def more():
        now = pbx.call(call["id"])
        return all(leg["packets_authenticated"] > before["packets_authenticated"] + 50 and leg["packets_clear"] == 0
                   for before, leg in zip(then["legs"], now["legs"]))

    eventually("voice to go on both ways", more, on_failure=pbx.tail)


def talking(pbx, phone, **certificates):
    """Two phones on TLS in a call, and that call."""
    alice = phone("101", certificate=certificates.get("101"))
    bob = phone("102", certificate=certificates.get("102"), tone_hz=None)
    alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
    bob.wait_established()
    return alice, bob, talk(pbx, 0)


def opens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def closed(pbx):
    return pbx.metric("cadenas_sip_connections_closed_total")


def end(pbx, alice, bob):
    alice.hangup()
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)
    bob.wait_event("session closed")


def test_call_goes_on_over_no_tls_and_back(pbx, phone):
    """5061 is closed to who comes; connections that carry a call stay."""
    alice, bob, call = talking(pbx, phone)
    before, ended = flows(pbx), closed(pbx)
    pbx.change_settings(mode="no_tls")
    eventually("the TLS port to close", lambda: not opens(pbx.tls_port), on_failure=pbx.tail)
    voice_goes_on(pbx, call)
    pbx.change_settings(mode="pbx_cert")
    voice_goes_on(pbx, call)
    assert flows(pbx) == before and closed(pbx) == ended
    assert opens(pbx.tls_port)
    end(pbx, alice, bob)


def test_connections_of_a_call_end_after_it_in_no_tls(pbx, phone):
    alice, bob, call = talking(pbx, phone)
    pbx.change_settings(mode="no_tls")
    voice_goes_on(pbx, call)
    end(pbx, alice, bob)
    eventually("the registrations by TLS to go", lambda: not flows(pbx), on_failure=pbx.tail)


def test_call_goes_on_over_bothway_and_back_without_a_dropped_connection(pbx, phone, tmp_path):
    """Phones with certificates that were held against the CA before the switch keep the connections they have."""
    authority = Authority(tmp_path / "ca")
    pbx.cli("phone-ca", "load", str(authority.certificate))
    certificates = {number: authority.issue(number) for number in ("101", "102")}
    alice, bob, call = talking(pbx, phone, **certificates)
    before, ended = flows(pbx), closed(pbx)
    for mode in ("bothway", "pbx_cert"):
        pbx.cli("settings", "--mode", mode)
        voice_goes_on(pbx, call)
    assert flows(pbx) == before and closed(pbx) == ended
    end(pbx, alice, bob)
