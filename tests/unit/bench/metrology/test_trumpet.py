"""The mathematics of the trumpet curve: against the equations summed by hand, and the four cases
that can be reckoned.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.metrology import trumpet
from bench.metrology.sampling import AMBULATORY, VOLUMETRIC
from bench.metrology.trumpet import NOWHERE, Grid

TIGHT = 1e-9


def step_pct(readability_mg, mg_per_min, window_s):
    return trumpet.quantisation_pct(
        readability_mg=readability_mg, mg_per_min=mg_per_min, window_s=window_s
    )


def least_s(readability_mg, mg_per_min, interval_s, limit_pct):
    return trumpet.least_window_s(
        readability_mg=readability_mg,
        mg_per_min=mg_per_min,
        interval_s=interval_s,
        limit_pct=limit_pct,
    )


def grid(volumes, interval_s=30.0, pieces=None):
    volumes = np.asarray(volumes, dtype=float)
    owners = np.zeros(len(volumes), dtype=int) if pieces is None else np.asarray(pieces)
    return Grid(
        interval_s * np.arange(len(volumes)),
        np.where(owners == NOWHERE, np.nan, volumes),
        owners,
        interval_s,
    )


def oracle(volumes, pieces, per_window, interval_s, rate):
    """Ep by the sum of 50.102, window by window and interval by interval, in plain Python."""
    minutes = interval_s / 60
    found = []
    for j in range(len(volumes) - per_window):
        if len({pieces[i] for i in range(j, j + per_window + 1)}) > 1 or pieces[j] == NOWHERE:
            continue
        errors = [
            100 * ((volumes[i + 1] - volumes[i]) / minutes - rate) / rate
            for i in range(j, j + per_window)
        ]
        found.append(math.fsum(errors) / per_window)
    return (max(found), min(found), len(found)) if found else (None, None, 0)


@given(
    gains=st.lists(st.floats(-1, 5), min_size=1, max_size=60),
    per_window=st.integers(1, 12),
    interval_s=st.sampled_from([30.0, 60.0, 900.0, 37.0]),
    rate=st.floats(0.05, 5),
    breaks=st.sets(st.integers(0, 60), max_size=4),
    holes=st.sets(st.integers(0, 60), max_size=4),
)
def test_the_trumpet_is_that_of_the_equations_summed_by_hand(
    gains, per_window, interval_s, rate, breaks, holes
):
    volumes = [0.0]
    for gain in gains:
        volumes.append(volumes[-1] + gain)
    pieces = [
        NOWHERE if i in holes else sum(b <= i for b in breaks | holes) for i in range(len(volumes))
    ]
    made = grid(volumes, interval_s, pieces)
    expected = oracle(volumes, pieces, per_window, interval_s, rate)
    found = trumpet.extremes(made, per_window * interval_s, rate)
    assert found[2] == expected[2]
    if found[2]:
        scale = 1 + max(abs(volume) for volume in volumes) * 60 / interval_s / rate
        assert found[:2] == pytest.approx(expected[:2], abs=1e-9 * scale)


def test_a_constant_flow_has_no_error_in_any_window():
    made = grid(2.5 * 0.5 * np.arange(121))
    for window_s in VOLUMETRIC.windows_s:
        assert trumpet.extremes(made, window_s, 2.5)[:2] == pytest.approx((0, 0), abs=TIGHT)


def test_a_gain_error_is_the_error_of_every_window_and_of_both_periods():
    made = grid(1.037 * 2.5 * 0.5 * np.arange(241))
    for window_s in VOLUMETRIC.windows_s:
        assert trumpet.extremes(made, window_s, 2.5)[:2] == pytest.approx((3.7, 3.7), abs=TIGHT)
    assert trumpet.period_error(made, 3600, 7200, 2.5) == (pytest.approx(3.7, abs=TIGHT), 1.0)


@pytest.mark.parametrize(
    ("window_min", "count"), [(2, 117), (5, 111), (11, 99), (19, 83), (31, 59)]
)
def test_an_hour_at_half_a_minute_has_as_many_windows_as_the_method_counts(window_min, count):
    assert trumpet.extremes(grid(np.arange(121.0)), 60 * window_min, 2.0)[2] == count


@given(
    phase=st.floats(0, 1, exclude_max=True), cycle_s=st.floats(5, 400), windows=st.integers(1, 40)
)
def test_shots_sampled_at_any_phase_stay_within_a_shot_in_a_window(phase, cycle_s, windows):
    instants = 30.0 * np.arange(400)
    volumes = np.floor(instants / cycle_s + phase)  # 1 uL a shot
    rate = 60 / cycle_s
    high, low, _ = trumpet.extremes(grid(volumes), 30.0 * windows, rate)
    bound = 100 * cycle_s / (30.0 * windows)
    assert -bound - 1e-6 <= low <= high <= bound + 1e-6


@pytest.mark.parametrize("cycles", [1, 2, 5, 11, 19, 31])
def test_shots_sampled_in_step_have_no_error_at_all(cycles):
    volumes = np.floor(np.arange(200) + 0.5)
    made = grid(volumes, interval_s=37.0)
    assert trumpet.extremes(made, 37.0 * cycles, 60 / 37.0)[:2] == pytest.approx((0, 0), abs=TIGHT)


def test_a_window_over_a_gap_is_not_there():
    pieces = [0] * 60 + [NOWHERE] * 3 + [1] * 60
    assert trumpet.extremes(grid(np.arange(123.0), pieces=pieces), 120, 2.0)[2] == 56 + 56
    assert trumpet.extremes(grid(np.arange(123.0), pieces=pieces), 30 * 100, 2.0) == (None, None, 0)


def test_a_period_with_a_gap_says_how_much_of_it_was_weighed():
    made = grid(np.arange(121.0), pieces=[0] * 60 + [NOWHERE] * 13 + [1] * 48)
    error, share = trumpet.period_error(made, 0, 3600, 2.0)
    assert error == pytest.approx(0, abs=TIGHT) and share == pytest.approx((59 + 47) / 120)


def test_at_half_a_millilitre_a_day_the_display_spoils_the_short_windows():
    mg_per_min = 500 / 1440 / 1.00285  # the figures of the references
    assert step_pct(0.1, mg_per_min, 31 * 60) == pytest.approx(0.93, abs=0.01)
    assert step_pct(0.1, mg_per_min, 30) == pytest.approx(58, abs=0.5)
    assert step_pct(0.1, mg_per_min, 15 * 60) == pytest.approx(1.93, abs=0.01)
    assert least_s(0.1, mg_per_min, 30, 2.0) == 29 * 30


@given(
    readability=st.floats(1e-3, 10),
    rate=st.floats(1e-3, 1e4),
    limit=st.floats(0.1, 50),
    interval=st.floats(1, 1000),
)
def test_the_window_that_would_do_does_and_one_interval_less_would_not(
    readability, rate, limit, interval
):
    window_s = least_s(readability, rate, interval, limit)
    assert step_pct(readability, rate, window_s) <= limit * (1 + 1e-6)
    if window_s > 1.5 * interval:
        assert step_pct(readability, rate, window_s - interval) > limit * (1 - 1e-6)


def test_the_windows_are_those_of_the_methods():
    assert [window / 60 for window in VOLUMETRIC.windows_s] == [2, 5, 11, 19, 31]
    assert [window / 60 for window in AMBULATORY.windows_s] == [15, 60, 150, 330, 570, 930]
