"""The conversation with a pump: cut off anywhere, events that get lost, texts that change."""

import json
from itertools import islice

import pytest

from clepsydra import errors
from clepsydra.link import session as session_module
from clepsydra.link.session import Session
from clepsydra.pump.remote_pump import Pump, connect
from firmware.link.frames import encode
from tests.rigs import driven_pump
from tests.rigs.driven_pump import DrivenPump

OTHER = {"mode": "continuous", "dose_ng_per_day": 240_000}


class CutLine:
    """The line of a pump that breaks after so many bytes to it and from it."""

    def __init__(self, driven, bytes_left):
        self.driven = driven
        self.left = bytes_left
        self.passed = 0

    def write(self, data):
        part = data[: max(0, self.left)]
        if part:
            self.driven.write(part)
        self._count(data)

    def read(self, until_ms):
        data = self.driven.read(until_ms)
        self._count(data)
        return data

    def close(self):
        pass

    def _count(self, data):
        self.passed += len(data)
        self.left -= len(data)
        if self.left < 0:
            raise OSError("the cable is out")


@pytest.mark.slow
def test_a_session_cut_off_at_any_byte_changes_nothing_or_everything(shared):
    pump = shared.pump()
    before = pump.program()
    line = CutLine(shared, 10**9)
    Pump(Session("sim", line=line), "sim").set_program(OTHER)
    pump.set_program(before)
    started = pump.status().raw["emitted_steps"]
    outcomes = set()
    for left in range(line.passed):
        try:
            Pump(Session("sim", CutLine(shared, left), 200), "sim").set_program(OTHER)
        except errors.NoPump:
            pass
        shared.run(2000)  # what is half a frame is noise by then
        now = pump.program()
        assert now in (before, OTHER)
        outcomes.add(now == OTHER)
        if now == OTHER:
            pump.set_program(before)
        assert pump.status().state == "INFUSING"
    assert outcomes == {True, False}
    status = pump.status().raw
    assert (status["missed_steps"], status["unexplained_steps"]) == (0, 0)
    assert status["emitted_steps"] > started


def test_a_pump_that_falls_silent_is_a_lost_link_that_says_what_is_known(driven):
    pump = driven.pump()
    session = pump.session
    session._within_ms = 20
    driven.write = lambda data: None
    with pytest.raises(errors.LinkLost, match=r"no reply to status .*nothing was changed"):
        pump.status()
    with pytest.raises(errors.LinkLost, match="whether it was carried out is not known"):
        pump.start()


def test_what_is_no_pump_is_no_pump(driven):
    class Noise:
        def write(self, data):
            pass

        def read(self, until_ms):
            return b"+ 12.3456 g\r\n"

        def close(self):
            pass

    with pytest.raises(errors.NoPump, match="nothing there answers as a pump does"):
        Pump(Session("port", line=Noise(), within_ms=20), "port")


def test_an_event_whose_frame_was_lost_is_fetched(driven, monkeypatch):
    monkeypatch.setattr(driven_pump, "READ_MS", 400_000)
    pump = driven.pump()
    pump.set_clock()
    found = pump.events(follow=True)
    first = [next(found) for _ in range(3)]  # the third comes by itself, after an hour
    assert [event.kind for event in first] == ["BOOT", "CLOCK_SET", "ALARM_RAISED"]
    driven.pump().start()
    driven.read(0)  # what it sends gets lost
    last = pump.session.ask("events_since", seq=0)["last"]
    assert last > 5
    pump.session._far_end.hear(encode({"event": [last, 0, -1, 20, 0, 0, 0]}))
    rest = list(islice(found, last - 3))
    assert [event.seq for event in [*first, *rest]] == list(range(1, last + 1))
    assert "STATE" in [event.kind for event in rest]


def test_events_that_come_while_the_kept_ones_are_read_come_once(driven):
    pump = driven.pump()
    for _ in range(20):
        pump.alarm_test()
        driven.run(11_000)
    found = pump.events(follow=True)
    seen = [next(found) for _ in range(10)]
    pump.alarm_test()
    last = pump.session.ask("events_since", seq=10)["last"]
    seen += list(islice(found, last - 10))
    assert [event.seq for event in seen] == list(range(1, last + 1))


def test_a_text_that_changes_while_it_is_read_is_read_anew(driven, monkeypatch):
    pump = driven.pump()
    asked = []
    ask = Session.ask

    def ask_and_change(self, do, **fields):
        reply = ask(self, do, **fields)
        if do == "get" and not asked:
            asked.append(do)
            reply = {**reply, "text": reply["text"].replace("3", "4")}
        return reply

    monkeypatch.setattr(session_module.Session, "ask", ask_and_change)
    assert pump.program() == json.loads(pump.session.text("program"))
    assert asked == ["get"]


@pytest.mark.parametrize(
    ("target", "error", "named"),
    [
        ("socket:1.2.3.4:5", errors.BadInput, "write socket://HOST:PORT"),
        ("socket://nowhere", errors.NoPump, "write socket://HOST:PORT"),
        ("socket://127.0.0.1:1", errors.NoPump, "cannot be opened"),
        ("/dev/ttyNOWHERE", errors.NoPump, "cannot be opened"),
        ("chip:flex_wek", errors.BadInput, 'did you mean "flex_week"?'),
        ("sim:flex_wek", errors.BadInput, 'did you mean "flex_week"?'),
    ],
)
def test_a_target_that_is_none_says_what_to_do(target, error, named, tmp_path, monkeypatch):
    monkeypatch.setenv("CLEPSYDRA_RUNTIME", str(tmp_path))
    with pytest.raises(error) as caught:
        connect(target)
    assert named in str(caught.value)


def test_without_a_target_and_without_a_pump_it_says_so(monkeypatch):
    monkeypatch.delenv("CLEPSYDRA_PUMP", raising=False)
    monkeypatch.setattr("clepsydra.link.targets.plugged_in", list)
    with pytest.raises(errors.NoPump, match=r"none is plugged in; .*--pump sim"):
        connect()


def test_of_several_pumps_one_has_to_be_named(monkeypatch):
    monkeypatch.delenv("CLEPSYDRA_PUMP", raising=False)
    monkeypatch.setattr("clepsydra.link.targets.plugged_in", lambda: ["COM5", "COM7"])
    monkeypatch.setattr("clepsydra.link.targets._is_pump", lambda port: True)
    with pytest.raises(errors.NoPump, match="several pumps are plugged in: COM5, COM7"):
        connect()


def test_a_pump_without_a_usable_configuration_can_still_be_stopped_and_read(tmp_path):
    with DrivenPump(tmp_path) as driven:
        pump = driven.pump()
        pump._config = None
        pump.stop()
        assert pump.status().state == "STOPPED"
        assert pump.conc_ng_per_ml == 0
