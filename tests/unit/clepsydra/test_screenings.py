"""`bolus --test` and `screening` on a simulated pump: the ladder goes on by what was stated."""

import json

import pytest

from firmware.units import MS_PER_DAY
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

SCREENING = FLEX_WEEK.with_name("screening.toml")
TEST = ("bolus", "50 ug", "--over", "10 min", "--test")


@pytest.fixture
def screened(tmp_path):
    with DrivenPump(tmp_path, SCREENING, on="micropython") as driven:
        driven.infuse(60_000)
        yield driven


@pytest.fixture
def run_screened(screened, monkeypatch, capsys):
    return commands_of(screened, monkeypatch, capsys)


def test_a_test_bolus_is_confirmed_by_its_dose_and_the_next_waits_for_what_it_did(
    run_screened, screened
):
    assert "no test bolus was given" in run_screened("screening", "show").out
    assert run_screened("screening", "response", "--effective", "--yes").status == 2
    for wrong in ("5 ug", "50 mg", "y"):
        assert run_screened(*TEST, "--confirm", wrong).status == 2
    assert screened.changes == []
    assert run_screened(*TEST, "--confirm", "50 ug").status == 0
    screened.run(11 * 60_000)
    assert "50 ug       not stated yet" in run_screened("screening", "show").out
    second = ("bolus", "75 ug", "--over", "10 min", "--test", "--confirm", "75 ug")
    assert "has no response yet" in run_screened(*second).err
    assert run_screened("screening", "response", "--no-effect", "--lasted", "1 h").status == 2
    assert run_screened("screening", "response", "--no-effect", typed="n\n").status == 2
    said = run_screened("screening", "response", "--no-effect", "--note", "none", "--yes")
    assert said.status == 0 and "50 ug       no effect; none" in said.out
    screened.run(MS_PER_DAY)
    assert run_screened(*second).status == 0
    screened.run(11 * 60_000)
    said = run_screened("screening", "response", "--effective", "--lasted", "6 h", "--yes")
    assert "start       150 ug/d: the dose to begin" in said.out
    found = json.loads(run_screened("screening", "show", "--json").out)
    assert found["trials"][1] == [75_000, 1, 360, ""]
