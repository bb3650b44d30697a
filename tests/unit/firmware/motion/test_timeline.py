"""Each pulse leaves within 2 us before its exact instant and never after it, and the queue is
neither too long nor too short.

The driver's tap tells when each pulse left; the oracle (owed.py) tells when it was due. The n-th
pulse of a run may leave at p if the exact demand by p is at most n steps (not late) and by p + 2 us
at least n (not early).
"""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.books.epoch import Epoch
from firmware.motion.timeline import Timeline
from host_sim.machine.clock import SimClock
from host_sim.machine.step_driver import SimStepDriver, pulse_ticks
from host_sim.plant.motor import Motor
from tests.rigs.owed import US, Owed
from tests.rigs.recorded_pump import DAY_MS, MONDAY_S, BenchPump, made_pump_config
from tests.rigs.therapies import therapies

many = settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TICKS_PER_MS = 125_000
START = {"do": "start"}
SHORTEST_MS, LONGEST_MS = 2500, 290_000
LEAST_QUEUED_MS = 1000
ALONE_MS = 3000


def check_pulses(bench, owed, early_us=2):
    """Every pulse of every run against its exact instant; returns how many there were."""
    early = early_us * TICKS_PER_MS // 1000
    pulses = [
        tick
        for tick in pulse_ticks(bench.tap, 0, 1 << 62)
        if tick <= bench.hal.clock.ms * TICKS_PER_MS
    ]
    assert len(pulses) == bench.emitted()
    left = iter(pulses)
    for run in owed.runs:
        steps = (
            bench.emitted() - sum(r.told_steps for r in owed.runs[:-1])
            if run.end_ms is None
            else run.told_steps
        )
        one = run.scaled_step(TICKS_PER_MS)
        for number in range(1, steps + 1):
            tick = next(left)
            exactly = run.scaled_by(tick, TICKS_PER_MS)
            assert exactly <= number * one, (
                f"pulse {number} at tick {tick} is late: {float(exactly / one)} steps owed by then"
            )
            if (
                run.scaled_by(tick + early, TICKS_PER_MS) < number * one
            ):  # unless it was planned for a rate that has just been changed
                ahead = exactly + run.rate_before(Fraction(tick, TICKS_PER_MS)) * early
                assert ahead >= number * one, (
                    f"pulse {number} at tick {tick} is too early: "
                    f"{float(exactly / one)} steps owed by then"
                )
    return len(pulses)


def stretches(bench):
    """How often something was planned: each a seam."""
    return len({look.ends_ms for look in bench.looks if look.infusing})


@many
@given(therapies(pulses=4000))
def test_every_pulse_is_within_2_us_of_its_exact_instant_and_never_late(therapy):
    bench = therapy.bench(tap=True).run()
    check_pulses(bench, Owed(bench))


@settings(many, max_examples=25)
@given(therapies(hz=(5000, 20_000), pulses=30_000))
def test_above_1_khz_every_pulse_is_within_20_us_and_never_late(therapy):
    bench = therapy.bench(tap=True).run()
    check_pulses(bench, Owed(bench), early_us=20)


@pytest.mark.parametrize(
    ("hz", "lasts_s"), [(1, 6100), (37, 200), (88, 100), (333, 60), (999, 25), (1000, 25)]
)
def test_twenty_seams_and_more_between_stretches_cannot_be_seen(hz, lasts_s):
    rate = (
        hz * DAY_MS // 1000 * 3125 - 1
    )  # a little less, so that no interval is a whole number of ticks
    limits = {"max_rate_pl_per_day": 10**12, "program_max_rate_pl_per_day": 10**12}
    config = made_pump_config(
        program={"mode": "continuous", "rate_pl_per_day": rate}, limits=limits
    )
    bench = BenchPump(config, [(3, START)], lasts_s * 1000 + 3, tap=True).run()
    assert stretches(bench) >= 21
    assert check_pulses(bench, Owed(bench)) in (
        hz * lasts_s - 1,
        hz * lasts_s,
    )  # the last one is due just after the end


def test_one_pulse_in_4000_s_comes_on_time():
    rate = DAY_MS * 3125 // 4_000_000  # one step of 3125 pL
    config = made_pump_config(
        program={"mode": "continuous", "rate_pl_per_day": rate}, limits={"min_rate_pl_per_day": 0}
    )
    bench = BenchPump(config, [(0, START)], 6 * 4_000_000 + 1, tap=True).run()
    assert check_pulses(bench, Owed(bench)) == 6
    assert bench.hal.driver.underruns() == 0


def test_between_zero_rate_and_full_rate_no_pulse_is_early_or_late():
    steps = [[s, (0, 24 * 10**9, 7, 10**9)[s % 4]] for s in range(48)]
    flex = {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": steps}
    commands = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, START)]
    bench = BenchPump(made_pump_config(program=flex), commands, 60_000, tap=True).run()
    assert check_pulses(bench, Owed(bench)) > 900


# How much is queued


@settings(many, max_examples=100)
@given(therapies(hz=(1, 20, 88), pulses=5000))
def test_in_normal_operation_the_queue_never_runs_empty_and_is_never_longer_than_allowed(therapy):
    """... however the commands fall; and more than 3 s away from any change of rate it never holds
    less than a second.
    """
    bench = therapy.bench().run()
    assert bench.hal.driver.underruns() == 0
    check_queue(bench, Owed(bench))


@pytest.mark.parametrize(("hz", "least_ms"), [(100, 900), (400, 900), (990, 900), (1000, 500)])
def test_far_above_the_pump_maximum_the_queue_still_outlasts_a_flash_write(hz, least_ms):
    """The pump's maximum is 88 Hz.

    At 1 kHz a stretch holds 996 pulses, and before a change of rate the driver's slots only half of
    that.
    """
    config = fast_config(hz)
    bench = BenchPump(config, [(0, START), (0, bolus_for(hz))], 12_000).run()
    assert bench.hal.driver.underruns() == 0
    queued = [look.ends_ms - look.at_ms for look in bench.looks if look.infusing]
    assert min(queued) >= least_ms


def fast_config(hz):
    limits = {
        "max_rate_pl_per_day": 3 * hz * DAY_MS * 3125 // 1000,
        "program_max_rate_pl_per_day": 3 * hz * DAY_MS * 3125 // 1000,
    }
    drug = {"conc_ng_per_ml": 0}  # the bolus is a volume, of whole steps
    return made_pump_config(limits=limits, program={"mode": "minimum"}, drug=drug)


def bolus_for(hz):
    return {"do": "bolus", "volume_pl": 5035 * hz * 3125 // 1000, "duration_ms": 5035}


def check_queue(bench, owed):
    """Motion ahead of each look: at most blind_pl, or 2.5 s at the highest rate; a second at least,
    away from changes of rate.
    """
    per_step = Fraction(bench.config["head"]["pl_per_rev"], bench.config["head"]["steps_per_rev"])
    most = bench.config["limits"]["max_rate_pl_per_day"]
    allowed_pl = max(bench.config["limits"]["blind_pl"], Fraction(most * SHORTEST_MS, DAY_MS))
    changes = sorted(at for run in owed.runs for at in [*run.cuts, *changes_of_rate(run)])
    for look in bench.looks:
        if not look.infusing:
            assert look.pending == 0
            continue
        ahead_ms = look.ends_ms - look.at_ms
        assert 0 < ahead_ms <= LONGEST_MS, look
        assert (look.pending - 1) * per_step <= allowed_pl, look
        if not any(abs(at - look.at_ms) <= ALONE_MS for at in changes):
            assert ahead_ms >= LEAST_QUEUED_MS, look


def changes_of_rate(run):
    return [at for (_, before), (at, after) in zip(run.rates(), run.rates()[1:]) if before != after]


@given(
    st.sampled_from([500_000_000, 5 * 10**9, 24 * 10**9]),
    st.integers(20, 400),
    st.integers(0, 999),
    st.integers(1, 10**6),
)
@settings(many, max_examples=150)
def test_a_change_of_rate_just_after_the_horizon_leaves_no_gap(rate, step_s, start_ms, less):
    flex = {
        "mode": "flex",
        "safe_rate_pl_per_day": 1,
        "steps": [[0, rate - 137 * less], [step_s, rate - 31 * less]],
    }
    commands = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (start_ms, START)]
    bench = BenchPump(made_pump_config(program=flex), commands, step_s * 1000 + 5000).run()
    assert bench.hal.driver.underruns() == 0
    check_queue(bench, Owed(bench))
    assert all(
        look.ends_ms - look.at_ms >= LEAST_QUEUED_MS for look in bench.looks if look.infusing
    ), "one change alone takes nothing"


# The timeline by itself

pieces_of_a_run = st.tuples(st.integers(0, 1000), st.integers(1, 3000))  # (Hz, ms)


def bare_timeline(pl_per_rev, steps_per_rev):
    clock = SimClock()
    driver = SimStepDriver(clock, Motor())
    driver.tap = []
    return clock, driver, Timeline(driver, Epoch(pl_per_rev, steps_per_rev))


def append(timeline, until_ms):
    """Lay and queue one stretch; its steps."""
    steps = timeline.lay(until_ms)
    timeline.queue()
    return steps


@settings(many, max_examples=200)
@given(
    st.integers(100_000, 10**9),
    st.integers(200, 51_200),
    st.lists(pieces_of_a_run, min_size=1, max_size=12),
)
def test_cut_after_cut_what_did_not_leave_is_owed_again(pl_per_rev, steps_per_rev, pieces):
    """Plan a stretch, throw it away midway, plan the next: at the end the steps are the floor of
    what really passed.
    """
    clock, driver, timeline = bare_timeline(pl_per_rev, steps_per_rev)
    timeline.begin(0)
    owed, high, emitted = Fraction(0), 0, 0
    for hz, ms in pieces:
        rate = hz * 86_400 * pl_per_rev // steps_per_rev
        timeline.pace(rate)
        until_ms = clock.ms + min(timeline.longest_ms, 2 * ms)
        booked = append(timeline, until_ms)
        driver.emitted()  # a pass asks: a short first stretch begins now
        clock.advance_to(clock.ms + max(1, min(ms, until_ms - clock.ms)))
        driver.advance(clock.ms)
        passed_ms = clock.ms - (until_ms - min(timeline.longest_ms, 2 * ms))
        per_ms = Fraction(rate * steps_per_rev, pl_per_rev * DAY_MS)
        owed += per_ms * passed_ms
        high = max(high, (owed + per_ms * 2 * US) // 1)
        left, emitted = driver.stop() - emitted, driver.emitted()
        assert owed // 1 <= emitted <= max(high, owed // 1)
        timeline.cut(clock.ms, booked - left)


def test_a_stop_drops_the_remainder_and_the_next_run_starts_at_nothing():
    clock, driver, timeline = bare_timeline(10_000_000, 3200)
    rate = 3125 * 86_400  # a step in a second
    for _ in range(5):
        timeline.begin(clock.ms)
        timeline.pace(rate)
        assert append(timeline, clock.ms + 999) == 0
        clock.advance_to(clock.ms + 999)
        driver.advance(clock.ms)
        driver.stop()
    assert driver.emitted() == 0


@pytest.mark.parametrize("hz", [1, 7, 89, 450])
def test_on_a_coarse_tick_stretches_hold_256_pulses_and_none_is_more_than_64_us_early(hz):
    clock = SimClock()
    driver = SimStepDriver(clock, Motor(), 1_000_000)
    driver.tap = []
    timeline = Timeline(driver, Epoch(10_000_000, 3200))
    rate = hz * 86_400 * 10_000_000 // 3200 + 7
    timeline.begin(0)
    timeline.pace(rate)
    assert timeline.longest_ms >= 256 * 1000 // (hz + 1)
    for _ in range(20):
        append(timeline, timeline.planned_ms + timeline.longest_ms)
        clock.advance_to(timeline.end_ms)
        driver.advance(clock.ms)
    interval = Fraction(10_000_000 * DAY_MS * 1000, rate * 3200)
    early = [
        number * interval - tick
        for number, tick in enumerate(pulse_ticks(driver.tap, 0, clock.ms * 1000), start=1)
    ]
    assert len(early) > 20 * 250
    assert 0 <= min(early) <= max(early) <= 65
