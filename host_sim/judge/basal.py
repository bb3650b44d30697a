"""The oracle's own reading of a program: the calendar, day by day. CPython only.

    rate, next_step_ms = basal(program, min_rate_pl_per_day, wall_ms)

Rates are pL/day, instants of civil time are ms since 1970-01-01 00:00. It shares no code with
firmware/therapy/programs.py.
"""

from collections.abc import Iterator
from datetime import date

MS_PER_DAY = 86_400_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
WEEK = 7


def basal(program: dict, min_rate_pl_per_day: int, wall_ms: int | None) -> tuple[int, int | None]:
    """(rate, wall ms of the next step or None) of a program at an instant of civil time, None while
    that is unset. The calendar is read day by day.
    """
    mode = program["mode"]
    if mode == "stopped":
        return 0, None
    if mode == "minimum":
        return min_rate_pl_per_day, None
    if mode == "continuous":
        return program["rate_pl_per_day"], None
    if wall_ms is None:
        return program["safe_rate_pl_per_day"], None
    today = wall_ms // MS_PER_DAY
    # A week may hold a single step, so that the last and the next lie up to a week away.
    begun = (
        rate
        for day in range(today, today - WEEK - 1, -1)
        for at_ms, rate in reversed(list(_steps_of(program, day)))
        if at_ms <= wall_ms
    )
    to_come = (
        at_ms
        for day in range(today, today + WEEK + 1)
        for at_ms, _ in _steps_of(program, day)
        if at_ms > wall_ms
    )
    return next(begun), next(to_come)


def _steps_of(program: dict, day: int) -> Iterator[tuple[int, int]]:
    """(wall ms, rate) of each step of a day, counted from 1970-01-01."""
    if program["mode"] == "flex":
        steps = program["steps"]
    else:
        weekday = date.fromordinal(EPOCH_DAY + day).weekday()
        steps = program["patterns"][program["days"][weekday]]
    return ((day * MS_PER_DAY + start_s * 1000, rate) for start_s, rate in steps)
