"""Stories of the bolus: accepted whole or refused, beside the basal rate, cancelled by a stop."""

from firmware.guard import gate
from tests.rigs.pump import UL, Bench, at_any_tick, steps_at

RATE = 500 * UL
TEN_MIN = 600_000


# trace: GIP 1.4.7
@at_any_tick
def test_a_bolus_is_added_to_the_basal_and_the_basal_is_what_it_was_afterwards():
    bench = Bench(RATE)
    bench.run_for(minutes=7)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=TEN_MIN)
    begun_ms = bench.now_ms()
    assert bench.rate() == RATE + 25 * UL * 144
    bench.run_for(ms=TEN_MIN - 1)
    assert bench.rate() == RATE + 25 * UL * 144
    bench.run_for(ms=1)
    assert bench.rate() == RATE
    bench.run_for(hours=1)
    status = bench.status()
    assert status["by_source"]["bolus"] == 8000
    assert status["by_source"]["basal"] == steps_at(RATE, bench.now_ms())
    assert [(e.at_ms, e.a, e.b, e.c) for e in bench.events("BOLUS_ENDED")] == [
        (begun_ms + TEN_MIN, 8000, 8000, 1)
    ]
    assert bench.alarms() == []


# trace: GIP 1.4.12
@at_any_tick
def test_a_bolus_refused_by_the_24_h_cap_leaves_the_basal_rate_untouched():
    bench = Bench(RATE, limits={"max_dose_24h_ng": 1_040_000})  # the basal of a day is 1 mg
    bench.run_for(hours=30)
    before = bench.status()["emitted_steps"]
    reply = bench.send("bolus", volume_pl=30 * UL, duration_ms=TEN_MIN)
    assert reply["error"] == "GATE" and "DOSE_CAP_24H" in reply["message"], reply
    assert [e.a for e in bench.events("BOLUS_REFUSED")] == [gate.DOSE_CAP_24H]
    assert bench.rate() == RATE
    bench.run_for(hours=6)
    after = bench.status()
    assert after["by_source"]["bolus"] == 0
    assert after["emitted_steps"] - before == steps_at(RATE, 6 * 3_600_000)
    assert len(bench.events("RATE")) == 1
    assert bench.alarms() == []


@at_any_tick
def test_a_bolus_that_just_fits_the_1_h_cap_is_taken_and_one_a_little_larger_is_refused():
    # 100 ug/h: 50 uL, of which the basal of an hour is 20.8 uL
    bench = Bench(RATE, limits={"max_dose_1h_ng": 100_000})
    bench.run_for(minutes=90)
    basal_ng = bench.status()["dose_1h_ng"]
    fits = (100_000 - basal_ng) * 500 - 3_600_000
    assert bench.refused("bolus", volume_pl=fits + 10 * UL, duration_ms=TEN_MIN) == "GATE"
    bench.ok("bolus", volume_pl=fits, duration_ms=TEN_MIN)
    bench.run_for(minutes=10)
    assert bench.status()["dose_1h_ng"] <= 100_000
    assert [e.c for e in bench.events("BOLUS_ENDED")] == [1]


@at_any_tick
def test_a_stop_cancels_the_bolus_and_nothing_is_caught_up_after_start():
    bench = Bench(RATE)
    bench.run_for(minutes=5)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=TEN_MIN)
    bench.run_for(minutes=4)
    bench.ok("stop")
    stopped = bench.status()
    ended = bench.events("BOLUS_ENDED")[-1]
    assert (ended.b, ended.c) == (8000, 0) and 3199 <= ended.a <= 3200
    assert (
        stopped["state"] == "STOPPED"
        and stopped["permitted_pl_per_day"] == 0
        and stopped["bolus"] == 0
    )
    assert stopped["booked_steps"] == stopped["emitted_steps"] + stopped["missed_steps"]
    bench.run_for(minutes=30)
    assert bench.emitted() == stopped["emitted_steps"]
    bench.ok("start")
    bench.run_for(hours=1)
    status = bench.status()
    assert status["by_source"]["bolus"] == stopped["by_source"]["bolus"]
    assert status["emitted_steps"] - stopped["emitted_steps"] == steps_at(RATE, 3_600_000)


# trace: GIP 1.4.11
@at_any_tick
def test_a_bolus_is_refused_while_stopped_and_while_in_a_fault():
    bench = Bench(RATE, start=False)
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    bench.ok("start")
    bench.fault("occlusion")
    bench.run_for(hours=24)
    assert bench.state() == "FAULT"
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    assert [e.a for e in bench.events("BOLUS_REFUSED")] == [gate.STATE, gate.STATE]
    assert bench.status()["by_source"]["bolus"] == 0


# trace: GIP 1.4.8
@at_any_tick
def test_a_second_bolus_is_refused_while_one_runs():
    bench = Bench(RATE)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=TEN_MIN)
    bench.run_for(ms=TEN_MIN - 1)
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    bench.run_for(ms=1)
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)
    assert [e.a for e in bench.events("BOLUS_REFUSED")] == [gate.BOLUS_RUNNING]


# trace: too many bolus requests
@at_any_tick
def test_the_lockout_counts_from_the_last_start_and_a_refused_bolus_does_not_prolong_it():
    bench = Bench(RATE, limits={"bolus_lockout_s": 4 * 3600})
    bench.run_for(minutes=3)
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)
    bench.run_for(hours=2)
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    bench.run_for(ms=2 * 3_600_000 - 1)
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    bench.run_for(ms=1)
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)
    assert [(e.a, e.b, e.c) for e in bench.events("BOLUS_REFUSED")] == [
        (gate.LOCKOUT, 2 * 3_600_000, 4 * 3_600_000),
        (gate.LOCKOUT, 4 * 3_600_000 - 1, 4 * 3_600_000),
    ]


@at_any_tick
def test_a_cancelled_bolus_locks_out_as_long_as_a_whole_one():
    bench = Bench(RATE, limits={"bolus_lockout_s": 3600})
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)
    bench.run_for(minutes=1)
    bench.ok("stop")
    bench.ok("start")
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    assert bench.events("BOLUS_REFUSED")[0].a == gate.LOCKOUT


@at_any_tick
def test_a_bolus_that_the_reservoir_cannot_give_whole_is_refused():
    bench = Bench(RATE, reservoir={"fill_pl": 510 * UL}, truth={"level_switch_pl": 0})
    bench.run_for(minutes=10)
    assert bench.refused("bolus", volume_pl=10 * UL, duration_ms=TEN_MIN) == "GATE"
    assert bench.events("BOLUS_REFUSED")[0].a == gate.RESIDUAL
    assert bench.rate() == RATE
    bench.ok("bolus", volume_pl=2 * UL, duration_ms=TEN_MIN)
    bench.run_for(minutes=10)
    assert bench.status()["by_source"]["bolus"] == 640
    assert bench.state() == "INFUSING"


# trace: GIP 1.4.3
@at_any_tick
def test_a_bolus_above_the_pump_maximum_is_refused():
    bench = Bench(24_000 * UL)
    assert bench.refused("bolus", volume_pl=UL, duration_ms=TEN_MIN) == "GATE"
    assert bench.events("BOLUS_REFUSED")[0].a == gate.PUMP_MAXIMUM


@at_any_tick
def test_a_program_is_not_changed_under_a_bolus():
    bench = Bench(RATE)
    bench.ok("bolus", volume_pl=UL, duration_ms=TEN_MIN)
    assert bench.refused("set_program", program={"mode": "minimum"}) == "NOT_NOW"
    bench.run_for(minutes=10)
    bench.ok("set_program", program={"mode": "minimum"})
    assert bench.rate() == 6 * UL


@at_any_tick
def test_a_cancelled_bolus_ends_alone_and_the_basal_goes_on_within_the_same_run():
    bench = Bench(RATE)
    bench.ok("bolus", volume_pl=700 * UL, duration_ms=7 * 86_400_000)
    bench.run_for(hours=6)
    bench.ok("cancel_bolus")
    (ended,) = bench.events("BOLUS_ENDED")
    assert (ended.at_ms, ended.a, ended.c) == (bench.now_ms(), steps_at(100 * UL, 6 * 3_600_000), 0)
    assert bench.rate() == RATE
    assert bench.refused("cancel_bolus") == "NOT_NOW"
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": RATE})
    bench.run_for(hours=6)
    status = bench.status()
    assert bench.events("RUN_END") == []
    assert status["by_source"]["bolus"] == ended.a
    assert status["by_source"]["basal"] == steps_at(RATE, bench.now_ms())
    assert status["missed_steps"] == 0
    assert bench.alarms() == []


@at_any_tick
def test_a_cancelled_bolus_gives_its_room_under_a_cap_back_and_locks_out_as_a_whole_one():
    bench = Bench(RATE, limits={"max_dose_24h_ng": 1_200_000, "bolus_lockout_s": 3600})
    bench.ok("bolus", volume_pl=50 * UL, duration_ms=24 * 3_600_000)
    bench.run_for(hours=2)
    bench.ok("cancel_bolus")
    assert bench.refused("bolus", volume_pl=300 * UL, duration_ms=24 * 3_600_000) == "GATE"
    bench.ok("bolus", volume_pl=50 * UL, duration_ms=24 * 3_600_000)


@at_any_tick
def test_a_bolus_of_less_than_a_step_is_refused_and_holds_up_nothing():
    bench = Bench(RATE)
    for volume_pl, duration_ms in ((500, 7 * 86_400_000), (3124, 600_000)):
        assert bench.refused("bolus", volume_pl=volume_pl, duration_ms=duration_ms) == "BAD_FIELD"
    bench.ok("set_program", program={"mode": "minimum"})
    bench.ok("bolus", volume_pl=3500, duration_ms=1000)
    bench.run_for(minutes=1)
    assert [(e.a, e.b, e.c) for e in bench.events("BOLUS_ENDED")] == [(1, 1, 1)]


@at_any_tick
def test_a_bolus_smaller_than_the_step_of_a_coarse_head_is_refused():
    coarse = {"pl_per_rev": 10 * UL, "steps_per_rev": 200}  # a step is 50 nL
    bench = Bench(0, head=coarse, truth={"steps_per_rev": 200})
    assert bench.refused("bolus", volume_pl=49_000, duration_ms=60_000) == "BAD_FIELD"
    assert bench.events("BOLUS_ACCEPTED") == []
