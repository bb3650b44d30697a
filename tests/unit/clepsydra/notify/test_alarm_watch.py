"""Which alarms are news, from one look at the pump to the next; the verb, and the page."""

import json
import sys

import pytest

from clepsydra.notify.alarm_watch import SILENT_S, AlarmWatch, sentence
from clepsydra.pump.readings import Status
from clepsydra.verbs import notifying
from tests.unit.clepsydra.notify.test_notifier import KEEP, command

STALL = [1, 1, 1, 0, 5, 100, 3]
LOW = [12, 1, 0, 0, 2_000, 3_000, 1]


def seen(*alarms, state="INFUSING"):
    return Status({"state": state, "alarms": list(alarms)}, 0, 0)


def told(notices):
    return [(one["what"], one.get("alarm", {}).get("name")) for one in notices]


def test_an_alarm_is_news_once_when_it_begins_and_once_when_it_is_over():
    watch = AlarmWatch("sim:test")
    looks = [seen(), seen(STALL), seen(STALL), seen(STALL, LOW), seen(LOW), seen()]
    assert [told(watch.news(look, "", 0.0)) for look in looks] == [
        [],
        [("raised", "MOTOR_STALL")],
        [],
        [("raised", "LOW_RESERVOIR")],
        [("over", "MOTOR_STALL")],
        [("over", "LOW_RESERVOIR")],
    ]


def test_what_stands_at_the_first_look_is_news_and_a_priority_that_rises_is_too():
    watch = AlarmWatch("sim:test")
    (first,) = watch.news(seen(LOW), "", 0.0)
    (risen,) = watch.news(seen([*LOW[:-1], 3]), "", 1.0)
    assert (first["alarm"]["priority"], risen["alarm"]["priority"]) == ("LOW", "HIGH")
    assert watch.news(seen([12, 1, 0, 1, 1_000, 3_000, 3]), "", 2.0) == []  # acknowledged, lower


def test_a_pump_that_is_silent_for_long_is_news_and_one_that_answers_again():
    watch = AlarmWatch("sim:test")
    watch.is_about("Lab", "abc")
    watch.news(seen(), "", 0.0)
    assert watch.news(None, "gone", 1.0) == []
    assert watch.news(seen(), "", 2.0) == []  # the line was only opened anew
    assert watch.news(None, "gone", 3.0) == []
    (silent,) = watch.news(None, "gone", 3.0 + SILENT_S)
    assert sentence(silent) == "Lab does not answer: gone"
    assert watch.news(None, "gone", 4.0 + SILENT_S) == []
    back = watch.news(seen(STALL), "", 60.0)
    assert told(back) == [("answers", None), ("raised", "MOTOR_STALL")]
    assert back[0]["serial"] == "abc"


@pytest.fixture
def watched(driven, monkeypatch):
    monkeypatch.setattr(notifying, "connect", lambda target: driven.pump())
    return driven


def test_the_verb_hands_an_alarm_over_until_ctrl_c(run, watched, monkeypatch, tmp_path):
    file, looks = tmp_path / "got.json", []

    def pause(seconds):
        looks.append(seconds)
        if len(looks) == 1:
            watched.pump().start()
            watched.run(90_000, fault={"kind": "stall", "lasts_ms": 3600_000})
        elif file.exists() and file.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(notifying, "pause", pause)
    said = run("notify", command(KEEP, file))
    assert said.status == 130
    assert "HIGH MOTOR_STALL" in said.out
    notice, text = json.loads(file.read_text())
    assert "Flex week" in text and notice["version"] == 1
    assert [one["do"] for one in watched.changes] == ["start"]


def test_a_test_notice_shows_whether_the_hook_works(run, watched, tmp_path):
    file = tmp_path / "got.json"
    assert run("notify", "--test", command(KEEP, file)).status == 0
    assert json.loads(file.read_text())[0]["what"] == "test"
    said = run("notify", "--test", f'"{sys.executable}" -c "raise SystemExit(9)"')
    why = "the hook has not taken the test notice: it ended with status 9"
    assert (said.status, why in said.err) == (1, True)
    assert run("notify", "no-such-command-here").status == 2
    assert watched.changes == []
