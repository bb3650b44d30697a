"""The reservoir by the books."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books.level_switch import BELIEVED, DISBELIEVED, NEVER_MS
from firmware.books.reservoir import Reservoir
from firmware.errors import SnapshotError

MINUTE_MS = 60_000
ML = 10**9
books = settings(max_examples=200)
SECTION = {
    "capacity_pl": 20 * ML,
    "fill_pl": 18 * ML,
    "low_pl": 2 * ML,
    "residual_pl": ML // 2,
    "level_tolerance_pl": ML // 10,
    "level_belief_ppt": 300,
}
volumes = st.integers(0, 20 * ML)


def made_reservoir(emitted_pl=0, **changes):
    return Reservoir({**SECTION, **changes}, emitted_pl)


@books
@given(st.integers(0, 10**14), st.lists(st.tuples(volumes, volumes), min_size=1, max_size=10))
def test_what_is_left_is_the_last_fill_less_what_was_emitted_since(emitted_pl, refills):
    reservoir = made_reservoir(emitted_pl)
    for fill_pl, pumped_pl in refills:
        reservoir.refill(fill_pl, emitted_pl)
        emitted_pl += pumped_pl
        assert reservoir.left_pl(emitted_pl) == fill_pl - pumped_pl
        assert reservoir.usable_pl(emitted_pl) == fill_pl - pumped_pl - ML // 2
        assert reservoir.delivered_pl(emitted_pl) == pumped_pl


def closed_at(pumped_pl, **changes):
    """A reservoir whose switch closed when so much was delivered, and has been so for a minute."""
    reservoir = made_reservoir(**changes)
    reservoir.look_at_level(True, pumped_pl, 0)
    assert reservoir.look_at_level(True, pumped_pl, MINUTE_MS)
    return reservoir


@books
@given(st.integers(1, 20 * ML), st.integers(0, 999), st.integers(0, ML))
def test_the_switch_is_believed_within_its_tolerance_and_a_share_of_what_was_delivered(
    pumped_pl, belief_ppt, tolerance_pl
):
    reservoir = closed_at(pumped_pl, level_belief_ppt=belief_ppt, level_tolerance_pl=tolerance_pl)
    off_pl = abs(16 * ML - pumped_pl)
    believed = off_pl <= tolerance_pl + Fraction(belief_ppt * pumped_pl, 1000)
    assert reservoir.level.verdict == (BELIEVED if believed else DISBELIEVED)
    assert reservoir.level.disagrees(pumped_pl) == (not believed)
    assert reservoir.level.low


# trace: S16.4
@books
@given(st.integers(0, 20 * ML), st.integers(0, 1000))
def test_a_switch_that_stays_open_disagrees_where_one_that_closed_there_would(pumped_pl, belief):
    still_open = made_reservoir(level_belief_ppt=belief)
    late = pumped_pl > 16 * ML and not still_open.believes(pumped_pl)
    assert still_open.level.disagrees(pumped_pl) == late


# trace: S16.2
@books
@given(st.integers(1, 20 * ML))
def test_each_step_counts_by_so_much_more_as_the_switch_closed_early(pumped_pl):
    reservoir = closed_at(pumped_pl)
    books_pl = 18 * ML - ML // 2 - pumped_pl
    if reservoir.level.verdict == DISBELIEVED:
        assert reservoir.usable_pl(pumped_pl) == books_pl and not reservoir.by_level()
        assert reservoir.level_left_pl(pumped_pl) is None
        return
    ratio = max(1, Fraction(16 * ML, pumped_pl)) if 16 * ML > pumped_pl + ML // 10 else 1
    by_level_pl = (2 * ML - ML // 10 - ML // 2) / Fraction(ratio) // 1
    assert reservoir.usable_pl(pumped_pl) == min(books_pl, by_level_pl)
    assert reservoir.by_level() == (by_level_pl < books_pl)
    assert reservoir.least_left_pl(pumped_pl) == min(books_pl, by_level_pl) + ML // 2
    assert reservoir.left_pl(pumped_pl) == 18 * ML - pumped_pl  # the books stay as they are


def test_a_switch_that_trips_within_its_tolerance_of_the_residual_leaves_nothing():
    reservoir = closed_at(16 * ML, level_tolerance_pl=3 * ML)
    assert reservoir.usable_pl(16 * ML) == 0


def test_a_float_that_bobs_counts_from_where_it_closed_first():
    reservoir = closed_at(15 * ML)
    usable_pl = reservoir.usable_pl(15 * ML)
    for closed, ms in ((False, 1), (True, 2), (True, MINUTE_MS)):
        reservoir.look_at_level(closed, 15 * ML + 1000, 2 * MINUTE_MS + ms)
    assert reservoir.usable_pl(15 * ML) == usable_pl


levels = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2 * ML), st.integers(1, 40 * MINUTE_MS)), max_size=14
)


@books
@given(levels, st.integers(0, 9 * MINUTE_MS), st.booleans(), volumes)
def test_what_the_switch_has_told_survives_a_restart(looks, rest_ms, closed, refilled_pl):
    reservoir, again = made_reservoir(), made_reservoir()
    now_ms = emitted_pl = 0
    for n, (is_closed, pumped_pl, ms) in enumerate(looks):
        now_ms, emitted_pl = now_ms + ms, emitted_pl + pumped_pl
        reservoir.look_at_level(is_closed, emitted_pl, now_ms)
        if n == 7:
            reservoir.refill(refilled_pl, emitted_pl, now_ms)
    snapshot = reservoir.snapshot(now_ms)
    again.check(snapshot)
    again.restore(snapshot, 0)
    for later_ms in (0, rest_ms, rest_ms + 6 * MINUTE_MS):
        reservoir.look_at_level(closed, emitted_pl, now_ms + later_ms)
        again.look_at_level(closed, emitted_pl, later_ms)
        assert again.snapshot(later_ms) == reservoir.snapshot(now_ms + later_ms)
        assert again.usable_pl(emitted_pl) == reservoir.usable_pl(emitted_pl)
        assert again.look_at_pl == reservoir.look_at_pl
        assert again.level.due_ms - later_ms == reservoir.level.due_ms - now_ms - later_ms or (
            again.level.due_ms == reservoir.level.due_ms == NEVER_MS
        )


@pytest.mark.parametrize("name", ["closed", "verdict", "at_pl", "openings", "since_fill_ms"])
@pytest.mark.parametrize("bad", [-1, None, 1 << 70])
def test_a_record_of_the_switch_that_cannot_be_is_refused(name, bad):
    snapshot = made_reservoir().snapshot(0)
    snapshot["level"][name] = bad
    with pytest.raises(SnapshotError, match="reservoir.level " + name):
        made_reservoir().check(snapshot)


def test_other_thresholds_leave_what_the_switch_has_told():
    reservoir = closed_at(14 * ML)
    assert reservoir.by_level()
    reservoir.adopt({**SECTION, "residual_pl": ML})
    assert reservoir.by_level() and reservoir.level.verdict == BELIEVED
    assert reservoir.usable_pl(14 * ML) == 9 * ML // 10 * 14 // 16


@books
@given(st.integers(0, 10**14), volumes, volumes)
def test_after_a_restart_as_much_is_left(emitted_pl, fill_pl, pumped_pl):
    reservoir, again = made_reservoir(), made_reservoir()
    reservoir.refill(fill_pl, emitted_pl)
    again.check(reservoir.snapshot(0))
    again.restore(reservoir.snapshot(0), 0)
    assert again.left_pl(emitted_pl + pumped_pl) == fill_pl - pumped_pl


@pytest.mark.parametrize("fill_pl", [-1, True, 1.5, None])
def test_a_snapshot_with_a_fill_that_cannot_be_is_refused(fill_pl):
    with pytest.raises(
        SnapshotError, match=r"reservoir.fill_pl .* allowed is a whole number from 0"
    ):
        made_reservoir().check({"fill_pl": fill_pl, "emitted_at_fill_pl": 0})
