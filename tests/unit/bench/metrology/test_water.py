"""Densities, Z factor and tip factor against published values."""

import pytest

from bench.metrology.water import air_density, tip_factor, water_density, z_factor

# Tanaka et al. 2001 as tabled in the references, kg/m3
TANAKA = [
    (15, 999.1026),
    (18, 998.5984),
    (20, 998.2067),
    (22, 997.7730),
    (25, 997.0470),
    (30, 995.6488),
]
# The table that pipette makers and ISO 8655-6 print, uL/mg at 1013 hPa and 50 %
Z_TABLE = [(15, "1.0020"), (20, "1.0029"), (23, "1.0035"), (25, "1.0040"), (30, "1.0054")]


@pytest.mark.parametrize(("water_c", "density"), TANAKA)
def test_the_density_of_water_is_that_of_tanaka(water_c, density):
    assert water_density(water_c) == pytest.approx(density, abs=1e-4)


@pytest.mark.parametrize(("celsius", "published"), Z_TABLE)
def test_the_z_factor_is_the_published_one_to_its_last_digit(celsius, published):
    assert f"{z_factor(celsius, celsius, 1013, 50):.4f}" == published


def test_the_z_factor_of_thin_air_is_the_published_one():
    assert f"{z_factor(20, 20, 800, 50):.4f}" == "1.0026"


def test_the_density_of_air_is_that_of_the_cipm():
    assert air_density(20, 1013.25, 50) == pytest.approx(1.1993, abs=5e-5)


def test_the_volume_moves_by_203_ppm_a_kelvin_and_10_ppm_a_10_hpa():
    ppm_per_k = 1e6 * (z_factor(20.5, 20, 1013, 50) / z_factor(19.5, 20, 1013, 50) - 1)
    ppm_per_10_hpa = 1e6 * (z_factor(20, 20, 1018, 50) / z_factor(20, 20, 1008, 50) - 1)
    assert ppm_per_k == pytest.approx(
        207, abs=5
    )  # the references say 203, a mean over some degrees
    assert ppm_per_10_hpa == pytest.approx(10, abs=1)


@pytest.mark.parametrize(
    ("tube_mm", "vessel_mm", "pct"), [(1.6, 30, 0.285), (0.8, 30, 0.071), (3.2, 40, 0.644)]
)
def test_an_immersed_tube_over_reads_by_the_share_of_its_area(tube_mm, vessel_mm, pct):
    assert 100 * (tip_factor(tube_mm, vessel_mm) - 1) == pytest.approx(pct, abs=6e-4)
