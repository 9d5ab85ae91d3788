"""Units that press as fast as they are answered, and remember every answer: what an acknowledgement is worth shows later."""

import struct
import time
import sys
import threading
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "EndToEnd"))
import unit  # noqa: E402


def stored_answer(body: bytes):
    """(alert, boot, counter, time, stage) of a stage notice."""
    return struct.unpack(">QIIQB", body[:25])


class Presser:
    """One unit over all its boots. Between two calls of `press_until_cut` the gateway may have died."""

    def __init__(self, name: str):
        self.name = name
        self.boot = 0
        self.counter = 0
        # Of this boot, by counter: what was sent, and the answer (alert, time) that came.
        self.sent: set[int] = set()
        self.stored: dict[int, tuple[int, int]] = {}
        self.sent_before = 0
        self.problems: list[str] = []

    def restart(self):
        """A new boot; what was pressed in the last one has been checked."""
        self.sent_before += len(self.sent)
        self.boot += 1
        self.counter = 0
        self.sent, self.stored = set(), {}

    def forget(self):
        """A gateway that never heard of this unit."""
        self.sent_before, self.sent, self.stored = 0, set(), {}

    @property
    def pressed_ever(self) -> int:
        return self.sent_before + len(self.sent)

    def press_until_cut(self, gateway, window: int, stop: threading.Event | None = None):
        """Presses with `window` of them unanswered at a time, until the connection ends or `stop` is set."""
        try:
            line = unit.connect(gateway, self.name, self.boot)
        except (OSError, AssertionError):
            return
        try:
            pending = 0
            while not (stop and stop.is_set() and pending == 0):
                while pending < window and not (stop and stop.is_set()):
                    self.counter += 1
                    self.sent.add(self.counter)
                    line.send(unit.press(self.boot, self.counter))
                    pending += 1
                found = line.receive()
                if found is None:
                    return
                if self.take(found):
                    pending -= 1
        except OSError:
            return
        finally:
            line.close()

    def take(self, found) -> bool:
        """Notes an answer; whether it was a new one."""
        kind, body = found
        if kind != unit.STAGE:
            return False
        alert, boot, counter, at, stage = stored_answer(body)
        if boot != self.boot or unit.STAGES[stage] != "stored" or counter not in self.sent:
            return False
        is_new = counter not in self.stored
        self.stored.setdefault(counter, (alert, at))
        return is_new

    def repeat(self, gateway, counters) -> dict[int, tuple[int, int]]:
        """Sends presses again on a new connection; what they are answered with."""
        wanted = sorted(counters)
        answers: dict[int, tuple[int, int]] = {}
        line = unit.connect(gateway, self.name, self.boot)
        try:
            for start in range(0, len(wanted), 64):
                part = wanted[start : start + 64]
                # The welcome back shows the alert's stage under its latest press, with another time. Answers come in
                # order, so it is told from them; one press alone is sent twice and its second answer taken.
                expected = part * 2 if len(part) == 1 else list(part)
                line.send(b"".join(unit.press(self.boot, counter) for counter in expected))
                while expected:
                    found = line.receive()
                    if found is None:
                        raise AssertionError(f"{self.name}: the gateway closed while presses were repeated")
                    if found[0] == unit.STAGE:
                        alert, boot, counter, at, _ = stored_answer(found[1])
                        if (boot, counter) == (self.boot, expected[0]):
                            answers[counter] = (alert, at)
                            expected.pop(0)
        finally:
            line.close()
        return answers


def press_all(gateway, pressers, window: int, stop: threading.Event | None = None) -> list[threading.Thread]:
    """Lets every unit press on a thread of its own."""
    threads = [
        threading.Thread(target=one.press_until_cut, args=(gateway, window, stop), daemon=True) for one in pressers
    ]
    for thread in threads:
        thread.start()
    return threads


class Ledger:
    """Counts over many lives of a gateway, and the judgement after each."""

    def __init__(self, pressers: list[Presser]):
        self.pressers = pressers
        self.lives = self.pressed = self.acknowledged = self.lost = self.duplicated = self.changed = 0

    def begin(self):
        for one in self.pressers:
            one.restart()

    def check(self, gateway, officer, are_repeats_durable: bool = True):
        """After a restart: repeats everything acknowledged, then everything else, and compares with the gateway's counts.

        A repeat that the gateway stores as new was lost. What stands in the alerts afterwards must be what was
        pressed, once each.
        """
        self.lives += 1
        fresh = officer.counters()["presses_stored"]
        for one in self.pressers:
            self.pressed += len(one.sent)
            self.acknowledged += len(one.stored)
            answers = one.repeat(gateway, one.stored)
            self.changed += sum(answers[counter] != answer for counter, answer in one.stored.items())
        self.lost += officer.counters()["presses_stored"] - fresh
        if not are_repeats_durable:
            return
        for one in self.pressers:
            one.repeat(gateway, one.sent - one.stored.keys())
        expected = {one.name: one.pressed_ever for one in self.pressers if one.pressed_ever}
        # Units are answered a moment before consoles are told.
        deadline = time.monotonic() + 10
        while True:
            found = {alert["unit"]: alert["press_count"] for alert in officer.callers_alerts()}
            missing = sum(max(0, count - found.get(name, 0)) for name, count in expected.items())
            if not missing:
                break
            if time.monotonic() > deadline:
                raise AssertionError(f"{missing} presses are in no alert although they were repeated")
            time.sleep(0.02)
        self.duplicated += sum(max(0, found.get(name, 0) - count) for name, count in expected.items())

    @property
    def is_clean(self) -> bool:
        return self.lost == 0 and self.duplicated == 0 and self.changed == 0

    def __str__(self):
        return (
            f"{self.pressed} pressed, {self.acknowledged} acknowledged, {self.lost} lost, "
            f"{self.duplicated} duplicated, {self.changed} answered differently"
        )
