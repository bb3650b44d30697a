"""`report` and `card`: all of it is what the pump returned, as text and as a page for A4."""

import json
import re
from html import unescape

import pytest

from clepsydra.amounts import dose_text, volume_text
from clepsydra.errors import LinkLost
from clepsydra.paper.identity_card import SOUNDS
from clepsydra.paper.paper import STATEMENT, Block, Paper, as_page, as_text
from clepsydra.paper.reports import follow_up_report, session_report
from clepsydra.paper.taken import take
from firmware.alarms.alarm_table import HIGH, TABLE
from firmware.events import CLOCK_SET
from firmware.units import MS_PER_DAY
from hal import contract
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.shape.rules import ROOT
from tests.unit.clepsydra.conftest import commands_of

SIX_WEEKS = FLEX_WEEK.with_name("titration_six_weeks.toml")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A pump with a bolus, a refill and a stall behind it."""
    with DrivenPump(tmp_path_factory.mktemp("lived"), on="micropython") as driven:
        pump = driven.pump()
        pump.set_clock()
        pump.start()
        driven.run(MS_PER_DAY)
        pump.bolus("20 ug", over="10 min")
        driven.run(2 * MS_PER_DAY)
        pump.refill("15 mL", "1.8 mL")
        driven.run(1000)
        driven.run(3_600_000, fault={"kind": "stall", "lasts_ms": 7_200_000})
        driven.changes.clear()
        yield driven


@pytest.fixture
def run_lived(lived, monkeypatch, capsys):
    return commands_of(lived, monkeypatch, capsys)


@pytest.fixture
def taken(lived):
    return take(lived.pump())


def test_a_session_report_has_what_the_pump_returned(run_lived, lived):
    said = run_lived("report", "--last", "all")
    assert said.status == 0, said
    pump = lived.pump()
    raw = pump.status().raw
    assert lived.changes == []
    for text in (
        "drug        baclofen 2000 ug/mL",
        f"bolus        0.01 mL in {raw['by_source']['bolus']:,} steps",
        f"last 24 h    {dose_text(raw['delivered_24h_ng'])}",
        f"by the books    {volume_text(raw['residual_pl'])} of 20 mL",
        "1.8 mL withdrawn, 2.09 mL expected: in order",
        "MOTOR_STALL",
        pump.identity().config_sha256,
        pump.identity().program_sha256,
        STATEMENT,
    ):
        assert text in said.out, text
    events = list(pump.events())
    assert all(event.text in said.out for event in events)
    table = json.loads(run_lived("report", "--json", "--last", "all").out)
    assert [event["seq"] for event in table["events"]] == [event.seq for event in events]
    assert table["status"]["residual_pl"] == raw["residual_pl"]


def test_what_was_typed_stands_apart_and_is_left_out_where_nothing_was(run_lived):
    said = run_lived("report", "--by", "A. B.", "--note", "rehearsal")
    heading = said.out.index("TYPED, NOT FROM THE PUMP")
    assert said.out.index("A. B.") > heading
    assert said.out.index("rehearsal") > heading
    assert "TYPED" not in run_lived("report").out


# trace: S26.3
def test_a_follow_up_has_the_next_dates_and_each_refill(run_lived, lived):
    said = run_lived("report", "--follow-up", "--last", "2 d")
    assert "REFILL BY" in said.out
    assert "LIFE OF THE TUBE SET" in said.out
    assert re.search(r"1\.8 mL +2\.09 mL +15 mL +\+\d+\.\d % +in order", said.out)
    assert "run starts" not in said.out


# trace: S26.3
def test_a_follow_up_of_a_plan_has_its_stages(tmp_path):
    with DrivenPump(tmp_path, SIX_WEEKS) as driven:
        text = as_text(follow_up_report(take(driven.pump()), None, {}))
        assert "stage 1 of 6, ready" in text
        assert text.count("waits to be confirmed") == 4


# trace: S26.2
def test_the_card_says_what_whoever_finds_the_pump_needs(run_lived):
    said = run_lived("card", "--contact", "lab 4")
    for text in ("serial", "400 ug/d", "cap 100 ug, cap 1500 ug", "REFILL BY", "lab 4", STATEMENT):
        assert text in said.out
    for row in TABLE.values():
        assert (row.name in said.out) == ("stop" in row.action and row.priority == HIGH)
    assert "too much   drowsiness" in said.out
    assert "clepsydra scan before" in said.out


# trace: S26.2
def test_the_sounds_on_the_card_are_those_that_the_sounder_plays():
    source = (ROOT / "hal" / "patterns.py").read_text()  # it imports the machine of a board
    played = dict(vars(contract))
    exec(source[source.index("\n_FIVE = ") : source.index("\nFLASHES = ")], played)
    bursts = {name: played["BURSTS"][played[f"PATTERN_{name}"]] for _, name, _, _ in SOUNDS}
    words = {"ten": 10, "three": 3, "one": 1}
    for _, name, sound, _ in SOUNDS:
        assert words[sound.split(" ")[0]] == len(bursts[name]) // 2
        seconds = re.search(r"(\d+) s", sound)
        assert not seconds or int(seconds[1]) * 1000 == bursts[name][-1]


@pytest.mark.parametrize(
    "argv", [("report",), ("report", "--follow-up"), ("report", "--log"), ("card",)]
)
def test_each_is_a_page_that_prints_on_a4_without_a_script(argv, run_lived, tmp_path):
    path = tmp_path / "paper.html"
    said = run_lived(*argv, "--html", str(path))
    assert said.status == 0
    page = path.read_text(encoding="utf-8")
    assert "size: A4" in page
    assert "<script" not in page
    assert "http" not in page
    assert page.count("<h1>") == 1
    assert run_lived(*argv, "--html", str(tmp_path / "no" / "p.html")).status == 2


def test_page_and_text_say_the_same(taken):
    paper = session_report(taken, None, {"note": "<b>&"})
    page = unescape(re.sub(r"<[^>]*>", " ", as_page(paper))).replace("\u00b5", "u")
    text = as_text(paper)
    assert "<b>&" in page
    for block in paper.blocks:
        for part in [row[1] for row in block.rows] + [cell for row in block.lines for cell in row]:
            for line in part.splitlines():
                assert line in text
                assert " ".join(line.split()) in " ".join(page.split())


def test_what_is_typed_cannot_become_markup():
    paper = Paper("<script>", "a", [Block("<h>", [("<i>", "</td>")], ["<x>"], [["<y>"]])], "<z>")
    page = as_page(paper)
    for text in ("<script>", "<h>", "<i>", "<x>", "<y>", "<z>"):
        assert text not in page


def test_events_of_the_last_hour_are_those_by_the_pumps_own_time(taken):
    now_ms = taken.status.raw["now_ms"]
    found, unknown = taken.since(3_600_000)
    assert [e.seq for e in found] == [e.seq for e in taken.events if now_ms - e.at_ms <= 3_600_000]
    assert found
    assert unknown == 0


def test_of_an_earlier_power_up_the_civil_time_counts_and_without_one_it_is_said(tmp_path):
    with DrivenPump(tmp_path) as driven:
        pump = driven.pump()
        driven.run(60_000)
        pump.set_clock()
        driven.run(1000, fault={"kind": "power_cut", "lasts_ms": 60_000})
        driven.run(120_000)
        pump.set_clock()
        taken = take(pump)
        found, unknown = taken.since(600_000)
        assert [e for e in found if e.code == CLOCK_SET]
        assert unknown >= 1
        assert "at a time that nobody knows" in as_text(session_report(taken, 600_000, {}))


def test_a_report_of_two_states_is_never_made(shared, monkeypatch):
    pump = shared.pump()
    first = pump.identity()
    states = iter([first, first._replace(program_sha256="0"), first, first])
    monkeypatch.setattr(pump, "identity", lambda: next(states))
    assert take(pump).identity == first
    numbers = iter(range(1000))
    monkeypatch.setattr(pump, "identity", lambda: first._replace(program_sha256=next(numbers)))
    with pytest.raises(LinkLost, match="changed whenever it was read"):
        take(pump)
