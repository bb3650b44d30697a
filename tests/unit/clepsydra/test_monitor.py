"""`monitor`: the whole screen, in place, and a row of a file each time; it changes nothing."""

import csv
import io
import itertools
import json
import sys

import pytest

from clepsydra.show import screen as screens
from clepsydra.show.monitor_view import bars, screen_text
from clepsydra.show.screen import Screen, bar
from clepsydra.verbs import monitoring
from tests.unit.clepsydra.conftest import commands_of

FOR = ("--every", "0.1 s", "--for", "0.3 s")


@pytest.fixture(autouse=True)
def steady(monkeypatch):
    """A computer on which each look at the clock takes 50 ms: three readings in FOR."""
    beats = itertools.count()
    monkeypatch.setattr(monitoring, "default_timer", lambda: next(beats) * 0.05)


@pytest.fixture
def run_watched(shared, monkeypatch, capsys):
    return commands_of(shared, monkeypatch, capsys)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_without_a_terminal_it_prints_a_line_each_time(run_watched, shared):
    said = run_watched("monitor", *FOR)
    assert said.status == 0, said
    lines = said.out.splitlines()
    assert len(lines) == 3
    assert all("INFUSING" in line and "no alarm" in line for line in lines)
    assert shared.changes == []


def test_as_json_it_prints_a_status_a_line(run_watched):
    lines = run_watched("monitor", "--json", *FOR).out.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["INFUSING"] * len(lines)
    assert len(lines) == 3


def test_each_reading_is_a_row_of_the_file(run_watched, tmp_path):
    path = tmp_path / "run.csv"
    said = run_watched("monitor", "--csv", str(path), *FOR)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert said.out.endswith(f"{len(rows)} rows in {path}\n")
    assert [row["state"] for row in rows] == ["INFUSING"] * len(rows)
    steps = [int(row["emitted_steps"]) for row in rows]
    assert steps == sorted(steps)
    assert int(rows[-1]["now_ms"]) > int(rows[0]["now_ms"])
    assert run_watched("monitor", "--csv", str(tmp_path / "no" / "run.csv")).status == 2


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("--every", "1", "has no unit"),
        ("--every", "1 ms", "allowed"),
        ("--for", "2 ug", "is a dose"),
    ],
)
def test_a_slip_in_a_time_is_refused(option, value, named, run_watched):
    said = run_watched("monitor", option, value)
    assert said.status == 2
    assert named in said.err


def test_on_a_terminal_it_takes_the_whole_screen_and_gives_it_back(
    run_watched, shared, monkeypatch
):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    run_watched("monitor", *FOR)
    drawn = terminal.getvalue()
    assert drawn.startswith("\x1b[?1049h\x1b[?25l")
    assert drawn.endswith("\x1b[?25h\x1b[?1049l")
    assert drawn.count("\x1b[H") == 3
    assert "Flex week   rpi_pico" in drawn
    assert "reservoir    [###" in drawn
    assert "run starts: run 1" in drawn


def test_a_screen_is_given_back_whatever_ends_it():
    terminal = Terminal()
    with pytest.raises(KeyboardInterrupt), Screen(terminal) as screen:
        screen.draw("one")
        raise KeyboardInterrupt
    assert terminal.getvalue().endswith("\x1b[?25h\x1b[?1049l")


def test_a_line_that_is_too_long_is_cut_and_a_screen_that_is_too_small_shows_the_top(monkeypatch):
    monkeypatch.setattr(screens.shutil, "get_terminal_size", lambda: (10, 2))
    terminal = Terminal()
    Screen(terminal).draw("0123456789ABC\nsecond\nthird")
    assert "0123456789\x1b[K\r\nsecond\x1b[K" in terminal.getvalue()
    assert "A" not in terminal.getvalue()
    assert "third" not in terminal.getvalue()


def test_bars_say_how_far_things_are(shared):
    pump = shared.pump()
    status = pump.status()
    shown = "\n".join(bars(pump.config, status))
    assert "of 20 mL" in shown
    assert "of the cap" in shown
    assert (bar(1, 4), bar(0, 0), bar(9, 4)) == (
        "[#####---------------]  25 %",
        "[--------------------]   0 %",
        "[####################] 100 %",
    )


def test_as_many_events_are_shown_as_fit(shared):
    pump = shared.pump()
    status, events = pump.status(), list(pump.events())
    text = screen_text("status", pump.config, status, events, (80, 12), "")
    assert len(text.splitlines()) <= 12
    assert events[-1].text in text


class Slow:
    """A pump whose status takes some time, on a clock of its own, in ms."""

    def __init__(self, takes_ms):
        self.now_ms, self.takes_ms, self.read_at = 0, takes_ms, []
        self.session = self

    def status(self):
        self.read_at.append(self.now_ms)
        self.now_ms += self.takes_ms

    def listen(self, ms):
        self.now_ms += ms


@pytest.mark.parametrize(
    ("takes_ms", "read_at"),
    [(0, [0, 100, 200, 300]), (30, [0, 100, 200, 300]), (150, [0, 200]), (100, [0, 200])],
)
def test_the_pace_is_steady_and_what_was_missed_is_not_caught_up(takes_ms, read_at, monkeypatch):
    pump = Slow(takes_ms)
    monkeypatch.setattr(monitoring, "default_timer", lambda: pump.now_ms / 1000)
    monitoring._watch(pump, 100, 350, lambda status: None, None)
    assert pump.read_at == read_at
