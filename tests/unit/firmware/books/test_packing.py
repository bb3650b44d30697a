"""Values of a snapshot as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books import packing
from firmware.books.names import RECORD_NAMES
from firmware.errors import SnapshotError

PLAIN = st.none() | st.integers() | st.text(max_size=20) | st.binary(max_size=20)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was_packed(value):
    try:
        assert packing.unpack(packing.pack(value)) == value
    except SnapshotError as error:
        assert "nested more than 8 deep" in str(error)


@given(st.binary(max_size=40))
def test_any_other_bytes_are_a_value_or_a_snapshot_error(data):
    try:
        packing.unpack(data)
    except SnapshotError:
        pass


@given(VALUES, st.data())
def test_a_value_that_is_cut_short_is_a_snapshot_error(value, data):
    packed = packing.pack(value)
    with pytest.raises(SnapshotError):
        packing.unpack(packed[: data.draw(st.integers(0, len(packed) - 1))])


@given(VALUES, st.binary(min_size=1, max_size=3))
def test_bytes_behind_a_value_are_a_snapshot_error(value, more):
    with pytest.raises(SnapshotError):
        packing.unpack(packing.pack(value) + more)


def test_the_order_of_an_object_does_not_show():
    assert packing.pack({"a": 1, "b": 2}) == packing.pack({"b": 2, "a": 1})


@pytest.mark.parametrize(("value", "size"), [(0, 1), (15, 1), (16, 2), (-1, 1), (None, 1), ([], 1)])
def test_small_values_take_one_byte(value, size):
    assert len(packing.pack(value)) == size


@pytest.mark.parametrize("value", [1.5, True, object()])
def test_what_no_snapshot_holds_is_refused(value):
    with pytest.raises(TypeError):
        packing.pack(value)


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="use text"):
        packing.pack({1: 2})


def test_a_known_name_takes_a_byte_or_two_and_an_unknown_one_its_text():
    assert len(packing.pack({"hour": 1, "origin": 2, "my_own": 3})) == 1 + 2 + 3 + 8
    assert len(set(RECORD_NAMES)) == len(RECORD_NAMES)


def test_a_text_that_is_a_known_name_takes_no_more_bytes_than_its_number():
    for name in RECORD_NAMES:
        assert len(packing.pack(name)) <= 2
        assert packing.unpack(packing.pack([name, name + "s"])) == [name, name + "s"]


def test_a_name_of_a_later_firmware_is_a_part_that_nobody_knows():
    data = bytearray([3 << 2 | 3])
    packing.put_number(data, len(RECORD_NAMES) << 1)
    data.extend(bytes([5 << 3, RECORD_NAMES.index("hour") << 1, 7 << 3]))
    assert packing.unpack(bytes(data)) == {"?%d" % len(RECORD_NAMES): 5, "hour": 7}


@given(
    st.integers(0, 4).flatmap(
        lambda width: st.lists(st.lists(st.integers(), min_size=width, max_size=width), max_size=9)
    )
    | st.lists(st.integers() | st.lists(st.integers(), max_size=2), max_size=6)
)
def test_rows_of_numbers_come_back_as_they_were_packed(rows):
    assert packing.unpack(packing.pack(rows)) == rows


def test_rows_that_resemble_each_other_take_the_bytes_of_their_differences():
    ages = [86_000_000 - n * 1_800_000 for n in range(48)]
    assert len(packing.pack(ages)) <= 3 + 5 + 47 * 4
    assert len(packing.pack([[n, 1_000_000_000, 7] for n in range(20)])) <= 3 + 8 + 19 * 3


def test_rows_wider_than_what_follows_are_a_snapshot_error():
    with pytest.raises(SnapshotError, match="ends too soon"):
        packing.unpack(bytes([3 << 2 | 2, 100, 0, 0, 0]))


def test_a_value_that_is_nested_too_deep_is_a_snapshot_error():
    value = {"a": 1}
    for _ in range(7):
        value = [value]
    assert packing.unpack(packing.pack(value)) == value
    with pytest.raises(SnapshotError, match="more than 8 deep"):
        packing.unpack(packing.pack([value]))


def test_text_that_is_not_utf_8_is_a_snapshot_error():
    with pytest.raises(SnapshotError, match="UTF-8"):
        packing.unpack(bytes([1 << 4 | 1, 0xFF]))
