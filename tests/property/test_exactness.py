"""Emitted steps are the floor of the exact permitted demand, in every run, at every pass, whatever
happens to the run.

The oracle (owed.py) knows what was asked of the pump, and of the pump itself only instants. One
thing is not settled by the floor alone: a pulse may leave up to 2 us before its exact instant, and
if the pump is stopped, replanned or looked at within those 2 us it has left already.
`Run.least_and_most` allows exactly that pulse and nothing else.
"""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from firmware import events
from tests.rigs.owed import US, Owed
from tests.rigs.recorded_pump import (
    DAY_MS,
    HOUR_MS,
    JUST_BEFORE_THE_WRAP_MS,
    MONDAY_S,
    BenchPump,
    made_pump_config,
)
from tests.rigs.therapies import therapies

many = settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NO_DRUG = {"conc_ng_per_ml": 0}  # a rate is then what it says, to the pL
START = {"do": "start"}


def check_every_pass(bench, owed, early=2 * US):
    """At each pass the steps that have left since the run's start are those owed by then; returns
    how many were ambiguous.
    """
    ambiguous, base, before = 0, 0, 0
    runs = iter(owed.runs)
    run = next(runs, None)
    for look in bench.looks:
        while run and run.end_ms is not None and look.at_ms >= run.end_ms:
            assert_owed(run, run.end_ms, run.told_steps, early)
            base += run.told_steps
            run = next(runs, None)
        if run and look.at_ms >= run.start_ms:
            ambiguous += assert_owed(run, look.at_ms, look.emitted - base, early)
        else:
            assert look.emitted == base, look
        assert look.emitted >= before
        before = look.emitted
    return ambiguous


def assert_owed(run, at_ms, steps, early=2 * US):
    least, most = run.least_and_most(at_ms, early)
    assert least <= steps <= most, (
        f"at {at_ms} ms: {steps} steps, owed {least} to {most}, exactly {run.steps_by(at_ms)}"
    )
    return least != most


def check_books(bench):
    """Nothing is lost between what is booked, queued, missed and emitted, and every step has one
    source.
    """
    for look in bench.looks:
        assert look.booked == look.emitted + look.missed + look.pending, look
        assert sum(look.by_source) == look.emitted, look
        assert min(look.by_source) >= 0, look


def check_boluses(bench, owed):
    """Each overlay has the floor of its own demand, within a step where it was cancelled."""
    ended = bench.events(events.BOLUS_ENDED)
    total = 0
    for bolus, told in zip(owed.boluses, ended):
        per_ms = Fraction(
            bolus.rate_pl_per_day * bench.config["head"]["steps_per_rev"],
            bench.config["head"]["pl_per_rev"] * DAY_MS,
        )
        exact = per_ms * (bolus.end_ms - bolus.start_ms)
        total += told.a
        assert told.b == per_ms * bolus.duration_ms // 1
        assert abs(told.a - exact // 1) <= (1 - told.c), (told, exact)
        assert told.c == (bolus.end_ms == bolus.start_ms + bolus.duration_ms)
    if len(ended) == len(owed.boluses):
        by_source = bench.looks[-1].by_source
        assert by_source[:2] == (bench.emitted() - total, total) and not any(by_source[2:])
    else:
        assert len(owed.boluses) == len(ended) + 1  # it still runs


def check_instants(bench, owed):
    """Runs begin where a start was taken and end where a stop was, and nowhere else."""
    taken = [heard for heard in bench.replies() if heard.reply["ok"]]
    starts = [heard.at_ms for heard in taken if heard.payload["do"] == "start"]
    stops = [heard.at_ms for heard in taken if is_stop(heard.payload)]
    assert [run.start_ms for run in owed.runs] == starts
    assert {run.end_ms for run in owed.runs if run.end_ms is not None} <= set(stops)
    assert {e.c for e in bench.events(events.RUN_END)} <= {events.RUN_STOPPED}


def is_stop(payload):
    return payload["do"] == "stop" or (
        payload["do"] == "set_program" and payload["program"]["mode"] == "stopped"
    )


# trace: uneven bolus
@many
@given(therapies())
def test_emitted_steps_are_the_floor_of_the_exact_permitted_demand_at_every_pass_of_every_run(
    therapy,
):
    bench = therapy.bench().run()
    owed = Owed(bench)
    assume(
        bench.hal.driver.underruns() == 0
    )  # can be at 1 kHz, where two changes lie close together; never at 88 Hz (test_timeline.py)
    check_instants(bench, owed)
    check_books(bench)
    if check_every_pass(bench, owed):
        event("a pass within 2 us of a pulse")
    check_boluses(bench, owed)
    event("%d runs" % min(3, len(owed.runs)))
    event("%d boluses" % min(3, len(owed.boluses)))


@settings(many, max_examples=40)
@given(therapies(hz=(5000, 20_000), pulses=100_000))
def test_up_to_20_khz_the_count_is_exact_but_for_a_pulse_within_20_us(therapy):
    bench = therapy.bench().run()
    check_books(bench)
    check_every_pass(bench, Owed(bench), early=20 * US)


@pytest.mark.parametrize("raw_ms", [0, JUST_BEFORE_THE_WRAP_MS])
def test_a_wrap_of_the_raw_ticks_changes_nothing(raw_ms):
    flex = {
        "mode": "flex",
        "safe_rate_pl_per_day": 1,
        "steps": [[0, 300_000_000], [1, 12 * 10**9], [2, 0], [3, 7]],
    }
    bolus = {"do": "bolus", "volume_pl": 2_000_001, "duration_ms": 17_003}
    commands = [
        (0, {"do": "set_clock", "wall_s": MONDAY_S}),
        (0, START),
        (990, bolus),
        (9000, {"do": "stop"}),
        (9500, START),
    ]
    bench = BenchPump(made_pump_config(program=flex), commands, 30_000, raw_ms=raw_ms).run()
    check_every_pass(bench, Owed(bench))
    assert (
        bench.emitted()
        == Owed(bench).runs[0].steps_by(9000) // 1 + Owed(bench).runs[1].steps_by(30_000) // 1
        > 80
    )


@settings(many, max_examples=60)
@given(
    st.integers(1, 10**9), st.integers(200, 51_200), st.integers(1, 1000), st.integers(1, 600_000)
)
def test_a_stop_on_the_very_millisecond_of_a_pulse_counts_it(
    pl_per_rev, steps_per_rev, every_ms, stop_after
):
    """A rate whose pulses all fall on whole milliseconds: then there is no ambiguity, and the pulse
    of that instant counts.
    """
    rate = Fraction(pl_per_rev * DAY_MS, steps_per_rev * every_ms)
    pl_per_rev, rate = pl_per_rev * rate.denominator, rate.numerator
    if pl_per_rev > 10**12:
        return
    limits = {"max_rate_pl_per_day": 10**15, "program_max_rate_pl_per_day": 10**15}
    if rate > 10**15:
        return
    config = made_pump_config(
        pl_per_rev,
        steps_per_rev,
        limits=limits,
        program={"mode": "continuous", "rate_pl_per_day": rate},
        drug=NO_DRUG,
    )
    stop_ms = every_ms * (1 + stop_after % (60_000 // every_ms))
    bench = BenchPump(config, [(0, START), (stop_ms, {"do": "stop"})], stop_ms + 1000).run()
    assert bench.emitted() == stop_ms // every_ms


def test_an_underrun_is_told_and_never_caught_up():
    config = made_pump_config(program={"mode": "continuous", "rate_pl_per_day": 24 * 10**9})
    late_ms = [0] * 20 + [7000] + [0] * 10_000
    bench = BenchPump(config, [(0, START)], 120_000, late_ms=late_ms).run()
    first, second = Owed(bench).runs
    (end,) = bench.events(events.RUN_END)
    assert (end.c, end.b) == (events.RUN_UNDERRUN, 0)
    assert end.a < first.steps_by(end.at_ms) - 100, (
        "steps that were never queued are not made up for"
    )
    assert bench.emitted() - end.a == second.steps_by(120_000) // 1
    check_books(bench)


def test_at_the_residual_every_booked_step_leaves_and_none_more():
    reservoir = {
        "capacity_pl": 10**9,
        "fill_pl": 5_000_000,
        "low_pl": 2_000_000,
        "residual_pl": 1_000_000,
    }
    bench = BenchPump(made_pump_config(reservoir=reservoir), [(0, START)], HOUR_MS).run()
    assert bench.emitted() * 3125 <= 4_000_000
    check_books(bench)
    assert bench.events(events.RUN_END)[0].c == events.RUN_EMPTY


def test_a_bolus_cancelled_by_stop_keeps_what_left_and_the_next_run_owes_nothing():
    bolus = {"do": "bolus", "volume_pl": 25_000_000, "duration_ms": 600_000}
    commands = [(0, START), (1000, bolus), (61_003, {"do": "stop"}), (61_003, START)]
    bench = BenchPump(made_pump_config(), commands, 120_000).run()
    owed = Owed(bench)
    check_boluses(bench, owed)
    check_every_pass(bench, owed)
    assert (
        bench.emitted() == owed.runs[0].steps_by(61_003) // 1 + owed.runs[1].steps_by(120_000) // 1
    )


def test_a_bolus_cancelled_alone_keeps_what_left_and_the_run_goes_on_to_the_step():
    bolus = {"do": "bolus", "volume_pl": 25_000_000, "duration_ms": 600_000}
    commands = [(0, START), (1000, bolus), (61_003, {"do": "cancel_bolus"})]
    bench = BenchPump(made_pump_config(), commands, 120_000).run()
    owed = Owed(bench)
    check_boluses(bench, owed)
    check_every_pass(bench, owed)
    assert [run.end_ms for run in owed.runs] == [None]
    assert bench.emitted() == owed.runs[0].steps_by(120_000) // 1


# trace: GIP 1.2.1
def test_after_a_year_not_one_step_is_missing():
    check_nothing_is_missing_after(366, 999_999_937, 51_200, 2_345_678_901)


@pytest.mark.parametrize(
    ("pl_per_rev", "steps_per_rev", "rate"),
    [(10_000_000, 3200, 400_000_000), (10_300_001, 3217, 150_000_007)],
    ids=["even", "slow"],
)
def test_after_two_months_not_one_step_of_any_head_is_missing(pl_per_rev, steps_per_rev, rate):
    check_nothing_is_missing_after(61, pl_per_rev, steps_per_rev, rate)


def check_nothing_is_missing_after(days, pl_per_rev, steps_per_rev, rate):
    flex = [[0, rate], [21_601, rate * 3 // 2 + 1], [81_007, rate // 3]]
    program = {"mode": "flex", "safe_rate_pl_per_day": 1, "steps": flex}
    config = made_pump_config(
        pl_per_rev, steps_per_rev, program=program, limits={"blind_pl": 10**9}, drug=NO_DRUG
    )
    bench = BenchPump(
        config, [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, START)], days * DAY_MS
    ).run(look=False)
    daily = sum(
        Fraction(r * (to - at), 86_400) for (at, r), (to, _) in zip(flex, [*flex[1:], [86_400, 0]])
    )
    assert bench.emitted() == daily * days * steps_per_rev / pl_per_rev // 1
    assert bench.hal.driver.underruns() == 0
