"""Step engines of ESP32-S3 and STM32F405 where their CPU is late, away or interrupted; over the
fake chips.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.contract import HalError
from tests.contract.faked import bench_of

BENCHES = {"esp32s3": bench_of("esp32_s3_devkitc"), "pybv11": bench_of("pybv11")}


@pytest.fixture(params=BENCHES)
def bench(request):
    return BENCHES[request.param](0)


def us(bench, count):
    return count * bench.hal.driver.tick_hz // 1_000_000


def pulses_us(bench):
    """When each pulse left, us of the pump's clock."""
    return [tick * 1_000_000 // bench.hal.driver.tick_hz for tick in bench.pulse_ticks(0, 10**9)]


def test_a_late_seam_is_made_up_by_an_eighth_and_the_timeline_is_not_shifted(bench):
    driver = bench.hal.driver
    driver.queue(10, us(bench, 10_000))
    driver.queue(100, us(bench, 10_000) + 1)
    bench.pass_ms(95)
    bench.hang(45)  # the seam was at 100 ms
    bench.pass_ms(2000)
    got = pulses_us(bench)
    assert len(got) == 110
    assert got[10] >= 140_000
    assert min(later - earlier for earlier, later in zip(got[9:], got[10:], strict=False)) >= 8_740
    assert abs(got[-1] - 1_100_000) <= 110


def test_a_cpu_that_stays_away_lets_the_burst_end_and_nothing_more_leaves(bench):
    driver = bench.hal.driver
    for _ in range(driver.depth):
        driver.queue(50, us(bench, 10_000))
    bench.hang(5000)
    assert len(pulses_us(bench)) == 50
    assert driver.emitted() == 50


def test_what_a_cpu_that_was_away_has_missed_comes_no_faster_than_an_eighth_more(bench):
    driver = bench.hal.driver
    for _ in range(driver.depth):
        driver.queue(50, us(bench, 10_000))
    bench.hang(1500)
    bench.pass_ms(5000)
    got = pulses_us(bench)
    assert (len(got), driver.emitted(), driver.underruns()) == (200, 200, 1)
    assert min(later - earlier for earlier, later in zip(got, got[1:], strict=False)) >= 8_740


@pytest.mark.parametrize("after_us", [9_985, 9_995, 10_000, 10_001, 10_500, 14_000])
def test_a_stop_in_the_middle_of_a_pulse_or_of_an_interval_lets_nothing_more_leave(bench, after_us):
    driver = bench.hal.driver
    driver.queue(100, us(bench, 10_000))
    bench.chip.idle_to(bench.chip.now + after_us * bench.chip.hz // 1_000_000)
    stopped_at = driver.stop()
    assert stopped_at == len(pulses_us(bench))
    bench.pass_ms(2000)
    assert (driver.emitted(), len(pulses_us(bench))) == (stopped_at, stopped_at)
    assert (bench.chip.pins[bench.step].level, bench.chip.pins[bench.step].drives()) == (0, True)


def test_after_many_stops_it_still_starts_and_counts(bench):
    driver = bench.hal.driver
    for _ in range(20):
        driver.queue(100, us(bench, 1000))
        bench.pass_ms(50)
        driver.stop()
    assert driver.emitted() == 20 * 50 == len(pulses_us(bench))


def test_counts_stay_exact_past_the_end_of_every_counter(bench):
    driver = bench.hal.driver
    for _ in range(4):
        driver.queue(20_000, us(bench, 200))
    driver.queue(-7_000, us(bench, 200))
    bench.pass_ms(20_000)
    assert len(pulses_us(bench)) == 87_000
    assert driver.emitted() == 80_000 - 7_000


def test_a_pulse_a_minute_leaves_on_its_instant(bench):
    driver = bench.hal.driver
    for _ in range(6):
        driver.queue(0, us(bench, 10_000_000))
        if driver.room() == 0:
            bench.pass_ms(10_000)
    driver.queue(1, us(bench, 10_000_000))
    bench.pass_ms(80_000)
    assert [abs(at - 70_000_000) <= bench.pulse_error_us for at in pulses_us(bench)] == [True]


def test_the_direction_turns_between_the_last_pulse_one_way_and_the_first_the_other(bench):
    driver = bench.hal.driver
    driver.enable(True)
    for turn in range(6):
        driver.queue((-1) ** turn * 16, us(bench, 2000))
        bench.pass_ms(31)
    bench.pass_ms(100)
    assert driver.emitted() == 0
    assert bench.hal.motion.moved_counts() == 0
    assert len(pulses_us(bench)) == 6 * 16


def test_a_short_first_segment_waits_for_the_next_however_long_python_takes(bench):
    driver = bench.hal.driver
    driver.queue(1, us(bench, 2000))
    assert driver.room() == driver.depth
    bench.hang(4)
    driver.queue(1, us(bench, 2000))
    bench.hang(4)
    driver.queue(10, us(bench, 2000))
    bench.pass_ms(100)
    assert (driver.emitted(), driver.underruns()) == (12, 1)
    got = pulses_us(bench)
    assert got[-1] - got[0] == 11 * 2000


def test_a_short_segment_alone_leaves_as_soon_as_somebody_asks(bench):
    driver = bench.hal.driver
    driver.queue(1, us(bench, 2000))
    bench.hang(50)
    assert driver.emitted() == 0
    bench.hang(2)
    assert (driver.emitted(), driver.stop()) == (1, 1)


def test_an_error_of_the_chip_in_a_callback_is_told_to_the_next_caller(bench):
    driver = bench.hal.driver
    driver.queue(10, us(bench, 10_000))
    driver.queue(10, us(bench, 10_000))

    def fail():
        raise OSError("broken")

    bench.before_each_burst(fail)
    with pytest.raises(HalError, match="step driver: broken"):
        bench.pass_ms(1000)


def test_an_error_of_the_chip_in_a_call_is_a_hal_error_and_the_driver_goes_on(bench):
    driver = bench.hal.driver
    broken = [True]

    def fail():
        if broken:
            raise OSError("broken")

    bench.before_each_burst(fail)
    with pytest.raises(HalError, match="step driver: broken"):
        driver.queue(10, us(bench, 10_000))
    broken.clear()
    driver.stop()
    driver.queue(10, us(bench, 10_000))
    bench.pass_ms(500)
    assert driver.emitted() == 10


segments = st.tuples(st.integers(-40, 40), st.integers(300, 200_000))
absences = st.tuples(st.integers(0, 300), st.integers(0, 120))


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(BENCHES)),
    st.lists(segments, min_size=1, max_size=12),
    st.lists(absences, max_size=8),
)
def test_whatever_is_queued_leaves_exactly_once_and_in_order_however_often_the_cpu_is_away(
    name, plan, away
):
    bench = BENCHES[name](0)
    driver = bench.hal.driver
    instants, at, waiting, away, ran_empty = [], 0, list(plan), list(away), 0
    for pulses, interval_us in plan:
        instants += [at + interval_us * k for k in range(1, abs(pulses) + 1)]
        at += interval_us * (abs(pulses) or 1)
    while waiting or driver.underruns() == ran_empty:
        while waiting and driver.room():
            pulses, interval_us = waiting.pop(0)
            driver.queue(pulses, us(bench, interval_us))
            ran_empty = driver.underruns()
        run_ms, hang_ms = away.pop() if away else (50, 0)
        bench.chip.idle_to(bench.chip.now + bench.chip.ms(run_ms))
        bench.hal.watchdog.feed()
        bench.hang(hang_ms)
        bench.hal.clock.now_ms()
    got = pulses_us(bench)
    assert driver.emitted() == sum(pulses for pulses, _ in plan)
    assert len(got) == len(instants)
    if driver.underruns() == 1:
        assert all(later >= instant - 1_100 for later, instant in zip(got, instants, strict=True))
