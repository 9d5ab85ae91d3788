"""Runs tshark with Units/wireshark/sos.lua over a capture; what it shows, as one dictionary a frame."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "Units/wireshark/sos.lua"


def tshark(path, *options) -> subprocess.CompletedProcess:
    """Fails on an exit code, and on anything Lua complains of."""
    ended = subprocess.run(
        ["tshark", "-n", "-X", f"lua_script:{SCRIPT}", "-r", path, *options],
        capture_output=True, text=True, timeout=120, env=os.environ | {"TZ": "UTC"},
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    noise = [line for line in ended.stderr.splitlines() if line and "as user" not in line]
    assert not noise, ended.stderr[-3000:]
    assert "Lua Error" not in ended.stdout, ended.stdout[-3000:]
    return ended


def flat(node, into: dict) -> dict:
    """Fields of a layer without the trees around them; expert infos as the list `expert`."""
    for name, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                flat(one, into)
            elif name.startswith(("sos.malformed.", "sos.skipped", "sos.longer", "sos.reserved")):
                into.setdefault("expert", []).append(name.removeprefix("sos."))
            elif name.startswith("sos."):
                into[name.removeprefix("sos.")] = one
    return into


def frames(path, *options) -> list[dict]:
    """Every frame in order, with the number of the packet that completed it and its direction."""
    if "-o" not in options:
        options += ("-d", "tcp.port==7443,sos")
    # Packets that hold several frames have the key "sos" several times.
    shown = tshark(path, "-T", "json", "--no-duplicate-keys", "-Y", "sos", *options).stdout
    found = []
    for packet in json.loads(shown):
        layers = packet["_source"]["layers"]
        for layer in layers["sos"] if isinstance(layers["sos"], list) else [layers["sos"]]:
            found.append(flat(layer, {"to": int(layers["tcp"]["tcp.dstport"])}))
    return found
