"""The bytes of events: what is read is what was written, and a rate that goes back and forth takes
four of them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import events
from firmware.books.event_code import Deltas
from firmware.books.packing import Reader
from firmware.errors import SnapshotError

NUMBERS = st.one_of(st.integers(-5, 5), st.integers(-(10**18), 10**18))
ENTRIES = st.tuples(
    st.integers(0, 10**12),
    st.one_of(st.none(), st.integers(-(10**12), 10**13)),
    st.integers(1, 30),
    NUMBERS,
    NUMBERS,
    NUMBERS,
)


def encoded(entries):
    out, deltas = bytearray(), Deltas()
    for entry in entries:
        deltas.encode(out, entry)
    return bytes(out)


@given(entries=st.lists(ENTRIES))
def test_what_is_read_is_what_was_written(entries):
    reader, deltas = Reader(encoded(entries)), Deltas()
    assert [deltas.decode(reader) for _ in entries] == entries
    assert reader.at_end()


@given(entries=st.lists(ENTRIES, max_size=5), more=st.lists(ENTRIES, max_size=5))
def test_a_copy_goes_its_own_way(entries, more):
    out, deltas = bytearray(), Deltas()
    for entry in entries:
        deltas.encode(out, entry)
    tried, own = bytearray(), Deltas(deltas)
    for entry in reversed(more):
        own.encode(tried, entry)
    for entry in more:
        deltas.encode(out, entry)
    assert bytes(out) == encoded(entries + more)


def test_every_code_fits():
    codes = [value for name, value in vars(events).items() if name.isupper()]
    assert 0 < min(codes)
    assert max(codes) < 0x80


def test_a_rate_that_goes_back_and_forth_takes_four_bytes():
    wanted, held = 500_000_000, 24_000_000
    entries = [
        (n * 300_000, None, events.RATE, wanted, (wanted, held)[n % 2], n % 2 * 5)
        for n in range(10)
    ]
    assert len(encoded(entries)) - len(encoded(entries[:-1])) == 4


def test_bytes_that_end_too_soon_are_told():
    data = encoded([(300_000, 1000, events.RATE, 1, 2, 3)])
    for size in range(len(data)):
        with pytest.raises(SnapshotError):
            Deltas().decode(Reader(data[:size]))


def test_what_is_as_before_comes_back_too():
    entries = [(at_ms, None, 7, 4, 5, 6) for at_ms in (10, 20, 15)]
    reader, deltas = Reader(encoded(entries)), Deltas()
    assert [deltas.decode(reader) for _ in entries] == entries
