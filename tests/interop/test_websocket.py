"""SIP over secure WebSockets (RFC 7118) as another library's client sees it."""

import asyncio
import ssl

import pytest
import websockets
from conftest import PASSWORD
from lab.browser import LONGEST_WAIT, Browser, trusting
from lab.process import eventually


@pytest.fixture
def trust(pbx, tmp_path):
    """What a browser has that was given the iPBX's certificate."""
    ca = tmp_path / "ca.crt"
    pbx.cli("certs", "trust", "--out", str(ca))
    return trusting(ca)


def refusal(url, **options):
    """The HTTP status a WebSocket is refused with."""
    async def ask():
        with pytest.raises(websockets.exceptions.InvalidStatusCode) as refused:
            await websockets.connect(url, open_timeout=LONGEST_WAIT, **options)
        return refused.value.status_code

    return asyncio.run(ask())


def test_browser_registers_by_digest_over_a_verified_connection(pbx, trust):
    async def scenario():
        async with Browser(pbx.wss_port, "101", PASSWORD, trust) as browser:
            assert browser.socket.subprotocol == "sip"
            answer = await browser.register()
            assert answer.startswith("SIP/2.0 200 "), answer
            assert "Require: outbound" in answer
            (bound,) = pbx.registrations()
            assert (bound["number"], bound["transport"], bound["contact_uri"]) == ("101", "WSS", browser.contact)
            assert bound["tls_version"] == "TLSv1.3"
            pong = await browser.socket.ping()
            await asyncio.wait_for(pong, LONGEST_WAIT)
            await browser.socket.send("\r\n\r\n")
            assert await browser.hear() == "\r\n", "the keep-alive of RFC 5626"

    asyncio.run(scenario())
    eventually("the registration to go with the connection", lambda: not pbx.registrations(), on_failure=pbx.tail)
    assert "WSS" in pbx.cli("status")


def test_wrong_password_is_refused(pbx, trust):
    async def scenario():
        async with Browser(pbx.wss_port, "101", "not-" + PASSWORD, trust) as browser:
            assert (await browser.register()).startswith("SIP/2.0 401 ")

    asyncio.run(scenario())
    assert not pbx.registrations()


def test_call_reaches_the_browser_by_its_connection(pbx, phone, trust):
    """A softphone over TLS calls it; a browser that has no voice is busy."""
    async def scenario():
        async with Browser(pbx.wss_port, "102", PASSWORD, trust) as browser:
            assert (await browser.register()).startswith("SIP/2.0 200 ")
            alice = await asyncio.to_thread(phone, "101")
            alice.dial(f"sip:102@127.0.0.1:{pbx.tls_port}")
            invite = await browser.hear()
            assert invite.startswith(f"INVITE {browser.contact} SIP/2.0\r\n"), invite
            assert "\r\nVia: SIP/2.0/WSS 127.0.0.1:" in invite
            assert ";transport=ws>" in next(line for line in invite.split("\r\n") if line.startswith("Contact:"))
            await browser.answer(invite, "486 Busy Here")
            ack = await browser.hear()
            assert ack.startswith(f"ACK {browser.contact} SIP/2.0\r\n"), ack

    asyncio.run(scenario())
    eventually("the call to end", lambda: not pbx.calls(), on_failure=pbx.tail)


def test_another_subprotocol_or_none_is_refused(pbx, trust):
    url = f"wss://127.0.0.1:{pbx.wss_port}/"
    assert refusal(url, ssl=trust, subprotocols=["xmpp"]) == 400
    assert refusal(url, ssl=trust) == 400
    assert refusal(url, ssl=trust, subprotocols=["sip"], extra_headers={"Sec-WebSocket-Version": "8"}) == 426


def test_clear_websocket_is_refused(pbx):
    """There is no ws: neither at this port, nor at the SIP port for clear text."""
    async def ask(port):
        with pytest.raises((websockets.exceptions.InvalidMessage, ConnectionError)):
            await websockets.connect(f"ws://127.0.0.1:{port}/", subprotocols=["sip"], open_timeout=LONGEST_WAIT)

    asyncio.run(ask(pbx.wss_port))
    asyncio.run(ask(pbx.sip_port))


def test_certificate_a_browser_does_not_trust_is_refused_by_the_browser(pbx):
    async def ask():
        with pytest.raises(ssl.SSLCertVerificationError):
            await websockets.connect(f"wss://127.0.0.1:{pbx.wss_port}/", subprotocols=["sip"], ssl=True,
                                     open_timeout=LONGEST_WAIT)

    asyncio.run(ask())


def test_no_tls_closes_the_port_and_pbx_cert_opens_it_again(pbx, trust):
    async def register():
        async with Browser(pbx.wss_port, "101", PASSWORD, trust) as browser:
            return await browser.register()

    async def closed_by_the_switch():
        async with Browser(pbx.wss_port, "101", PASSWORD, trust) as browser:
            await browser.register()
            await asyncio.to_thread(pbx.change_settings, mode="no_tls")
            with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
                await browser.hear()
            return closed.value.rcvd.code

    assert asyncio.run(closed_by_the_switch()) == 1001
    with pytest.raises(OSError):
        asyncio.run(register())
    pbx.change_settings(mode="pbx_cert")
    assert asyncio.run(register()).startswith("SIP/2.0 200 ")
