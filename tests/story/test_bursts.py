"""Stories of the burst driver, on both interpreters: a timeline without gaps out of bursts, and a
Python that is away.
"""

from tests.rigs.board import BurstBench


def both(story):
    """Tell a story on a generator that shapes its first interval, and on one that does not."""

    def test():
        for even in (False, True):
            story(BurstBench(even))

    return test


@both
def test_segments_become_one_timeline(bench):
    plan = ((5, 8001), (3, 7999), (0, 20_000), (7, 9993))
    instants, at = [], 0
    for pulses, ticks in plan:
        bench.driver.queue(pulses, ticks)
        instants += [at + ticks * k for k in range(1, pulses + 1)]
        at += ticks * (pulses or 1)
    bench.run_for(300)
    assert bench.ticks() == instants
    assert (bench.driver.emitted(), bench.driver.underruns(), bench.wake.times) == (15, 1, 1)


@both
def test_a_long_segment_is_many_bursts_and_no_pulse_is_missing(bench):
    bench.driver.queue(1500, 400)
    bench.run_for(601)
    assert bench.ticks() == [400 * k for k in range(1, 1501)]


@both
def test_a_pulse_beyond_the_reach_of_the_generator_is_on_its_instant(bench):
    bench.driver.queue(2, 30_000_000)
    bench.run_for(60_001)
    assert bench.ticks() == [30_000_000, 60_000_000]


@both
def test_pulses_backwards_leave_with_the_pin_turned_and_count_down(bench):
    bench.driver.queue(4, 2000)
    bench.driver.queue(-7, 2000)
    bench.driver.queue(4, 2000)
    bench.run_for(31)
    assert [level for _, level in bench.generator.left_at] == [1] * 4 + [0] * 7 + [1] * 4
    assert bench.driver.emitted() == 1


@both
def test_while_python_is_away_the_burst_ends_and_after_it_nothing_is_lost(bench):
    bench.driver.queue(50, 10_000)
    bench.driver.queue(50, 10_000)
    bench.run_for(700, away=True)
    assert len(bench.ticks()) == 50
    bench.run_for(2000)
    ticks = bench.ticks()
    assert len(ticks) == bench.driver.emitted() == 100
    assert ticks[50] >= 700_000
    assert min(later - earlier for earlier, later in zip(ticks, ticks[1:])) >= 8750


@both
def test_stop_empties_all_and_the_next_segment_starts_afresh(bench):
    bench.driver.queue(100, 10_000)
    bench.driver.queue(100, 10_000)
    bench.run_for(255)
    assert bench.driver.stop() == 25
    bench.run_for(1000)
    bench.driver.queue(2, 10_000)
    bench.run_for(30)
    assert bench.ticks()[25:] == [1_265_000, 1_275_000]
    assert (bench.driver.room(), bench.driver.underruns()) == (4, 1)


@both
def test_a_callback_that_comes_in_the_middle_of_a_call_is_not_lost(bench):
    bench.driver.queue(10, 10_000)
    bench.driver.queue(10, 10_000)
    bench.run_for(95)
    count = bench.generator.count

    def slow_count():
        bench.generator.count = count
        bench.generator.go_to(100_500)  # past the seam
        bench.call_back()
        return count()

    bench.generator.count = slow_count
    bench.driver.emitted()
    bench.run_for(95)
    assert len(bench.ticks()) == bench.driver.emitted() == 19
