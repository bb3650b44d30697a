"""Stories of a power cut: that therapy has stopped is told at once, and what a person set, saw and
was given is known afterwards.
"""

from firmware import states
from firmware.alarms import alarm_table
from firmware.books.memory import LEDGER, RamMemory
from firmware.guard import gate
from hal.contract import PATTERN_HIGH, PATTERN_OFF, WATCHDOG_RESET
from tests.rigs.pump import (
    ACKNOWLEDGED,
    ACTIVE,
    ML,
    MONDAY_S,
    PL_PER_STEP,
    UL,
    Bench,
    at_any_tick,
    records_of,
)

RATE = 500 * UL
TEN_MIN = 600_000
CONTINUOUS = 2  # the mode of a program, as docs/events.md numbers it


# trace: 2011 battery, S19.1
@at_any_tick
def test_a_power_cut_in_a_therapy_is_signalled_at_once_and_until_somebody_acknowledges():
    bench = Bench(RATE)
    bench.run_for(hours=3)
    for _ in range(28):  # a cut every 50 min
        bench = bench.restart()
        assert (bench.state(), bench.lamp(), bench.sound()) == (
            "STOPPED",
            PATTERN_HIGH,
            PATTERN_HIGH,
        )
        assert len(bench.raised("THERAPY_INTERRUPTED")) == 1
        assert bench.raised("RESET_UNEXPECTED") == []
        bench.run_for(minutes=50)
        assert bench.lamp() == PATTERN_HIGH
    assert bench.alarms() == ["THERAPY_INTERRUPTED"]
    bench.ok("acknowledge")
    assert bench.alarms() == ["NOTHING_DELIVERED"]
    bench.ok("acknowledge")
    bench = bench.restart()
    assert bench.raised("THERAPY_INTERRUPTED") == []
    assert bench.alarms() == ["NOTHING_DELIVERED"]
    assert bench.alarms(ACKNOWLEDGED) == ["NOTHING_DELIVERED"]
    bench.ok("set_clock", wall_s=MONDAY_S)
    bench.start_again()
    bench.run_for(minutes=1)
    assert (bench.alarms(), bench.lamp()) == ([], PATTERN_OFF)


# trace: S19.1
@at_any_tick
def test_a_reset_of_any_cause_in_a_therapy_is_told_as_its_end_and_one_at_rest_as_a_reset():
    bench = Bench(RATE)
    bench = bench.restart(cause=WATCHDOG_RESET)
    assert bench.alarms() == ["THERAPY_INTERRUPTED"]
    bench.ok("acknowledge")
    bench = bench.restart(cause=WATCHDOG_RESET)
    assert bench.alarms() == ["RESET_UNEXPECTED"]
    bench.ok("acknowledge")
    bench = bench.restart()
    assert bench.alarms() == []


@at_any_tick
def test_cuts_do_not_restart_the_count_of_a_pump_that_is_stopped():
    bench = Bench(RATE, limits={"stopped_limit_s": 3600})
    bench.ok("stop")
    for _ in range(2):  # the journal knows the time by the quarter of an hour
        bench.run_for(minutes=25, s=50)
        bench = bench.restart()
    bench.run_for(minutes=29)
    assert bench.alarms() == []
    bench.run_for(minutes=1)
    assert bench.alarms() == ["NOTHING_DELIVERED"]


def cut_at_the_highest_rate(cuts):
    """For an hour at a millilitre an hour, without caps: a cut every 13 min, right after it has
    reserved 32 uL.
    """
    bench = Bench(24 * ML, drug={"conc_ng_per_ml": 0}, encoder_dead=True)
    bench.run_for(hours=1)
    for _ in range(cuts):
        bench.run_for(minutes=12)
        reserved = bench.memory.reserved_steps
        while bench.memory.reserved_steps == reserved:
            bench.run_for(s=1)
        bench = bench.restart(encoder_dead=True)
        assert bench.state() == "STOPPED"
        bench.start_again()
    return bench


@at_any_tick
def test_four_power_cuts_in_an_hour_at_the_highest_rate_are_no_over_delivery():
    bench = cut_at_the_highest_rate(4)
    assert bench.status()["unproven_steps"] * PL_PER_STEP > 4 * 32 * UL
    bench.run_for(hours=1)
    assert (bench.state(), bench.raised("OVER_DELIVERY")) == ("INFUSING", [])


@at_any_tick
def test_what_leaves_too_much_after_power_cuts_is_caught_within_the_volume_of_the_monitor():
    bench = cut_at_the_highest_rate(1)
    # The budget of the run believes in a hundred times the rate, and each pulse leaves twice.
    bench.pump.delivery.budget.permit(bench.now_ms(), 2400 * ML)
    bench.hal.driver.times = 2
    bench.run_for(hours=1)
    assert list(bench.pump.state.faults) == [states.BY_OVER_DELIVERY]
    # 1.05 * (1016.7 + 7.6) uL, and five cuts of 35.3 uL; the windows are kept to a thousandth
    most_pl = 1258 * UL
    counted, most = bench.pump.state.faults[states.BY_OVER_DELIVERY]
    assert most < counted and most * PL_PER_STEP < most_pl
    assert (bench.emitted() - 2 * 320) * PL_PER_STEP < most_pl


@at_any_tick
def test_at_a_cap_no_number_of_power_cuts_is_an_over_delivery():
    limits = {"max_dose_1h_ng": 100_000, "blind_pl": 10 * UL}
    bench = Bench(24 * ML, limits=limits, encoder_dead=True)
    bench.run_for(minutes=10)  # 50 uL are the cap
    unproven = set()
    for _ in range(8):
        bench = bench.restart(encoder_dead=True)
        bench.start_again()
        bench.run_for(minutes=2)
        assert bench.state() == "INFUSING"
        unproven.add(bench.status()["unproven_steps"])
    assert len(unproven) == 1, "beyond the cap nothing is reserved"


# trace: GIP 1.7.1
@at_any_tick
def test_the_program_that_was_set_outlives_a_power_cut():
    bench = Bench(RATE)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": RATE // 5})
    bench.run_for(hours=1)
    bench = bench.restart()
    assert [(e.a, e.b) for e in bench.events("PROGRAM_KEPT")] == [(CONTINUOUS, 1)]
    bench.start_again()
    bench.run_for(minutes=5)
    assert bench.rate() == RATE // 5


@at_any_tick
def test_a_configuration_that_was_changed_meanwhile_brings_its_own_program():
    bench = Bench(RATE)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": RATE // 5})
    bench = bench.restart(program={"mode": "continuous", "rate_pl_per_day": RATE // 2})
    assert [(e.a, e.b) for e in bench.events("PROGRAM_KEPT")] == [(CONTINUOUS, 0)]
    bench.start_again()
    bench.run_for(minutes=5)
    assert bench.rate() == RATE // 2


@at_any_tick
def test_a_power_up_with_an_unreadable_configuration_costs_neither_program_nor_books():
    bench = Bench(RATE)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": RATE // 5})
    bench.run_for(hours=1)
    left = bench.status()["residual_pl"]
    bench = bench.restart(stored=b"{")
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["BAD_CONFIGURATION"]
    bench = bench.restart(stored=True)
    assert bench.state() == "STOPPED"
    unproven = bench.status()["unproven_steps"]
    assert bench.status()["residual_pl"] + unproven * 3125 >= left
    bench.start_again()
    bench.run_for(minutes=5)
    assert bench.rate() == RATE // 5


@at_any_tick
def test_an_acknowledged_fault_is_still_signalled_after_a_restart():
    bench = Bench(RATE)
    bench.run_for(minutes=5)
    bench.hal.driver.slip(50)
    bench.run_for(minutes=1)
    bench.ok("acknowledge")
    before = bench.status()["alarms"]
    for _ in range(2):
        bench = bench.restart()
        assert bench.state() == "FAULT"
        assert bench.status()["alarms"] == before
        assert (bench.lamp(), bench.sound()) == (PATTERN_HIGH, PATTERN_OFF)
        bench.ok("acknowledge")
        assert bench.lamp() == PATTERN_HIGH
    bench.run_for(minutes=61)
    assert bench.sound() == PATTERN_HIGH, "an hour later it is heard again"


@at_any_tick
def test_a_bolus_that_a_power_cut_ended_is_reported_with_what_it_gave():
    bench = Bench(RATE, limits={"bolus_lockout_s": 4 * 3600})
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=TEN_MIN)
    bench.run_for(minutes=9)
    given = bench.status()["by_source"]["bolus"]
    bench = bench.restart()
    assert given == 7200
    ((seen, whole, complete),) = [(e.a, e.b, e.c) for e in bench.events("BOLUS_ENDED")]
    assert seen <= given <= seen + bench.status()["unproven_steps"]
    assert (whole, complete) == (8000, 0)
    assert bench.alarms() == ["THERAPY_INTERRUPTED"]
    bench.ok("set_clock", wall_s=MONDAY_S)
    bench.start_again()
    assert bench.refused("bolus", volume_pl=25 * UL, duration_ms=TEN_MIN) == "GATE"
    bench = bench.restart()
    assert bench.events("BOLUS_ENDED") == []


@at_any_tick
def test_a_driver_that_counted_backwards_leaves_records_that_the_next_power_up_takes():
    bench = Bench(RATE)
    bench.refill_to(15 * ML)
    bench.ok("stop")
    bench.hal.driver.slip(-500)
    bench.run_for(minutes=1)
    assert bench.state() == "FAULT"
    bench = bench.restart()
    assert bench.status()["memory_error"] is None
    assert bench.status()["residual_pl"] <= 15 * ML
    assert bench.alarms() == ["OVER_DELIVERY"]


# trace: corrupted bolus history
@at_any_tick
def test_after_damaged_records_doses_count_as_full_and_lockouts_as_begun():
    keys = {"limits": {"bolus_lockout_s": 3600, "max_dose_1h_ng": 50_000, "max_dose_24h_ng": 10**6}}
    bench = Bench(RATE, **keys)
    bad = records_of(bench.pump, bench.now_ms())
    bad[LEDGER] = None
    bench = Bench(RATE, start=False, memory=RamMemory(bad), **keys)
    status = bench.status()
    assert (status["dose_1h_ng"], status["dose_24h_ng"]) == (50_000, 10**6)
    assert bench.refused("reset_fault") == "NOT_NOW"
    bench.ok("accept_books", fill_pl=5 * ML)
    assert bench.state() == "STOPPED"
    assert bench.status()["residual_pl"] == 5 * ML
    bench.ok("acknowledge")
    bench.start_again()
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    assert [e.a for e in bench.events("BOLUS_REFUSED")] == [gate.LOCKOUT]


@at_any_tick
def test_each_alarm_that_latches_is_on_flash_when_the_pass_that_raises_it_ends():
    bench = Bench(RATE)
    bench.run_for(minutes=5)
    bench.ok("stop")
    latching = [code for code in alarm_table.CODES if alarm_table.TABLE[code].latches]
    assert alarm_table.PRIME_INCOMPLETE in latching and alarm_table.UNDER_DOSE in latching
    for code in latching:
        bench.pump.alarms.happened(code, bench.now_ms(), 1, 2)
        bench.step()
        again = Bench(RATE, flash=bench.flash.copy(), start=False)
        assert again.pump.alarms.latched >> code & 1, code
