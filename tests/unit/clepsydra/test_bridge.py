"""`bridge` on a simulated pump that was refilled with another concentration (golden row A)."""

import json

import pytest

from clepsydra.errors import NotConfirmed
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

ROW_A = FLEX_WEEK.with_name("concentration_change_with_bridge.toml")
PATH_PL = 272_000_000
PL_PER_STEP = 3125


@pytest.fixture
def bridged(tmp_path):
    with DrivenPump(tmp_path, ROW_A) as driven:
        pump = driven.pump()
        pump.set_clock()
        pump.start()
        driven.run(60_000)
        pump.session.ask(
            "refill",
            fill_pl=10_000_000_000,
            withdrawn_pl=9_900_000_000,
            conc_ng_per_ml=2_000_000,
            bridge_ng_per_day=300_000,
        )
        driven.run(1000)
        driven.changes.clear()
        yield driven


@pytest.fixture
def run_bridged(bridged, monkeypatch, capsys):
    return commands_of(bridged, monkeypatch, capsys)


def sent(driven):
    """Those that changed something: a bridge_dose with neither only asks for the consequence."""
    return [
        fields
        for command in driven.changes
        if len(fields := {k: v for k, v in command.items() if k != "id"}) > 1
    ]


def test_a_bridge_is_shown_with_what_it_gives_and_how_long(run_bridged):
    said = run_bridged("bridge")
    assert said.status == 0, said
    assert "300 ug/d = 0.6 mL/d at 500 ug/mL, until 0.27" in said.out
    assert "the reservoir holds 2000 ug/mL; boluses are refused meanwhile" in said.out
    found = json.loads(run_bridged("bridge", "--json").out)
    assert found["bridge"]["conc_ng_per_ml"] == 500_000
    assert "bridge       300 ug/d" in run_bridged("status").out
    assert "INFUSING     300 ug/d = 0.6 mL/d" in run_bridged("status").out


def test_after_another_concentration_a_dose_is_reckoned_with_it(bridged):
    assert bridged.pump().status().conc_ng_per_ml == 2_000_000
    pump = bridged.pump()
    pump.status()
    assert pump.conc_ng_per_ml == pump.config["drug"]["conc_ng_per_ml"] == 2_000_000


def test_another_dose_of_the_bridge_is_confirmed_by_typing_it(run_bridged, bridged):
    for typed in ("y\n", "3300\n", "330 mL\n", "300\n"):
        assert run_bridged("bridge", "330 ug/d", typed=typed).status == 2
    assert run_bridged("bridge", "330 ug/d", "--yes").status == 2
    assert sent(bridged) == []
    said = run_bridged("bridge", "330 ug/d", typed="330\n")
    assert said.status == 0, said
    assert "after       330 ug/d, +10.0 %, until the bridge ends" in said.out
    assert "then        300 ug/d, the program" in said.out
    assert "changed     330 ug/d = 0.66 mL/d" in said.out
    assert sent(bridged) == [{"do": "bridge_dose", "dose_ng_per_day": 330_000}]


@pytest.mark.parametrize(
    ("dose", "named"),
    [
        ("330", "has no unit"),
        ("330 ug", "is a dose, not"),
        ("0.66 mL/d", "state the dose a day"),
        ("330,0 ug/d", "write a point, not a comma"),
        ("0 ug/d", "0 is no dose"),
        ("-330 ug/d", "negative"),
        ("330 ug/w", "has a unit that nobody knows"),
    ],
)
def test_a_slip_in_the_dose_is_refused(dose, named, run_bridged, bridged):
    said = run_bridged("bridge", "--confirm=330 ug", "--", dose)
    assert said.status == 2
    assert named in said.err
    assert sent(bridged) == []


@pytest.mark.parametrize(
    ("dose", "consequence"),
    [
        ("3000 ug/d", "WARNING     that is 10 times the dose of the program"),
        ("330 ug/h", "WARNING     the cap of 24 h is 600 ug"),
        ("3.3 mg/d", "after       3300 ug/d, +1000.0 %"),
        ("30 ug/d", "-90.0 %"),
    ],
)
def test_a_plausible_slip_is_shown_and_not_confirmed_by_what_was_meant(
    dose, consequence, run_bridged, bridged
):
    said = run_bridged("bridge", dose, "--confirm", "330 ug")
    assert said.status == 2
    assert consequence in said.out
    assert sent(bridged) == []


# trace: S10.6
def test_leaving_the_rest_out_names_the_dose_that_is_too_little_or_too_much(run_bridged, bridged):
    left_pl = bridged.pump().status().raw["bridge"]["left_pl"]
    said = run_bridged("bridge", "--leave-out", "--yes")
    assert said.status == 2
    ug = (500 - 2000) * left_pl / 1e9
    assert "too little" in said.out
    shown = float(said.out.partition("gives ")[2].split(" ")[0])
    assert abs(shown + ug) < 1500 * 3 * PL_PER_STEP / 1e9
    assert sent(bridged) == []
    bridged.run(5000)  # some steps later the consequence that was seen is still an upper bound
    said = run_bridged("bridge", "--leave-out", typed=f"{shown}\n")
    if said.status:  # it is shown anew, and smaller by those steps
        shown = float(said.out.partition("gives ")[2].split(" ")[0])
        said = run_bridged("bridge", "--leave-out", typed=f"{shown}\n")
    assert said.status == 0, said
    assert bridged.pump().status().raw["bridge"] is None
    assert run_bridged("bridge").out == "no bridge is in force\n"


def test_a_greater_consequence_than_was_confirmed_is_not_sent(bridged):
    pump = bridged.pump()
    now_ng = pump.bridge_consequence_ng()
    with pytest.raises(NotConfirmed, match="look again"):
        pump.leave_bridge_out(now_ng // 2)
    with pytest.raises(NotConfirmed, match="look again"):
        pump.leave_bridge_out(-now_ng)
    assert pump.status().raw["bridge"] is not None


def test_without_a_bridge_none_is_changed(run_shared, shared):
    assert run_shared("bridge").out == "no bridge is in force\n"
    assert run_shared("bridge", "300 ug/d", "--confirm", "300 ug").status == 2
    assert run_shared("bridge", "--leave-out").status == 2
    assert shared.changes == []
