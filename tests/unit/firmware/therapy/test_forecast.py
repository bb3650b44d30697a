"""The forecast along the program, against a walk minute by minute."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books.bolus_days import BolusDays
from firmware.errors import SnapshotError
from firmware.therapy import programs
from firmware.therapy.forecast import ms_until_used, units_within

MINUTE_MS, DAY_MS = 60_000, 86_400_000
ML, UL = 10**9, 10**6
rates = st.integers(0, 24 * ML)


# (left, alert, basal a day, boluses a day, whole days), uL
GOLDEN_DATES = (
    (40_000, 2_000, 150, 0, 253),
    (40_000, 0, 150, 0, 266),
    (40_000, 2_000, 150, 4 * 10, 200),
    (20_000, 3_000, 600, 3 * 40, 23),
)


# trace: G23, G24, G25
@pytest.mark.parametrize(("left", "alert", "basal", "boluses", "days"), GOLDEN_DATES)
def test_a_reservoir_lasts_the_whole_days_of_the_golden_rows(left, alert, basal, boluses, days):
    section = {"mode": "continuous", "rate_pl_per_day": basal * UL}
    program = programs.build(section, 6_000_000, 0)
    lasts_ms = ms_until_used(program, None, (left - alert) * UL, boluses * UL)
    assert lasts_ms // DAY_MS == days


def minute_by_minute(rate_at, wall_ms, volume_pl, extra, most_ms):
    """The first minute by which the volume is used, from a table of the rate at each minute of a
    week; None within most_ms.
    """
    left, at_ms = volume_pl * DAY_MS, 0
    while left > 0:
        if at_ms >= most_ms:
            return None
        left -= (rate_at((wall_ms + at_ms) // MINUTE_MS) + extra) * MINUTE_MS
        at_ms += MINUTE_MS
    return at_ms


def weekly_rates(section):
    """The rate of each minute of a week that begins on a Thursday, as 1970 did; own reading."""
    week = [0] * 10_080
    if section["mode"] == "weekly":
        days = [section["patterns"][section["days"][(3 + day) % 7]] for day in range(7)]
    else:
        days = [section["steps"]] * 7
    rate = days[6][-1][1]
    for day, steps in enumerate(days):
        marks = {start_s // 60: rate for start_s, rate in steps}
        for minute in range(1440):
            rate = marks.get(minute, rate)
            week[day * 1440 + minute] = rate
    return lambda minute: week[minute % 10_080]


@st.composite
def day_steps(draw):
    minutes = draw(st.lists(st.integers(0, 1439), min_size=1, max_size=6, unique=True))
    return [[minute * 60, draw(rates)] for minute in sorted(minutes)]


@st.composite
def sections(draw):
    if draw(st.booleans()):
        return {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": draw(day_steps())}
    patterns = {name: draw(day_steps()) for name in "ab"}
    days = draw(st.lists(st.sampled_from("ab"), min_size=7, max_size=7))
    return {"mode": "weekly", "safe_rate_pl_per_day": 0, "patterns": patterns, "days": days}


@settings(max_examples=150, deadline=None)
@given(
    sections(),
    st.integers(29_000_000, 30_000_000),
    st.integers(0, 20 * ML),
    st.sampled_from([0, 0, 200 * UL]),
)
def test_the_date_is_the_one_that_a_walk_minute_by_minute_finds(section, minute, volume_pl, extra):
    program = programs.build(section, 0, 0)
    found_ms = ms_until_used(program, minute * MINUTE_MS, volume_pl, extra)
    most_ms = 60 * DAY_MS
    owed_ms = minute_by_minute(weekly_rates(section), minute * MINUTE_MS, volume_pl, extra, most_ms)
    if owed_ms is None:
        assert found_ms is None or found_ms > most_ms - MINUTE_MS
    else:
        assert owed_ms - MINUTE_MS <= found_ms <= owed_ms


@settings(max_examples=100, deadline=None)
@given(sections(), st.integers(29_000_000, 30_000_000), st.integers(0, 30_000))
def test_what_a_program_delivers_within_a_time_is_the_sum_of_its_minutes(section, minute, minutes):
    rate_at = weekly_rates(section)
    owed = sum(rate_at(minute + n) for n in range(minutes)) * MINUTE_MS
    program = programs.build(section, 0, 0)
    assert units_within(program, minute * MINUTE_MS, minutes * MINUTE_MS) == owed


@pytest.mark.parametrize(
    ("section", "extra", "expected_ms"),
    [
        ({"mode": "stopped"}, 0, None),
        ({"mode": "stopped"}, UL, 1000 * DAY_MS),
        ({"mode": "minimum"}, 0, 100 * DAY_MS),
        ({"mode": "continuous", "rate_pl_per_day": 500 * UL}, 0, 2 * DAY_MS),
        ({"mode": "continuous", "rate_pl_per_day": 0}, 0, None),
        ({"mode": "flex", "safe_rate_pl_per_day": 0, "steps": [[0, 0]]}, 0, None),
    ],
)
def test_a_rate_that_never_changes_needs_no_walk(section, extra, expected_ms):
    program = programs.build(section, 10 * UL, 0)
    assert ms_until_used(program, 0, ML, extra) == expected_ms


def test_a_program_whose_clock_is_unset_goes_on_at_its_safe_rate():
    steps = [[0, 500 * UL], [43_200, 0]]
    section = {"mode": "flex", "safe_rate_pl_per_day": 100 * UL, "steps": steps}
    program = programs.build(section, 0, 0)
    assert ms_until_used(program, None, ML) == 10 * DAY_MS
    assert ms_until_used(program, 0, ML) == 7 * DAY_MS // 2  # the last of it on the fourth morning


def test_years_are_no_more_work_than_days():
    steps = [[n * 1800, 1 + n] for n in range(48)]  # a few pL a day
    walked = []

    class Counted(programs.Flex):
        def pieces(self, wall_ms):
            for piece in super().pieces(wall_ms):
                walked.append(piece)
                yield piece

    program = Counted({"mode": "flex", "safe_rate_pl_per_day": 0, "steps": steps}, 0, 0)
    assert ms_until_used(program, 7 * 3_600_000 + 5, 20 * ML) > 10**6 * DAY_MS
    assert len(walked) <= 2 * 49


bolus_lists = st.lists(
    st.tuples(st.integers(0, 20 * DAY_MS), st.integers(0, ML), st.booleans()), max_size=40
).map(sorted)


@given(bolus_lists, st.integers(0, 3 * DAY_MS), st.integers(0, ML))
def test_boluses_count_for_seven_days_and_the_day_at_the_edge_in_part(
    given_pl, later_ms, allowed_pl
):
    days = BolusDays()
    for at_ms, volume_pl, by_patient in given_pl:
        days.given(volume_pl, at_ms, by_patient)
    now_ms = (given_pl[-1][0] if given_pl else 0) + later_ms
    span_ms = min(7 * DAY_MS, max(DAY_MS, now_ms))
    today_ms = now_ms // DAY_MS * DAY_MS

    def bounds(*by):
        """The boluses that count in full, and those that count at all, a day."""
        recent = [(at, pl) for at, pl, by_patient in given_pl if by_patient in by]
        sure = sum(pl for at, pl in recent if at >= today_ms - 6 * DAY_MS)
        at_most = sum(pl for at, pl in recent if at >= today_ms - 7 * DAY_MS)
        return sure * DAY_MS // span_ms, at_most * DAY_MS // span_ms + 2

    least, most = bounds(False, True)
    assert least <= days.pl_per_day(now_ms) <= most
    others_least, others_most = bounds(False)
    mean = days.pl_per_day(now_ms, allowed_pl)
    assert max(least, others_least + allowed_pl) <= mean <= max(most, others_most + allowed_pl)


@given(bolus_lists, st.integers(0, 3 * DAY_MS))
def test_the_boluses_survive_a_restart(given_pl, later_ms):
    days, again = BolusDays(), BolusDays()
    for at_ms, volume_pl, by_patient in given_pl:
        days.given(volume_pl, at_ms, by_patient)
    now_ms = (given_pl[-1][0] if given_pl else 0) + later_ms
    snapshot = days.snapshot(now_ms)
    again.check(snapshot)
    again.restore(snapshot, 5)
    assert again.snapshot(5) == snapshot  # a restart rounds once
    for more_ms in (0, DAY_MS // 3, 5 * DAY_MS):
        assert again.pl_per_day(5 + more_ms) == days.pl_per_day(now_ms + more_ms)
        # Who asked for a bolus is kept by 63rds, and never less of the others.
        before = days.pl_per_day(now_ms + more_ms, ML)
        after = again.pl_per_day(5 + more_ms, ML)
        assert before <= after <= before + days.pl_per_day(now_ms + more_ms) // 63 + 2


def test_boluses_of_a_record_that_did_not_tell_the_patients_apart_were_others():
    days, again = BolusDays(), BolusDays()
    days.given(3 * ML, 0, by_patient=True)
    days.given(4 * ML, 2 * DAY_MS)
    snapshot = {"days": [[3 * ML], [0], [4 * ML]], "gone_ms": 0}
    again.check(snapshot)
    now_ms = 4 * DAY_MS
    again.restore(snapshot, 2 * DAY_MS)
    assert again.pl_per_day(now_ms) == days.pl_per_day(now_ms) == 7 * ML // 4
    assert again.pl_per_day(now_ms, ML) == 7 * ML // 4 + ML
    assert days.pl_per_day(now_ms, ML) == 4 * ML // 4 + ML


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"days": []},
        {"days": 7, "gone_ms": 0},
        {"days": [0], "gone_ms": 0},
        {"days": [[0, 0]] * 9, "gone_ms": 0},
        {"days": [[0], [0, 0]], "gone_ms": 0},
        {"days": [[1, 64]], "gone_ms": 0},
        {"days": [[0, 0]], "gone_ms": DAY_MS},
    ],
)
def test_a_record_of_boluses_that_cannot_be_is_refused(bad):
    with pytest.raises(SnapshotError, match=r"boluses|without its part"):
        BolusDays.check(bad)
