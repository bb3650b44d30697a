"""Contract of StepDriver and of Motion, which sees what the pulses did."""

import pytest

from hal.contract import DRIVER_RESET, DRIVER_SOUND, HalError


def ms(bench, count):
    """So many milliseconds in ticks."""
    return count * bench.hal.driver.tick_hz // 1000


def assert_on_their_instants(bench, instants):
    """All the pulses so far, none more, each as near to its tick as the bench says."""
    got = bench.pulse_ticks(0, bench.hal.clock.now_ms())
    assert len(got) == len(instants)
    most = bench.pulse_error_us * bench.hal.driver.tick_hz // 1_000_000
    assert max(abs(tick - instant) for tick, instant in zip(got, instants, strict=True)) <= most


def test_its_data_are_usable(bench):
    driver = bench.hal.driver
    assert driver.tick_hz % 1000 == 0
    assert driver.depth >= 2
    assert driver.max_ticks >= driver.tick_hz  # a second at least


def test_nothing_has_left_at_power_up(bench):
    driver = bench.hal.driver
    assert (driver.emitted(), driver.underruns(), driver.room()) == (0, 0, driver.depth)


def test_each_pulse_comes_its_interval_after_the_one_before(bench):
    driver = bench.hal.driver
    driver.queue(3, ms(bench, 100))
    counts = []
    for wait in (99, 1, 99, 1, 100, 1):
        bench.pass_ms(wait)
        counts.append(driver.emitted())
    assert counts == [0, 1, 1, 2, 3, 3]


def test_segments_follow_each_other_without_a_gap(bench):
    driver = bench.hal.driver
    start = bench.hal.clock.now_ms() * ms(bench, 1)
    intervals = []
    for pulses, ticks in (
        (5, ms(bench, 8) + 1),
        (3, ms(bench, 8) - 1),
        (7, ms(bench, 10) - 7),
        (1, max(40, ms(bench, 1) // 20)),
    ):
        driver.queue(pulses, ticks)
        intervals += [ticks] * pulses
    bench.pass_ms(200)
    assert_on_their_instants(
        bench, [start + sum(intervals[: k + 1]) for k in range(len(intervals))]
    )


def test_a_segment_queued_while_another_runs_does_not_disturb_it(bench):
    driver = bench.hal.driver
    start = bench.hal.clock.now_ms() * ms(bench, 1)
    driver.queue(10, ms(bench, 10))
    bench.pass_ms(55)
    driver.queue(10, ms(bench, 5))
    bench.pass_ms(300)
    instants = [start + ms(bench, 10) * k for k in range(1, 11)]
    instants += [instants[-1] + ms(bench, 5) * k for k in range(1, 11)]
    assert_on_their_instants(bench, instants)


def test_a_segment_without_pulses_is_a_pure_wait(bench):
    driver = bench.hal.driver
    driver.queue(0, ms(bench, 1000))
    driver.queue(1, ms(bench, 10))
    bench.pass_ms(1009)
    assert driver.emitted() == 0
    bench.pass_ms(1)
    assert driver.emitted() == 1


def test_negative_pulses_count_and_turn_backwards(bench):
    driver = bench.hal.driver
    driver.enable(True)
    driver.queue(100, ms(bench, 10))
    driver.queue(-250, ms(bench, 10))
    bench.pass_ms(2500)
    assert driver.emitted() == 100 - 150
    assert bench.hal.motion.moved_counts() == -50 * bench.hal.motion.counts_per_rev // 3200


def test_the_longest_interval_is_taken(bench):
    driver = bench.hal.driver
    driver.queue(1, driver.max_ticks)
    bench.pass_ms(driver.max_ticks // ms(bench, 1))
    assert driver.emitted() == 0
    bench.pass_ms(1)
    assert driver.emitted() == 1


def test_room_falls_with_each_segment_that_has_to_wait_and_comes_back(bench):
    driver = bench.hal.driver
    driver.queue(10, ms(bench, 10))
    for waiting in range(driver.depth):
        assert driver.room() == driver.depth - waiting
        driver.queue(10, ms(bench, 10))
    assert driver.room() == 0
    bench.pass_ms(101)
    assert driver.room() == 1


def test_a_segment_too_many_is_refused_and_changes_nothing(bench):
    driver = bench.hal.driver
    driver.queue(10, ms(bench, 10))
    while driver.room():
        driver.queue(10, ms(bench, 10))
    with pytest.raises(HalError, match="room"):
        driver.queue(10, ms(bench, 10))
    bench.pass_ms(10_000)
    assert driver.emitted() == 10 * (driver.depth + 1)


@pytest.mark.parametrize("ticks", [0, -1, "too long"])
@pytest.mark.parametrize("pulses", [1, 0, -1])
def test_an_interval_out_of_range_is_refused_and_nothing_runs(bench, pulses, ticks):
    driver = bench.hal.driver
    with pytest.raises(HalError, match="interval"):
        driver.queue(pulses, driver.max_ticks + 1 if ticks == "too long" else ticks)
    bench.pass_ms(60_000)
    assert (driver.emitted(), driver.underruns(), driver.room()) == (0, 0, driver.depth)


def test_stop_lets_no_further_pulse_leave_and_tells_how_many_have(bench):
    driver = bench.hal.driver
    driver.queue(100, ms(bench, 10))
    driver.queue(100, ms(bench, 10))
    bench.pass_ms(255)
    assert driver.stop() == 25
    bench.pass_ms(10_000)
    assert (driver.emitted(), driver.room(), driver.underruns()) == (25, driver.depth, 0)
    assert len(bench.pulse_ticks(0, bench.hal.clock.now_ms())) == 25


def test_stop_on_an_empty_timeline_is_no_event(bench):
    assert bench.hal.driver.stop() == 0
    assert bench.hal.driver.stop() == 0
    assert bench.hal.driver.underruns() == 0


def test_after_a_stop_the_timeline_starts_afresh_at_the_next_segment(bench):
    driver = bench.hal.driver
    driver.queue(100, ms(bench, 10))
    bench.pass_ms(255)
    driver.stop()
    bench.pass_ms(1000)
    driver.queue(2, ms(bench, 100))
    bench.pass_ms(99)
    assert driver.emitted() == 25
    bench.pass_ms(1)
    assert driver.emitted() == 26


def test_an_empty_timeline_is_an_underrun_counted_once_and_nothing_is_caught_up(bench):
    driver = bench.hal.driver
    driver.queue(10, ms(bench, 10))
    bench.pass_ms(60_000)
    assert (driver.emitted(), driver.underruns()) == (10, 1)
    driver.queue(10, ms(bench, 10))
    bench.pass_ms(50)
    assert (driver.emitted(), driver.underruns()) == (15, 1)
    bench.pass_ms(60_000)
    assert (driver.emitted(), driver.underruns()) == (20, 2)


def test_a_timeline_that_is_fed_in_time_never_underruns(bench):
    driver = bench.hal.driver
    driver.queue(10, ms(bench, 100))
    for _ in range(50):
        driver.queue(10, ms(bench, 100))
        bench.pass_ms(1000)
    assert (driver.emitted(), driver.underruns()) == (500, 0)


def test_the_timeline_runs_on_while_the_cpu_is_busy(bench):
    bench.hal.driver.queue(1000, ms(bench, 10))
    bench.hang(4000)
    assert bench.hal.driver.emitted() == 400


def test_the_rotor_follows_the_pulses(bench):
    bench.hal.driver.enable(True)
    bench.hal.driver.queue(3200, ms(bench, 1))
    bench.pass_ms(3200)
    assert bench.hal.motion.moved_counts() == bench.hal.motion.counts_per_rev


def test_with_the_coils_off_pulses_leave_and_nothing_moves(bench):
    driver = bench.hal.driver
    driver.queue(3200, ms(bench, 1))
    bench.pass_ms(1600)
    assert (driver.emitted(), bench.hal.motion.moved_counts()) == (1600, 0)
    driver.enable(True)
    bench.pass_ms(800)
    driver.enable(False)
    bench.pass_ms(800)
    assert (driver.emitted(), bench.hal.motion.moved_counts()) == (
        3200,
        bench.hal.motion.counts_per_rev // 4,
    )


def test_a_held_rotor_is_seen_and_so_is_its_release(bench):
    bench.hal.driver.enable(True)
    bench.hal.driver.queue(6400, ms(bench, 1))
    bench.pass_ms(1600)
    bench.hold_rotor(True)
    bench.pass_ms(1600)
    assert bench.hal.motion.moved_counts() == bench.hal.motion.counts_per_rev // 2
    bench.hold_rotor(False)
    bench.pass_ms(1600)
    assert bench.hal.motion.moved_counts() == bench.hal.motion.counts_per_rev
    assert bench.hal.driver.emitted() == 4800


def test_a_sensor_that_does_not_answer_is_none_not_zero_and_counts_on_when_it_is_back(bench):
    bench.hal.driver.enable(True)
    bench.hal.driver.queue(6400, ms(bench, 1))
    bench.kill_encoder(True)
    bench.pass_ms(1600)
    assert bench.hal.motion.moved_counts() is None
    bench.kill_encoder(False)
    bench.pass_ms(1600)
    assert bench.hal.motion.moved_counts() == bench.hal.motion.counts_per_rev


def test_a_driver_that_has_lost_its_settings_says_so_until_it_is_enabled_anew(bench):
    driver = bench.hal.driver
    driver.enable(True)
    assert driver.trouble() == DRIVER_SOUND
    bench.reset_driver()
    assert driver.trouble() == DRIVER_RESET
    driver.enable(False)
    assert driver.trouble() == DRIVER_RESET
    driver.enable(True)
    assert driver.trouble() == DRIVER_SOUND
