"""The simulated balance against its own physics, each worked out by hand here or taken from the
analysis' formulas.
"""

import itertools
import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.metrology import water
from bench.rehearse.delivery_file import Delivery, even
from bench.rehearse.simulated_balance import (
    SETTLED_S,
    SimBalance,
    World,
    air_density,
    water_density,
)

CALM = World(noise_mg=0.0, lag_s=0.0, readability_mg=1e-6, vessel_g=0.0)
NOTHING = even(0.0, 1e6)


def grams(world, delivery, *instants, seed=1):
    balance = SimBalance(world, delivery, seed=seed)
    return [balance.show(instant).grams for instant in instants]


@given(st.floats(5, 40), st.floats(15, 30), st.floats(900, 1050), st.floats(10, 80))
def test_water_weighs_in_air_what_another_set_of_formulas_says(
    water_c, air_c, pressure_hpa, humidity_pct
):
    world = replace(
        CALM, water_c=water_c, air_c=air_c, pressure_hpa=pressure_hpa, humidity_pct=humidity_pct
    )
    assert world.g_per_ul() * 1000 * water.z_factor(
        water_c, air_c, pressure_hpa, humidity_pct
    ) == pytest.approx(1, abs=1e-5)
    assert water_density(water_c) == pytest.approx(water.water_density(water_c), rel=6e-6)
    assert air_density(air_c, pressure_hpa, humidity_pct) == pytest.approx(
        water.air_density(air_c, pressure_hpa, humidity_pct), rel=2e-3
    )


def test_what_is_delivered_is_weighed():
    (before, after) = grams(CALM, even(60.0, 1000), 0, 1000)
    assert after - before == pytest.approx(1000 * CALM.g_per_ul(), rel=1e-9)
    assert CALM.g_per_ul() * 1000 == pytest.approx(1 / 1.00285, rel=1e-5)


def test_an_immersed_tube_lifts_the_balance_by_the_water_it_displaces():
    world = replace(CALM, tube_mm=1.6, vessel_mm=30)
    (before, after) = grams(world, even(60.0, 1000), 0, 1000)
    assert (after - before) / (1000 * CALM.g_per_ul()) - 1 == pytest.approx(
        0.00285, abs=1e-5
    )  # 0.285 %


def test_evaporation_and_drift_go_with_time_alone():
    assert grams(replace(CALM, evaporation_mg_per_min=0.3), NOTHING, 0, 3600) == pytest.approx(
        [0, -0.018]
    )
    assert grams(replace(CALM, drift_mg_per_h=2.0), NOTHING, 0, 1800) == pytest.approx([0, 0.001])


def test_drops_fall_when_they_are_full():
    world = replace(CALM, drop_ul=20.0)
    found = grams(world, even(60.0, 1000), *range(100))
    assert {round(mass / CALM.g_per_ul(), 6) for mass in found} == {0, 20, 40, 60, 80}
    assert found[19] == 0 and found[20] > 0


def test_the_filter_lags_a_ramp_by_its_time_constant_however_often_it_is_read():
    world = replace(CALM, lag_s=2.0)
    often = grams(world, even(60.0, 1000), *[0.1 * n for n in range(1, 1001)])[-1]
    seldom = grams(world, even(60.0, 1000), 37.0, 100.0)[-1]
    expected = 98.0 * CALM.g_per_ul()  # at 1 uL/s, 2 s late
    assert often == pytest.approx(expected) and seldom == pytest.approx(expected)


def test_a_step_is_followed_as_a_first_order_filter_does():
    world = replace(CALM, lag_s=2.0)
    step = Delivery([0, 10, 10.000001, 100], [0, 0, 100, 100])
    found = grams(world, step, 10, 10.000001, 12.000001)
    assert found[-1] == pytest.approx(100 * CALM.g_per_ul() * (1 - math.exp(-1)), rel=1e-6)


def test_the_display_shows_whole_steps_and_their_decimals():
    balance = SimBalance(replace(CALM, readability_mg=0.1, vessel_g=1.23456), NOTHING)
    shown = balance.show(1)
    assert (shown.grams, shown.decimals) == (pytest.approx(1.2346), 4)
    assert SimBalance(replace(CALM, readability_mg=5, vessel_g=1.23456), NOTHING).show(
        1
    ).grams == pytest.approx(1.235)


def test_the_noise_is_as_large_as_stated_and_its_own_for_each_seed():
    world = replace(CALM, noise_mg=0.5)
    one, other = (grams(world, NOTHING, *range(4000), seed=seed) for seed in (1, 2))
    assert statistics.pstdev(one) == pytest.approx(0.0005, rel=0.05)
    assert one != other and one == grams(world, NOTHING, *range(4000), seed=1)


def test_linearity_stays_within_what_is_stated():
    world = replace(CALM, linearity_mg=0.3, linearity_span_g=20)
    errors = [
        mass - volume * CALM.g_per_ul()
        for mass, volume in zip(
            grams(world, even(60, 1e5), *range(0, 40_000, 100)), range(0, 40_000, 100)
        )
    ]
    assert 0.00029 < max(errors) <= 0.0003 and -0.0003 <= min(errors) < -0.00029


def test_the_display_settles_when_nothing_moves_and_not_before():
    balance = SimBalance(
        replace(CALM, readability_mg=0.1), Delivery([0, 10, 11, 100], [0, 0, 1000, 1000])
    )
    states = [balance.show(0.25 * n).state for n in range(200)]
    runs = [(state, len(list(group))) for state, group in itertools.groupby(states)]
    assert [state for state, _ in runs] == ["unstable", "stable", "unstable", "stable"]
    assert runs[2][1] == pytest.approx((1 + SETTLED_S) / 0.25, abs=1)


def test_flow_keeps_the_display_unstable():
    balance = SimBalance(replace(CALM, readability_mg=0.1), even(60.0, 1000))
    assert {balance.show(1 + n).state for n in range(900)} == {"unstable"}


def test_beyond_the_range_nothing_is_weighed():
    balance = SimBalance(replace(CALM, capacity_g=100), NOTHING)
    balance.put(10, 10, 150.0)
    balance.put(30, 10, -2.0)
    assert [balance.show(instant).state for instant in (5, 15, 25, 35, 45)] == [
        "stable",
        "overload",
        "unstable",
        "underload",
        "unstable",
    ]
