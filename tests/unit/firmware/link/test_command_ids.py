"""The ids of commands: what is kept, and that a damaged record is refused before it is restored."""

import copy
import hashlib

import pytest

from firmware.errors import SnapshotError
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


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("done", 0, 0), 0),
        (("done", 0, 0), 5 << 31),
        (("done", 0, 1), -1),
        (("done", 0, 1), 1 << 64),
        (("done", 0, 2), 256),
        (("done", 0, 3), -1),
        (("done", 0, 3), 10**16),
        (("done", 0), [1, 2, 3]),
        (("done",), None),
        (("done",), [[1, 2, 0, 4]] * (KEPT + 1)),
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
