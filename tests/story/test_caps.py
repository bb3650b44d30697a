"""Stories of the dose caps: the basal goes down before a cap is passed, comes back, and no way
leads round.
"""

from firmware.guard import gate
from tests.rigs.pump import ACTIVE, MONDAY_S, PL_PER_STEP, UL, Bench, at_any_tick

RATE = 500 * UL  # 1 mg a day, 41.7 ug an hour
MINIMUM = 6 * UL


def capped(**caps):
    return Bench(RATE, limits=caps)


@at_any_tick
def test_at_the_1_h_cap_the_basal_goes_to_the_minimum_rate_with_an_alarm_and_comes_back():
    bench = capped(max_dose_1h_ng=30_000)
    highest = 0
    for _ in range(180):
        bench.run_for(minutes=1)
        highest = max(highest, bench.status()["dose_1h_ng"])
    rates = [(e.b, e.c) for e in bench.events("RATE")]
    assert rates[:3] == [
        (RATE, gate.PERMITTED),
        (MINIMUM, gate.DOSE_CAP_1H),
        (RATE, gate.PERMITTED),
    ], rates
    assert 29_000 < highest <= 30_000
    down, up = [e.at_ms for e in bench.events("RATE")[1:3]]
    assert 41 * 60_000 < down < 44 * 60_000  # 43.2 min of basal
    assert up > 60 * 60_000  # the first minute has to leave the window, and one more to spare
    assert bench.raised("DOSE_CAP") == [down + 15 * 60_000]


@at_any_tick
def test_at_the_24_h_cap_the_rate_is_held_down_for_the_rest_of_the_day():
    bench = capped(max_dose_24h_ng=500_000)
    bench.run_for(hours=13)
    assert bench.rate() == MINIMUM
    assert bench.alarms(ACTIVE) == ["DOSE_CAP"]
    bench.run_for(hours=10)
    status = bench.status()
    assert status["permitted_pl_per_day"] in (MINIMUM, 0) and status["gate"] == gate.DOSE_CAP_24H
    assert status["dose_24h_ng"] <= 500_000
    bench.run_for(hours=3)
    assert len(bench.events("RATE")) > 2
    assert bench.status()["dose_24h_ng"] <= 500_000


@at_any_tick
def test_of_any_hour_no_more_than_the_cap_has_left_the_pin():
    bench = capped(max_dose_1h_ng=30_000)
    emitted = []
    for _ in range(3 * 60):
        bench.run_for(minutes=1)
        emitted.append(bench.emitted())
    for start, end in zip(emitted, emitted[60:]):
        assert (end - start) * 3125 * 2 <= 30_000 * 1000, end - start  # 2 ng in 1000 pL


@at_any_tick
def test_a_bolus_that_was_accepted_is_given_whole_while_the_basal_beside_it_goes_down():
    bench = capped(max_dose_1h_ng=30_000)
    bench.run_for(minutes=15)
    bench.ok("bolus", volume_pl=7 * UL, duration_ms=300_000)
    bench.run_for(minutes=20)
    (ended,) = bench.events("BOLUS_ENDED")
    assert (ended.a, ended.b, ended.c) == (2240, 2240, 1)
    assert bench.rate() in (MINIMUM, 0)  # nothing where even the minimum rate has no room
    assert bench.status()["dose_1h_ng"] <= 30_000


# trace: works round limits
@at_any_tick
def test_a_stop_and_a_start_do_not_empty_the_windows():
    bench = capped(max_dose_1h_ng=30_000)
    bench.run_for(minutes=45)
    assert bench.rate() == MINIMUM
    for _ in range(5):
        bench.ok("stop")
        before = bench.status()["dose_1h_ng"]
        bench.ok("start")
        bench.run_for(s=10)
        assert bench.rate() == MINIMUM
        assert before <= bench.status()["dose_1h_ng"] <= 30_000


@at_any_tick
def test_a_program_set_anew_does_not_empty_the_windows():
    bench = capped(max_dose_1h_ng=30_000)
    bench.run_for(minutes=45)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": 2 * RATE})
    bench.run_for(minutes=1)
    assert bench.rate() == MINIMUM
    assert bench.status()["dose_1h_ng"] <= 30_000


@at_any_tick
def test_the_program_maximum_holds_the_basal_rate_of_a_program_that_is_set_later():
    bench = Bench(RATE, limits={"program_max_rate_pl_per_day": RATE})
    assert (
        bench.refused("set_program", program={"mode": "continuous", "rate_pl_per_day": RATE + 500})
        == "BAD_FIELD"
    )
    assert bench.rate() == RATE


@at_any_tick
def test_the_minimum_rate_stops_too_where_even_that_does_not_fit():
    bench = Bench(RATE, limits={"max_dose_1h_ng": 30_000, "min_rate_pl_per_day": RATE // 2})
    bench.run_for(minutes=75)
    assert 0 in [e.b for e in bench.events("RATE")]
    assert bench.status()["dose_1h_ng"] <= 30_000
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_cap_is_not_passed_by_a_single_step():
    bench = Bench(3000 * UL, limits={"max_dose_1h_ng": 7777, "min_rate_pl_per_day": 6 * UL})
    seed = 7
    for _ in range(100):
        seed = (seed * 1_103_515_245 + 12_345) % (1 << 31)
        bench.run_for(ms=1000 + (seed >> 8) % 20_000)
        assert bench.status()["dose_1h_ng"] <= 7777


@at_any_tick
def test_a_cap_that_is_reached_while_a_bolus_runs_does_not_overfill_the_queue():
    for rate, cap, minimum, begins_ms, volume_pl, woken_ms in (
        (
            150 * UL,
            15_695,
            100 * UL,
            0,
            5_302_028,
            (63_639, 243_250, 307_089, 430_334, 534_166, 595_094, 700_000),
        ),
        (
            500 * UL,
            11_524,
            6 * UL,
            83_802,
            997_761,
            (137_373, 326_437, 434_910, 598_053, 626_926, 700_000),
        ),
    ):
        bench = None
        bench = Bench(rate, limits={"max_dose_1h_ng": cap, "min_rate_pl_per_day": minimum})
        bench.run_for(ms=begins_ms)
        bench.ok("bolus", volume_pl=volume_pl, duration_ms=600_000)
        for at_ms in woken_ms:
            bench.run_for(ms=at_ms - bench.now_ms())
            assert bench.status()["dose_1h_ng"] <= cap
            bench.refused("bolus", volume_pl=20 * UL, duration_ms=600_000)
        assert bench.state() == "INFUSING"
        assert [e.c for e in bench.events("BOLUS_ENDED")] == [1]


@at_any_tick
def test_a_bolus_of_many_hours_that_just_fits_under_the_cap_is_given_whole():
    for hours in (1, 2, 5):
        bench = None
        bench = Bench(100 * UL, limits={"max_dose_1h_ng": 30_000, "min_rate_pl_per_day": 0})
        volume_pl = 11 * hours * UL
        while not bench.send("bolus", volume_pl=volume_pl, duration_ms=hours * 3_600_000)["ok"]:
            volume_pl -= (
                hours * UL // 20
            )  # the largest that is accepted: the cap leaves it no more than the rounding
        bench.run_for(hours=hours + 1)
        assert [e.c for e in bench.events("BOLUS_ENDED")] == [1], hours
        assert [
            at_ms for at_ms in bench.raised("DOSE_CAP") if at_ms < hours * 3_600_000
        ] == []  # nor did the basal give way for it


@at_any_tick
def test_where_a_step_is_less_than_a_nanogram_the_largest_bolus_that_is_accepted_is_given_whole():
    hours = 3
    for cap_ng in (6, 9):
        bench = None
        head = {"pl_per_rev": UL, "steps_per_rev": 12_800}  # 0.16 ng a step
        bench = Bench(1, head=head, limits={"max_dose_1h_ng": cap_ng, "min_rate_pl_per_day": 0})
        volume_pl = cap_ng * hours * 500
        while not bench.send("bolus", volume_pl=volume_pl, duration_ms=hours * 3_600_000)["ok"]:
            volume_pl -= 100
            assert volume_pl > 0
        bench.run_for(hours=hours + 1)
        assert [e.c for e in bench.events("BOLUS_ENDED")] == [1], cap_ng


@at_any_tick
def test_a_clock_set_while_a_bolus_runs_raises_the_basal_rate_no_further_than_the_bolus_allows():
    night = {
        "mode": "flex",
        "safe_rate_pl_per_day": 100 * UL,
        "steps": [[0, 100 * UL], [8 * 3600, 800 * UL]],
    }
    bench = Bench(program=night, limits={"max_dose_1h_ng": 40_000})
    bench.ok("bolus", volume_pl=12 * UL, duration_ms=2_400_000)
    bench.run_for(minutes=5)
    bench.ok(
        "set_clock", wall_s=MONDAY_S + 9 * 3600
    )  # 800 uL/d are 22 ug more in the 20 min to come: the bolus has 24
    bench.run_for(minutes=40)
    (ended,) = bench.events("BOLUS_ENDED")
    assert ended.c == 1 and ended.a == ended.b
    assert bench.raised("DOSE_CAP")
    assert bench.status()["dose_1h_ng"] <= 40_000


@at_any_tick
def test_what_is_delivered_and_what_is_counted_are_told_apart():
    bench = Bench(RATE)
    bench.run_for(s=30)
    status = bench.status()
    step_ng = PL_PER_STEP * bench.config["drug"]["conc_ng_per_ml"] / 10**9
    assert abs(status["delivered_1h_ng"] - bench.emitted() * step_ng) <= step_ng + 1
    assert status["delivered_24h_ng"] == status["delivered_1h_ng"]
    queued = status["booked_steps"] - status["emitted_steps"]
    assert status["dose_1h_ng"] - status["delivered_1h_ng"] >= queued * step_ng - 1 > 10
