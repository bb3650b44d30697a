"""What the monitor allows once, beside its windows: the steps of a prime (S7, S9). CPython only."""

import pytest

from firmware.errors import SnapshotError
from firmware.guard.volumes import Volumes
from tests.rigs.volumes import Driver, begun, config, rows_of

MINUTE_MS, DAY_MS = 60_000, 86_400_000
HOUR_STEPS = 102  # with the two steps at the edges of a window


# trace: S7.3
def test_steps_that_are_allowed_once_leave_beside_the_windows_and_what_follows_within_them():
    volumes = begun()
    assert volumes.excess(0, 50) is None
    volumes.allow(1000, 20 * MINUTE_MS, 50)
    assert volumes.is_whole() and volumes.commit(50)
    assert volumes.commit(1000 + 52) and not volumes.commit(1)
    assert volumes.refused == (103, HOUR_STEPS)
    assert volumes.excess(2 * MINUTE_MS, 800) is None
    assert volumes.excess(5 * MINUTE_MS, 1050 + 52) is None
    assert volumes.excess(6 * MINUTE_MS, 1050 + 53) == (103, HOUR_STEPS)
    assert volumes.is_whole()


# trace: S7.3
def test_what_is_not_used_in_time_is_gone():
    volumes = begun()
    volumes.allow(1000, 90_500, 0)
    assert volumes.excess(60_000, 400) is None
    assert volumes.excess(90_499, 500) is None
    assert volumes.excess(90_500, 501) is None  # seen late, it counts late
    assert volumes.excess(90_501, 500 + 102) is None
    assert volumes.excess(90_502, 500 + 103) == (103, HOUR_STEPS)
    assert volumes.is_whole()


def test_another_run_has_nothing_of_it():
    volumes = begun()
    volumes.allow(1000, DAY_MS, 0)
    assert volumes.excess(0, 10) is None
    volumes.stopped(10)
    volumes.begin(1000, 10)
    assert volumes.is_whole() and volumes.excess(2000, 10 + 103) == (103, HOUR_STEPS)


def test_a_second_allowance_takes_the_place_of_the_first():
    volumes = begun()
    volumes.allow(1000, DAY_MS, 0)
    volumes.allow(10, DAY_MS, 4)
    assert volumes.excess(1, 4 + 10 + 102) is None
    assert volumes.excess(2, 4 + 10 + 103) == (103, HOUR_STEPS)


# trace: S7.4
@pytest.mark.parametrize("name", ["_allowed_steps", "_allowed_until_ms"])
def test_a_flipped_bit_of_the_allowance_is_seen(name):
    volumes = begun()
    volumes.allow(1000, DAY_MS, 0)
    volumes.allow(900, DAY_MS + 7, 0)
    assert volumes.is_whole()
    setattr(volumes, name, getattr(volumes, name) ^ 64)
    assert not volumes.is_whole()


@pytest.mark.parametrize("recorded", [True, False])
def test_after_a_power_cut_what_left_of_it_since_the_record_counts_as_before(recorded):
    volumes = begun()
    volumes.allow(1000, 20 * MINUTE_MS, 0)
    assert volumes.excess(1, 400) is None
    volumes._driver.count = 400
    kept = volumes.snapshot(1)
    assert kept["allowed"] == 600 and rows_of(kept["hour"]) == []
    if not recorded:
        del kept["allowed"]
    again = Volumes(config(), Driver())
    again.check(kept)
    again.restore(kept, 0)
    again.count_movements([(0, 400, 650, 650)], 0)
    again.begin(0, 0)
    assert again.is_whole()
    counted = 50 if recorded else 650
    assert rows_of(again.snapshot(0)["hour"]) == [[0, counted]]
    assert "allowed" not in again.snapshot(0)
    with pytest.raises(SnapshotError):
        again.check({**kept, "allowed": -1})
