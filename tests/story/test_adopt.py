"""Stories of another configuration: program and limits at a cut within a run, head and drug at
rest.
"""

from firmware.errors import PumpError
from firmware.events import RUN_STOPPED
from firmware.guard import gate
from firmware.units import LONGEST_WAIT_MS
from tests.rigs.config import made_config
from tests.rigs.pump import HOUR_MS, ML, PL_PER_STEP, UL, Bench, at_any_tick, steps_at
from tests.rigs.raises import raises

RATE, OTHER_RATE = 500 * UL, 830 * UL
MS_PER_DAY = 86_400_000


def adopt(bench, rate_pl_per_day=RATE, **sections):
    """Another configuration is in force, and the pump makes a pass."""
    program = {"mode": "continuous", "rate_pl_per_day": rate_pl_per_day}
    bench.pump.adopt(made_config(program, **sections), bench.now_ms())
    bench.step()


def rates(bench, since_ms):
    return [(e.at_ms, e.a, e.b, e.c) for e in bench.events("RATE", since_ms=since_ms)]


@at_any_tick
def test_another_program_and_other_limits_take_effect_within_the_run_and_no_step_is_lost():
    bench = Bench(RATE)
    bench.run_for(ms=437_777)
    cut_ms = bench.now_ms()
    adopt(bench, OTHER_RATE, limits={"blind_pl": UL // 10, "min_rate_pl_per_day": 10 * UL})
    assert rates(bench, cut_ms) == [(cut_ms, OTHER_RATE, OTHER_RATE, gate.PERMITTED)]
    bench.run_for(ms=611_111)
    owed = RATE * cut_ms + OTHER_RATE * 611_111
    assert bench.emitted() == owed // (MS_PER_DAY * PL_PER_STEP)
    assert len(bench.events("RUN_START")) == 1 and bench.events("RUN_END") == []
    assert bench.alarms() == []


@at_any_tick
def test_the_same_configuration_again_changes_nothing():
    bench = Bench(RATE)
    bench.run_for(minutes=7)
    told = len(bench.events())
    adopt(bench)
    bench.run_for(minutes=7)
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    assert len(bench.events()) == told
    assert len(bench.pump.books.ledger.epochs) == 1


@at_any_tick
def test_a_lower_cap_is_obeyed_at_once_and_delivery_goes_on_when_the_window_has_room():
    bench = Bench(RATE)
    bench.run_for(hours=2)
    emitted, at_ms = bench.emitted(), bench.now_ms()
    assert bench.status()["dose_1h_ng"] > 40_000
    adopt(bench, limits={"max_dose_1h_ng": 30_000})
    assert rates(bench, at_ms) == [(at_ms, RATE, 0, gate.DOSE_CAP_1H)]
    bench.run_for(minutes=10)
    assert bench.emitted() == emitted
    assert bench.alarms() == []
    bench.run_for(minutes=5)
    assert bench.raised("DOSE_CAP") == [at_ms + 15 * 60_000]
    bench.run_for(hours=2)
    assert bench.emitted() > emitted
    assert bench.status()["dose_1h_ng"] <= 30_000


@at_any_tick
def test_a_cap_that_is_taken_away_gives_the_rate_back_at_once():
    bench = Bench(RATE, limits={"max_dose_1h_ng": 30_000})
    bench.run_for(hours=2)
    assert bench.rate() < RATE
    adopt(bench)
    assert bench.rate() == RATE
    before = bench.emitted()
    bench.run_for(hours=1)
    assert steps_at(RATE, HOUR_MS) <= bench.emitted() - before <= steps_at(RATE, HOUR_MS) + 1


@at_any_tick
def test_a_bolus_goes_on_through_other_limits_and_ends_whole():
    bench = Bench(RATE)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=600_000)
    bench.run_for(ms=123_457)
    adopt(bench, OTHER_RATE, limits={"max_dose_24h_ng": 10_000_000})
    bench.run_for(minutes=10)
    assert [(e.a, e.b, e.c) for e in bench.events("BOLUS_ENDED")] == [(8000, 8000, 1)]
    assert bench.status()["by_source"]["bolus"] == 8000


@at_any_tick
def test_a_maximum_below_a_running_bolus_cancels_it_and_the_basal_goes_on():
    bench = Bench(RATE)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=600_000)
    bench.run_for(minutes=5)
    limits = {"max_rate_pl_per_day": 1 * ML, "program_max_rate_pl_per_day": 1 * ML}
    adopt(bench, limits=limits)
    (ended,) = bench.events("BOLUS_ENDED")
    assert (ended.at_ms, ended.b, ended.c) == (bench.now_ms(), 8000, 0)
    assert 3999 <= ended.a <= 4000
    assert bench.rate() == RATE
    bench.run_for(minutes=10)
    assert bench.status()["by_source"]["bolus"] == ended.a


@at_any_tick
def test_a_program_that_is_stopped_stops_and_the_pump_says_so():
    bench = Bench(RATE)
    bench.run_for(minutes=7)
    bench.pump.adopt(made_config({"mode": "stopped"}), bench.now_ms())
    bench.step()
    assert bench.state() == "STOPPED"
    assert [e.c for e in bench.events("RUN_END")] == [RUN_STOPPED]
    assert bench.refused("start") == "NOT_NOW"


@at_any_tick
def test_another_head_or_drug_is_refused_while_the_motor_runs_and_nothing_changes():
    bench = Bench(RATE)
    bench.run_for(minutes=7)
    for sections in ({"head": {"pl_per_rev": 8 * UL}}, {"drug": {"conc_ng_per_ml": 500_000}}):
        call = lambda: adopt(bench, OTHER_RATE, **sections)  # noqa: B023, E731 called at once
        raises(PumpError, call, "another head or drug", "INFUSING", "stop first")
    assert bench.pump.settings.config == bench.config
    bench.run_for(minutes=7)
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    assert len(bench.events("RATE")) == 1 and len(bench.pump.books.ledger.epochs) == 1


@at_any_tick
def test_another_head_and_drug_are_taken_at_rest_and_what_was_counted_stays():
    bench = Bench(RATE)
    bench.run_for(hours=2)
    bench.ok("stop")
    before = bench.status()
    head, drug = {"pl_per_rev": 8 * UL}, {"conc_ng_per_ml": 500_000}
    adopt(bench, head=head, drug=drug)
    after = bench.status()
    for name in ("emitted_steps", "by_source", "ledger_pl", "residual_pl", "dose_24h_ng"):
        assert after[name] == before[name], name
    first = before["emitted_steps"]
    epochs = bench.pump.books.ledger.epochs
    assert epochs == [
        [0, 10 * UL, 3200, "baclofen", 2_000_000],
        [first, 8 * UL, 3200, "baclofen", 500_000],
    ]
    bench.ok("start")
    bench.run_for(hours=1)
    status = bench.status()
    steps = status["emitted_steps"] - first
    assert steps == RATE * HOUR_MS // (MS_PER_DAY * 2500)  # pL a step
    assert status["ledger_pl"] == before["ledger_pl"] + steps * 2500
    queued = status["booked_steps"] - status["missed_steps"] - status["emitted_steps"]
    dose_ng = -(-(steps + queued) * 2500 * 5 // 10_000)  # 0.5 ng in 1 nL
    assert status["dose_24h_ng"] == before["dose_24h_ng"] + dose_ng
    assert bench.alarms() == []


@at_any_tick
def test_the_rotor_is_judged_by_the_steps_of_the_new_head():
    bench = Bench(RATE)
    bench.run_for(minutes=7)
    bench.ok("stop")
    # In truth a turn still has 3200 steps: so the rotor seems to make less than half of each step.
    adopt(bench, head={"steps_per_rev": 1500})
    bench.ok("start")
    bench.run_for(minutes=3)
    assert bench.state() == "STALLED"
    bench.ok("stop")
    adopt(bench)
    bench.ok("start")
    bench.run_for(minutes=3)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_under_delivery_is_judged_by_the_steps_of_the_new_head():
    bench = Bench(RATE)
    bench.run_for(minutes=40)
    assert bench.raised("UNDER_DELIVERY") == []
    bench.ok("stop")
    # In truth a turn still has 3200 steps: so the rotor seems to make 62 % of each step.
    adopt(bench, head={"steps_per_rev": 2000})
    bench.ok("start")
    begun_ms = bench.now_ms()
    bench.run_for(minutes=40)
    (raised_ms,) = bench.raised("UNDER_DELIVERY")
    assert 15 * 60_000 <= raised_ms - begun_ms < 15 * 60_000 + LONGEST_WAIT_MS
    bench.ok("stop")
    adopt(bench)
    bench.ok("start")
    bench.run_for(minutes=40)
    assert len(bench.raised("UNDER_DELIVERY")) == 1
