"""What an operator sees when something is wrong: one clear line and an exit code of sysexits.h."""

import os
import socket
import subprocess

import pytest
from gateway import Gateway, binaries


@pytest.fixture
def idle(tmp_path, pki):
    return Gateway(tmp_path, pki)


def ends(gateway, code: int, *words: str):
    ended = subprocess.run(
        [binaries() / "sosgatewayd", "--config", gateway.config_path], capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == code, ended.stderr
    for word in words:
        assert word in ended.stderr, ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("log_level: debug", ("log_level: loud", "log_level", "debug, info, warning")),
        ("  reporting_time_s: 20", ("  reporting_time_s: 21", "units.reporting_time_s", "20")),
        ("default_centre: astana", ("default_centre: shymkent", "default_centre", "shymkent")),
        ("units:", ("unitz:", "unitz", "units")),
    ],
)
def test_a_wrong_key_or_value_names_file_line_and_what_is_allowed(idle, wrong, words):
    replacement, *expected = words
    text = idle.config_path.read_text().replace(wrong, replacement, 1)
    idle.config_path.write_text(text)
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith(replacement))
    ends(idle, 78, f"sosgatewayd.yaml:{line}:", *expected)


def test_a_missing_configuration(idle):
    idle.config_path.unlink()
    ends(idle, 78, "sosgatewayd.yaml")


@pytest.mark.parametrize("port", ["units_port", "console_port"])
def test_a_port_in_use(idle, port):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", getattr(idle, port)))
        holder.listen()
        ends(idle, 69, str(getattr(idle, port)), "in use")


@pytest.mark.parametrize("blocked", ["a file", "/proc/sosgateway"])
def test_a_state_directory_that_cannot_be_written(idle, tmp_path, blocked):
    if blocked == "a file":
        blocked = tmp_path / "data"
        blocked.write_text("a file where a directory should be")
    else:
        # Not even root can make a directory there.
        text = idle.config_path.read_text().replace(f"{idle.directory}/data", blocked)
        idle.config_path.write_text(text)
    text = ends(idle, 73, str(blocked))
    assert len(text.strip().splitlines()) == 1, text


def test_a_key_that_is_none(idle, tmp_path):
    broken = tmp_path / "broken.key"
    broken.write_text("not a key")
    os.chmod(broken, 0o600)
    idle.config["key"] = broken
    idle.write_config()
    ends(idle, 78, "broken.key")


def test_a_second_daemon_on_the_same_state_is_refused(gateway, pki):
    second = Gateway(gateway.directory, pki)
    second.config_path = gateway.directory / "second.yaml"
    second.write_config()
    ends(second, 74, "in use")


def test_sigterm_stops_cleanly_and_tells_the_units(gateway):
    from unit import GOODBYE, connect

    unit = connect(gateway)
    assert gateway.stop() == 0
    unit.until(GOODBYE)
    assert unit.closed()


def test_no_secret_reaches_the_log(gateway):
    officer = gateway.officer()
    token = officer.cookie.split("=", 1)[1]
    assert officer.request("POST", "/v1/sign-in", {"officer": "aigerim", "password": "a wrong password"})[0] == 401
    log = gateway.log()
    assert token not in log and "wrong password" not in log and "battery staple" not in log
