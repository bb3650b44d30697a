"""The monitor at its limits and for all numbers: the budget against fractions, the rotor against
the pulses. CPython only.
"""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware.books.epoch import Epoch
from firmware.guard import monitor
from firmware.guard.monitor import Budget, Follow
from firmware.units import MS_PER_DAY
from tests.rigs.gate import at_most

MARGIN = 10


def a_step_a_ms(now_ms=0, emitted_steps=0):
    """A budget that allows one step a millisecond from now_ms on."""
    budget = Budget(Epoch(1, 1))
    budget.begin(now_ms, emitted_steps)
    budget.permit(now_ms, MS_PER_DAY)
    return budget


def allowed(budget, now_ms, start_steps=0):
    """Steps allowed by now_ms; a count that runs backwards makes the budget tell them."""
    return budget.excess(now_ms, start_steps - 1)[1]


# ---- the budget ----------------------------------------------------------------------------------


def test_a_new_budget_allows_nothing_until_a_rate_is_permitted():
    budget = Budget(Epoch(1, 1))
    assert allowed(budget, 10**9) == 0
    budget = Budget(Epoch(1, 1))
    budget.permit(0, MS_PER_DAY)
    assert [allowed(budget, ms) for ms in (0, 1, 5)] == [0, 1, 5]
    assert Budget(Epoch(1, 1)).excess(0, MARGIN) is None
    assert Budget(Epoch(1, 1)).excess(0, MARGIN + 1) == (MARGIN + 1, 0)


def test_a_budget_is_the_floor_of_rate_times_time():
    budget = Budget(Epoch(10_000_000, 3200))
    budget.permit(0, 500_000_000)  # 50 turns a day: a step in 540 ms
    assert [allowed(budget, ms) for ms in (539, 540, 1079, 1080, MS_PER_DAY)] == [
        0,
        1,
        1,
        2,
        160_000,
    ]


def test_a_step_is_allowed_when_the_whole_of_it_is():
    budget = Budget(Epoch(1, 1))
    budget.permit(0, MS_PER_DAY - 1)  # in 1 ms all of a step but its smallest part
    assert [allowed(budget, ms) for ms in (1, 2, 3)] == [0, 1, 2]


def test_a_rate_holds_from_its_instant_until_the_next():
    budget = Budget(Epoch(1, 1))
    for at_ms, rate in ((100, 2), (200, 0), (300, 5), (300, 1)):
        budget.permit(at_ms, rate * MS_PER_DAY)
    assert [allowed(budget, ms) for ms in (100, 101, 200, 250, 300, 310)] == [
        0,
        2,
        200,
        200,
        200,
        210,
    ]


def test_looking_once_is_as_good_as_looking_often():
    budget = Budget(Epoch(1, 1))
    for at_ms, rate in ((100, 2), (200, 0), (300, 5)):
        budget.permit(at_ms, rate * MS_PER_DAY)
    assert allowed(budget, 310) == 250


def test_what_is_allowed_but_no_whole_step_yet_is_carried_over():
    budget = Budget(Epoch(3, 1))  # a step in 3 ms
    budget.permit(0, MS_PER_DAY)
    assert [allowed(budget, ms) for ms in range(7)] == [0, 0, 0, 1, 1, 1, 2]
    budget.permit(7, 2 * MS_PER_DAY)
    assert [allowed(budget, ms) for ms in (7, 8, 9, 10)] == [2, 3, 3, 4]


def test_a_new_run_begins_with_nothing():
    budget = Budget(Epoch(3, 1))
    budget.permit(0, MS_PER_DAY)
    budget.permit(50, 9 * MS_PER_DAY)
    assert allowed(budget, 5) == 1
    budget.begin(40, 1000)
    assert allowed(budget, 100, 1000) == 0
    budget.permit(100, MS_PER_DAY)
    assert [allowed(budget, ms, 1000) for ms in (102, 103)] == [0, 1]
    assert budget.excess(103, 1000 + 1 + MARGIN) is None
    assert budget.excess(103, 1000 + 1 + MARGIN + 1) == (MARGIN + 2, 1)


def test_changes_that_are_revoked_do_not_come():
    budget = a_step_a_ms()
    budget.permit(10, 0)
    budget.permit(20, 5 * MS_PER_DAY)
    budget.revoke(19)
    assert allowed(budget, 100) == 10


def test_a_change_that_has_come_is_not_revoked():
    budget = Budget(Epoch(1, 1))
    budget.permit(10, MS_PER_DAY)
    budget.permit(11, 0)
    budget.revoke(10)
    assert allowed(budget, 100) == 90


@pytest.mark.parametrize(("beyond", "within"), at_most(MARGIN))
def test_ten_steps_more_than_allowed_are_borne_and_no_eleventh(beyond, within):
    assert monitor.OVER_MARGIN_STEPS == MARGIN
    assert a_step_a_ms().excess(100, 100 + beyond) == (None if within else (100 + beyond, 100))
    assert a_step_a_ms(5000, 70).excess(5100, 170 + beyond) == (
        None if within else (100 + beyond, 100)
    )


def test_a_motor_that_turns_backwards_is_seen():
    assert a_step_a_ms(0, 70).excess(100, 70) is None
    assert a_step_a_ms(0, 70).excess(100, 69) == (-1, 100)


rates = some.one_of(
    some.integers(0, 3),
    some.integers(0, 24 * 10**9),
    some.integers(0, 40).map(lambda n: n * MS_PER_DAY),
)
steps_of_time = some.one_of(some.integers(0, 3), some.integers(0, 10**7))
calibrations = some.tuples(
    some.sampled_from([1, 3, 7, 10**7, 9_973_211]), some.sampled_from([1, 3, 200, 3200, 12_800])
)


@given(
    calibrations,
    some.integers(0, 10**6),
    some.lists(some.tuples(steps_of_time, rates, some.booleans()), max_size=12),
)
def test_the_budget_is_the_floor_of_the_exact_demand(calibration, start_ms, changes):
    pl_per_rev, steps_per_rev = calibration
    budget = Budget(Epoch(pl_per_rev, steps_per_rev))
    budget.begin(start_ms, 0)
    now_ms, rate, exact = start_ms, 0, Fraction(0)
    for after_ms, next_rate, look in changes:
        now_ms += after_ms
        exact += Fraction(rate * after_ms * steps_per_rev, pl_per_rev * MS_PER_DAY)
        rate = next_rate
        budget.permit(now_ms, rate)
        if look:
            assert allowed(budget, now_ms) == floor(exact)
    exact += Fraction(rate * 1000 * steps_per_rev, pl_per_rev * MS_PER_DAY)
    assert allowed(budget, now_ms + 1000) == floor(exact)


# ---- the rotor -----------------------------------------------------------------------------------

STALL = 40


def follow(emitted=0, counts=0):
    """As many counts as steps in a turn."""
    made = Follow(STALL, 3200, 3200)
    made.begin(emitted, counts)
    return made


def test_a_new_look_compares_from_nothing():
    assert Follow(STALL, 3200, 3200).lag(STALL, 0, STALL) == (STALL, 0)
    assert Follow(STALL, 3200, 3200).stall_steps == STALL


@pytest.mark.parametrize(("emitted", "stalled"), [(39, False), (40, True), (41, True)])
def test_forty_steps_without_motion_are_a_stall(emitted, stalled):
    assert follow().lag(emitted, 0, emitted) == ((emitted, 0) if stalled else None)
    assert follow(1000, 500).lag(1000 + emitted, 500, 1000 + emitted) == (
        (emitted, 0) if stalled else None
    )


@pytest.mark.parametrize(
    ("moved", "stalled"), [(0, True), (19, True), (20, False), (21, False), (40, False)]
)
def test_less_than_half_of_the_motion_is_a_stall(moved, stalled):
    assert follow().lag(40, moved, 40) == ((40, moved) if stalled else None)


@pytest.mark.parametrize(("moved", "stalled"), [(20, True), (21, False)])
def test_half_of_an_odd_number_of_steps_is_rounded_against_the_rotor(moved, stalled):
    assert follow().lag(41, moved, 41) == ((41, moved) if stalled else None)


# trace: GIP 1.8.1
def test_a_rotor_that_turns_backwards_is_stalled():
    assert follow().lag(40, -1, 40) == (40, -1)


def test_steps_are_gathered_until_they_tell():
    rotor = follow()
    assert [rotor.lag(emitted, 0, emitted) for emitted in (10, 20, 39)] == [None, None, None]
    assert rotor.lag(40, 0, 40) == (40, 0)
    assert rotor.lag(41, 0, 41) == (41, 0)


def test_what_is_left_out_counts_on_neither_side():
    rotor = follow()
    assert rotor.lag(30, 0, 30) is None
    rotor.leave_out(1000, 900)
    assert rotor.lag(1039, 900, 1039) is None
    assert rotor.lag(1040, 900, 1040) == (40, 0)
    rotor.leave_out(7, 20)
    assert rotor.lag(1047, 920, 1047) == (40, 0)
    assert rotor.lag(1047, 940, 1047) is None


def test_where_the_rotor_follows_the_next_look_starts():
    rotor = follow()
    assert rotor.lag(30, 15, 30) is None  # half of it: from here on
    assert rotor.lag(69, 15, 69) is None
    assert rotor.lag(70, 15, 70) == (40, 0)
    assert rotor.lag(70, 35, 70) is None
    assert rotor.lag(110, 36, 110) == (40, 1)


def test_motion_without_pulses_is_no_credit_for_later():
    rotor = follow()
    assert rotor.lag(0, 1000, 0) is None
    assert rotor.lag(40, 1000, 40) == (40, 0)


def test_counts_are_turned_into_steps_and_rounded_down():
    rotor = Follow(STALL, 4096, 3200)  # 1.28 counts a step
    assert rotor.lag(40, 25, 40) == (40, 19)
    assert rotor.lag(40, 26, 40) is None


@given(
    some.integers(1, 100),
    some.sampled_from([1, 100, 4096]),
    some.sampled_from([200, 3200]),
    some.data(),
)
def test_a_rotor_that_makes_all_steps_is_never_stalled_and_one_that_makes_none_always_is(
    stall_steps, counts_per_rev, steps_per_rev, data
):
    rotor = Follow(
        max(stall_steps, 2 * steps_per_rev // counts_per_rev + 2), counts_per_rev, steps_per_rev
    )
    emitted = 0
    for steps in data.draw(some.lists(some.integers(0, 500), max_size=10)):
        emitted += steps
        assert rotor.lag(emitted, -(-emitted * counts_per_rev // steps_per_rev), emitted) is None
    counts = -(-emitted * counts_per_rev // steps_per_rev)
    assert (
        rotor.lag(emitted + rotor.stall_steps, counts, emitted + rotor.stall_steps)[0]
        >= rotor.stall_steps
    )


def test_pulses_that_leave_while_the_rotor_is_read_are_no_lag_at_the_next_look():
    """44 of 88 steps a second leave during a slow reading, and the rotor has followed them."""
    rotor = follow()
    assert rotor.lag(10, 54, 54) is None
    assert rotor.lag(97, 97, 97) is None
    late = follow()
    assert late.lag(10, 54, 10) is None  # as if the count before the reading were the base
    assert late.lag(54, 55, 54) == (44, 1)


def test_another_limit_holds_from_the_next_look_on_and_forgets_no_step():
    rotor = follow()
    assert rotor.lag(39, 0, 39) is None
    rotor.adopt(30)
    assert rotor.stall_steps == 30
    assert rotor.lag(39, 0, 39) == (39, 0)
    rotor.adopt(50)
    assert rotor.lag(49, 0, 49) is None
    assert rotor.lag(50, 0, 50) == (50, 0)
