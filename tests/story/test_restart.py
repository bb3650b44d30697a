"""Stories of a restart from the memory: nothing that protects is forgotten, and nothing that left
is denied.
"""

import gc

from firmware import states
from firmware.books.memory import (
    ALARMS,
    LEDGER,
    OVERLAYS,
    PROGRAM,
    RESERVOIR,
    STATE,
    WINDOWS,
    RamMemory,
)
from firmware.guard import gate
from firmware.pump import Pump
from firmware.therapy.overlays import SOURCES
from hal.contract import PATTERN_HIGH
from tests.rigs.pump import (
    ACTIVE,
    LATCHED,
    ML,
    UL,
    Bench,
    at_any_tick,
    records_of,
    steps_at,
)

RATE = 500 * UL
TEN_MIN = 600_000
# 1 uL blind, 4 uL at rest and 60 s of a bolus: what is reserved, and what was asked for when it was
MOST_OVERBOOKED = 4 * 320 + 2 * 320
BY_ANGLE = 40  # steps: the noise of the sensor and its bent scale


@at_any_tick
def test_the_books_go_on_where_they_were():
    bench = Bench(RATE)
    bench.run_for(hours=5)
    bench.ok("bolus", volume_pl=10 * UL, duration_ms=TEN_MIN)
    bench.run_for(minutes=7)
    before, reserved = bench.status(), bench.memory.reserved_steps
    bench = bench.restart()
    after = bench.status()
    # The angle of the rotor proves that hardly more left, however much was reserved.
    assert 0 <= after["emitted_steps"] - before["emitted_steps"] <= BY_ANGLE < reserved
    known = after["by_source"]
    assert all(known[name] <= before["by_source"][name] for name in known)
    assert after["unproven_steps"] == after["emitted_steps"] - sum(known.values())
    assert after["missed_steps"] == before["missed_steps"]
    assert after["state"] == "STOPPED"
    assert after["bolus"] == 0
    assert after["booked_steps"] == after["emitted_steps"] + after["missed_steps"]
    bench.start_again()
    bench.run_for(hours=1)
    assert bench.status()["emitted_steps"] == after["emitted_steps"] + steps_at(RATE, 3_600_000)
    assert bench.emitted() == steps_at(RATE, 3_600_000)


# trace: corrupted bolus history
@at_any_tick
def test_a_lockout_is_not_walked_round_by_a_restart():
    bench = Bench(RATE, limits={"bolus_lockout_s": 3600})
    bench.run_for(minutes=20)
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)
    bench.run_for(minutes=10)
    bench = bench.restart()
    bench.start_again()
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    assert [(e.a, e.b) for e in bench.events("BOLUS_REFUSED")] == [(gate.LOCKOUT, TEN_MIN)]
    bench.run_for(minutes=49)
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    bench.run_for(minutes=1)
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)


# trace: works round limits
@at_any_tick
def test_a_cap_is_not_walked_round_by_restarts():
    bench = Bench(RATE, limits={"max_dose_1h_ng": 30_000})
    bench.run_for(minutes=40)
    dose, left_steps = bench.status()["delivered_1h_ng"], bench.emitted()
    for _ in range(3):  # 55 min in all: nothing leaves the window
        bench = bench.restart()
        assert bench.status()["dose_1h_ng"] >= dose
        assert bench.status()["dose_24h_ng"] >= dose
        bench.start_again()
        bench.run_for(minutes=5)
        dose = bench.status()["delivered_1h_ng"]
        left_steps += bench.emitted()
    assert left_steps * 3125 * 2 <= 30_000 * 1000
    assert bench.status()["emitted_steps"] * 3125 * 2 > 27_000 * 1000


@at_any_tick
def test_after_an_outage_of_unknown_length_no_window_time_has_passed():
    bench = Bench(RATE)
    bench.run_for(hours=5)
    before = bench.status()
    bench = bench.restart()
    after = bench.status()
    # What was reserved counts now, and what left meanwhile when the journal heard of it.
    for window in ("1h_ng", "24h_ng"):
        more = after["dose_" + window] - before["delivered_" + window]
        assert 0 <= more <= 2 * MOST_OVERBOOKED * 3125 * 2 // 1000
    bench.run_for(minutes=70)
    assert bench.status()["dose_1h_ng"] == 0
    bench.run_for(hours=24)
    assert bench.status()["dose_24h_ng"] == 0


@at_any_tick
def test_alarms_that_nobody_acknowledged_sound_again():
    bench = Bench(RATE)
    bench.fault("stall")
    bench.run_for(minutes=1)
    assert bench.alarms(ACTIVE) == ["MOTOR_STALL"]
    sound = bench.sound()
    bench = bench.restart()
    latched = ["MOTOR_STALL", "THERAPY_INTERRUPTED"]
    assert (bench.alarms(ACTIVE), bench.alarms(LATCHED)) == ([], latched)
    assert bench.sound() == bench.lamp() == sound
    bench.ok("acknowledge")
    bench = bench.restart()
    assert bench.alarms() == []


@at_any_tick
def test_a_fault_is_not_left_by_a_restart():
    bench = Bench(RATE)
    bench.hal.driver.times = 2
    bench.run_for(minutes=10)
    assert bench.state() == "FAULT"
    for _ in range(2):
        bench = bench.restart()
        assert bench.state() == "FAULT"
        assert bench.alarms(LATCHED) == ["OVER_DELIVERY"]
        assert [e.c for e in bench.events("STATE")] == [states.BY_BOOT]
        assert bench.refused("start") == "WRONG_STATE"
    bench.ok("reset_fault")
    bench = bench.restart()
    assert bench.state() == "STOPPED"


@at_any_tick
def test_an_empty_reservoir_is_not_filled_by_a_restart():
    bench = Bench(24 * ML, reservoir={"fill_pl": 600 * UL, "low_pl": 500 * UL})
    bench.run_for(hours=1)
    assert bench.state() == "EMPTY"
    left = bench.status()["residual_pl"]
    bench = bench.restart()
    assert bench.status()["residual_pl"] == left
    bench.send("start")
    bench.run_for(minutes=1)
    assert bench.state() == "EMPTY"
    assert bench.status()["residual_pl"] >= 500 * UL


@at_any_tick
def test_a_refill_is_remembered():
    bench = Bench(RATE, reservoir={"fill_pl": 5 * ML})
    bench.run_for(hours=1)
    bench.refill_to(15 * ML)
    bench.run_for(hours=1)
    left = bench.status()["residual_pl"]
    bench = bench.restart()
    unproven = bench.status()["unproven_steps"]
    assert left - unproven * 3125 <= bench.status()["residual_pl"] <= left < 15 * ML


@at_any_tick
def test_another_calibration_or_drug_opens_an_epoch_and_rewrites_no_history():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    hour_pl = bench.status()["ledger_pl"]
    bench = bench.restart(head={"pl_per_rev": 5 * UL}, drug={"conc_ng_per_ml": 500_000})
    before = bench.status()["ledger_pl"]
    assert hour_pl <= before <= hour_pl + MOST_OVERBOOKED * 3125
    assert len(bench.pump.books.ledger.epochs) == 2
    bench.start_again()
    bench.run_for(hours=1)
    # a quarter of the concentration, and the prescribed dose as before: four times the volume (S1)
    assert abs(bench.status()["ledger_pl"] - before - 4 * hour_pl) <= 4 * 3125 + 1563


def damaged(records):
    """What a memory may look like after a bad day: one record of it changed at a time."""
    for kind, value in (
        (STATE, 99),
        (STATE, dict(records[STATE], now=99)),
        (STATE, dict(records[STATE], lasts_ms=-1)),
        (STATE, dict(records[STATE], faults=[[8, 0]])),
        (PROGRAM, {}),
        (PROGRAM, dict(records[PROGRAM], program={"mode": "fast"})),
        (STATE, None),
        (LEDGER, {}),
        (LEDGER, None),
        (LEDGER, dict(records[LEDGER], by_source=[1])),
        (WINDOWS, {}),
        (WINDOWS, dict(records[WINDOWS], hour=[[0, -5]])),
        (ALARMS, {}),
        (ALARMS, dict(records[ALARMS], values=[[77, 0, 0]])),
        (RESERVOIR, {}),
        (RESERVOIR, dict(records[RESERVOIR], fill_pl=-1)),
        (OVERLAYS, None),
        (OVERLAYS, {"bolus": -1}),
        (OVERLAYS, {"bonus": 1}),
    ):
        bad = dict(records)
        bad[kind] = value
        yield bad


# trace: backup failure
@at_any_tick
def test_a_damaged_memory_is_refused_whole_and_the_pump_says_so():
    bench = Bench(RATE)
    bench.fault("stall")
    bench.run_for(minutes=10)
    records = records_of(bench.pump, bench.now_ms())
    for bad in damaged(records):
        bench.pump = pump = Pump(bench.hal, bench.pump.stored, RamMemory(bad))
        bench.step()
        assert pump.books.ledger.by_source == [0] * len(SOURCES)
        assert bench.state() == "FAULT"
        assert bench.alarms() == ["BOOKS_LOST", "NOTHING_KEPT"]
        assert bench.lamp() == PATTERN_HIGH
        assert bench.status()["memory_error"]
        gc.collect()
    pump = Pump(bench.hal, bench.pump.stored, RamMemory(records))
    assert pump.books.ledger.by_source == records[LEDGER]["by_source"]


@at_any_tick
def test_a_record_that_is_missing_leaves_its_keeper_as_new():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    records = records_of(bench.pump, bench.now_ms())
    before = records.pop(RESERVOIR)
    pump = Pump(bench.hal, bench.pump.stored, RamMemory(records))
    assert pump.books.ledger.emitted_steps == steps_at(RATE, 3_600_000)
    assert pump.books.reservoir.fill_pl == before["fill_pl"]
