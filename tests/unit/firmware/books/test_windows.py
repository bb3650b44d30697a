"""Dose windows against a plain list of (instant, ng)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.books.packing import pack, unpack
from firmware.books.windows import AHEAD_MS, DoseRing, DoseWindows
from firmware.errors import SnapshotError

MINUTE_MS = 60_000
rings = st.sampled_from([(MINUTE_MS, 60), (5 * MINUTE_MS, 288)])
by_the_list = settings(max_examples=60)


@st.composite
def bookings(draw, most=40):
    """[(now_ms, until_ms, ng)]: stretches booked one after the other, each as far ahead as the pump
    may.
    """
    now_ms, until_ms, found = draw(st.integers(0, 10**12)), 0, []
    for _ in range(draw(st.integers(1, most))):
        now_ms += draw(
            st.one_of(
                st.integers(0, 10_000),
                st.integers(0, 20 * MINUTE_MS),
                st.sampled_from([0, 3_600_000, 90_000_000]),
            )
        )
        until_ms = max(until_ms, now_ms + draw(st.integers(0, 290_000)))
        if until_ms > now_ms + 290_000:
            until_ms = now_ms + 290_000
        found.append(
            (now_ms, max(until_ms, found[-1][1] if found else 0), draw(st.integers(0, 10**9)))
        )
    return found


def within(booked, from_ms):
    """What was booked to leave after from_ms, ahead of now or not."""
    return sum(ng for _, until_ms, ng in booked if until_ms > from_ms)


def bounds(booked, now_ms, bucket_ms, buckets):
    """(least, most) a window may say: all doses of the window and those booked ahead; and up to a
    bucket's worth of older ones.
    """
    return within(booked, now_ms - bucket_ms * buckets), within(
        booked, now_ms - bucket_ms * (buckets + 1) - 1
    )


@by_the_list
@given(rings, bookings())
def test_the_total_is_never_too_low_and_never_too_high_by_more_than_a_bucket(made, booked):
    bucket_ms, buckets = made
    ring = DoseRing(bucket_ms, buckets)
    for n, (now_ms, until_ms, ng) in enumerate(booked):
        ring.total_ng(now_ms)
        ring.book(until_ms, ng)
        least, most = bounds(booked[: n + 1], now_ms, bucket_ms, buckets)
        assert least <= ring.total_ng(now_ms) <= most


@by_the_list
@given(rings, bookings(most=15), st.lists(st.integers(0, 100 * MINUTE_MS), max_size=10))
def test_while_nothing_more_is_booked_each_dose_leaves_within_a_bucket_of_its_time(
    made, booked, waits
):
    bucket_ms, buckets = made
    ring = DoseRing(bucket_ms, buckets)
    for _, until_ms, ng in booked:
        ring.book(until_ms, ng)
    now_ms = booked[-1][0]
    for wait_ms in waits:
        now_ms += wait_ms
        least, most = bounds(booked, now_ms, bucket_ms, buckets)
        assert least <= ring.total_ng(now_ms) <= most
    assert ring.total_ng(booked[-1][1] + bucket_ms * (buckets + 1)) == 0


@by_the_list
@given(rings, st.integers(0, 10**6), st.integers(1, 10**9))
def test_a_bucket_counts_in_full_until_its_last_instant_has_left(made, number, ng):
    bucket_ms, buckets = made
    ring = DoseRing(bucket_ms, buckets)
    ring.book(number * bucket_ms, ng)  # the first instant of a bucket
    last_ms = (number + 1) * bucket_ms - 1
    assert ring.total_ng(last_ms + buckets * bucket_ms) == ng
    assert ring.total_ng(last_ms + buckets * bucket_ms + 1) == 0


@by_the_list
@given(rings, bookings(most=15), st.integers(0, 10**6))
def test_what_is_given_back_is_what_was_booked_last(made, booked, share):
    bucket_ms, buckets = made
    ring = DoseRing(bucket_ms, buckets)
    for _, until_ms, ng in booked:
        ring.book(until_ms, ng)
    now_ms = booked[-1][0]
    before = ring.total_ng(now_ms)
    back = before * share // 10**6
    ring.give_back(back)
    assert ring.total_ng(now_ms) == before - back
    left, kept = back, []
    for at_ms, until_ms, ng in reversed(booked):
        taken = min(left, ng)
        left -= taken
        kept.append((at_ms, until_ms, ng - taken))
    for later_ms in range(0, buckets * bucket_ms + 600_000, buckets * bucket_ms // 7):
        least, most = bounds(kept[::-1], now_ms + later_ms, bucket_ms, buckets)
        assert least <= ring.total_ng(now_ms + later_ms) <= most


# Over an outage


@by_the_list
@given(rings, bookings(), st.integers(0, 10**12))
def test_a_restored_window_holds_every_dose_and_no_time_has_passed(made, booked, restart_ms):
    """However long the outage was: each dose is as old as it was, and leaves when as much new time
    has gone by. It counts high by less than 1/1024, never low.
    """
    bucket_ms, buckets = made
    ring, again = DoseRing(bucket_ms, buckets), DoseRing(bucket_ms, buckets)
    for now_ms, until_ms, ng in booked:
        ring.total_ng(now_ms)
        ring.book(until_ms, ng)
    now_ms = booked[-1][0]
    snapshot = unpack(pack(ring.snapshot(now_ms)))
    again.check(snapshot)
    again.restore(snapshot, restart_ms)
    more_ng = ring.total_ng(now_ms) // 1024
    for later_ms in range(0, (buckets + 8) * bucket_ms, buckets * bucket_ms // 29 + 1):
        ng = ring.total_ng(now_ms + later_ms)
        assert ng <= again.total_ng(restart_ms + later_ms) <= ng + more_ng


@by_the_list
@given(rings, bookings(most=10), st.integers(0, 10**12), bookings(most=10))
@example(
    (MINUTE_MS, 60),
    [(0, 60_000, 1)],
    0,
    [(0, 0, 1), (60_001, 60_001, 0), (3_660_001, 3_660_001, 0)],
)
def test_after_a_restore_new_doses_add_up_with_the_old_ones(made, booked, restart_ms, more):
    """A new dose stays no shorter than it should, and no longer than that or than what was booked
    ahead before the outage.
    """
    bucket_ms, buckets = made
    ring, again = DoseRing(bucket_ms, buckets), DoseRing(bucket_ms, buckets)
    for _, until_ms, ng in booked:
        ring.book(until_ms, ng)
    again.restore(ring.snapshot(booked[-1][0]), restart_ms)
    old = again.total_ng(restart_ms)
    ahead_ms = (
        restart_ms // bucket_ms + booked[-1][1] // bucket_ms - booked[-1][0] // bucket_ms
    ) * bucket_ms
    begin_ms = more[0][0]
    moved = [
        (now_ms - begin_ms + restart_ms, until_ms - begin_ms + restart_ms, ng)
        for now_ms, until_ms, ng in more
    ]
    for n, (now_ms, until_ms, ng) in enumerate(moved):
        again.total_ng(now_ms)
        again.book(until_ms, ng)
        least, _ = bounds(moved[: n + 1], now_ms, bucket_ms, buckets)
        _, most = bounds(
            [(at_ms, max(until_ms, ahead_ms), ng) for at_ms, until_ms, ng in moved[: n + 1]],
            now_ms,
            bucket_ms,
            buckets,
        )
        assert least <= again.total_ng(now_ms) <= most + old


@pytest.mark.parametrize(
    "part",
    [
        {"newest": 300, "gone_ms": 0, "ng": b"\x05"},
        {"newest": -9, "gone_ms": 0, "ng": b"\x05"},
        {"newest": 0, "gone_ms": 300_000, "ng": b"\x05"},
        {"newest": 0, "gone_ms": -1, "ng": b"\x05"},
        {"newest": "0", "gone_ms": 0, "ng": b"\x05"},
        {"newest": 0, "gone_ms": 0.5, "ng": b"\x05"},
        {"newest": 0, "gone_ms": 0, "ng": b"\x80"},
        {"newest": 0, "gone_ms": 0, "ng": b"\x00" * 300 + b"\x01"},
        {"newest": 0, "gone_ms": 0, "ng": b"\xff" * 9 + b"\x01"},
        {"newest": 0, "gone_ms": 0, "ng": [5]},
        {"newest": 0, "gone_ms": 0, "ng": None},
        {"newest": 0, "gone_ms": 0},
        {"newest": 0, "ng": b""},
        {"gone_ms": 0, "ng": b""},
        [0],
        None,
        7,
        "text",
    ],
)
@pytest.mark.parametrize("window", ["hour", "day"])
def test_a_snapshot_that_cannot_be_is_refused(window, part):
    windows = DoseWindows()
    windows.book(60_000, 7)
    bad = windows.snapshot(60_000)
    bad[window] = part
    with pytest.raises(SnapshotError):
        windows.check(bad)
    assert windows.hour.total_ng(60_000) == 7


def test_motion_is_never_booked_further_ahead_than_a_window_can_hold():
    assert AHEAD_MS >= 290_000


@pytest.mark.parametrize(("bucket_ms", "buckets"), [(MINUTE_MS, 60), (5 * MINUTE_MS, 288)])
def test_a_thousand_power_ups_of_5_s_hold_a_dose_no_longer_than_one(bucket_ms, buckets):
    ring = DoseRing(bucket_ms, buckets)
    ring.book(7000, 100)
    now_ms = lived_ms = 12_345
    while ring.total_ng(now_ms):
        snapshot = ring.snapshot(now_ms)
        ring = DoseRing(bucket_ms, buckets)
        ring.restore(snapshot, 17)
        now_ms = 17 + 5000
        lived_ms += 5000
        assert lived_ms <= (buckets + 2) * bucket_ms
    assert lived_ms >= 7000 + buckets * bucket_ms
