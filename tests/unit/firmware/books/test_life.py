"""The life of a tube set: dates, stages, and since when they are signalled, against the calendar of
CPython.
"""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books.life import EOS, ERI, FORESEEN_FROM_MS, HEARD_MS, SOUND, Life
from firmware.errors import SnapshotError
from firmware.settings import Settings
from firmware.therapy.revision import Revision
from firmware.therapy.wall_clock import WallClock
from host_sim.machine.clock import SimClock
from tests.rigs.recorded_pump import made_pump_config

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
EPOCH = date(1970, 1, 1)


def number(there):
    return (there - EPOCH).days


def seconds(year, month, day, hour=0):
    return int(datetime(year, month, day, hour, tzinfo=timezone.utc).timestamp())


class Counts:
    """What of the ledger is asked for."""

    emitted_steps = unexplained_steps = 0


class Set:
    """A tube set in use; `now_ms` is the pump's time."""

    def __init__(self, wall_s=None, steps_per_rev=3200, **service):
        self.ledger, self.now_ms = Counts(), 0
        self.clock = WallClock(SimClock(), Revision())
        if wall_s is not None:
            self.clock.set(wall_s, 0)
        self.settings = settings_of(steps_per_rev, **service)
        self.life = Life(self.ledger, self.clock, self.settings, 0)

    def at(self, ms, revs=None):
        """Looked at so late, after so many revolutions; (stage, in force)."""
        self.now_ms = ms
        if revs is not None:
            self.ledger.emitted_steps = revs * 3200
        self.life.look(ms)
        return self.life.stage, self.life.in_force

    def dates(self):
        """As dates of the calendar."""
        return tuple(
            None if day is None else EPOCH + timedelta(days=day)
            for day in self.life.dates(self.now_ms)
        )

    def after_outage(self, wall_s=None):
        """The same after a power cut."""
        other = Set(wall_s)
        other.ledger, other.settings = self.ledger, self.settings
        other.life = Life(other.ledger, other.clock, other.settings, 0)
        snapshot = self.life.snapshot(self.now_ms)
        other.life.check(snapshot)
        other.life.restore(snapshot, 0)
        return other


def settings_of(steps_per_rev=3200, first_use=None, **service):
    if first_use is not None:
        service["first_use_day"] = number(first_use)
    return Settings(made_pump_config(steps_per_rev=steps_per_rev, service=service))


def by_calendar(first_use, months=84, **service):
    made = Set(seconds(first_use.year, first_use.month, first_use.day, 9), **service)
    made.settings = settings_of(first_use=first_use, tube_months=months, **service)
    made.life.adopt(made.settings, 0)
    made.at(0)
    return made


# The calendar


# trace: G29, G30
@pytest.mark.parametrize(
    ("first_use", "eri", "eos"),
    [
        (date(2025, 3, 15), date(2031, 12, 16), date(2032, 3, 15)),
        (date(2024, 2, 29), date(2030, 11, 30), date(2031, 2, 28)),
    ],
)
def test_the_golden_dates(first_use, eri, eos):
    assert by_calendar(first_use).dates() == (eri, eos)


# trace: G31
@pytest.mark.parametrize(("pl_per_day", "revs"), [(150_000_000, 38_351), (900_000_000, 230_108)])
def test_the_golden_revolutions_of_seven_years(pl_per_day, revs):
    made, seven_years_ms = Set(), 7 * 1461 * DAY_MS // 4
    steps = pl_per_day * seven_years_ms * 3200 // (10_000_000 * DAY_MS)
    made.ledger.emitted_steps = steps
    assert (steps + 1600) // 3200 == revs, "the table rounds to the nearest"
    assert made.life.revs() == steps // 3200


@given(
    first_use=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    months=st.integers(1, 240),
    worn_at=st.none() | st.integers(1, 4000),
    per_day=st.integers(0, 200),
    days=st.lists(st.integers(1, 400), max_size=12),
)
def test_eri_is_never_later_than_90_days_before_eos_and_dates_only_move_earlier(
    first_use, months, worn_at, per_day, days
):
    made = by_calendar(first_use, months, tube_revs=worn_at)
    calendar_eos = first_use.replace(day=1)
    for _ in range(months):
        calendar_eos = (calendar_eos + timedelta(days=32)).replace(day=1)
    last = ((calendar_eos + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    calendar_eos = calendar_eos.replace(day=min(first_use.day, last))
    at_day, before = 0, date.max
    for more in days:
        at_day += more
        made.at(at_day * DAY_MS, revs=per_day * at_day)
        eri, eos = made.dates()
        assert eri == eos - timedelta(days=90)
        assert eos <= calendar_eos
        today = first_use + timedelta(days=at_day)
        assert eos <= before or before - timedelta(days=90) <= today
        before = eos


# trace: S22.1
@given(first_use=st.dates(date(2000, 1, 1), date(2099, 12, 31)), months=st.integers(1, 240))
def test_an_unset_clock_gives_no_date(first_use, months):
    made = Set()
    made.life.adopt(settings_of(first_use=first_use, tube_months=months), 0)
    assert made.at(0) == (SOUND, False)
    assert made.dates() == (None, None)


# trace: S22.1
def test_nothing_stated_is_nothing_watched():
    made = Set(seconds(2026, 1, 5))
    assert made.at(0, revs=10**6) == (SOUND, False)
    assert made.dates() == (None, None) and made.life.due_ms > 1 << 50


def test_stages_come_on_the_midnights_of_their_dates():
    made = by_calendar(date(2025, 3, 15))
    eri_ms = (date(2031, 12, 16) - date(2025, 3, 15)).days * DAY_MS - 9 * HOUR_MS
    assert made.life.due_ms == eri_ms
    assert made.at(eri_ms - 1) == (SOUND, False)
    assert made.at(eri_ms) == (ERI, False)
    assert made.at(eri_ms + 90 * DAY_MS - 1) == (ERI, False)
    assert made.at(eri_ms + 90 * DAY_MS) == (EOS, True)


# Wear


def test_wear_makes_it_due_with_the_revolution_and_eos_is_90_days_later():
    made = Set(seconds(2026, 1, 5), tube_revs=100)
    assert made.at(DAY_MS, revs=99) == (SOUND, False)
    assert made.life.due_ms == DAY_MS + HOUR_MS
    assert made.at(2 * DAY_MS, revs=100) == (ERI, False)
    assert made.dates() == (date(2026, 1, 7), date(2026, 4, 7))
    assert made.at(92 * DAY_MS - 1) == (ERI, False)
    assert made.at(92 * DAY_MS) == (EOS, True)
    assert made.dates() == (date(2026, 1, 7), date(2026, 4, 7))


def test_unexplained_turns_wear_it_too():
    made = Set(tube_revs=100)
    made.ledger.unexplained_steps = 100 * 3200
    assert made.at(0) == (ERI, False)


# trace: S22.3
def test_the_forecast_of_wear_begins_after_30_days_and_only_moves_earlier():
    made = Set(seconds(2026, 1, 1), tube_revs=1000)
    made.at(FORESEEN_FROM_MS - 1, revs=300)
    assert made.dates() == (None, None)
    made.at(30 * DAY_MS, revs=300)  # 10 a day
    assert made.dates()[0] == date(2026, 1, 31) + timedelta(days=70)
    made.at(60 * DAY_MS, revs=300)  # at rest since: 5 a day
    assert made.dates()[0] == date(2026, 1, 31) + timedelta(days=70)
    made.at(80 * DAY_MS, revs=960)  # 12 a day
    assert made.dates()[0] == date(2026, 3, 22) + timedelta(days=3)
    made.at(90 * DAY_MS, revs=960)  # that day has come, and it was wrong
    assert made.dates()[0] == date(2026, 4, 1) + timedelta(days=3)


# trace: S22.3
def test_a_corrected_clock_moves_the_forecast_along():
    made = Set(seconds(2025, 1, 1), tube_revs=1000)
    made.at(30 * DAY_MS, revs=300)
    made.clock.set(seconds(2026, 1, 31), 30 * DAY_MS)
    made.life.clock_set(365 * 86_400)
    made.at(30 * DAY_MS)
    assert made.dates()[0] == date(2026, 1, 31) + timedelta(days=70)


def test_a_head_with_other_microsteps_counts_on_rounded_up():
    made = Set(tube_revs=100)
    made.ledger.emitted_steps = 99 * 3200 + 1
    made.life.adopt(settings_of(steps_per_rev=200, tube_revs=100), 0)
    assert made.life.revs() == 100
    made.ledger.emitted_steps += 399
    assert made.life.revs() == 101


# What a wrong clock does, and an outage


def test_a_wrong_clock_alarms_and_is_not_in_force():
    made = by_calendar(date(2025, 3, 15))
    made.clock.set(seconds(2050, 1, 1), 0)
    assert made.at(0) == (EOS, False)
    assert made.at(90 * DAY_MS - 1) == (EOS, False)
    made.clock.set(seconds(2025, 6, 13), 90 * DAY_MS - 1)
    assert made.at(90 * DAY_MS - 1) == (SOUND, False)
    made.clock.set(seconds(2050, 1, 1), 90 * DAY_MS)
    assert made.at(90 * DAY_MS) == (EOS, False)  # it counts anew


def test_an_outage_counts_nothing_and_an_unset_clock_changes_no_stage():
    made = by_calendar(date(2025, 3, 15))
    made.clock.set(seconds(2031, 12, 20), 0)
    made.at(0)
    assert made.at(50 * DAY_MS) == (ERI, False)
    again = made.after_outage()
    assert again.at(0) == (ERI, False) and again.dates() == (None, None)
    assert again.at(40 * DAY_MS - 1) == (ERI, False)
    assert again.at(40 * DAY_MS) == (EOS, True)


def test_what_is_kept_is_the_same_after_an_outage():
    made = Set(seconds(2026, 1, 5), tube_revs=100)
    made.at(DAY_MS, revs=100)
    made.life.replaced(20_000, 7, 2 * DAY_MS)
    made.at(40 * DAY_MS, revs=130)
    again = made.after_outage()
    assert again.life.snapshot(0) == made.life.snapshot(40 * DAY_MS)
    assert again.life.first_use_day() == 20_000 and again.life.revs() == 37


@pytest.mark.parametrize("name", ["age_ms", "per_rev", "stage", "first_use", "worn_s", "eri_ms"])
@pytest.mark.parametrize("value", [-1 << 60, "1", True, [1], 1 << 60])
def test_a_damaged_record_is_refused(name, value):
    made = Set()
    with pytest.raises(SnapshotError, match=r"life\." + name):
        made.life.check(dict(made.life.snapshot(0), **{name: value}))


@pytest.mark.parametrize("name", ["age_ms", "per_rev", "stage", "first_use", "eri_ms"])
def test_only_a_date_lies_below_zero(name):
    made = Set()
    kept = dict(made.life.snapshot(0), worn_s=-1)  # the clock was set back to 1970
    made.life.check(kept)
    with pytest.raises(SnapshotError, match=r"life\." + name):
        made.life.check(dict(kept, **{name: -1}))


# Another set


def test_another_set_begins_anew_with_what_it_has_turned():
    made = Set(seconds(2026, 1, 5), tube_revs=100)
    made.at(DAY_MS, revs=100)
    made.life.replaced(number(date(2026, 1, 6)), 90, DAY_MS)
    assert made.at(DAY_MS) == (SOUND, False) and made.dates() == (None, None)
    assert made.at(2 * DAY_MS, revs=110) == (ERI, False)


def test_its_first_use_holds_until_a_configuration_states_another():
    made = by_calendar(date(2025, 3, 15))
    made.life.replaced(number(date(2026, 1, 31)), 0, 0)
    made.life.adopt(made.settings, 0)
    assert made.dates()[1] == date(2033, 1, 31)
    made.life.adopt(settings_of(first_use=date(2026, 5, 1), tube_months=84), 0)
    assert made.dates()[1] == date(2033, 5, 1)


# What follows


@pytest.mark.parametrize("at_eos", ["keep", "minimum", "stop"])
def test_only_in_force_it_does_what_at_eos_says(at_eos):
    made = Set(tube_revs=1, at_eos=at_eos)
    made.at(0, revs=1)
    assert not made.life.stops() and not made.life.lowers()
    made.at(90 * DAY_MS)
    assert made.life.stops() == (at_eos == "stop")
    assert made.life.lowers() == (at_eos == "minimum")
    assert made.life.heard(90 * DAY_MS + HEARD_MS) == (at_eos != "keep")


def test_it_is_heard_for_ten_minutes_a_day_and_looks_come_then():
    made = Set(tube_revs=1)
    made.at(5, revs=1)
    heard = []
    while made.now_ms < 3 * DAY_MS:
        if made.life.heard(made.now_ms) != (heard[-1][1] if heard else None):
            heard.append((made.now_ms - 5, made.life.heard(made.now_ms)))
        made.at(made.life.due_ms)
    assert heard[:4] == [
        (0, True),
        (HEARD_MS, False),
        (DAY_MS, True),
        (DAY_MS + HEARD_MS, False),
    ]
