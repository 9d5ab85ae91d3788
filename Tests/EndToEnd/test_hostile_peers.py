"""What must not get in: each closes its own connection with a counted, logged reason; nothing else notices."""

import socket
import ssl
import struct

import pytest
from certificates import DAY, NOW, issue, load_ca, stranger_ca
from cryptography.x509.oid import ExtendedKeyUsageOID
from gateway import until
from unit import HEARTBEAT, HEARTBEAT_FRAME, PRESS, Unit, connect, frame, hello, press


@pytest.fixture
def witness(gateway):
    """A live unit that must stay untouched by whatever happens beside it."""
    unit = connect(gateway, "ALA-0001")
    yield unit
    unit.send(HEARTBEAT_FRAME + press(1, 1))
    unit.until_stage("stored")
    unit.close()


def counted(gateway, counter: str):
    """The reason is counted, and the connection's end stands in the log."""
    officer = gateway.officer()
    until(lambda: officer.counters()[counter] >= 1, f"{counter} counted; {officer.counters()}")
    if counter.startswith("handshakes_failed"):
        logged(gateway, "handshake failed")
    elif counter.startswith("frames_refused"):
        logged(gateway, "reason=protocolError")


def logged(gateway, words: str):
    until(lambda: words in gateway.log(), f"'{words}' in the log:\n{gateway.log()[-1500:]}")


def refused(gateway, certificate, key, **options):
    """The handshake fails; TLS 1.3 may tell the client only when it first reads."""
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        unit = Unit(gateway.units_port, certificate, key, gateway.pki / "ca.pem", **options)
        unit.send(hello("AST-0001"))
        assert unit.receive() is not None, "closed without a word"


def test_no_certificate(gateway, witness):
    refused(gateway, None, None)
    counted(gateway, "handshakes_failed_no_certificate")


def test_unknown_authority(gateway, witness, tmp_path):
    refused(gateway, *issue(tmp_path, "stranger", stranger_ca()))
    counted(gateway, "handshakes_failed_untrusted")


def test_expired(gateway, witness, tmp_path):
    refused(gateway, *issue(tmp_path, "expired", load_ca(gateway.pki), not_before=NOW - 3 * DAY, not_after=NOW - DAY))
    counted(gateway, "handshakes_failed_expired")


def test_wrong_purpose(gateway, witness, tmp_path):
    server = ExtendedKeyUsageOID.SERVER_AUTH
    refused(gateway, *issue(tmp_path, "server", load_ca(gateway.pki), usage=server))
    counted(gateway, "handshakes_failed_purpose")


@pytest.mark.parametrize("uris", [(), ("urn:sos:unit:AST-0001", "urn:sos:unit:AST-0002"), ("urn:sos:unit:no spaces",)])
def test_no_single_identity(gateway, witness, tmp_path, uris):
    # The certificate is good, so TLS stands and the refusal comes in words.
    unit = Unit(gateway.units_port, *issue(tmp_path, "nameless", load_ca(gateway.pki), uris=uris), gateway.pki / "ca.pem")
    assert unit.unable_then_closed() == 201
    counted(gateway, "handshakes_failed_identity")


def unit_files(gateway, name="AST-0001"):
    return gateway.pki / f"units/{name}.pem", gateway.pki / f"units/{name}.key"


def test_old_tls(gateway, witness):
    refused(gateway, *unit_files(gateway), maximum=ssl.TLSVersion.TLSv1_2)
    counted(gateway, "handshakes_failed_version")


@pytest.mark.parametrize("alpn", [(), ("http/1.1",)])
def test_other_application_protocol(gateway, witness, alpn):
    refused(gateway, *unit_files(gateway), alpn=alpn)
    counted(gateway, "handshakes_failed_alpn")


@pytest.mark.parametrize("words", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 64, b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_plain_text_and_other_protocols(gateway, witness, words):
    with socket.create_connection(("127.0.0.1", gateway.units_port), timeout=10) as stranger:
        stranger.sendall(words)
        while stranger.recv(4096):
            pass
    counted(gateway, "handshakes_failed_not_tls")


def test_silence_before_the_handshake(gateway, witness):
    with socket.create_connection(("127.0.0.1", gateway.units_port), timeout=20) as stranger:
        assert stranger.recv(1) == b""
    counted(gateway, "handshakes_failed_timeout")


def fresh(gateway) -> Unit:
    return Unit(gateway.units_port, *unit_files(gateway), gateway.pki / "ca.pem")


def test_half_a_frame_and_silence(gateway, witness):
    unit = connect(gateway)
    unit.socket.settimeout(20)
    unit.send(press(1, 1)[:10])
    assert unit.unable_then_closed() == 204
    counted(gateway, "frames_refused_deadline")


def test_maximum_length_plus_one(gateway, witness):
    unit = connect(gateway)
    unit.send(struct.pack(">HBB", 16_641, PRESS, 0))
    assert unit.unable_then_closed() == 202
    counted(gateway, "frames_refused_oversized")


def test_unknown_type_that_must_be_understood(gateway, witness):
    unit = connect(gateway)
    unit.send(frame(0x7F, b"*", flags=0) + press(1, 1))
    unit.until_stage("stored")
    unit.send(frame(0x7F, b"*", flags=1))
    assert unit.unable_then_closed() == 203
    counted(gateway, "frames_refused_unknown_type")
    counted(gateway, "frames_skipped_unknown")


def test_wrong_version(gateway, witness):
    unit = fresh(gateway)
    unit.send(hello("AST-0001", major=2))
    assert unit.unable_then_closed() == 200
    counted(gateway, "frames_refused_version")


def test_a_hello_that_claims_another_unit(gateway, witness):
    unit = fresh(gateway)
    unit.send(hello("AST-0002"))
    assert unit.unable_then_closed() == 201
    counted(gateway, "frames_refused_identity")
    logged(gateway, "AST-0001")


def test_a_press_before_hello(gateway, witness):
    unit = fresh(gateway)
    unit.send(press(1, 1))
    assert unit.unable_then_closed() == 206
    counted(gateway, "frames_refused_unexpected")
    assert gateway.officer().open_alerts("astana") == []


def test_a_short_body(gateway, witness):
    unit = connect(gateway)
    unit.send(frame(HEARTBEAT, b"\x01\x62"))
    assert unit.unable_then_closed() == 102
    counted(gateway, "frames_refused_malformed")
