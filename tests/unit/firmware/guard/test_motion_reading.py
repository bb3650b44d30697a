"""What of the rotor's sensor is believed: one wrong angle, noise, silence."""

import pytest

from firmware.guard.motion_reading import MotionReading
from tests.rigs.rotor import CountingDriver, ScriptedSensor

PER_REV = 4096  # counts and steps: one count a step


def made(start=0, steps_per_rev=PER_REV):
    driver, sensor = CountingDriver(), ScriptedSensor(start)
    reading = MotionReading(sensor, driver)
    reading.adopt_head(steps_per_rev)
    return reading, driver, sensor


def sound(start=0):
    reading, driver, sensor = made(start)
    assert reading.take()
    return reading, driver, sensor


def moved(reading, driver, sensor, steps, counts=None):
    driver.steps += steps
    sensor.counts += steps if counts is None else counts
    return reading.take()


def test_the_first_reading_of_all_is_believed_once_a_second_agrees():
    reading, _, sensor = made(700)
    sensor.once(1500)  # wrong at power-up
    assert not reading.take() and reading.counts is None
    assert reading.take() and reading.counts == 700


def test_a_rotor_that_follows_the_pulses_is_read_once_each_time():
    reading, driver, sensor = sound()
    reads = sensor.reads
    for _ in range(50):
        assert moved(reading, driver, sensor, 37)
    assert sensor.reads == reads + 50
    assert reading.counts == 50 * 37 and reading.sensed and not reading.dead


@pytest.mark.parametrize("off", [-2000, -300, -60, -5, 7, 60, 569, 2000])
@pytest.mark.parametrize("steps", [0, 1, 60, 356])
def test_one_wrong_angle_is_not_believed_and_the_right_one_is(off, steps):
    reading, driver, sensor = sound()
    sensor.once(off)
    assert moved(reading, driver, sensor, steps)
    like_noise = abs(off) <= 4 + (steps + 64) // 64
    assert reading.counts == (steps + off if like_noise else steps)


def test_motion_that_a_second_reading_confirms_is_believed_forward_reverse_and_none():
    for steps, counts in ((60, 0), (60, 120), (0, 400), (0, -400), (60, -60), (10, 2000)):
        reading, driver, sensor = sound()
        assert moved(reading, driver, sensor, steps, counts)
        assert reading.counts == counts


def test_two_readings_that_contradict_each_other_and_the_pulses_leave_the_base_as_it_was():
    reading, driver, sensor = sound()
    sensor.once(300, -200)
    assert not moved(reading, driver, sensor, 50)
    assert reading.counts == 0 and reading.sensed and not reading.dead
    assert reading.take()
    assert reading.counts == 50


def test_a_sensor_that_is_wrong_again_and_again_counts_as_dead_and_is_believed_when_it_is_sound():
    reading, driver, sensor = sound()
    for _ in range(3):
        sensor.once(500)
        moved(reading, driver, sensor, 20)
    sensor.once(-400, 800)
    moved(reading, driver, sensor, 20)
    assert reading.dead and not reading.sensed
    looks = 0
    while not reading.sensed:
        moved(reading, driver, sensor, 20)
        looks += 1
    assert 8 <= looks <= 30 and not reading.dead
    assert reading.counts == sensor.counts


@pytest.mark.parametrize("each", [6, 10])
def test_a_wrong_reading_now_and_then_is_no_trouble(each):
    reading, driver, sensor = sound()
    for look in range(300):
        if look % each == 0:
            sensor.once(450)
        assert moved(reading, driver, sensor, 20), look
        assert not reading.dead


def test_a_sensor_of_nothing_but_noise_is_dead_within_a_few_looks():
    reading, driver, sensor = sound()
    wrong = (900, 17, 1800, 600, 1200, 333, 1500, 90, 2000, 740)
    for at in range(0, 10, 2):
        sensor.once(*wrong[at : at + 2])
        moved(reading, driver, sensor, 0)
    assert reading.dead


def test_silence_is_told_at_once_and_so_is_its_end():
    reading, driver, sensor = sound()
    sensor.silent = True
    assert not moved(reading, driver, sensor, 20)
    assert reading.dead and not reading.sensed and reading.counts == 0
    sensor.silent = False
    assert moved(reading, driver, sensor, 20)
    assert reading.counts == 40 and not reading.dead


def test_a_sensor_that_falls_silent_in_the_second_look_is_silent():
    reading, driver, sensor = sound()
    sensor.once(400, None)
    assert not moved(reading, driver, sensor, 0)
    assert reading.dead


def test_pulses_that_leave_while_the_sensor_is_read_are_no_wrong_angle():
    reading, driver, sensor = sound()
    driver.leaves_between = 45
    sensor.counts = 45
    reads = sensor.reads
    assert reading.take() and reading.counts == 45
    assert sensor.reads == reads + 1
    assert (reading.before_steps, reading.after_steps) == (0, 45)


def test_a_board_without_a_sensor_has_no_reading_and_no_dead_sensor():
    reading = MotionReading(None, CountingDriver())
    reading.adopt_head(3200)
    assert not reading.take()
    assert not reading.sensed and not reading.dead


def test_microsteps_finer_and_coarser_than_the_sensor_are_followed_without_a_second_look():
    for steps_per_rev in (200, 3200, 51_200):
        reading, driver, sensor = made(steps_per_rev=steps_per_rev)
        reading.take()
        reads = sensor.reads
        for look in range(1, 60):
            driver.steps = look * 7
            sensor.counts = driver.steps * PER_REV // steps_per_rev
            assert reading.take()
        assert sensor.reads == reads + 59
