"""What the gate is given to know of a bolus: the numbers of the request, one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books.epoch import Epoch
from firmware.guard import gate
from firmware.guard.requests import EDGE_STEPS, ROUNDING_NG, bolus_request
from firmware.therapy import programs
from firmware.therapy.demand import Demand
from firmware.therapy.overlays import BOLUS, Kind, by_time
from firmware.therapy.revision import Revision
from firmware.therapy.wall_clock import WallClock
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN
from tests.rigs.pump import MONDAY_S, UL, Bench

OTHER = Kind("other", 2, False, "", 0, 0)
EPOCH = Epoch(10 * UL, 3200, "baclofen", 2_000_000)  # 3125 pL and 6.25 ng a step
NOW_MS = 5_000


class Midnight:
    """A machine's clock at 2026-01-05 00:00."""

    def now_ms(self):
        return NOW_MS

    def wall_s(self):
        return MONDAY_S


def made_demand(program):
    wanted = Revision()
    clock = WallClock(Midnight(), wanted)
    return Demand(clock, programs.build(program, 0, 0), wanted)


def steady(rate_pl_per_day=MS_PER_DAY):
    """A basal rate of 1 pL in each ms, unless stated."""
    return made_demand({"mode": "continuous", "rate_pl_per_day": rate_pl_per_day})


def asked(demand, lockout_ms=0, kind=BOLUS, volume_pl=1000, duration_ms=60_000, now_ms=NOW_MS):
    return bolus_request(demand, kind, lockout_ms, EPOCH, volume_pl, duration_ms, now_ms, None)


def test_volume_time_and_lockout_are_as_commanded():
    request = asked(steady(), lockout_ms=77, volume_pl=1000, duration_ms=60_000)
    assert (request.volume_pl, request.duration_ms, request.lockout_ms) == (1000, 60_000, 77)


@given(st.integers(1, 10**12), st.integers(1, 7 * MS_PER_DAY))
def test_the_rate_is_that_of_the_bolus_which_then_starts(volume_pl, duration_ms):
    request = asked(steady(0), volume_pl=volume_pl, duration_ms=duration_ms)
    assert request.rate_pl_per_day == by_time(BOLUS, volume_pl, duration_ms, 0).rate_pl_per_day


@pytest.mark.parametrize(
    ("duration_ms", "hour_ms", "day_ms"),
    [
        (60_000, 60_000, 60_000),
        (gate.COUNTED_1H_MS, gate.COUNTED_1H_MS, gate.COUNTED_1H_MS),
        (gate.COUNTED_1H_MS + 1, gate.COUNTED_1H_MS, gate.COUNTED_1H_MS + 1),
        (3 * MS_PER_DAY, gate.COUNTED_1H_MS, gate.COUNTED_24H_MS),
    ],
)
def test_the_basal_beside_a_bolus_counts_for_as_long_as_each_window_counts(
    duration_ms, hour_ms, day_ms
):
    basal = asked(steady(), duration_ms=duration_ms).basal
    assert (basal.hour_pl, basal.day_pl, basal.all_pl) == (hour_ms, day_ms, duration_ms)
    assert basal.highest_pl_per_day == MS_PER_DAY


def test_a_basal_that_changes_within_the_bolus_counts_piece_by_piece_and_at_its_highest():
    # From midnight 1 pL in each ms, from 00:30 on 3
    demand = made_demand(
        {
            "mode": "flex",
            "safe_rate_pl_per_day": 0,
            "steps": [[0, MS_PER_DAY], [1800, 3 * MS_PER_DAY]],
        }
    )
    before = asked(demand, duration_ms=20 * MS_PER_MIN).basal
    assert (before.all_pl, before.highest_pl_per_day) == (20 * MS_PER_MIN, MS_PER_DAY)
    across = asked(demand, duration_ms=MS_PER_HOUR).basal
    assert across.all_pl == across.hour_pl == across.day_pl == (30 + 3 * 30) * MS_PER_MIN
    assert across.highest_pl_per_day == 3 * MS_PER_DAY


def test_the_basal_counts_from_the_instant_that_the_bolus_is_asked_for():
    demand = made_demand(
        {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": [[0, 0], [60, MS_PER_DAY]]}
    )
    assert asked(demand, duration_ms=60_000).basal.all_pl == 0
    assert asked(demand, duration_ms=60_000, now_ms=NOW_MS + 1000).basal.all_pl == 1000


def test_a_lockout_is_counted_from_the_last_start_of_the_same_kind():
    demand = steady()
    assert asked(demand).since_last_ms is None
    demand.overlays.start(by_time(BOLUS, 1, 1000, NOW_MS), 0)
    demand.overlays.end()
    assert asked(demand, now_ms=NOW_MS + 1234).since_last_ms == 1234
    assert asked(demand, kind=OTHER, now_ms=NOW_MS + 1234).since_last_ms is None


def test_an_overlay_of_any_kind_that_runs_is_in_the_way():
    demand = steady()
    assert asked(demand).running is False
    demand.overlays.start(by_time(OTHER, 1, 1000, NOW_MS), 0)
    assert asked(demand).running is True
    demand.overlays.end()
    assert asked(demand).running is False


def test_four_steps_at_the_edges_and_three_roundings_are_kept_free():
    assert (EDGE_STEPS, ROUNDING_NG) == (4, 3)
    assert asked(steady()).slack_ng == 25 + 3  # 4 * 6.25


# A story: the same numbers decide in the pump.


@pytest.mark.parametrize(("spare_ng", "reason"), [(0, gate.PERMITTED), (-1, gate.DOSE_CAP_24H)])
def test_a_bolus_that_fits_its_cap_to_the_nanogram_is_permitted_and_one_more_is_not(
    spare_ng, reason
):
    # 25 uL are 50,000 ng; the basal of 10 min beside it, 144 uL/d, is 1 uL or 2000 ng
    cap_ng = 50_000 + 2_000 + 28 + spare_ng
    bench = Bench(144 * UL, limits={"max_dose_24h_ng": cap_ng})
    refused, measured, limit = bench.pump.permit_bolus(BOLUS, 25 * UL, 600_000, bench.now_ms())
    assert refused == reason
    assert (measured, limit) == ((52_028, cap_ng) if reason else (0, 0))
