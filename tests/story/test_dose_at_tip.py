"""Stories of the dose at the tip: what passes it in 24 h is what was prescribed, or it is told
with the likely cause (S8).
"""

from firmware.alarms import tip_doses as of
from tests.rigs.pump import LATCHED, ML, UL, Bench, at_any_tick

LOW, HIGH = 500_000, 2_000_000  # ng/mL
DOSE = 300_000  # ng/day
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def made(conc, holds=None, dose=DOSE, path=True, **changes):
    """A path of 272 uL; holds: what is in it, as in the reservoir if nothing is said."""
    holds = conc if holds is None else holds
    line = {
        "tubing_pl": 140 * UL if path else 0,
        "catheter_pl": 132 * UL if path else 0,
        "tolerance_ppt": 0,
        "holds_tubing_ng_per_ml": holds,
        "holds_catheter_ng_per_ml": holds,
    }
    return Bench(
        program={"mode": "continuous", "dose_ng_per_day": dose},
        drug={"conc_ng_per_ml": conc},
        line=line,
        reservoir={"residual_pl": 0},
        **changes,
    )


def run_hours(bench, hours):
    """With a pass at each full hour, so that the hours which are compared are whole ones."""
    for _ in range(hours):
        bench.run_for(hours=1)


def refill(bench, conc, **fields):
    bench.ok("refill", withdrawn_pl=19 * ML, fill_pl=18 * ML, conc_ng_per_ml=conc, **fields)


def told(bench):
    """[(name, ng off, cause)] of the two alarms, as they were raised."""
    names = {41: "OVER_DOSE", 42: "UNDER_DOSE"}
    return [(names[e.a], e.b, e.c) for e in bench.events("ALARM_RAISED") if e.a in names]


def at_tip(bench):
    """(ng at the tip, ng prescribed) of 24 h, and the likely cause."""
    return bench.status()["tip_24h"]


# trace: S8.1
@at_any_tick
def test_a_bridge_left_out_from_low_to_high_is_an_under_dose_that_names_the_line():
    bench = made(LOW)
    run_hours(bench, 30)
    refill(bench, HIGH, no_bridge_ng=-408_000)
    run_hours(bench, 4)
    assert told(bench) == [] and at_tip(bench) == [262_500, DOSE, 0]
    run_hours(bench, 1)  # a sixth of the day is missing: 46.9 ug of 300
    assert told(bench) == [("UNDER_DOSE", 46_875, of.LINE)]
    assert at_tip(bench) == [253_125, DOSE, of.LINE]
    assert bench.alarms() == ["UNDER_DOSE"] and bench.state() == "INFUSING"


# trace: S8.1
@at_any_tick
def test_a_bridge_left_out_from_high_to_low_is_an_over_dose_until_the_day_is_whole_again():
    bench = made(HIGH)
    run_hours(bench, 30)
    refill(bench, LOW, no_bridge_ng=408_000)
    run_hours(bench, 2)
    assert told(bench) == [("OVER_DOSE", 75_000, of.LINE)]
    assert bench.state() == "INFUSING"  # it is told, and nothing stops
    run_hours(bench, 40)
    assert at_tip(bench) == [DOSE, DOSE, 0]
    assert bench.alarms(1) == [] and bench.alarms(LATCHED) == ["OVER_DOSE"]
    bench.ok("acknowledge")
    assert bench.alarms() == [] and len(told(bench)) == 1


@at_any_tick
def test_with_a_bridge_the_prescribed_dose_is_at_the_tip_in_every_day():
    for before, after in ((LOW, HIGH), (HIGH, LOW)):
        bench = made(before)
        run_hours(bench, 30)
        refill(bench, after, bridge_ng_per_day=0)
        for _ in range(10):
            run_hours(bench, 7)
            tip_ng, prescribed_ng, cause = at_tip(bench)
            assert abs(tip_ng - prescribed_ng) <= 10 and cause == 0
            assert abs(prescribed_ng - DOSE) <= 10
        assert told(bench) == []


# trace: S8.3
@at_any_tick
def test_until_the_first_drug_is_due_at_the_tip_the_status_says_when_and_nothing_alarms():
    bench = made(HIGH, holds=0)
    due_ms = 272 * UL * DAY_MS // (150 * UL)  # 43.52 h
    run_hours(bench, 30)
    status = bench.status()
    assert abs(status["arrives_in_ms"] - (due_ms - 30 * HOUR_MS)) <= 2000
    assert status["tip_ng"] == 0 and status["tip_24h"] == [0, 0, 0]
    run_hours(bench, 42)
    assert bench.status()["arrives_in_ms"] is None
    tip_ng, prescribed_ng, _ = at_tip(bench)
    assert 0 < prescribed_ng <= DOSE and abs(tip_ng - prescribed_ng) <= 10
    assert told(bench) == []


@at_any_tick
def test_a_program_that_is_another_is_prescribed_from_its_instant_on():
    bench = made(HIGH)
    run_hours(bench, 30)
    bench.ok("set_program", program={"mode": "continuous", "dose_ng_per_day": 2 * DOSE})
    run_hours(bench, 12)
    tip_ng, prescribed_ng, _ = at_tip(bench)
    assert abs(prescribed_ng - DOSE * 3 // 2) <= 10 and abs(tip_ng - prescribed_ng) <= 10
    assert told(bench) == []


# trace: S8.2
@at_any_tick
def test_an_accepted_bolus_is_prescribed_when_it_reaches_the_tip():
    bench = made(HIGH, dose=100_000)
    run_hours(bench, 2)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=3 * HOUR_MS)  # 50 ug
    run_hours(bench, 2)
    tip_ng, prescribed_ng, _ = at_tip(bench)
    # Three hours of 100 ug a day, since the first counts from its first drug on, and 2/3 of 50 ug
    assert abs(tip_ng - prescribed_ng) <= 20 and abs(prescribed_ng - 45_833) <= 20
    bench.ok("cancel_bolus")
    run_hours(bench, 20)
    tip_ng, prescribed_ng, _ = at_tip(bench)
    assert abs(tip_ng - prescribed_ng) <= 20 and told(bench) == []


@at_any_tick
def test_a_stop_for_a_part_of_the_day_is_told_once_the_pump_infuses_and_not_before():
    bench = made(HIGH)
    run_hours(bench, 30)
    bench.ok("stop")
    run_hours(bench, 6)
    assert bench.alarms() == ["NOTHING_DELIVERED"]  # of one stop one alarm
    bench.ok("start")
    run_hours(bench, 1)
    assert told(bench) == [("UNDER_DOSE", 75_000, of.REST)]


# trace: S8.1
@at_any_tick
def test_a_stop_of_an_hour_or_of_less_than_ten_micrograms_is_no_under_dose():
    for dose, stop_hours in ((DOSE, 3), (40_000, 5)):  # 12.5 %; 8.3 ug
        bench = made(HIGH, dose=dose, path=False)
        run_hours(bench, 30)
        bench.ok("stop")
        run_hours(bench, stop_hours)
        bench.ok("start")
        run_hours(bench, 30)
        assert told(bench) == []


@at_any_tick
def test_a_stall_that_took_a_part_of_the_day_is_the_cause_that_is_named():
    bench = made(HIGH)
    run_hours(bench, 30)
    bench.fault("stall", 8 * HOUR_MS)
    run_hours(bench, 9)
    assert told(bench) == [] and bench.alarms(LATCHED) == ["MOTOR_STALL"]
    bench.ok("acknowledge")
    run_hours(bench, 1)
    ((name, missing_ng, cause),) = told(bench)
    assert (name, cause) == ("UNDER_DOSE", of.STALL)
    assert 85_000 < missing_ng < 95_000  # of 100 ug: what the tries emitted counts


@at_any_tick
def test_a_dose_that_is_confirmed_after_a_holiday_is_counted_from_then_on():
    bench = made(HIGH)
    run_hours(bench, 30)
    bench.ok("stop")
    run_hours(bench, 60)
    bench.start_again()
    run_hours(bench, 8)
    tip_ng, prescribed_ng, _ = at_tip(bench)
    assert 80_000 < prescribed_ng <= 100_000 and abs(tip_ng - prescribed_ng) <= 10
    assert told(bench) == []


@at_any_tick
def test_what_is_known_of_the_day_outlasts_a_restart_and_is_not_told_twice():
    bench = made(LOW)
    run_hours(bench, 30)
    refill(bench, HIGH, no_bridge_ng=-408_000)
    run_hours(bench, 5)
    before = at_tip(bench)
    again = bench.restart()
    assert at_tip(again) == before
    assert "UNDER_DOSE" in again.alarms(1)
    run_hours(again, 3)
    assert told(again) == [] and "UNDER_DOSE" in again.alarms(1)


@at_any_tick
def test_without_a_drug_there_is_no_dose_to_compare():
    bench = Bench(drug={"conc_ng_per_ml": 0})
    run_hours(bench, 30)
    bench.ok("stop")
    run_hours(bench, 10)
    bench.ok("start")
    run_hours(bench, 2)
    assert at_tip(bench) == [0, 0, 0] and told(bench) == []
