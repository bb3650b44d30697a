"""`refill` with another concentration: stated twice, with its bridge or the consequence of none."""

import pytest

from clepsydra.errors import BadInput
from clepsydra.pump.readings import Status
from clepsydra.pump.therapy_commands import Concentration
from clepsydra.show.refill_words import mixed_text
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

ROW_A = FLEX_WEEK.with_name("concentration_change_with_bridge.toml")
REFILL = ("refill", "10 mL", "--withdrawn", "9.9 mL")
ANOTHER = (*REFILL, "--concentration", "2000 ug/mL")
PATH_ML = 0.272


@pytest.fixture
def lined(tmp_path):
    with DrivenPump(tmp_path, ROW_A) as driven:
        driven.infuse(60_000)
        yield driven


@pytest.fixture
def run_lined(lined, monkeypatch, capsys):
    return commands_of(lined, monkeypatch, capsys)


def carried_out(driven):
    return driven.pump().status().raw["refills"]


def test_a_bridge_by_the_program_is_reviewed_stated_twice_and_begins(run_lined, lined):
    said = run_lined(*ANOTHER, "--bridge", "program", typed="2000 ug/mL\n10 mL\n")
    assert said.status == 0, said
    for text in (
        "conc.       500 ug/mL -> 2000 ug/mL",
        "now         00:00 300 ug/d = 0.6 mL/d",
        "after       00:00 300 ug/d = 0.15 mL/d",
        "bridge      the doses of the program, until it is at the tip",
        "INFUSING    300 ug/d = 0.6 mL/d",
    ):
        assert text in said.out, text
    raw = lined.pump().status().raw
    assert (raw["conc_ng_per_ml"], raw["refills"]) == (2_000_000, 1)
    assert raw["bridge"]["conc_ng_per_ml"] == 500_000
    assert lined.changes[-1]["bridge_ng_per_day"] == 0
    lined.run(10)
    assert lined.live.world["reservoir_pl"] > 9_900_000_000


# trace: S1.4
def test_the_volume_of_the_patients_bolus_is_shown_before_and_after_and_read_back(
    tmp_path, monkeypatch, capsys
):
    told = "patient     a bolus of 20 ug = 0.01 mL -> 20 ug = 5 uL"
    with DrivenPump(tmp_path, FLEX_WEEK.with_name("patient_boluses.toml")) as driven:
        driven.infuse(1000)
        run = commands_of(driven, monkeypatch, capsys)
        another = ("refill", "10 mL", "--withdrawn", "9 mL", "--concentration", "4000 ug/mL")
        said = run(*another, typed="400 ug/mL\n")
        assert said.status == 2 and said.out.count(told) == 1, "before it is confirmed"
        assert carried_out(driven) == 0
        said = run(*another, typed="4000 ug/mL\n10 mL\n")
        assert said.status == 0 and said.out.count(told) == 2, "and by the pump"
        assert "20 ug = 5 uL over 10 min" in run("report").out


def test_a_script_states_both(run_lined, lined):
    both = ("--confirm", "10 mL", "--confirm-concentration", "2 mg/mL")
    assert run_lined(*ANOTHER, "--bridge", "300 ug/d", *both).status == 0
    assert carried_out(lined) == 1


@pytest.mark.parametrize(
    "more",
    [
        ("--yes",),
        ("--confirm", "10 mL"),
        ("--confirm", "10 mL", "--confirm-concentration", "200 ug/mL"),
        ("--confirm", "10 mL", "--confirm-concentration", "20000 ug/mL"),
        ("--confirm", "10 mL", "--confirm-concentration", "2000 ug"),
        ("--confirm", "10 mL", "--confirm-concentration", "200"),
        ("--confirm", "1 mL", "--confirm-concentration", "2000 ug/mL"),
    ],
)
def test_one_of_them_alone_or_wrong_sends_nothing(more, run_lined, lined):
    assert run_lined(*ANOTHER, "--bridge", "program", *more).status == 2
    assert lined.changes == []


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (ANOTHER, "state --bridge with a dose or program, or --no-bridge"),
        ((*REFILL, "--bridge", "300 ug/d"), "a bridge is of another --concentration"),
        ((*REFILL, "--drug", "morphine"), "another drug has a --concentration"),
        ((*REFILL, "--concentration", "2000"), "has no unit"),
        ((*REFILL, "--concentration", "2000 ug"), "is a dose, not"),
        ((*REFILL, "--concentration", "2,000 ug/mL"), "write a point, not a comma"),
        ((*REFILL, "--concentration", "500 ug/mL", "--no-bridge"), "already: no bridge"),
        ((*ANOTHER, "--bridge", "300 ug"), "is a dose, not"),
        ((*ANOTHER, "--bridge", "0 ug/d"), "0 is no dose"),
        ((*ANOTHER, "--bridge", "0.6 mL/d"), "state the dose a day"),
        ((*ANOTHER, "--bridge", "300 ug/d", "--no-bridge"), "not allowed with"),
        ((*REFILL, "--concentration", "1 ug/mL", "--bridge", "program"), "program"),
    ],
)
def test_a_slip_in_it_is_refused_before_anything_is_asked(argv, named, run_lined, lined):
    said = run_lined(*argv, "--confirm", "10 mL", "--confirm-concentration", "2000 ug/mL")
    assert said.status == 2, said
    assert named in said.err
    assert lined.changes == []


# trace: G33
@pytest.mark.parametrize(("conc", "times"), [("5000 ug/mL", "10"), ("50 ug/mL", "10")])
def test_a_tenfold_slip_is_shown_and_not_confirmed_by_what_was_meant(conc, times, run_lined, lined):
    said = run_lined(
        *REFILL, "--concentration", conc, "--bridge", "program",
        "--confirm", "10 mL", "--confirm-concentration", "500 ug/mL",
    )  # fmt: skip
    assert said.status == 2
    assert f"{times} times as much or as little" in said.out or "allowed" in said.err
    assert lined.changes == []


def test_without_a_bridge_the_consequence_is_the_path_times_the_difference(run_lined, lined):
    said = run_lined(*ANOTHER, "--no-bridge", typed="2000\n10\n")
    assert said.status == 0, said
    shown = float(said.out.partition("the line gives ")[2].split(" ")[0])
    assert shown == pytest.approx(PATH_ML * (2000 - 500), rel=1e-3)
    assert "too little" in said.out
    raw = lined.pump().status().raw
    assert raw["bridge"] is None
    assert raw["refills"] == 1


# trace: S15.5, G26, G27, G28
@pytest.mark.parametrize(
    ("left_ml", "old", "fill_ml", "new", "told", "warns"),
    [
        (1.5, 500, 18.5, 2000, "1887.5 ug/mL, -5.6 %: 1.5 mL of 500 ug/mL stay", True),
        (0.5, 500, 19.5, 2000, "1962.5 ug/mL, -1.9 %: 0.5 mL of 500 ug/mL stay", False),
        (1.5, 2000, 18.5, 500, "612.5 ug/mL, +22.5 %: 1.5 mL of 2000 ug/mL stay", True),
    ],
)
def test_what_is_left_mixes_with_what_is_filled_in_as_in_the_golden_rows(
    left_ml, old, fill_ml, new, told, warns
):
    fields = {"withdrawn_pl": 4_000_000_000, "fill_pl": round(fill_ml * 10**9)}
    status = Status({"residual_pl": round((left_ml + 4) * 10**9)}, old * 1000, 0)
    found = mixed_text(fields, {"residual_pl": 500_000_000}, status, new * 1000)
    assert found[0].startswith(told)
    assert found[1] == warns == ("rinse" in found[0])


def test_what_the_reservoir_mixes_to_is_shown_before_it_is_confirmed(run_lined, lined):
    left_ml = lined.pump().status().raw["residual_pl"] / 10**9 - 9.9
    said = run_lined(*ANOTHER, "--bridge", "program", typed="2000 ug/mL\n10 mL\n")
    mixed = (left_ml * 500 + 10 * 2000) / (left_ml + 10)
    off = (mixed / 2000 - 1) * 100
    label = "WARNING     it mixes to" if abs(off) > 5 else "mixes to   "
    assert f"{label} " in said.out
    assert float(said.out.partition("mixes to")[2].split()[0]) == pytest.approx(mixed, abs=1)
    assert f"{off:+.1f} %" in said.out


def test_asking_for_the_consequence_never_refills_a_pump_without_a_line(shared):
    pump = shared.pump()
    before = pump.status().raw["refills"]
    fields = {"fill_pl": 1_000_000_000, "withdrawn_pl": 0}
    for conc in (500_000, 2_000_000):
        with pytest.raises(BadInput, match="no bridge is left out"):
            pump.refill_consequence_ng(fields, Concentration(conc))
    assert pump.status().raw["refills"] == before
    assert shared.changes == []


def test_a_pump_without_a_line_takes_another_concentration_without_a_bridge(run, driven):
    argv = ("refill", "10 mL", "--withdrawn", "2.7 mL", "--concentration", "1000 ug/mL")
    both = ("--confirm", "10 mL", "--confirm-concentration", "1000 ug/mL")
    assert run(*argv, "--bridge", "program", *both).status == 2
    said = run(*argv, *both)
    assert said.status == 0, said
    assert driven.pump().status().raw["conc_ng_per_ml"] == 1_000_000
    assert "daily dose" not in said.err
