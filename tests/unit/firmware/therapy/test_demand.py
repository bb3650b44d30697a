"""Demand: program and bolus together, against their tables read millisecond by millisecond."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.therapy import programs
from firmware.therapy.demand import Demand
from firmware.therapy.overlays import BOLUS, by_time
from firmware.therapy.revision import Revision
from firmware.therapy.wall_clock import WallClock
from host_sim.machine.clock import SimClock
from tests.rigs.owed import basal_by_calendar, table_instants
from tests.rigs.recorded_pump import DAY_MS, HOUR_MS, MONDAY_S
from tests.rigs.therapies import programs as random_programs

MINIMUM, MOST = 6_000_000, 24 * 10**9
by_the_table = settings(max_examples=50)
plans = st.tuples(
    random_programs(MOST, 0, 4000),
    st.one_of(
        st.none(), st.integers(0, 8 * 86_400)
    ),  # the clock at the start of the axis: unset, or s after a Monday
    st.one_of(
        st.none(),
        st.tuples(st.integers(1, 10**10), st.integers(1, 5_000_000), st.integers(0, 3_000_000)),
    ),  # bolus
)


def made_demand(plan, now_ms=0):
    program, wall_after_s, bolus = plan
    clock = SimClock()
    clock.advance_to(now_ms)
    revision = Revision()
    wall = WallClock(clock, revision)
    if wall_after_s is not None:
        wall.set(MONDAY_S + wall_after_s, now_ms)
    demand = Demand(wall, programs.build(program, MINIMUM, 0), revision)
    if bolus is not None:
        demand.overlays.start(by_time(BOLUS, *bolus), 0)
    return demand


def basal_at(plan, at_ms):
    program, wall_after_s, _ = plan
    return basal_by_calendar(
        program, MINIMUM, None if wall_after_s is None else (MONDAY_S + wall_after_s) * 1000 + at_ms
    )


def changes_between(plan, from_ms, to_ms):
    """The instants at which program or bolus may change, by the tables."""
    program, wall_after_s, bolus = plan
    wall_ms = 0 if wall_after_s is None else (MONDAY_S + wall_after_s) * 1000
    found = (
        set()
        if wall_after_s is None
        else {at - wall_ms for at in table_instants(program, wall_ms + from_ms, wall_ms + to_ms)}
    )
    if bolus is not None and from_ms < bolus[2] + bolus[1] < to_ms:
        found.add(bolus[2] + bolus[1])
    return sorted(found)


def exact_basal_pl_ms(plan, from_ms, to_ms):
    marks = [from_ms, *changes_between((*plan[:2], None), from_ms, to_ms), to_ms]
    return sum(basal_at(plan, at) * (to - at) for at, to in zip(marks, marks[1:]))


@by_the_table
@given(plans, st.integers(0, 5_000_000))
def test_it_wants_what_program_and_bolus_want_together(plan, after_ms):
    demand = made_demand(plan)
    _, _, bolus = plan
    at_ms = after_ms + (bolus[2] if bolus else 0)
    demand.look(at_ms)
    assert demand.basal_pl_per_day == basal_at(plan, at_ms)
    runs = bolus is not None and at_ms < bolus[2] + bolus[1]
    assert demand.overlay_pl_per_day == (bolus[0] * DAY_MS // bolus[1] if runs else 0)


@by_the_table
@given(plans)
def test_each_announced_change_is_one_and_none_is_left_out(plan):
    demand = made_demand(plan)
    at_ms = plan[2][2] if plan[2] else 0
    end_ms = at_ms + 2 * DAY_MS
    expected, seen = changes_between(plan, at_ms, end_ms), []
    while True:
        demand.look(at_ms)
        at_ms = demand.until_ms
        if at_ms >= end_ms:
            break
        seen.append(at_ms)
    assert seen == expected


@by_the_table
@given(plans, st.lists(st.integers(0, 2 * DAY_MS), max_size=20))
def test_what_it_says_of_an_instant_does_not_hang_on_what_was_asked_before(plan, instants):
    demand = made_demand(plan)
    for at_ms in instants:
        demand.look(at_ms)
        assert demand.basal_pl_per_day == basal_at(plan, at_ms)


@by_the_table
@given(
    plans, st.integers(0, DAY_MS), st.integers(1, 2 * DAY_MS), st.sampled_from([HOUR_MS, DAY_MS])
)
def test_the_basal_committed_is_exact_within_a_window_and_never_too_little_beyond_it(
    plan, from_ms, duration_ms, window_ms
):
    committed_pl = made_demand(plan).committed_basal_pl(from_ms, duration_ms, window_ms)
    if duration_ms <= window_ms:
        assert committed_pl == -(
            -Fraction(exact_basal_pl_ms(plan, from_ms, from_ms + duration_ms), DAY_MS) // 1
        )
    else:
        for n in range(8):
            start = from_ms + (duration_ms - window_ms) * n // 7
            assert committed_pl >= Fraction(
                exact_basal_pl_ms(plan, start, start + window_ms), DAY_MS
            )


@by_the_table
@given(plans, st.integers(0, DAY_MS), st.integers(1, 2 * DAY_MS))
def test_the_highest_basal_of_a_time_to_come_is_the_highest_in_the_table(
    plan, from_ms, duration_ms
):
    marks = [from_ms, *changes_between((*plan[:2], None), from_ms, from_ms + duration_ms)]
    assert made_demand(plan).highest_basal(from_ms, duration_ms) == max(
        basal_at(plan, at) for at in marks
    )
