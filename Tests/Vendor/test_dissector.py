"""The Wireshark dissector against every worked example of the document, however TCP cuts them, and random bytes."""

import random
import sys

import pytest
from capture import Capture
from dissector import ROOT, frames, tshark

sys.path.append(str(ROOT / "Units/c/tests"))
import examples as document  # noqa: E402

EXAMPLES, SENDERS = document.read(ROOT / "Docs/unit-protocol.md")
AT = "Nov 21, 2026 09:3{}000000 UTC"
BAITEREK = {"latitude": "511282580", "longitude": "714305640", "accuracy": "350"}
SDP = "v=0\r\no=- 42 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"


def of(message: str, **fields) -> dict:
    """Fields of a message; those that every message shares go by their own name."""
    shared = ("boot", "counter", "alert", "session", "expert")
    return {"message": message} | {
        name if name in shared else f"{message}.{name.replace('__', '.')}": value for name, value in fields.items()
    }


EXPECTED = {
    "hello": of(
        "hello", major="1", minor="0", flags__press_pending="1", path="1", boot="7", firmware="131841",
        capabilities="0x0000c003", capabilities__video="1", capabilities__siren="0", capabilities__stageDisplay="1",
        clock=AT.format("0:01.250"), unit_id="KZ-AST-0017", resume_token="a1:b2:c3:d4:e5:f6:07:18",
    ),
    "hello, first of its life": of("hello", boot="1", flags__press_pending="0", unit_id="7"),
    "welcome": of(
        "welcome", minor="0", heartbeat="30", reporting="90", granted="0x0000c000",
        gateway_clock=AT.format("0:01.300"), resume_token="01:23:45:67:89:ab:cd:ef",
    ),
    "heartbeat": of("heartbeat", power="1", battery="98", signal="-71", temperature="-12", flags__door_open="1"),
    "heartbeat, nothing measured": of("heartbeat", power="2", battery="255", signal="-128", temperature="-128"),
    "position": of(
        "position", **BAITEREK, speed="1389", heading="27000", time_of_the_fix=AT.format("0:00.000"), satellites="9"
    ),
    "press": of(
        "press", boot="7", counter="1", category="1", flags__position="1", age_of_the_fix="4", **BAITEREK,
        time_of_the_press=AT.format("0:00.000"),
    ),
    "press, without a position": of("press", counter="2", category="8", flags__position="0"),
    "press, a test call with results": of(
        "press", counter="3", category="8", flags="0x62", flags__results="1", flags__speaker_failed="1",
        flags__battery_failed="1", flags__microphone_failed="0",
    ),
    "cancel": of("cancel", counter="3", counter_of_the_press="1", time_of_the_cancel=AT.format("0:20.000")),
    "faultBegin": of("faultBegin", counter="4", fault="4", detail="14", time_of_the_change=AT.format("0:30.000")),
    "faultEnd": of("faultEnd", counter="5", fault="14", detail="-5", time_of_the_change=AT.format("1:30.000")),
    "stage": of("stage", alert="4711", boot="7", counter="1", time_of_the_stage=AT.format("0:01.312"), stage="1"),
    "stageConfirm": of("stageConfirm", alert="4711", stage="1"),
    "acknowledgement": of("acknowledgement", boot="7", counter="3"),
    "time": of("time", gateway_clock=AT.format("0:01.300")),
    "unable": of("unable", code="201", type="1", offset="28", text="the certificate is for KZ-AST-0018"),
    "offer": of("offer", session="1", alert="4711", SDP=SDP),
    "answer": of("answer", session="2147483649", alert="0", SDP=SDP),
    "candidate": of(
        "candidate", session="1", media_line="0", mid="0",
        candidate="candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host",
    ),
    "candidate, no more": of("candidate", session="1", mid="", candidate=""),
    "sessionEnd": of("sessionEnd", session="1", reason="1"),
    "command, siren": of("command", command_id="901", valid_for="10", kind="1", siren__seconds="30"),
    "command, beacon": of("command", command_id="902", kind="2", beacon__seconds="0"),
    "command, announce": of(
        "command", kind="3", announce__recorded_message="0", announce__language="kk", announce__text="Көмек келе жатыр"
    ),
    "command, volume": of("command", kind="4", volume__percent="80"),
    "command, camera preset": of("command", kind="5", cameraPreset__camera="0", cameraPreset__preset="3"),
    "command, self-test": of("command", kind="6", selfTest__parts="0x000f", selfTest__parts__camera="1"),
    "command, send data": of("command", kind="7", sendData__data__heartbeat="1", sendData__data__faults="0"),
    "command, restart": of("command", kind="8", restart__seconds="5"),
    "command, configure": of("command", kind="9", configure__key="lamp.night", configure__value="40"),
    "command, move": of("command", kind="10", move__port="7443", move__host="gw2.example.org"),
    "commandResult": of("commandResult", command_id="906", value="2", status="1", detail="no echo"),
    "text": of("text", question_id="12", alert="4711", allowed_replies="0x0007", language="ru", text="Вы ранены?"),
    "textReply": of("textReply", question_id="12", reply="2", text=""),
    "goodbye": of("goodbye", reason="3"),
    "redirect": of("redirect", port="7443", retry_after="0", host="gw2.example.org"),
    "skipped, unknown type": {"type": "0x7f", "expert": ["skipped"]},
    "refused, unknown type": {"type": "0x7f", "expert": ["malformed.unknown_type"]},
    "refused, oversized": {"length": "16641", "expert": ["malformed.oversized"]},
    "refused, truncated": of("heartbeat", battery="98", expert=["malformed.truncated"]),
    "refused, version": of("hello", major="2", expert=["malformed.version"]),
    "refused, unit id": of("hello", unit_id="KZ AST", expert=["malformed.identity"]),
    "refused, value": of("stageConfirm", alert="4711", stage="9", expert=["malformed.value"]),
    "refused, text": of("unable", code="100", text="?(", expert=["malformed.text"]),
    "refused, wrong direction": of("welcome", expert=["malformed.direction"]),
}
# Nothing can be found behind it, so it comes last.
ORDERED = sorted(EXAMPLES, key=lambda example: example[0] == "refused, oversized")


def from_unit(name: str, data: bytes) -> bool:
    return name.startswith(("skipped", "refused")) or SENDERS[data[2]] != "gateway"


def check(found: list[dict], examples) -> None:
    assert len(found) == len(examples)
    for (name, _), fields in zip(examples, found):
        expected = {"expert": None} | EXPECTED[name]
        assert {key: fields.get(key) for key in expected} == expected, name


def test_every_example_is_expected():
    assert {name for name, _ in EXAMPLES} == set(EXPECTED) and len(EXAMPLES) == len(EXPECTED)


def test_a_frame_a_segment(tmp_path):
    capture = Capture()
    for name, data in ORDERED:
        capture.add(from_unit(name, data), data)
    found = frames(capture.write(tmp_path / "single.pcap"))
    check(found, ORDERED)
    for (name, data), fields in zip(ORDERED, found):
        assert (fields["to"] == 7443) == from_unit(name, data)


@pytest.mark.parametrize("segment_bytes", [1, 3, 7, 100, 1448])
def test_split_and_joined_over_segments(tmp_path, segment_bytes):
    for unit in (True, False):
        own = [(name, data) for name, data in ORDERED if from_unit(name, data) == unit]
        capture = Capture()
        capture.stream(unit, b"".join(data for _, data in own), segment_bytes)
        check(frames(capture.write(tmp_path / "joined.pcap")), own)


def test_large_frames_over_many_segments(tmp_path):
    sdp = b"v=0\r\n" + b"a" * 16_379
    offer = (14 + len(sdp)).to_bytes(2) + b"\x30\x00" + bytes([0, 0, 0, 1]) + bytes(8) + len(sdp).to_bytes(2) + sdp
    capture = Capture()
    capture.stream(True, offer + EXAMPLES[0][1] + offer, 1448)
    found = frames(capture.write(tmp_path / "large.pcap"))
    assert [fields["message"] for fields in found] == ["offer", "hello", "offer"]
    assert len(found[2]["offer.SDP"]) == len(sdp) and "expert" not in found[2]


def test_more_bytes_than_known_and_reserved_ones(tmp_path):
    capture = Capture()
    capture.add(True, bytes([0, 3, 5, 0, 1, 9, 9]))
    welcome = bytearray(dict(EXAMPLES)["welcome"])
    welcome[5] = 1
    capture.add(False, bytes(welcome))
    later, reserved = frames(capture.write(tmp_path / "later.pcap"))
    assert (later["goodbye.reason"], later["more"], later["expert"]) == ("1", "09:09", ["longer"])
    assert (reserved["welcome.heartbeat"], reserved["expert"]) == ("30", ["reserved"])


def test_another_port_by_hello_and_by_preference(tmp_path):
    capture = Capture(gateway_port=9000)
    for name in ("hello", "press"):
        capture.add(True, dict(EXAMPLES)[name])
    path = capture.write(tmp_path / "port.pcap")
    for options in ((), ("-o", "sos.port:9000")):
        assert [fields["message"] for fields in frames(path, *options)] == ["hello", "press"]


def test_the_info_column_tells_the_story(tmp_path):
    capture = Capture()
    for name in ("hello", "press", "stage"):
        data = dict(EXAMPLES)[name]
        capture.add(from_unit(name, data), data)
    shown = tshark(capture.write(tmp_path / "story.pcap"), "-Y", "sos.boot == 7 and sos.counter == 1").stdout
    assert "press police 7/1" in shown and "stage 7/1 alert 4711 stored" in shown and "hello" not in shown


def test_a_capture_that_cut_packets_is_not_called_malformed(tmp_path):
    capture = Capture()
    for name, data in EXAMPLES[:7]:
        capture.add(from_unit(name, data), data)
    for snap_bytes in (40, 42, 43, 44, 50, 60):
        for fields in frames(capture.write(tmp_path / "cut.pcap", snap_bytes)):
            assert "malformed" not in str(fields.get("expert")), fields


def test_random_bytes_and_cut_examples_cause_no_error(tmp_path):
    seed = 20261121
    print(f"seed {seed}")
    chance = random.Random(seed)
    capture = Capture()
    for number in range(3000):
        name, data = chance.choice(EXAMPLES)
        body = bytearray(data[4:])
        if number % 2:
            body = bytearray(chance.randbytes(chance.randrange(60)))
        elif body:
            body = body[: chance.randrange(len(body) + 1)]
            for _ in range(chance.randrange(3)):
                if body:
                    body[chance.randrange(len(body))] = chance.randrange(256)
        capture.add(chance.random() < 0.5, len(body).to_bytes(2) + bytes([data[2], chance.randrange(2)]) + bytes(body))
    found = frames(capture.write(tmp_path / "random.pcap"))
    assert len(found) == 3000
    assert sum("malformed" in str(fields.get("expert")) for fields in found) > 1000
    # And bytes that are no frames at all, in fresh conversations.
    for round in range(5):
        capture = Capture()
        for _ in range(50):
            capture.add(chance.random() < 0.5, chance.randbytes(chance.randrange(1, 1400)))
        tshark(capture.write(tmp_path / f"noise-{round}.pcap"), "-V", "-d", "tcp.port==7443,sos")
