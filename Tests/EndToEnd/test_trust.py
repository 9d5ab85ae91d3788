"""Whom the gateway trusts, changed while it runs: revoked units go within a second, everybody else stays."""

import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import time

import pytest
from authority import HOUR, write_list
from certificates import issue, load_ca, stranger_ca
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from gateway import Gateway, until
from unit import HEARTBEAT_FRAME, UNABLE, Unit, connect, hello, press


def files(gateway, name):
    return gateway.pki / f"units/{name}.pem", gateway.pki / f"units/{name}.key"


@pytest.fixture
def live(tmp_path, pki):
    """A gateway with a revocation list that names nobody, and files of its own that a test may replace."""
    for name in ("gateway.pem", "gateway.key", "ca.pem"):
        (tmp_path / name).write_bytes((pki / name).read_bytes())
        (tmp_path / name).chmod(0o600)
    write_list(tmp_path / "units.crl", pki, 1)
    one = Gateway(
        tmp_path, pki, certificate=tmp_path / "gateway.pem", key=tmp_path / "gateway.key", client_ca=tmp_path / "ca.pem",
        units_extra=f"  tls:\n    crls: [{tmp_path}/units.crl]",
    )
    one.add_officer()
    one.start()
    yield one
    if one.process.poll() is None:
        assert one.stop() == 0, one.log()[-3000:]


def reload(gateway):
    gateway.process.send_signal(signal.SIGHUP)


def audit(gateway) -> list[tuple]:
    with sqlite3.connect(f"file:{gateway.directory}/data/accounts.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT allowed, detail FROM audit WHERE act = 'trust' ORDER BY id").fetchall()


def presses(unit, counter=1):
    """The unit is served."""
    unit.send(HEARTBEAT_FRAME + press(1, counter))
    unit.until_stage("stored")


def refused(gateway, *certificate) -> str:
    """The unit is told why it may not come in; the words."""
    unit = Unit(gateway.units_port, *certificate, gateway.pki / "ca.pem")
    unit.send(hello("AST-0001"))
    body = unit.until(UNABLE)
    assert int.from_bytes(body[:2], "big") == 208
    assert unit.closed()
    return body[6:].decode()


def test_section_4_revocation_a_live_unit_is_cut_and_nobody_else_notices(live, tmp_path):
    goes, others = connect(live, "AST-0001"), [connect(live, name) for name in ("AST-0002", "ALA-0001", "KRG-0001")]
    presses(goes)
    write_list(tmp_path / "units.crl", live.pki, 2, [files(live, "AST-0001")[0]])
    began = time.monotonic()
    reload(live)
    assert goes.unable_then_closed() == 208
    assert time.monotonic() - began < 1
    for unit in others:
        presses(unit)
    assert refused(live, *files(live, "AST-0001")) == "unit AST-0001: the certificate is revoked"
    counters = live.officer().counters()
    assert counters["links_closed_revoked"] == 1 and counters["handshakes_failed_revoked"] == 1
    until(lambda: "the certificate is revoked" in live.log() and "reason=revoked" in live.log(), "both in the log")
    until(lambda: audit(live), "the audit entry")
    assert audit(live)[0][0] == 1 and "1 revoked certificates in list 02" in audit(live)[0][1]
    # In the journal its link ended like that, and a list without it takes it back.
    dump = live.sosctl("journal", "dump").stdout
    assert re.search(r"AST-0001.*revoked", dump), dump[-2000:]
    write_list(tmp_path / "units.crl", live.pki, 3)
    reload(live)
    until(lambda: len(audit(live)) == 2, "the second reload")
    presses(connect(live, "AST-0001"), 2)


def test_bad_lists_and_files_change_nothing(live, tmp_path):
    unit = connect(live)
    crl, good = tmp_path / "units.crl", (tmp_path / "units.crl").read_bytes()
    stranger = stranger_ca()
    key = tmp_path / "gateway.key"
    own = key.read_bytes()

    def other_key():
        key.write_bytes(issue(tmp_path, "other", load_ca(live.pki))[1].read_bytes())

    def stolen_list():
        write_list(crl, live.pki, 5, ca=(load_ca(live.pki)[0], stranger[1]))

    wrong = [
        (lambda: crl.write_bytes(b""), "units.crl: no list in it"),
        (crl.unlink, "units.crl: No such file"),
        (lambda: write_list(crl, live.pki, 5, ca=stranger), "its issuer CN=Stranger CA is not in"),
        (stolen_list, "its signature is not that of"),
        (lambda: write_list(crl, live.pki, 0), "list 00 of"),
        (other_key, "the private key does not belong to the certificate"),
        (lambda: key.chmod(0o644), "is a private key with permissions 0644"),
        (lambda: (tmp_path / "ca.pem").write_bytes(b"nothing"), "cannot use the trusted authorities"),
    ]
    for count, (spoil, words) in enumerate(wrong, 1):
        spoil()
        reload(live)
        until(lambda: len(audit(live)) == count, f"the refusal: {words}")
        allowed, detail = audit(live)[-1]
        assert allowed == 0 and words in detail, detail
        assert words in live.sosctl("check", code=78 if "list 00" not in words else 0).stderr or "list 00" in words
        # What is in force still serves new and old units.
        presses(unit, count)
        connect(live, "AST-0002").close()
        crl.write_bytes(good)
        key.write_bytes(own)
        key.chmod(0o600)
        (tmp_path / "ca.pem").write_bytes((live.pki / "ca.pem").read_bytes())
    assert "trust refused; what is in force stays" in live.log()
    assert "0 revoked certificates in list 01" in live.sosctl("check").stdout


def certificate_shown(port: int) -> bytes:
    context = ssl._create_unverified_context()
    context.set_alpn_protocols(["sos-unit/1"])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw, context.wrap_socket(raw) as tls:
        return tls.getpeercert(True)


def test_a_new_certificate_drops_no_link(live, tmp_path):
    unit, before = connect(live), certificate_shown(live.units_port)
    server = ExtendedKeyUsageOID.SERVER_AUTH
    pem, key = issue(tmp_path, "next", load_ca(live.pki), uris=(), usage=server)
    (tmp_path / "gateway.pem").write_bytes(pem.read_bytes())
    (tmp_path / "gateway.key").write_bytes(key.read_bytes())
    reload(live)
    until(lambda: certificate_shown(live.units_port) != before, "the new certificate")
    presses(unit)
    until(lambda: audit(live), "the audit entry")
    # It lasts a day: the consoles are told.
    until(lambda: "gateway.pem ends within 1 day" in live.log(), "the warning")


def test_an_authority_leaves_and_its_units_with_it(live, tmp_path):
    ca = stranger_ca()
    theirs = issue(tmp_path, "theirs", ca, uris=("urn:sos:unit:ALA-0002",))
    both = (live.pki / "ca.pem").read_bytes() + ca[0].public_bytes(serialization.Encoding.PEM)
    (tmp_path / "ca.pem").write_bytes(both)
    reload(live)
    until(lambda: audit(live), "both authorities in force")
    ours, guest = connect(live), Unit(live.units_port, *theirs, live.pki / "ca.pem")
    guest.send(hello("ALA-0002"))
    presses(guest)
    (tmp_path / "ca.pem").write_bytes((live.pki / "ca.pem").read_bytes())
    reload(live)
    assert guest.unable_then_closed() == 208
    presses(ours)


def test_a_start_with_a_bad_list_takes_the_last_good_one(live, tmp_path):
    write_list(tmp_path / "units.crl", live.pki, 2, [files(live, "AST-0001")[0]])
    reload(live)
    until(lambda: (live.directory / "data/revocations/1.crl").exists() and len(audit(live)) == 1, "the copy")
    until(lambda: "1 revoked certificates in list 02" in audit(live)[-1][1], "the reload")
    live.kill()
    (tmp_path / "units.crl").write_bytes(b"")
    assert "no list in it" in live.sosctl("check", code=78).stderr
    live.start()
    assert "a revocation list is bad" in live.log()
    until(lambda: "kind=revocation_list_overdue" in live.log(), "the warning")
    assert refused(live, *files(live, "AST-0001")) == "unit AST-0001: the certificate is revoked"
    presses(connect(live, "AST-0002"))
    write_list(tmp_path / "units.crl", live.pki, 3)
    reload(live)
    until(lambda: "over: a revocation list is overdue" in live.log(), "the end of the warning")
    presses(connect(live, "AST-0001"))


def test_an_overdue_list_serves_and_warns_or_refuses(live, tmp_path):
    write_list(tmp_path / "units.crl", live.pki, 2, next_after=-HOUR)
    assert "warning: " in live.sosctl("check").stdout
    reload(live)
    until(lambda: "kind=revocation_list_overdue" in live.log(), "the warning")
    presses(connect(live))
    assert live.stop() == 0
    live.config["units_extra"] += "\n    crl_overdue: refuse"
    live.write_config()
    assert "was to be replaced by" in live.sosctl("check", code=78).stderr
    live.start()
    until(lambda: live.log().count("kind=revocation_list_overdue") == 2, "the warning again")
    assert "no revocation list that holds now" in refused(live, *files(live, "AST-0001"))
    write_list(tmp_path / "units.crl", live.pki, 3)
    reload(live)
    until(lambda: "over: a revocation list is overdue" in live.log(), "the end of the warning")
    presses(connect(live))


def client(gateway, *options, typed=b"", seconds=10) -> str:
    """What `openssl s_client` says as AST-0001."""
    pem, key = files(gateway, "AST-0001")
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.units_port}", "-cert", pem, "-key", key]
    command += ["-CAfile", gateway.pki / "ca.pem", "-alpn", "sos-unit/1", *options]
    ended = subprocess.run(command, input=typed, capture_output=True, timeout=seconds + 20)
    return (ended.stdout + ended.stderr).decode(errors="replace")


def test_early_data_is_skipped(live, tmp_path):
    """A client offers a session of another server, which allowed early data, and sends a press with it."""
    pem, key = files(live, "AST-0001")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", live.pki / "gateway.pem", "-key"]
    command += [live.pki / "gateway.key", "-early_data", "-tls1_3"]
    silent = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    session, early = tmp_path / "session.pem", tmp_path / "early"
    early.write_bytes(hello("AST-0001") + press(9, 9))
    with subprocess.Popen(command, **silent) as server:
        until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, "the other server")
        with subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-sess_out", session], **silent
        ) as talk:
            until(lambda: session.exists() and session.stat().st_size, "a session that allows early data")
            talk.kill()
        server.kill()
    said = client(live, "-sess_in", session, "-early_data", early)
    assert "Early data was rejected" in said, said[-2000:]
    assert "Max Early Data: 0" in said or "Max Early Data" not in said
    assert live.officer().open_alerts() == []
    presses(connect(live))


def test_older_tls_where_it_is_allowed(live):
    assert "New, (NONE), Cipher is (NONE)" in client(live, "-tls1_2")
    assert live.stop() == 0
    live.config["units_extra"] += '\n    minimum: "1.2"'
    live.write_config()
    live.start()
    assert "Cipher is ECDHE-ECDSA-AES" in client(live, "-tls1_2")
    for cipher in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256", "ALL:!AESGCM:!CHACHA20"):
        assert "Cipher is (NONE)" in client(live, "-tls1_2", "-cipher", cipher), cipher
    assert "Cipher is (NONE)" in client(live, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    # `R` renegotiates; the gateway refuses with an alert.
    assert "no renegotiation" in client(live, "-tls1_2", typed=b"R\n")


def test_a_flood_from_one_address_keeps_nobody_out(live):
    flood = [socket.create_connection(("127.0.0.1", live.units_port)) for _ in range(450)]
    officer = live.officer()
    until(lambda: officer.counters()["connections_refused_address"] >= 66, "the refusals")
    began = time.monotonic()
    unit = Unit(live.units_port, *files(live, "AST-0001"), live.pki / "ca.pem", source="127.0.0.2")
    unit.send(hello("AST-0001"))
    presses(unit)
    assert time.monotonic() - began < 1.5
    assert live.log().count("connections of this address have not begun their handshake") == 1
    for one in flood:
        one.close()
