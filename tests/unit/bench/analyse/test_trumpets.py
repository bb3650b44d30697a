"""Trumpets against a reckoning by hand on the same span: every window one by one."""

import numpy as np
import pytest

from bench.analyse import flow, results
from tests.rigs.weighing import Z_20, made_log, made_setup, times

RATE, LOST = 20.0, 0.02


def at(log, instant, holes):
    """The volume at an instant, on the line between the readings around it; None in a hole."""
    if any(from_s < instant < to_s for from_s, to_s in holes):
        return None
    after = next(n for n, t in enumerate(log.time_s) if t >= instant - 1e-9)
    if abs(log.time_s[after] - instant) < 1e-9:
        mass, time_s = log.mass_mg[after], log.time_s[after]
        return mass + LOST / 60 * time_s
    t0, t1 = log.time_s[after - 1], log.time_s[after]
    m0, m1 = (log.mass_mg[n] + LOST / 60 * log.time_s[n] for n in (after - 1, after))
    return m0 + (m1 - m0) * (instant - t0) / (t1 - t0)


def by_hand(log, from_s, to_s, window_s, z, holes=()):
    """(largest, smallest, how many) Ep of all windows in a span, interval by interval where all of
    them are known, else from end to end.
    """
    interval_s = 30.0
    n = round((to_s - from_s) / interval_s)
    masses = [at(log, from_s + k * interval_s, holes) for k in range(n + 1)]
    steps = round(window_s / interval_s)
    errors = []
    for first in range(n + 1 - steps):
        ends = masses[first], masses[first + steps]
        if None in ends:
            continue
        part = masses[first : first + steps + 1]
        if None in part:
            flow_ul_min = (ends[1] - ends[0]) * z / window_s * 60
            errors.append(100 * (flow_ul_min - RATE) / RATE)
            continue
        flows = [(b - a) * z / interval_s * 60 for a, b in zip(part, part[1:])]
        errors.append(sum(100 * (each - RATE) / RATE for each in flows) / steps)
    return max(errors), min(errors), len(errors)


@pytest.mark.parametrize(("seed", "hole"), [(1, None), (2, None), (3, (8000.0, 8700.0))])
def test_t1_t2_and_the_whole_trumpet_are_those_of_every_window_reckoned_by_hand(seed, hole):
    rng = np.random.default_rng(seed)
    time_s = times(4 * 3600, 2.0) + rng.uniform(-0.4, 0.4, 7201)
    time_s -= time_s[0]
    uneven = RATE * (1 + 0.2 * np.sin(2 * np.pi * time_s / 700) + rng.normal(0, 0.02, len(time_s)))
    gained = np.concatenate(([0.0], np.cumsum(uneven[1:] * np.diff(time_s) / 60 / Z_20)))
    log = made_log(time_s, gained - LOST / 60 * time_s, 0.1, 0.1, seed)
    if hole:
        kept = (time_s < hole[0]) | (time_s > hole[1])
        log = made_log(time_s[kept], log.mass_mg[kept])
    stated = made_setup(
        set_rate="20 uL/min", evaporation={"rate": "0.02 mg/min", "uncertainty": "30 %"}
    )
    found = flow.analyse(log, stated, 500)
    told, holes = results.summarise(found), found.basis.tidy.bridged
    assert len(holes) == (1 if hole else 0)
    z, end_s = told["z_ul_per_mg"], float(found.basis.grid.time_s[-1])
    spans = {
        "trumpet_t1": (3600.0, 7200.0),
        "trumpet_t2": (end_s - 3600, end_s),
        "trumpet_whole": (3600.0, end_s),
    }
    for key, (from_s, to_s) in spans.items():
        for row in told[key]:
            high, low, count = by_hand(log, from_s, to_s, 60 * row["window_min"], z, holes)
            assert row["windows"] == count
            assert (row["ep_max_pct"], row["ep_min_pct"]) == pytest.approx((high, low), abs=1e-9)


def test_t1_and_t2_say_of_what_the_whole_trumpet_mixes():
    time_s = times(4 * 3600, 5.0)
    fast = np.where((time_s > 8000) & (time_s < 10_000), 1.3, 1.0)
    gained = np.concatenate(([0.0], np.cumsum(RATE * fast[1:] * 5 / 60 / Z_20)))
    log = made_log(time_s, gained - LOST / 60 * time_s)
    told = results.summarise(
        flow.analyse(
            log,
            made_setup(
                set_rate="20 uL/min", evaporation={"rate": "0.02 mg/min", "uncertainty": "30 %"}
            ),
            500,
        )
    )
    highest = {
        key: max(row["ep_max_pct"] for row in told[f"trumpet_{key}"])
        for key in ("t1", "t2", "whole")
    }
    assert highest["whole"] > 29 and highest["t1"] < 0.1 and highest["t2"] < 0.1
