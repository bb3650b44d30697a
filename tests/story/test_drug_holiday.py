"""After a time without the drug the old dose does not return by itself (S13, decision 0167)."""

from tests.rigs.pump import ACTIVE, UL, Bench, at_any_tick

RATE, LEAST = 500 * UL, 6 * UL  # 1 mg/d
MG = 10**6
DOSE = "confirm_dose_ng_per_day"
PATIENT = {"stopped_limit_s": 30 * 86_400}


def infusing(**limits):
    bench = Bench(rate_pl_per_day=RATE, limits=dict(PATIENT, **limits))
    bench.run_for(hours=3)
    return bench


# trace: S13.1
@at_any_tick
def test_after_48_h_at_rest_and_not_before_start_needs_the_dose():
    for hours, needs in ((48, False), (49, True)):
        bench = infusing()
        bench.ok("stop")
        bench.run_for(hours=hours)
        assert bench.status()["dose_confirmed"] == (not needs)
        if needs:
            reply = bench.send("start")
            assert reply["error"] == "NOT_NOW" and DOSE in reply["message"]
            assert bench.refused("start", **{DOSE: MG // 2}) == "BAD_FIELD"
            bench.ok("start", **{DOSE: MG})
        else:
            bench.ok("start")
        bench.run_for(minutes=1)
        assert bench.rate() == RATE and "RESTART_DOSE" not in bench.alarms()
        bench = None


# trace: S13.3
@at_any_tick
def test_a_stall_that_is_over_after_longer_goes_on_at_the_restart_dose_until_it_is_confirmed():
    for restart_ng, rate in ((None, LEAST), (MG // 10, RATE // 10)):
        bench = infusing(restart_dose_ng_per_day=restart_ng, holiday_s=2 * 3600)
        bench.fault("stall", lasts_ms=3 * 3_600_000)
        bench.run_for(hours=5)
        assert bench.state() == "INFUSING"
        assert "RESTART_DOSE" in bench.alarms(ACTIVE)
        assert bench.rate() == rate
        bench.ok("confirm_dose", **{DOSE: MG})
        bench.run_for(minutes=1)
        assert bench.rate() == RATE
        bench = None


@at_any_tick
def test_a_shorter_stall_goes_on_at_the_whole_dose():
    bench = infusing(holiday_s=4 * 3600)
    bench.fault("stall", lasts_ms=2 * 3_600_000)
    bench.run_for(hours=5)
    assert bench.rate() == RATE and bench.status()["dose_confirmed"] == 1


# trace: S13.5
@at_any_tick
def test_a_holiday_pauses_a_plan():
    stages = [
        {"days": 1, "program": {"mode": "continuous", "dose_ng_per_day": ng}}
        for ng in (MG // 10, MG * 11 // 100)
    ]
    plan = {"mode": "plan", "advance": "auto", "origin": "spinal", "stages": stages}
    bench = Bench(program=plan, limits=dict(PATIENT, holiday_s=3600))
    bench.run_for(hours=3)
    bench.ok("stop")
    bench.run_for(minutes=61)
    assert bench.status()["plan"]["phase"] == "paused"


@at_any_tick
def test_without_a_drug_and_before_the_first_dose_there_is_no_holiday():
    bench = Bench(rate_pl_per_day=RATE, drug={"conc_ng_per_ml": 0}, limits=PATIENT)
    bench.run_for(hours=1)
    bench.ok("stop")
    bench.run_for(days=4)
    bench.ok("start")
    new = Bench(rate_pl_per_day=RATE, start=False, limits=PATIENT)
    new.run_for(days=4)
    new.ok("start")
