"""What setting the clock changes, as it is shown before: held to what the simulated pump then gives
in the 24 h that follow.
"""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clepsydra.amounts import dose_text
from clepsydra.prescription.clock_outlook import (
    clock_of,
    given_pl,
    life_rows,
    pieces,
    program_rows,
    set_to,
)
from clepsydra.prescription.outlook import outlook
from tests.rigs.pump import HOUR_MS, MONDAY_S, UL, Bench
from tests.story.test_clock import FLEX

DAY_MS = 24 * HOUR_MS
WEEKLY = {
    "mode": "weekly",
    "safe_rate_pl_per_day": 300 * UL,
    "patterns": {"work": FLEX["steps"], "rest": [[9 * 3600, 100 * UL], [9 * 3600 + 60, 700 * UL]]},
    "days": ["work", "rest", "work", "work", "work", "rest", "rest"],
}
shifts = st.tuples(st.integers(-86_400, 86_400), st.sampled_from([None, *range(-14, 15)]))


def set_the_clock(bench, by_s, offset_h):
    """Set it, by so much from what is true; (what was shown before of the 24 h to come, of what
    program).
    """
    raw = bench.status()
    wall_s = MONDAY_S + 40 * 86_400 + raw["now_ms"] // 1000 + by_s
    offset_s = raw["offset_s"] if offset_h is None else offset_h * 3600
    config = bench.pump.settings.config
    shown, meant = set_to(raw, wall_s, offset_s), outlook(config["program"], config)
    rows = program_rows(clock_of(raw), shown, meant)
    bench.ok("set_clock", wall_s=wall_s, offset_s=offset_s, confirm_jump=1)
    by_pump = clock_of(bench.status())
    for ms in (0, HOUR_MS, DAY_MS):
        assert by_pump.local_ms(ms) == shown.local_ms(ms)
    return shown, meant, rows


@settings(max_examples=15)
@given(st.sampled_from([FLEX, WEEKLY]), st.booleans(), shifts, shifts, st.integers(0, 600))
def test_what_is_shown_of_the_next_24_h_is_what_the_pump_then_gives(
    program, is_set, first, second, minutes
):
    bench = Bench(program=program, wall_s=MONDAY_S if is_set else None)
    set_the_clock(bench, *first)
    bench.run_for(minutes=minutes)
    at_ms, before = bench.pump.hal.clock.now_ms(), bench.emitted()
    shown, meant, rows = set_the_clock(bench, *second)
    bench.run_for(hours=24)
    foreseen = list(pieces(shown, meant))
    changes = [(at_ms + b[0], b[1]) for a, b in zip(foreseen, foreseen[1:]) if a[1] != b[1]]
    given = [(e.at_ms, e.b) for e in bench.events("RATE", since_ms=at_ms + 1)]
    assert [one for one in given if one[0] < at_ms + DAY_MS] == changes
    gave_pl = (bench.emitted() - before) * 3125
    assert abs(gave_pl - given_pl(shown, meant)) <= 2 * 3125
    assert rows[-1][2] == dose_text(given_pl(shown, meant) * meant.conc_ng_per_ml // 10**9)


# trace: S23.2
def test_steps_and_dose_of_24_h_are_shown_before_and_after_a_journey():
    """At 08:30, two hours to the west: 22:00 comes two hours later, and 08:00 does not come again
    today.
    """
    bench = Bench(program=FLEX)
    bench.run_for(hours=8, minutes=30)
    raw, config = bench.status(), bench.pump.settings.config
    meant = outlook(config["program"], config)
    rows = program_rows(clock_of(raw), set_to(raw, raw["wall_s"], -2 * 3600), meant)
    night, day = "400 ug/d = 0.2 mL/d", "1200 ug/d = 0.6 mL/d"
    # 14 h at 50 and 10 h at 16 2/3 ug/h; 15.5 h and 8.5 h
    assert rows == [
        ("gives at once", day, day, "-"),
        (f"step 22:00 {night}", "Mon 5 Jan 2026 20:00", "Mon 5 Jan 2026 22:00", "moved"),
        (f"step 00:00 {night}", "Mon 5 Jan 2026 22:00", "Tue 6 Jan 2026 00:00", "moved"),
        (f"step 08:00 {day}", "Tue 6 Jan 2026 06:00", "not in 24 h", "moved"),
        ("next 24 h", "866.7 ug", "916.7 ug", "+5.8 %"),
    ]


def test_a_program_that_does_not_go_by_the_clock_has_nothing_to_show():
    bench = Bench(500 * UL)
    raw, config = bench.status(), bench.pump.settings.config
    meant = outlook(config["program"], config)
    assert program_rows(clock_of(raw), set_to(raw, raw["wall_s"], 7200), meant) == []


# trace: S22.2
@pytest.mark.parametrize(
    ("revs", "by_days", "moved"),
    [(2000, -400, -400), (2000, 900, 2557 - 90 - 1760 - 31), (None, 900, 0)],
)
def test_dates_of_the_tube_set_are_shown_before_and_after_a_jump_as_the_pump_has_them(
    revs, by_days, moved
):
    """In use for 1760 of 2557 days by the calendar; worn on the 31st day, where turns count."""
    first_day = MONDAY_S // 86_400 - 1760
    service = {"tube_revs": revs, "tube_months": 84, "first_use_day": first_day}
    bench = Bench(24_000 * UL, service=service, reservoir={"capacity_pl": 10**12})
    bench.run_for(days=31)
    raw = bench.status()
    rows = life_rows(raw, raw["wall_s"] + by_days * 86_400, bench.pump.settings.config)
    reply = bench.ok("set_clock", wall_s=raw["wall_s"] + by_days * 86_400, confirm_jump=1)
    assert reply["after"]["eri_day"] - raw["eri_day"] == moved
    for row, key in zip(rows, ("eri_day", "eos_day")):
        dates = [date.fromordinal(719_163 + reply[when][key]) for when in ("before", "after")]
        assert row[1:3] == tuple(f"{day:%a} {day.day} {day:%b %Y}" for day in dates)
        assert row[3] == ("moved" if moved else "-")
