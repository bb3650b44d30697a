"""A screening: test boluses of 50, 75 and 100 ug a day apart, and what follows from them (S11)."""

from hal.contract import WATCHDOG_RESET
from tests.rigs.pump import UL, Bench, at_any_tick

UG = 1000
TEN_MIN = 600_000
PROGRAM = {"mode": "continuous", "dose_ng_per_day": 20 * UG}
STEPS = {50: 8000, 75: 12_000, 100: 16_000}  # at 2 mg/mL


def bench_of(**changes):
    limits = {"max_dose_24h_ng": 400 * UG, "max_dose_1h_ng": 150 * UG}
    return Bench(program=PROGRAM, limits=limits, **changes)


def given(bench, ug):
    """A test bolus that is taken, to its end."""
    bench.ok("test_bolus", dose_ng=ug * UG, duration_ms=TEN_MIN)
    bench.run_for(minutes=11)


def answered(bench, effective, lasted_min=0, note=""):
    return bench.ok("screening_response", effective=effective, lasted_min=lasted_min, note=note)


# trace: S11.1
@at_any_tick
def test_the_ladder_is_50_75_100_a_day_apart_and_never_a_fourth():
    bench = bench_of()
    steps = 0
    for ug in (50, 75, 100):
        for wrong in (50, 75, 100, 25):
            if wrong != ug:
                reply = bench.send("test_bolus", dose_ng=wrong * UG, duration_ms=TEN_MIN)
                assert reply["error"] == "BAD_FIELD" and str(ug * UG) in reply["message"]
        given(bench, ug)
        steps += STEPS[ug]
        assert bench.status()["by_source"]["test"] == steps
        assert bench.refused("test_bolus", dose_ng=75 * UG, duration_ms=TEN_MIN) == "NOT_NOW"
        reply = answered(bench, 0)
        assert reply["start_dose_ng_per_day"] is None
        if ug < 100:
            reply = bench.send("test_bolus", dose_ng=75 * UG, duration_ms=TEN_MIN)
            assert reply["error"] == "NOT_NOW" and "24 h" in reply["message"]
            bench.run_for(hours=24, minutes=-11)
    bench.run_for(days=2)
    reply = bench.send("test_bolus", dose_ng=100 * UG, duration_ms=TEN_MIN)
    assert reply["error"] == "NOT_NOW" and "no test bolus follows" in reply["message"]


# trace: S11.1
@at_any_tick
def test_a_day_is_24_h_from_start_to_start_to_the_millisecond():
    bench = bench_of()
    given(bench, 50)
    answered(bench, 0)
    bench.run_for(ms=86_400_000 - 660_000 - 1)
    assert bench.refused("test_bolus", dose_ng=75 * UG, duration_ms=TEN_MIN) == "NOT_NOW"
    bench.run_for(ms=1)
    bench.ok("test_bolus", dose_ng=75 * UG, duration_ms=TEN_MIN)


# trace: S11.2
@at_any_tick
def test_the_start_dose_is_twice_the_effective_one_or_the_same_after_8_h():
    for lasted_min, start in ((0, 100), (480, 100), (481, 50)):
        bench = bench_of()
        given(bench, 50)
        reply = answered(bench, 1, lasted_min, "less tone")
        assert reply["start_dose_ng_per_day"] == start * UG
        bench.run_for(days=1)
        reply = bench.send("test_bolus", dose_ng=75 * UG, duration_ms=TEN_MIN)
        assert reply["error"] == "NOT_NOW" and "%d ug a day" % start in reply["message"]
        assert bench.refused("screening_response", effective=0, lasted_min=0, note="") == "NOT_NOW"


@at_any_tick
def test_a_response_is_of_a_bolus_that_was_given_and_has_no_length_without_an_effect():
    bench = bench_of()
    assert bench.refused("screening_response", effective=1, lasted_min=0, note="") == "NOT_NOW"
    bench.ok("test_bolus", dose_ng=50 * UG, duration_ms=TEN_MIN)
    assert bench.refused("screening_response", effective=1, lasted_min=0, note="") == "NOT_NOW"
    bench.run_for(minutes=11)
    for wrong in ({"effective": 0, "lasted_min": 5, "note": ""}, {"effective": 1, "note": 7}):
        fields = {"lasted_min": 0}
        fields.update(wrong)
        assert bench.refused("screening_response", **fields) == "BAD_FIELD"
    assert bench.status()["screening"]["trials"] == [[50 * UG, -1, 0, ""]]


# trace: S11.3
@at_any_tick
def test_one_that_is_too_fast_is_refused_with_the_shortest_time_which_is_taken():
    bench = bench_of()
    reply = bench.send("test_bolus", dose_ng=50 * UG, duration_ms=1000)
    assert reply["reason"] == "PUMP_MAXIMUM" and str(reply["shortest_ms"]) in reply["message"]
    shortest_ms = reply["shortest_ms"]
    assert bench.status()["screening"] is None
    assert bench.refused("test_bolus", dose_ng=50 * UG, duration_ms=shortest_ms - 2) == "GATE"
    bench.ok("test_bolus", dose_ng=50 * UG, duration_ms=shortest_ms)


# trace: S11.2
@at_any_tick
def test_it_is_kept_over_a_restart_and_an_outage_adds_nothing_to_the_24_h():
    bench = bench_of()
    given(bench, 50)
    answered(bench, 0, note="nothing seen")
    bench.run_for(hours=20)
    again = bench.restart(cause=WATCHDOG_RESET)
    assert again.status()["screening"]["trials"] == [[50 * UG, 0, 0, "nothing seen"]]
    again.ok("acknowledge")
    again.ok("start")
    again.run_for(hours=3)
    assert again.refused("test_bolus", dose_ng=75 * UG, duration_ms=TEN_MIN) == "NOT_NOW"
    again.run_for(hours=2)
    given(again, 75)


@at_any_tick
def test_one_that_a_stop_has_cut_short_counts_as_given():
    bench = bench_of()
    bench.ok("test_bolus", dose_ng=50 * UG, duration_ms=TEN_MIN)
    bench.run_for(minutes=5)
    bench.ok("stop")
    (ended,) = bench.events("TEST_ENDED")
    assert ended.c == 0 and abs(ended.a - 4000) <= 1
    answered(bench, 0)
    bench.ok("start")
    bench.run_for(days=1)
    given(bench, 75)


@at_any_tick
def test_without_a_drug_there_is_no_test_bolus():
    bench = Bench(rate_pl_per_day=50 * UL, drug={"conc_ng_per_ml": 0})
    assert bench.refused("test_bolus", dose_ng=50 * UG, duration_ms=TEN_MIN) == "NOT_NOW"


@at_any_tick
def test_once_the_life_of_the_tube_set_lowers_the_dose_no_test_bolus_is_taken():
    bench = bench_of()
    bench.pump.life.lowers = lambda: True  # after 90 days with ERI, and at_eos = minimum
    reply = bench.send("test_bolus", dose_ng=50 * UG, duration_ms=TEN_MIN)
    assert reply["error"] == "NOT_NOW" and "life of the tube set is over" in reply["message"]
    assert bench.status()["screening"] is None
