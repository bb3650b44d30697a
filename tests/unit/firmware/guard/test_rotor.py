"""The rotor in a run and at rest: what is a verdict, what is told, and what is dose."""

import pytest

from firmware.guard.rotor import LAG, LEAD, Rotor
from tests.rigs.rotor import CountingDriver, ScriptedSensor

STALL, BLIND = 40, 128
PER_REV = 4096  # counts and steps: one count a step
JUMP = PER_REV // 100


class Bench:
    """A rotor on a sensor with one count a step."""

    def __init__(self, sensor=True, stall=STALL):
        self.now = 0
        self.driver = CountingDriver()
        self.sensor = ScriptedSensor() if sensor else None
        self.rotor = Rotor(self.sensor, self.driver, self, stall, BLIND, PER_REV)

    def now_ms(self):
        return self.now

    def run(self, steps, counts=None, ms=4000):
        """So many pulses and counts later: what a look in the run finds."""
        self.now += ms
        self.driver.steps += steps
        self.sensor.counts += steps if counts is None else counts
        return self.rotor.look(self.now)

    def rest(self, counts=0, door=False):
        self.sensor.counts += counts
        return self.rotor.look_at_rest(door)

    def at_rest(self):
        self.rotor.begin()
        self.run(100)
        self.rest()
        return self


def told(bench):
    return bench.rotor.take_told()


def test_a_rotor_that_does_not_follow_lags():
    bench = Bench()
    bench.rotor.begin()
    assert bench.run(39, 0) is None
    assert bench.run(1, 0) == (LAG, (40, 0))
    assert bench.rotor.unmoved_steps() == 40
    assert bench.rotor.sensed_steps() == 0


def test_a_rotor_that_turns_twice_as_far_leads():
    bench = Bench()
    bench.rotor.begin()
    found = [bench.run(30, 60) for _ in range(4)]
    assert found == [None, None, None, (LEAD, (240, 120))]
    bench.rest()
    assert bench.rotor.take_beyond() == 120
    assert bench.rotor.take_beyond() == 0
    assert bench.rotor.unmoved_steps() == 0


def test_a_stall_limit_below_what_a_bent_magnet_shows_does_not_make_it_a_lead():
    bench = Bench(stall=4)
    bench.rotor.begin()
    assert [bench.run(30, 30 + (24 if look == 0 else 0)) for look in range(10)] == [None] * 10


def test_what_was_ahead_when_the_run_ended_is_dose_too():
    bench = Bench()
    bench.rotor.begin()
    bench.run(30, 55)
    bench.rest()
    assert bench.rotor.take_beyond() == 25


def test_a_lead_that_is_let_pass_is_dose():
    bench = Bench()
    bench.rotor.begin()
    bench.run(100, 130)
    bench.run(900, 900, ms=15 * 60_000)
    assert bench.rotor.take_beyond() == 30


def test_the_pulses_after_the_last_look_of_a_run_are_no_motion_at_rest():
    bench = Bench()
    bench.rotor.begin()
    bench.run(100)
    bench.driver.steps += 70
    assert not bench.rest(70)
    assert told(bench) is None and bench.rotor.beyond_steps == 0


def test_a_rotor_that_did_not_follow_the_last_pulses_has_not_turned_back():
    bench = Bench()
    bench.rotor.begin()
    bench.run(100)
    bench.driver.steps += 70
    assert not bench.rest(10)
    assert not bench.rest(0)


def test_at_rest_forward_motion_is_told_and_is_dose():
    bench = Bench().at_rest()
    bench.rest(JUMP + 50)
    assert told(bench) == (50, 0)
    assert bench.rotor.take_beyond() == 50
    assert bench.rotor.rest_steps == 50
    assert bench.rest(30)
    assert told(bench) == (30, 0)
    assert bench.rotor.rest_steps == 80


def test_a_motor_that_is_let_go_jumps_two_full_steps_and_that_is_forgiven_once():
    bench = Bench().at_rest()
    assert bench.rest(JUMP)
    assert told(bench) is None and bench.rotor.beyond_steps == 0
    bench.rest(10)
    assert bench.rotor.take_beyond() == 10
    assert bench.rotor.unmoved_steps() == 0


def test_what_two_looks_find_before_a_pass_is_told_together():
    bench = Bench().at_rest()
    bench.rest(JUMP + 50)
    bench.rest(20)
    assert told(bench) == (70, 0)
    assert bench.rotor.take_beyond() == 70


def test_reverse_motion_is_told_and_takes_nothing_back():
    bench = Bench().at_rest()
    bench.rest(JUMP + 60)
    told(bench)
    assert bench.rest(-50)
    assert told(bench) == (-50, 0)
    assert bench.rotor.take_beyond() == 60
    assert bench.rest(50)
    assert bench.rotor.take_beyond() == 50  # a rotor that rocks pumps each time
    assert bench.rotor.unmoved_steps() == 50


def test_noise_at_rest_is_no_motion_but_creeping_is():
    bench = Bench().at_rest()
    for counts in (4, -4, -4, 4) * 20:
        assert not bench.rest(counts)
    crept = 0
    for _ in range(100):
        bench.rest(1)
        crept += bench.rotor.take_beyond()
    assert 100 - JUMP - 5 <= crept <= 100 - JUMP


def test_with_the_door_open_motion_is_told_and_no_dose_until_it_is_closed():
    bench = Bench().at_rest()
    assert bench.rest(900, door=True)
    assert told(bench) == (900, 1)
    assert bench.rest(500)  # while it was being closed
    assert told(bench) == (500, 1)
    assert bench.rotor.beyond_steps == bench.rotor.rest_steps == 0
    assert bench.rotor.unmoved_steps() == 0
    assert bench.rest(JUMP + 20)
    assert bench.rotor.take_beyond() == 20


def test_a_run_that_begins_tells_what_has_turned_since_the_last_look():
    bench = Bench().at_rest()
    bench.rest(JUMP)  # as it was let go
    bench.sensor.counts += JUMP + 33  # as it was energised, and more
    bench.rotor.begin()
    assert bench.rotor.take_beyond() == 33
    assert bench.run(50) is None


def test_above_the_blind_allowance_it_is_too_far_and_that_is_told_once():
    bench = Bench().at_rest()
    bench.rest(JUMP + BLIND)
    assert bench.rotor.take_excess() is None
    bench.rest(10)
    assert bench.rotor.take_excess() == (BLIND + 10, BLIND)
    assert bench.rotor.take_excess() is None
    bench.rest(100)
    assert bench.rotor.take_excess() is None
    bench.rest(29)
    assert bench.rotor.take_excess() == (129, BLIND)


def test_each_rest_has_its_own_allowance():
    bench = Bench().at_rest()
    bench.rest(JUMP + 100)
    bench.rotor.begin()
    bench.run(10)
    bench.rest()
    assert bench.rotor.rest_steps == 0


def test_motion_in_a_silence_at_rest_is_found_after_it():
    bench = Bench().at_rest()
    bench.sensor.silent = True
    assert not bench.rest(JUMP + 70)
    assert bench.rotor.dead
    bench.sensor.silent = False
    assert bench.rest()
    assert bench.rotor.take_beyond() == 70


def test_a_short_silence_hides_no_lost_step_and_a_long_one_is_left_out():
    bench = Bench()
    bench.rotor.begin()
    bench.run(20, 0)
    bench.sensor.silent = True
    assert bench.run(10, 0) is None
    bench.sensor.silent = False
    assert bench.run(10, 0) == (LAG, (40, 0))
    bench = Bench()
    bench.rotor.begin()
    bench.sensor.silent = True
    bench.run(PER_REV // 2, 0)
    bench.sensor.silent = False
    assert bench.run(0, 0) is None
    assert bench.run(40, 0) == (LAG, (40, 0))


def test_a_sensor_that_answers_only_within_the_run_begins_the_comparison_there():
    bench = Bench()
    bench.sensor.silent = True
    bench.rotor.begin()
    bench.run(500, 100)
    bench.sensor.silent = False
    assert bench.run(10) is None
    assert bench.run(40, 0) == (LAG, (40, 0))
    assert bench.rotor.sensed_steps() == 0


@pytest.mark.parametrize("steps_per_rev", [200, 51_200])
def test_another_head_counts_from_there_and_keeps_what_did_not_move(steps_per_rev):
    bench = Bench()
    bench.rotor.begin()
    bench.run(40, 0)
    bench.rest()
    bench.rotor.adopt_head(steps_per_rev)
    bench.rotor.adopt(STALL, BLIND)
    assert bench.rotor.sensed_steps() == 0
    assert bench.rotor.unmoved_steps() == 40
    assert bench.rotor.stall_steps == max(STALL, -(-12 * steps_per_rev // PER_REV))


def test_a_board_without_a_sensor_says_nothing():
    bench = Bench(sensor=False)
    bench.rotor.begin()
    bench.driver.steps += 1000
    assert bench.rotor.look(4000) is None
    assert not bench.rotor.look_at_rest(False)
    assert not bench.rotor.sensed and not bench.rotor.dead and not bench.rotor.present
    assert bench.rotor.sensed_steps() == bench.rotor.unmoved_steps() == 0
