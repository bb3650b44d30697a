"""How pulses are judged: against figures that are reckoned by hand, and rows that must not look
good.
"""

from fractions import Fraction

import pytest

from host_sim.chip.measure import engines, perf, rivals, trials
from host_sim.chip.measure.pulses import intervals, judge

MS = 125_000


def test_perfect_pulses_have_no_error():
    row = judge([MS * n for n in range(1, 11)], 10 * MS + 5, 1000, start=0, programmed=[MS] * 10)
    assert row == {
        "rate_error_ppm": 0,
        "error_ns_max": 0,
        "jitter_ns_median": 0,
        "jitter_ns_p99": 0,
        "jitter_ns_max": 0,
        "hole_ms_max": 1.0,
        "lost": 0,
        "extra": 0,
    }


def test_one_pulse_that_is_late_is_jitter_twice_and_an_error_once():
    edges = [MS, 2 * MS + 25, 3 * MS, 4 * MS]
    row = judge(edges, 4 * MS + 1, 1000, start=0, programmed=[MS] * 4)
    assert (row["error_ns_max"], row["jitter_ns_max"], row["jitter_ns_median"], row["lost"]) == (
        200,
        200,
        200,
        0,
    )


def test_pulses_that_come_too_slowly_are_lost_and_too_fast_are_extra():
    slow = judge([n * 2 * MS for n in range(5)], 9 * MS, 1000)
    assert (slow["lost"], slow["extra"], slow["rate_error_ppm"]) == (5, 0, -500_000)
    fast = judge([n * MS // 2 for n in range(20)], 9 * MS + 1, 1000)
    assert (fast["lost"], fast["extra"], fast["rate_error_ppm"]) == (0, 10, 1_000_000)


def test_a_pulse_that_is_missing_in_the_middle_puts_all_after_it_off_their_instants():
    edges = [n * MS for n in range(1, 11) if n != 5]
    row = judge(edges, 10 * MS + 1, 1000, start=0, programmed=[MS] * 9)
    assert (row["lost"], row["error_ns_max"], row["jitter_ns_max"]) == (1, 1_000_000, 1_000_000)


def test_a_hole_at_the_end_counts_as_one_between_two_pulses_does():
    hole = [
        judge([MS, 2 * MS, 5 * MS, 6 * MS], end, 1000)["hole_ms_max"] for end in (7 * MS, 9.5 * MS)
    ]
    assert hole == [3.0, 3.5]


def test_jitter_is_against_what_was_programmed_and_not_against_the_mean():
    programmed = [100, 100, 101, 101]
    row = judge(
        [100, 200, 301, 402], 402, Fraction(125_000_000 * 4, 402), start=0, programmed=programmed
    )
    assert row["jitter_ns_max"] == 0
    assert row["error_ns_max"] == 8  # one tick at the most


def test_waits_go_into_the_interval_of_the_pulse_after_them():
    assert intervals([(2, 10), (0, 5), (0, 7), (1, 3), (-2, 4)]) == [10, 10, 15, 4, 4]


@pytest.mark.parametrize("hz", engines.RATES)
def test_every_rate_of_the_table_is_a_whole_number_of_pl_per_day(hz):
    assert Fraction(engines.rate_of(hz) * engines.STEPS_PER_REV, 86_400 * engines.PL_PER_REV) == hz


def test_a_rate_that_cannot_be_asked_for_is_refused():
    with pytest.raises(ValueError, match="no whole number"):
        engines.rate_of(Fraction(1, 7))


def test_an_order_is_settled_at_the_end_of_the_last_interval_of_the_old_rate():
    edges = [10 * MS, 10.5 * MS, 11 * MS, 11.6 * MS, 12.6 * MS, 13.6 * MS]
    assert trials.settled_ms(edges, 10 * MS) == 1.6
    assert trials.settled_ms(edges[3:], 11 * MS) == 0


@pytest.mark.parametrize("hz", engines.RATES)
def test_the_delays_of_the_rivals_are_exact_at_every_rate_of_the_table(hz):
    numbers = rivals.numbers(hz)
    assert numbers["move_ticks"] + rivals.PULSE_TICKS == 125_000_000 / hz
    assert numbers["pace_ticks"] + rivals.PACE_TICKS == 125_000_000 / hz
    assert numbers["move_pulses"] == max(1, round(hz / 4))


def test_what_does_not_apply_is_a_dash_in_its_column():
    text = perf.trials_table([{"engine": "ours", "lost": 12_345, "uncounted": None}])
    assert [line.split() for line in text.splitlines()] == [
        ["engine", "lost", "uncounted"],
        ["ours", "12,345", "-"],
    ]
