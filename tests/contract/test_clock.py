"""Contract of Clock, and of the watchdog that its wait feeds."""

import pytest

from hal.contract import LEVEL_LOW, OCCLUSION, PLUNGER, WATCH_PERIOD_MS, HalError


def never():
    return False


def run_motor(bench, seconds):
    """100 pulses/s for so long."""
    bench.hal.driver.enable(True)
    bench.hal.driver.queue(100 * seconds, bench.hal.driver.tick_hz // 100)


def need_input(bench, bit):
    if not bench.hal.inputs.present & bit:
        pytest.skip("the board has no such input")


def test_time_starts_near_zero_at_power_up(bench):
    assert 0 <= bench.hal.clock.now_ms() < 1000


def test_a_wait_ends_at_its_deadline_when_nothing_happens(bench):
    start = bench.hal.clock.now_ms()
    bench.hal.clock.wait_until_ms(start + 1234, never)
    assert start + 1234 <= bench.hal.clock.now_ms() <= start + 1734


def test_time_goes_on_without_a_jump_while_the_raw_ticks_wrap(bench):
    clock = bench.hal.clock
    for _ in range(40):
        before = clock.now_ms()
        clock.wait_until_ms(before + 100, never)
        assert before + 100 <= clock.now_ms() <= before + 600


def test_two_weeks_of_waits_add_up(bench):
    start = bench.hal.clock.now_ms()
    bench.pass_ms(14 * 86_400_000)
    assert 0 <= bench.hal.clock.now_ms() - start - 14 * 86_400_000 <= 500


def test_a_deadline_in_the_past_returns_at_once(bench):
    bench.pass_ms(5000)
    now = bench.hal.clock.now_ms()
    bench.hal.clock.wait_until_ms(now - 3000, never)
    bench.hal.clock.wait_until_ms(now, never)
    assert bench.hal.clock.now_ms() - now <= 1


def test_a_deadline_more_than_5_min_ahead_is_refused(bench):
    now = bench.hal.clock.now_ms()
    with pytest.raises(HalError, match="wait"):
        bench.hal.clock.wait_until_ms(now + 300_001, never)
    bench.hal.clock.wait_until_ms(now + 300_000, never)


def test_a_byte_on_the_link_ends_the_wait(bench):
    start = bench.hal.clock.now_ms()
    bench.later(10_000, lambda: bench.send(b"x"))
    bench.hal.clock.wait_until_ms(start + 60_000, never)
    assert 10_000 <= bench.hal.clock.now_ms() - start <= 10_500
    assert bench.hal.link.read() == b"x"


def test_a_byte_that_waits_unread_ends_the_next_wait_at_once(bench):
    start = bench.hal.clock.now_ms()
    bench.later(1000, lambda: bench.send(b"x"))
    bench.hal.clock.wait_until_ms(start + 60_000, never)
    bench.hal.clock.wait_until_ms(start + 60_000, never)
    assert bench.hal.clock.now_ms() - start <= 1500


@pytest.mark.parametrize("bit", [LEVEL_LOW, OCCLUSION, PLUNGER])
def test_both_edges_of_an_input_end_the_wait(bench, bit):
    need_input(bench, bit)
    start = bench.hal.clock.now_ms()
    bench.later(10_000, lambda: bench.set_input(bit, True))
    bench.later(20_000, lambda: bench.set_input(bit, False))
    for seen in (10_000, 20_000):
        bench.hal.clock.wait_until_ms(start + 60_000, never)
        assert seen <= bench.hal.clock.now_ms() - start <= seen + 500


@pytest.mark.parametrize("bit", [LEVEL_LOW, OCCLUSION, PLUNGER])
def test_an_edge_that_came_while_the_pump_was_busy_ends_the_next_wait_at_once(bench, bit):
    need_input(bench, bit)
    bench.pass_ms(1000)
    bench.set_input(bit, True)
    start = bench.hal.clock.now_ms()
    bench.hal.clock.wait_until_ms(start + 60_000, never)
    assert bench.hal.clock.now_ms() - start <= 500
    bench.hal.clock.wait_until_ms(start + 60_000, never)
    assert bench.hal.clock.now_ms() - start >= 60_000


def test_an_underrun_ends_the_wait(bench):
    start = bench.hal.clock.now_ms()
    run_motor(bench, seconds=7)
    bench.hal.clock.wait_until_ms(start + 60_000, never)
    assert 7000 <= bench.hal.clock.now_ms() - start <= 7500
    assert bench.hal.driver.underruns() == 1


def test_watch_is_asked_often_enough_while_the_rotor_is_held(bench):
    asked = [bench.hal.clock.now_ms()]
    run_motor(bench, seconds=100)
    bench.hold_rotor(True)
    bench.hal.clock.wait_until_ms(asked[0] + 60_000, lambda: asked.append(bench.hal.clock.now_ms()))
    gaps = [later - earlier for earlier, later in zip(asked, asked[1:], strict=False)]
    assert len(gaps) >= 14
    assert max(gaps) <= WATCH_PERIOD_MS


def test_watch_is_asked_soon_after_the_rotor_is_stopped_in_the_middle_of_a_wait(bench):
    start, asked = bench.hal.clock.now_ms(), []
    run_motor(bench, seconds=100)
    bench.later(30_000, lambda: bench.hold_rotor(True))
    bench.hal.clock.wait_until_ms(start + 60_000, lambda: asked.append(bench.hal.clock.now_ms()))
    assert any(30_000 < at - start <= 30_000 + WATCH_PERIOD_MS for at in asked)


def test_watch_is_asked_while_the_encoder_is_dead(bench):
    start, asked = bench.hal.clock.now_ms(), []
    run_motor(bench, seconds=100)
    bench.kill_encoder(True)
    bench.hal.clock.wait_until_ms(start + 60_000, lambda: asked.append(1))
    assert len(asked) >= 14


def test_a_true_watch_ends_the_wait(bench):
    start = bench.hal.clock.now_ms()
    run_motor(bench, seconds=100)
    bench.hold_rotor(True)
    bench.hal.clock.wait_until_ms(start + 60_000, lambda: bench.hal.driver.emitted() > 1000)
    assert 10_000 <= bench.hal.clock.now_ms() - start <= 10_000 + WATCH_PERIOD_MS


def test_the_wall_clock_is_unset_at_power_up(bench):
    assert bench.hal.clock.wall_s() is None


def test_the_wall_clock_counts_on_from_what_was_set(bench):
    bench.hal.clock.set_wall_s(1_767_571_200)
    assert bench.hal.clock.wall_s() == 1_767_571_200
    bench.pass_ms(3_600_000)
    assert 1_767_574_800 <= bench.hal.clock.wall_s() <= 1_767_574_801


def test_the_wall_clock_can_be_set_again_in_either_direction(bench):
    for wall_s in (2_000_000_000, 0, 1_767_571_200):
        bench.hal.clock.set_wall_s(wall_s)
        bench.pass_ms(5000)
        assert wall_s + 5 <= bench.hal.clock.wall_s() <= wall_s + 6


def test_setting_the_wall_clock_does_not_touch_monotonic_time(bench):
    bench.pass_ms(5000)
    before = bench.hal.clock.now_ms()
    bench.hal.clock.set_wall_s(1_767_571_200)
    assert bench.hal.clock.now_ms() - before <= 1


@pytest.mark.parametrize("wall_s", [-1, None, "2026-01-05"])
def test_a_wall_time_that_cannot_be_is_refused_and_changes_nothing(bench, wall_s):
    bench.hal.clock.set_wall_s(1_767_571_200)
    with pytest.raises(HalError, match="wall clock"):
        bench.hal.clock.set_wall_s(wall_s)
    assert bench.hal.clock.wall_s() == 1_767_571_200


def test_a_wall_clock_that_loses_its_time_says_so(bench):
    bench.hal.clock.set_wall_s(1_767_571_200)
    bench.lose_wall_clock()
    assert bench.hal.clock.wall_s() is None


def test_waiting_feeds_the_watchdog(bench):
    bench.pass_ms(3_600_000)
    bench.hang(8000)


def test_a_loop_that_hangs_is_reset(bench):
    bench.hal.watchdog.feed()
    with pytest.raises(bench.reset):
        bench.hang(8400)


def test_a_loop_that_hangs_for_good_is_reset_however_it_got_there(bench):
    with pytest.raises(bench.reset):
        for _ in range(3):
            bench.hang(4000)


def test_feeding_puts_the_reset_off(bench):
    for _ in range(10):
        bench.hang(8000)
        bench.hal.watchdog.feed()


def test_a_clock_that_counts_runs(bench):
    assert all(bench.hal.clock.runs() for _ in range(100))
