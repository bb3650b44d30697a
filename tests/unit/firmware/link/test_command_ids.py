"""The ids of commands: what is kept, and that a damaged record is refused before it is restored."""

import copy
import hashlib

import pytest

from firmware.books import packing
from firmware.errors import SnapshotError
from firmware.link import refusals
from firmware.link.command_ids import KEPT, Bolus, CommandIds, Done, digest_of


def ids_of(*numbers):
    ids = CommandIds()
    for number in numbers:
        ids.keep(Done(number, number * 7, 0, number * 1000))
    ids.bolus_accepted(Bolus(3, 3000, 25_000_000, 600_000))
    return ids


def test_the_digest_is_the_first_8_bytes_of_sha_256():
    assert digest_of(b"payload") == int(hashlib.sha256(b"payload").hexdigest()[:16], 16)


def test_the_last_16_are_known_and_no_other():
    ids = ids_of(*range(1, KEPT + 5))
    assert [number for number in range(40) if ids.find(number)] == list(range(5, KEPT + 5))
    assert ids.find(9) == Done(9, 63, 0, 9000)


def test_a_snapshot_comes_back_with_instants_of_the_new_power_up():
    snapshot = ids_of(3, 4).snapshot(10_000)
    ids = CommandIds()
    ids.check(snapshot)
    ids.restore(snapshot, 500)
    assert ids.find(4) == Done(4, 28, 0, 500 - 6000)
    assert ids.last_bolus == Bolus(3, 500 - 7000, 25_000_000, 600_000)
    assert ids.snapshot(500) == snapshot


def test_a_snapshot_without_a_bolus_comes_back():
    ids = CommandIds()
    ids.check(CommandIds().snapshot(5))
    ids.restore(CommandIds().snapshot(5), 9)
    assert ids.last_bolus is None


def row(number=1, digest=2, result=0, age_ms=4):
    """As it is on flash, written by hand."""
    return b"".join(
        n.to_bytes(size, "big") for n, size in ((number << 5 | result, 5), (digest, 8), (age_ms, 5))
    )


# trace: S20.4
def test_sixteen_of_the_greatest_length_take_at_most_320_bytes_and_come_back():
    """Each of the last slot, as long as an id can be, of a pump that has run for seven years."""
    most, years_ms = 5 * 2**31 - 1, 7 * 366 * 86_400_000
    for back in (0, years_ms):  # the digests and ages that are furthest from each other, too
        ids = CommandIds()
        for n in range(KEPT):
            at_ms = years_ms - back * (KEPT - n) // KEPT
            ids.keep(Done(most - n, (2**64 - 1 - n) * (1 - n % 2 * back // years_ms), 31, at_ms))
        snapshot = ids.snapshot(years_ms)
        assert len(packing.pack({"done": snapshot["done"]})) <= 320
        again = CommandIds()
        again.check(snapshot)
        again.restore(snapshot, years_ms)
        for n in range(KEPT):
            assert again.find(most - n) == ids.find(most - n)
        assert snapshot["done"][:18] == row(most, 2**64 - 1, 31, back)


def test_one_that_is_older_than_a_row_can_say_stays_so_old():
    ids = ids_of(3)
    snapshot = ids.snapshot(1 << 48)
    ids.check(snapshot)
    ids.restore(snapshot, 0)
    assert ids.find(3).at_ms == 1 - (1 << 40)


def test_each_refusal_has_a_number_that_a_row_can_say():
    assert max(refusals.ERRORS) < 32


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("done",), row(number=0)),
        (("done",), row(number=5 << 31)),
        (("done",), row() + row(number=0)),
        (("done",), row()[:-1]),
        (("done",), row() + b"\0"),
        (("done",), [[1, 2, 0, 4]]),
        (("done",), None),
        (("done",), row() * (KEPT + 1)),
        (("last_bolus",), [1, 2, 3]),
        (("last_bolus", 0), 0),
        (("last_bolus", 1), -1),
        (("last_bolus", 2), 10**16),
        (("last_bolus", 3), 0),
    ],
)
def test_a_damaged_record_is_refused(path, value):
    snapshot = copy.deepcopy(ids_of(3, 4).snapshot(10_000))
    at = snapshot
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(SnapshotError):
        CommandIds().check(snapshot)
