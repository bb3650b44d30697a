"""`titration` and plans in `program` on a simulated pump: read, shown, confirmed, read back."""

import json
from fractions import Fraction

import pytest

from clepsydra.prescription.plan_outlook import begins_in_ms, stages, to_confirm
from firmware.units import MS_PER_DAY
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

SIX_WEEKS = FLEX_WEEK.with_name("titration_six_weeks.toml")
DAILY_UG = (100, 130, 156, 180, 210, 200)
PLAN = """\
[program]
mode = "plan"
advance = "confirm"
origin = "spinal"

[[program.stages]]
days = 3
program = {mode = "continuous", rate = "400 ug/d"}

[[program.stages]]
days = 2
program = {mode = "continuous", rate = "480 ug/d"}
"""


@pytest.fixture
def titrated(tmp_path):
    with DrivenPump(tmp_path, SIX_WEEKS, on="micropython") as driven:
        yield driven


@pytest.fixture
def run_titrated(titrated, monkeypatch, capsys):
    run = commands_of(titrated, monkeypatch, capsys)
    run("clock", "set", "--yes")
    run("start", "--yes")
    titrated.run(60_000)
    titrated.changes.clear()
    return run


def sent(driven):
    return [{k: v for k, v in command.items() if k != "id"} for command in driven.changes]


def written(tmp_path, text=PLAN):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return str(path)


def test_a_plan_in_force_is_read_back_with_all_its_stages(run_titrated, titrated):
    said = run_titrated("titration", "show")
    assert said.status == 0, said
    lines = said.out.splitlines()
    assert "stage 1 of 6, runs, 7 d left until the next one is due" in lines[0]
    assert len(lines) == 2 + 6
    for line, dose in zip(lines[2:], DAILY_UG):
        assert f"{dose} ug/d" in line
    assert "in force" in lines[2]
    assert lines[3].count("+30.0 %") == 1
    assert lines[3].endswith("waits to be confirmed")
    assert "-4.8 %" in lines[7]
    assert not lines[7].endswith("confirmed")
    asked = json.loads(run_titrated("titration", "show", "--json").out)
    assert [stage["daily_ng"] for stage in asked["stages"]] == [dose * 1000 for dose in DAILY_UG]
    assert asked["program"] == titrated.pump().program()


def test_a_stage_that_is_not_due_is_not_confirmed(run_titrated, titrated):
    said = run_titrated("titration", "confirm", "--confirm", "130 ug")
    assert said.status == 2
    assert "no stage waits to be confirmed: stage 1 of 6, runs" in said.err
    assert sent(titrated) == []


def test_a_stage_that_waits_begins_once_its_dose_is_typed(run_titrated, titrated):
    titrated.run(7 * MS_PER_DAY)
    shown = run_titrated("titration", "show").out.splitlines()
    assert "in force" in shown[2] and "in force" not in shown[3]  # 100 ug/d, not 130
    assert "due now" in shown[3] and shown[3].endswith("DUE: waits to be confirmed")
    for typed in ("y\n", "1300\n", "130 mg\n", "100\n", "\n"):
        assert run_titrated("titration", "confirm", typed=typed).status == 2
    assert run_titrated("titration", "confirm", "--yes").status == 2
    assert sent(titrated) == []
    said = run_titrated("titration", "confirm", typed="130\n")
    assert said.status == 0, said
    assert "daily dose           100 ug/d" in said.out
    assert "+30.0 %" in said.out
    assert "INFUSING    130 ug/d" in said.out
    assert sent(titrated) == [{"do": "plan_confirm", "dose_ng_per_day": 130_000}]


def test_a_plan_is_paused_goes_on_and_ends_with_the_dose_that_it_has(run_titrated, titrated):
    titrated.run(MS_PER_DAY)
    assert run_titrated("titration", "resume", "--yes").status == 1  # it is not paused
    assert run_titrated("titration", "pause", typed="n\n").status == 2
    assert "paused" in run_titrated("titration", "pause", typed="y\n").out
    titrated.run(MS_PER_DAY)
    assert "paused, 6 d left" in run_titrated("titration", "show").out
    assert "runs" in run_titrated("titration", "resume", "--yes").out
    said = run_titrated("titration", "end", "--yes")
    assert "none is in force any more" in said.out
    assert "INFUSING    100 ug/d" in said.out
    assert "no plan is in force" in run_titrated("titration", "show").out


def test_while_a_plan_is_in_force_no_program_is_set(run_titrated, titrated, tmp_path):
    said = run_titrated("program", "set", written(tmp_path), "--confirm", "400 ug")
    assert said.status == 2
    assert "end it first with clepsydra titration end" in said.err
    assert sent(titrated) == []


@pytest.mark.parametrize("verb", [("program", "set"), ("titration", "set")])
def test_a_plan_from_a_file_is_reviewed_stage_by_stage_and_read_back(verb, run, driven, tmp_path):
    assert run(*verb, written(tmp_path), "--confirm", "480 ug").status == 2
    assert sent(driven) == []
    said = run(*verb, written(tmp_path), "--confirm", "400 ug")
    assert said.status == 0, said
    assert "mode        flex -> plan" in said.out
    assert "in 3 d" in said.out
    assert "+20.0 %" in said.out
    assert [command["do"] for command in sent(driven)] == ["confirm"]
    shown = run("program", "show").out
    assert "stage 1 of 2, ready" in shown
    assert "with the pump" in shown


def test_a_plan_that_asks_nobody_is_confirmed_by_its_highest_dose(run, driven, tmp_path):
    path = written(tmp_path, PLAN.replace('"confirm"', '"auto"'))
    assert run("titration", "set", path, "--confirm", "400 ug").status == 2
    assert run("titration", "set", path, "--confirm", "480 ug").status == 0


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("480 ug/d", "4800 ug/d", "30 % more than the stage before"),
        ("480 ug/d", "48 ug/d", "20 % less"),
        ("480 ug/d", "480 mg/d", "480 mg/d"),
        ("480 ug/d", "480", "has no unit"),
        ("days = 2", "days = 0", "days"),
        ("days = 2", 'days = "2 h"', "days"),
        ('"confirm"', '"confirmed"', 'did you mean "confirm"?'),
        ('"spinal"', '"cerebral"', "15 % more"),
        ('origin = "spinal"', "", "origin"),
    ],
)
def test_a_plan_with_a_slip_is_refused(right, wrong, named, run_shared, shared, tmp_path):
    text = PLAN.replace(right, wrong, 1)
    assert text != PLAN
    said = run_shared("titration", "set", written(tmp_path, text), "--confirm", "400 ug")
    assert said.status == 2, said
    assert named in said.err
    assert shared.changes == []


def test_a_file_without_a_plan_is_no_titration(run_shared, shared, tmp_path):
    path = written(tmp_path, '[program]\nmode = "continuous"\nrate = "400 ug/d"\n')
    said = run_shared("titration", "set", path, "--confirm", "400 ug")
    assert said.status == 2
    assert "is no plan" in said.err
    assert run_shared("titration", "confirm").status == 2
    assert shared.changes == []


def test_stages_begin_one_after_the_other_and_rises_wait(titrated):
    pump = titrated.pump()
    found = stages(pump.program(), pump.config)
    week = 7 * MS_PER_DAY
    assert begins_in_ms(found) == [n * week for n in range(6)]
    assert begins_in_ms(found, in_force=3, due_in_ms=5) == [
        None, None, 0, 5, 5 + week, 5 + 2 * week
    ]  # fmt: skip
    rises = [Fraction(b, a) > 1 for a, b in zip(DAILY_UG, DAILY_UG[1:])]
    assert [stage.waits for stage in found[1:]] == rises
    assert to_confirm(pump.program(), pump.config).ng == 100_000
