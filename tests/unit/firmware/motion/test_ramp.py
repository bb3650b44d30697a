"""The ramp: exact in count, never a jump that a motor cannot take, on a plant that loses steps."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.motion.ramp import segments
from host_sim.machine.backend import build_machine
from tests.rigs.config import made_truth
from tests.rigs.pump import BOARD
from tests.rigs.recorded_pump import made_pump_config

rates = st.tuples(st.integers(100, 4000), st.integers(1, 8)).map(
    lambda pair: (pair[0], pair[0] * pair[1])
)


@given(st.integers(0, 200_000), rates)
def test_a_ramp_has_exactly_the_steps_that_were_asked_for(steps, hz):
    assert sum(pulses for pulses, _ in segments(steps, *hz)) == steps


@given(st.integers(1, 200_000), rates)
def test_a_ramp_begins_and_ends_at_the_start_rate_and_stays_below_the_top(steps, hz):
    start_hz, top_hz = hz
    made = list(segments(steps, *hz))
    assert all(pulses >= 1 and start_hz <= rate <= top_hz for pulses, rate in made)
    assert made[0][1] == start_hz
    if len(made) > 2:
        assert made[-1][1] == start_hz
    jumps = [abs(a[1] - b[1]) for a, b in zip(made, made[1:])]
    assert all(jump <= -(-(top_hz - start_hz) // 16) for jump in jumps)


def turned(steps, feed):
    """How far the rotor of a motor that starts at up to 1000 Hz came; feed: its segments."""
    hal, plant = build_machine(BOARD, made_truth(made_pump_config(), pull_in_hz=1000))
    driver, clock = hal.driver, hal.clock
    driver.enable(True)
    waiting, ms = list(feed), 0
    while waiting or driver.pending():
        while waiting and driver.room():
            pulses, hz = waiting.pop(0)
            driver.queue(pulses, driver.tick_hz // hz)
        driver.emitted()  # a short first segment waits for somebody to ask
        ms += 10
        clock.ms = ms
        plant.advance(ms, driver.advance(ms))
    return plant.rotor_steps


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 20_000))
def test_a_ramp_to_twice_the_pull_in_rate_loses_no_step_in_the_plant(steps):
    assert turned(steps, segments(steps, 1000, 2000)) == steps


def test_the_same_rate_without_a_ramp_loses_steps():
    assert turned(2000, [(2000, 2000)]) < 2000
