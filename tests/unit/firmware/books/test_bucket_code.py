"""Buckets of a window in few bytes: never low, hardly high, and no more bytes than the bound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books import bucket_code
from firmware.books.packing import Reader, put_numbers
from firmware.errors import SnapshotError

PLACES = (3, 61, 68, 289, 292)
few = settings(max_examples=40)
NUMBERS = st.integers(0, 3) | st.integers(0, 60_000) | st.integers(0, 10**13)


@st.composite
def windows(draw):
    """(places, numbers): as many at most, with runs of equal ones."""
    places, numbers = draw(st.sampled_from(PLACES)), []
    while len(numbers) < places and draw(st.integers(0, 7)):
        numbers += [draw(NUMBERS)] * draw(st.integers(1, places // 2))
    return places, numbers[:places]


def put(places, numbers, total=None):
    data = bytearray()
    bucket_code.put(data, numbers, places, sum(numbers) if total is None else total)
    return bytes(data)


def read(data):
    return list(bucket_code.read(Reader(data)))


def sums(numbers, places):
    """From the newest bucket to each older one: what is left as time goes."""
    padded = numbers + [0] * (places - len(numbers))
    return [sum(padded[: count + 1]) for count in range(places)]


@few
@given(windows(), st.integers(0, 10**6))
def test_a_window_is_never_low_and_high_by_less_than_a_1024th_now_and_later(made, beyond):
    places, numbers = made
    total = sum(numbers) + beyond
    again = read(put(places, numbers, total))
    assert len(again) <= places
    for was, now in zip(sums(numbers, places), sums(again, places), strict=True):
        assert was <= now <= was + total // 1024
        assert now == was or total >= 2048


@few
@given(windows())
def test_power_ups_between_which_nothing_leaves_add_nothing_once_it_is_rounded(made):
    places, numbers = made
    once = read(put(places, numbers))
    twice = read(put(places, once))  # rounded up, it may need a larger unit
    assert sum(numbers) <= sum(once) <= sum(twice)
    assert read(put(places, twice)) == twice


@pytest.mark.parametrize("steps", [1, 465, 100_000])
def test_in_a_thousand_power_ups_each_adds_less_than_a_1024th_of_the_window(steps):
    """Of 5 s each: twelve to a minute."""
    places, numbers, left, added = 61, [0], [0], 0
    for power_up in range(1000):
        if power_up % 12 == 0:
            numbers, left = [0, *numbers][:places], [0, *left][:places]
        numbers[0] += steps
        left[0] += steps
        again = read(put(places, numbers))
        assert sum(numbers) <= sum(again) <= sum(numbers) * 1025 // 1024
        added += sum(again) - sum(numbers)
        numbers = again + [0] * (len(numbers) - len(again))
        # What was added stands in newer buckets, and leaves with them.
        assert sum(left) <= sum(numbers) <= sum(left) + added
    assert (added > 0) == (sum(left) >= 2048)


@few
@given(windows(), st.integers(0, 10**6))
def test_the_code_takes_no_more_bytes_than_its_bound(made, beyond):
    places, numbers = made
    assert len(put(places, numbers, sum(numbers) + beyond)) <= bucket_code.most_bytes(places)


@pytest.mark.parametrize("places", PLACES)
def test_the_bound_is_reached_but_for_a_byte_or_two(places):
    numbers = [2047 - places + 1] + [1] * (places - 1)
    assert bucket_code.most_bytes(places) - len(put(places, numbers)) <= 2 + places // 32


def test_a_day_of_292_buckets_is_at_most_180_bytes_and_an_hour_of_68_at_most_61():
    assert [bucket_code.most_bytes(places) for places in (292, 68)] == [180, 61]


def test_an_empty_window_is_two_bytes_and_nothing_behind_the_oldest_dose_is_written():
    assert len(put(292, [])) == len(put(292, [0] * 292)) == 2
    assert read(put(292, [0, 7] + [0] * 200)) == [0, 7]


@given(st.binary(max_size=30))
def test_any_bytes_are_buckets_or_a_snapshot_error(data):
    try:
        assert all(number >= 0 for number in read(data))
    except SnapshotError:
        pass


@few
@given(windows(), st.data())
def test_a_code_that_is_cut_short_never_brings_other_buckets(made, data):
    places, numbers = made
    packed = put(places, numbers)
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    again = read(packed)
    try:
        assert read(cut) == again[: len(read(cut))]
    except SnapshotError:
        pass


@pytest.mark.parametrize("head", [(65, 0), (0, 65)])
def test_a_unit_that_no_count_has_is_refused(head):
    data = bytearray()
    put_numbers(data, head)
    with pytest.raises(SnapshotError, match="buckets of 2"):
        read(bytes(data))


@pytest.mark.parametrize("behind", [b"\xff\xff", b"\x01"])
def test_ones_that_no_code_ends_with_are_refused(behind):
    data = bytearray()
    put_numbers(data, (0, 8))
    with pytest.raises(SnapshotError, match="ends too soon"):
        read(bytes(data) + behind)
