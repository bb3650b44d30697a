"""The monitor's window of steps, against a plain list of (bucket, steps)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books import bucket_code
from firmware.books.packing import put_number
from firmware.errors import SnapshotError
from firmware.guard.step_window import Window

BUCKET_MS, BUCKETS = 1000, 5

events = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 100)), min_size=1, max_size=40
)  # (ms until then, steps)


def same(steps):
    return steps


def packed(gone_ms, *numbers):
    data = bytearray()
    put_number(data, gone_ms)
    bucket_code.put(data, numbers, BUCKETS + 1, sum(numbers))
    return bytes(data)


def played(window, course):
    """[(ms, steps)] of a course, put into the window as they come."""
    now_ms, rows = 0, []
    for after_ms, steps in course:
        now_ms += after_ms
        window.turn(now_ms)
        window.add(steps)
        rows.append((now_ms, steps))
    return rows


def within(rows, now_ms):
    """Steps of the bucket of now and of the BUCKETS before it."""
    now = now_ms // BUCKET_MS
    return sum(steps for ms, steps in rows if now - ms // BUCKET_MS <= BUCKETS)


@given(events, st.integers(0, 20_000))
def test_a_step_counts_until_its_whole_bucket_has_left(course, later_ms):
    window = Window(BUCKET_MS, BUCKETS)
    rows = played(window, course)
    assert window.total_steps == within(rows, rows[-1][0])
    window.turn(rows[-1][0] + later_ms)
    assert window.total_steps == within(rows, rows[-1][0] + later_ms)


def test_a_new_window_is_empty_and_begins_at_0():
    window = Window(BUCKET_MS, BUCKETS)
    assert (window.bucket_ms, window.total_steps, window.snapshot(17, 0)) == (
        BUCKET_MS,
        0,
        packed(17),
    )
    window.add(3)
    window.turn((BUCKETS + 1) * BUCKET_MS - 1)
    assert window.total_steps == 3
    window.turn((BUCKETS + 1) * BUCKET_MS)
    assert window.total_steps == 0


@given(events, st.integers(-50_000, 50_000), st.integers(0, 10_000), st.integers(0, 50))
def test_a_restored_window_lets_go_of_a_step_when_it_would_have(course, then_ms, later_ms, more):
    window, again = Window(BUCKET_MS, BUCKETS), Window(BUCKET_MS, BUCKETS)
    rows = played(window, course)
    now_ms = rows[-1][0]
    snapshot = window.snapshot(now_ms, more)
    again.check(snapshot)
    again.restore(snapshot, then_ms, same)
    assert again.total_steps == window.total_steps + more
    assert again.over_ms - then_ms == window.over_ms - now_ms
    again.turn(then_ms + later_ms)
    assert again.total_steps == within([*rows, (now_ms, more)], now_ms + later_ms)


@pytest.mark.parametrize(("now_ms", "over_ms"), [(0, 1000), (1, 1000), (999, 1000), (1000, 2000)])
def test_a_bucket_is_over_at_its_end(now_ms, over_ms):
    window = Window(BUCKET_MS, BUCKETS)
    window.turn(now_ms)
    assert window.over_ms == over_ms


def test_a_snapshot_has_the_newest_bucket_first_and_ends_with_the_oldest_that_holds_any():
    window = Window(BUCKET_MS, BUCKETS)
    window.add(7)
    window.turn(2 * BUCKET_MS)
    window.add(300)
    assert window.snapshot(2 * BUCKET_MS, 0) == packed(0, 300, 0, 7)
    assert window.snapshot(2 * BUCKET_MS + 5, 11) == packed(5, 311, 0, 7)
    assert window.snapshot(3 * BUCKET_MS, 2) == packed(0, 2, 300, 0, 7)
    assert window.snapshot(8 * BUCKET_MS, 0) == packed(0)


def test_what_was_there_before_a_restore_is_gone():
    window = Window(BUCKET_MS, BUCKETS)
    played(window, [(0, 5), (1000, 6), (1000, 7)])
    window.restore(packed(600, 1, 2), 9500, lambda steps: 10 * steps)
    assert window.total_steps == 30
    assert window.snapshot(9899, 0) == packed(999, 10, 20)
    window.turn(8900 + (BUCKETS + 1) * BUCKET_MS - 1)
    assert window.total_steps == 10
    window.turn(8900 + (BUCKETS + 1) * BUCKET_MS)
    assert window.total_steps == 0


def test_steps_of_another_volume_are_scaled_in_each_bucket():
    window = Window(BUCKET_MS, BUCKETS)
    played(window, [(0, 5), (1000, 6)])
    window.scale(lambda steps: 2 * steps + 1)
    assert window.snapshot(1000, 0) == packed(0, 13, 11, 1, 1, 1, 1)
    assert window.total_steps == 13 + 11 + 4


def test_a_snapshot_that_is_not_packed_or_has_a_bucket_too_many_is_refused():
    window = Window(BUCKET_MS, BUCKETS)
    window.check(packed(BUCKET_MS - 1, *range(1, BUCKETS + 2)))
    window.check(packed(0))
    with pytest.raises(SnapshotError, match="number of buckets of the monitor"):
        window.check(packed(0, *range(1, BUCKETS + 3)))
    with pytest.raises(SnapshotError, match="age of the monitor's bucket"):
        window.check(packed(BUCKET_MS))
    with pytest.raises(SnapshotError):
        window.check(b"")
    with pytest.raises(SnapshotError, match="not packed"):
        window.check([1, 2])
