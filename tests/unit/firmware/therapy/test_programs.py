"""Programs against a brute-force reading of their tables by the calendar."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firmware.therapy import programs
from tests.rigs.owed import basal_by_calendar
from tests.rigs.recorded_pump import DAY_MS, MONDAY_S
from tests.rigs.therapies import flex_steps

MOST = 24 * 10**9
MINIMUM = 6_000_000
rates = st.one_of(st.sampled_from([0, MOST]), st.integers(0, MOST))
by_the_table = settings(max_examples=50)
instants = st.one_of(
    st.integers(0, 4 * 10**12),
    st.integers(0, 8 * DAY_MS).map(lambda ms: MONDAY_S * 1000 + ms),
    st.builds(
        lambda day, ms: day * DAY_MS + ms,
        st.integers(0, 30_000),
        st.sampled_from([-1, 0, 1, 999, 1000]),
    ).filter(lambda ms: ms >= 0),
)


@st.composite
def patterned(draw):
    """A flex program of up to 48 steps, or a weekly one."""
    table = flex_steps(
        rates,
        draw(st.sampled_from([0, 43_200, 86_000])),
        3600,
        most=draw(st.sampled_from([2, 6, 48])),
    )
    if draw(st.booleans()):
        return {"mode": "flex", "safe_rate_pl_per_day": draw(rates), "steps": draw(table)}
    names = draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=7, max_size=7))
    return {
        "mode": "weekly",
        "safe_rate_pl_per_day": draw(rates),
        "patterns": {name: draw(table) for name in sorted(set(names))},
        "days": names,
    }


def built(program):
    return programs.build(program, MINIMUM, 0)


@by_the_table
@given(patterned(), instants)
def test_the_rate_is_what_the_table_says(program, wall_ms):
    assert built(program).rate_at(wall_ms)[0] == basal_by_calendar(program, MINIMUM, wall_ms)


@by_the_table
@given(patterned(), instants)
def test_the_rate_holds_up_to_the_millisecond_of_the_next_entry(program, wall_ms):
    rate, lasts_ms = built(program).rate_at(wall_ms)
    assert 1 <= lasts_ms <= 7 * DAY_MS
    next_ms = wall_ms + lasts_ms
    assert next_ms % 1000 == 0 and is_entry(program, next_ms)
    for ms in {wall_ms + lasts_ms * n // 7 for n in range(7)} | {next_ms - 1}:
        assert basal_by_calendar(program, MINIMUM, ms) == rate
    assert not any(
        is_entry(program, ms) for ms in entries_near(program, wall_ms) if wall_ms < ms < next_ms
    )


def is_entry(program, wall_ms):
    return wall_ms in entries_near(program, wall_ms - 1)


def entries_near(program, wall_ms):
    """Every instant of an entry on the day of wall_ms, the day before and the eight days after."""
    found = set()
    for day in range(wall_ms // DAY_MS - 1, wall_ms // DAY_MS + 9):
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
        steps = (
            program["steps"]
            if program["mode"] == "flex"
            else program["patterns"][program["days"][weekday]]
        )
        found |= {day * DAY_MS + start_s * 1000 for start_s, _ in steps}
    return found


@by_the_table
@given(patterned(), instants)
def test_following_the_announced_changes_through_a_fortnight_never_misses_one(program, wall_ms):
    assume(program["mode"] == "weekly" or len(program["steps"]) < 20)
    end_ms, seen = wall_ms + 8 * DAY_MS, set()
    at_ms = wall_ms
    while True:
        at_ms += built(program).rate_at(at_ms)[1]
        if at_ms > end_ms:
            break
        seen.add(at_ms)
    assert seen == {ms for ms in entries_near(program, wall_ms) if wall_ms < ms <= end_ms}


@by_the_table
@given(patterned())
def test_without_a_clock_the_declared_safe_rate_holds_for_good(program):
    assert built(program).needs_clock
    assert built(program).rate_at(None) == (program["safe_rate_pl_per_day"], None)


@pytest.mark.parametrize("wall_ms", [None, 0, MONDAY_S * 1000 + 1])
@pytest.mark.parametrize(
    ("program", "rate"),
    [
        ({"mode": "stopped"}, 0),
        ({"mode": "minimum"}, MINIMUM),
        ({"mode": "continuous", "rate_pl_per_day": 7}, 7),
        ({"mode": "continuous", "rate_pl_per_day": 0}, 0),
    ],
)
def test_a_program_of_one_rate_needs_no_clock_and_never_changes(program, rate, wall_ms):
    assert not built(program).needs_clock
    assert built(program).rate_at(wall_ms) == (rate, None)


# By hand, so that the calendar is not the only witness

FLEX = {"mode": "flex", "safe_rate_pl_per_day": 5, "steps": [[6 * 3600, 10], [22 * 3600, 20]]}


@pytest.mark.parametrize(
    ("hour", "rate", "lasts_h"),
    [(0, 20, 6), (5, 20, 1), (6, 10, 16), (21, 10, 1), (22, 20, 8), (23, 20, 7)],
)
def test_before_the_first_step_of_the_day_the_last_one_of_yesterday_goes_on(hour, rate, lasts_h):
    assert built(FLEX).rate_at((MONDAY_S + hour * 3600) * 1000) == (rate, lasts_h * 3_600_000)


def test_on_monday_morning_sundays_last_rate_goes_on():
    patterns = {"work": [[3600, 1], [7200, 2]], "rest": [[3600, 3], [7200, 4]]}
    program = {
        "mode": "weekly",
        "safe_rate_pl_per_day": 0,
        "patterns": patterns,
        "days": ["work"] * 5 + ["rest"] * 2,
    }
    week = built(program)
    assert week.rate_at(MONDAY_S * 1000) == (4, 3_600_000)
    assert week.rate_at((MONDAY_S + 3600) * 1000) == (1, 3_600_000)
    assert week.rate_at((MONDAY_S + 7 * 86_400 - 1) * 1000) == (4, 3_601_000)
    assert week.rate_at((MONDAY_S + 5 * 86_400) * 1000) == (2, 3_600_000)
    assert week.rate_at((MONDAY_S - 1) * 1000)[0] == 4


def test_one_step_holds_all_day_and_is_announced_once_a_day():
    program = {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": [[0, 9]]}
    assert built(program).rate_at(MONDAY_S * 1000) == (9, DAY_MS)
    assert built(program).rate_at(MONDAY_S * 1000 - 1) == (9, 1)
