"""The simulated motor: which pulses its rotor follows, and how fast they may come."""

import pytest

from host_sim.machine.clock import SimClock
from host_sim.machine.step_driver import SimStepDriver
from host_sim.plant.motor import FIELD, Motor

TICK_HZ = 1_000_000


def followed(segments, pull_in_hz=8000, until_ms=10_000):
    """Steps that the rotor makes of segments of (pulses, ticks)."""
    clock, motor = SimClock(), Motor(pull_in_hz)
    driver = SimStepDriver(clock, motor, TICK_HZ)
    driver.enable(True)
    emitted = made = 0
    for pulses, ticks in segments:
        driver.queue(pulses, ticks)
    for ms in range(0, until_ms, 7):
        clock.advance_to(ms)
        gone = driver.advance(ms)
        made += gone - emitted if motor.faithful else motor.follow(gone - emitted)
        emitted = gone
    return made


@pytest.mark.parametrize(
    ("segments", "steps"),
    [
        ([(100, 125)], 100),  # 8000 steps/s
        ([(100, 124)], 0),
        ([(-100, 124)], 0),
        ([(-100, 125)], -100),
        ([(50, 1000), (100, 50), (50, 1000)], 100),
        ([(0, 5000), (1, 50), (20, 1000)], 21),  # 5.05 ms after the pulse before
    ],
)
def test_the_rotor_loses_the_pulses_that_come_faster_than_it_can_start(segments, steps):
    assert followed(segments) == steps


def test_beyond_its_pull_in_a_motor_is_faithful_again_as_soon_as_the_pulses_are_slow():
    motor = Motor(8000)
    motor.enable(True)
    motor.outrun(3)
    assert not motor.faithful
    assert motor.follow(5) == 2
    assert motor.faithful


def test_a_rotor_that_a_field_and_a_jam_hold_is_free_when_both_are_gone():
    motor = Motor()
    motor.enable(True)
    motor.hold(True)
    motor.hold(True, FIELD)
    motor.hold(False)
    assert motor.follow(10) == 0 and not motor.faithful
    motor.hold(False, FIELD)
    assert motor.faithful and motor.follow(10) == 10
