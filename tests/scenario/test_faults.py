"""What each fault does: which alarms the pump raises, what it still delivers, and the same on both
interpreters.
"""

import pytest

from firmware.alarms import alarm_table
from host_sim.judge import due
from host_sim.run.records import alarms_of
from host_sim.run.run import run
from host_sim.scenario import fault_keys
from host_sim.scenario.load import load

BASE = """
name = "A day and a half, and a fault after twelve hours"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "1 d 12:00"
[head]
volume_per_rev = "10 uL"
[reservoir]
capacity = "20 mL"
fill = "10 mL"
[line]
tubing = "0.14 mL"
catheter = "0.132 mL"
[truth]
roller_spread = "0 %"
pulsation = "0 %"
[program]
mode = "flex"
steps = [["00:00", "0.24 mL/d"]]
safe_rate = "0.12 mL/d"
[[fault]]
time = "12:00"
"""
TO_SYRINGE = {
    'board = "rpi_pico"': 'board = "rpi_pico_syringe"',
    'volume_per_rev = "10 uL"': """kind = "syringe"
diameter = "14.43 mm"
pitch = "2 mm"
travel = "60 mm\"""",
    'capacity = "20 mL"': 'capacity = "9 mL"',
    'fill = "10 mL"': 'fill = "8 mL"',
}
PL_PER_NL = 1000
PL_PER_STEP = 3125
# not before the next pass, or not before there is power
SEEN_MS = {
    "supply_dip": 300_000,
    "clock_lost": 300_000,
    "power_cut": 21_600_000,
    "flash_cut": 21_600_000 + 2_400_000,  # a reservation lasts that long
}

# kind: (its keys, the alarms, nL by the books, nL at the outlet); None: depends on when the pump
# tries again
CASES = {
    "stall": ('lasts = "2 h"', ["MOTOR_STALL", "UNDER_DELIVERY"], None, None),
    "occlusion": (
        'lasts = "6 h"',
        [],
        360_000,
        360_000,
    ),  # 60 uL go into the line and come out again: 0.6 bar
    "wear": (
        'by = "20 %"\nover = "6 h"',
        [],
        360_000,
        360_000 - 6_000 - 36_000,
    ),  # half of 20 % of 60 uL, 20 % of 180
    "step_loss": ('by = "30 %"\nlasts = "6 h"', ["UNDER_DELIVERY"], 360_000, 342_000),
    "empty_early": (
        'volume = "9.4 mL"',
        ["LEVEL_DISAGREES", "LOW_RESERVOIR"],
        360_000,
        120_000,
    ),  # 10 less 0.12 and 9.4 is below the residual
    "leak": ('rate = "0.12 mL/d"\nlasts = "6 h"', [], 360_000, 330_000),
    "kink": ('by = "90 %"\nlasts = "6 h"', [], 360_000, 360_000),
    "disconnection": ('lasts = "6 h"', [], 360_000, 300_000),
    "dislodgement": ('lasts = "6 h"', [], 360_000, 300_000),
    "air": ('volume = "0.1 mL"', [], 360_000, 360_000),  # it comes out, too
    "magnet": (
        'lasts = "45 min"\nrecovers_after = "2 h"',
        ["MOTION_SENSOR", "LEVEL_DISAGREES", "LOW_RESERVOIR", "MOTOR_STALL", "UNDER_DELIVERY"],
        None,
        None,
    ),
    "encoder_dead": ('lasts = "6 h"', ["MOTION_SENSOR"], 360_000, 360_000),
    "driver_reset": ("", ["DRIVER_FAULT"], None, None),
    "clock_lost": ("", ["CLOCK_UNSET"], None, None),
    "slow_crystal": ('by = "1000 ppm"', [], 359_760, 359_760),
    "supply_dip": ('to = "4200 mV"\nlasts = "6 h"', ["SUPPLY_LOW"], 360_000, 360_000),
    "power_cut": ('lasts = "6 h"', ["THERAPY_INTERRUPTED"], 120_000, 120_000),
    "flash_cut": ('lasts = "6 h"', ["THERAPY_INTERRUPTED"], None, None),
    "reset": ('cause = "unknown"', ["THERAPY_INTERRUPTED"], 120_000, 120_000),
    "button_stuck": ('lasts = "6 h"', ["BUTTON_STUCK"], 360_000, 360_000),
    "press_service": ('lasts = "6 h"', [], 360_000, 360_000),
    "stop_input": ('lasts = "6 h"', ["STOP_PRESSED", "STOP_INPUT"], 120_000, 120_000),
    "loose_plunger": (
        'lasts = "1 min"',
        ["PLUNGER_LOOSE"],
        120_000,
        120_000 + 147_000,
    ),  # siphoned at 2.45 uL/s
    "free_flow": (
        'rate = "1 mL/d"\nlasts = "6 h"',
        [],
        360_000,
        360_000 + 250_000,
    ),  # a quarter of a day of it
    # a quarter of a turn, and what left in the 12 s until three readings agreed
    "turned": ("steps = 800", ["OVER_DELIVERY"], 120_033, 120_033 + 2_500),
    "level_stuck": (
        'at = "active"\nlasts = "6 h"',
        ["LEVEL_DISAGREES", "LOW_RESERVOIR"],
        360_000,
        360_000,
    ),
}
LATCHED = {
    "stop_input": [alarm_table.STOP_PRESSED],
    "turned": [alarm_table.OVER_DELIVERY],
    "loose_plunger": [alarm_table.PLUNGER_LOOSE],
    "stall": [alarm_table.MOTOR_STALL],
    "level_stuck": [alarm_table.LEVEL_DISAGREES],
    "magnet": [alarm_table.MOTOR_STALL, alarm_table.LEVEL_DISAGREES],
}
STOPS = {"stop_input", "loose_plunger"}  # until somebody starts it
WITHOUT_A_SENSOR = {"door_open"}  # no board file has that switch yet


def made(kind, on, folder):
    folder.mkdir()
    path = folder / "fault.toml"
    base = BASE
    if kind == "loose_plunger":
        for old, new in TO_SYRINGE.items():
            assert old in base
            base = base.replace(old, new)
    path.write_text(f'{base}kind = "{kind}"\n{CASES[kind][0]}\n', encoding="utf-8")
    scenario = load(path)
    return scenario, run(scenario, on, folder / "out")


def test_every_fault_that_the_board_can_see_has_a_case():
    assert set(CASES) == set(fault_keys.FAULT) - WITHOUT_A_SENSOR


@pytest.mark.parametrize("kind", CASES)
def test_a_fault_raises_its_alarms_and_no_others(tmp_path, kind):
    scenario, outcome = made(kind, "micropython", tmp_path / "one")
    record = outcome.record
    _, alarms, books_nl, plant_nl = CASES[kind]
    raised = alarms_of(record.bench_events())
    assert [alarm.name for alarm in raised] == alarms
    at_ms = scenario.job.faults[0][0]
    # the first alarm comes with the fault, or as soon as enough has been missed for it to be seen
    assert all(
        at_ms <= alarm.raised_ms <= at_ms + SEEN_MS.get(kind, 1_800_000) for alarm in raised[:1]
    )
    runs = due.runs(scenario, record.events, record=record)
    assert record.child.emitted_steps == due.steps(runs)
    assert due.rate_mismatches(runs, record.events) == []
    if books_nl is not None:
        overbooked_steps = record.status["emitted_steps"] - record.child.emitted_steps
        assert 0 <= overbooked_steps <= record.status["unproven_steps"]
        books_pl = record.status["ledger_pl"] - overbooked_steps * PL_PER_STEP
        assert books_pl == pytest.approx(books_nl * PL_PER_NL, abs=20 * PL_PER_NL)
        assert record.child.plant_pl == pytest.approx(plant_nl * PL_PER_NL, abs=200 * PL_PER_NL)

    _, other = made(kind, "cpython", tmp_path / "other")
    for file in ("events.csv", "trace.csv"):
        assert (outcome.out_dir / file).read_bytes() == (other.out_dir / file).read_bytes()


@pytest.mark.parametrize(
    "kind",
    [kind for kind in CASES if 'lasts = "' in CASES[kind][0] and not kind.endswith("_cut")],
)
def test_every_condition_is_over_when_its_fault_is(tmp_path, kind):
    scenario, outcome = made(kind, "cpython", tmp_path / "one")
    at_ms, fault = scenario.job.faults[0]
    for alarm in alarms_of(outcome.record.events):
        if alarm.name == "LOW_RESERVOIR":
            continue  # it holds until the reservoir is refilled
        over_ms = at_ms + fault["lasts_ms"]
        late_ms = over_ms + fault.get("recovers_after_ms", 0) + 3_600_000
        assert over_ms <= alarm.cleared_ms <= late_ms, alarm.name
    assert outcome.record.status["state"] == ("STOPPED" if kind in STOPS else "INFUSING")
    still = [code for code, active, *_ in outcome.record.status["alarms"] if active]
    assert still == ([alarm_table.LOW_RESERVOIR] if kind in ("level_stuck", "magnet") else [])
    latched = [code for code, _, latched, *_ in outcome.record.status["alarms"] if latched]
    assert latched == LATCHED.get(kind, [])
