"""Budget and coverage interval: against intervals that are known, numerical slopes, and the example
budget of the references.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.metrology import measurement
from bench.metrology.measurement import Conditions, Surroundings, Weighed
from bench.metrology.uncertainty import Input, effective_dof, evaluate, propagate
from tests.rigs.weighing import made_setup

ROOM = Surroundings(water_c=20.0, air_c=21.0, pressure_hpa=1013.25, humidity_pct=50.0)


def interval(*inputs):
    return evaluate(lambda x: sum(x.values()), list(inputs), draws=400_000)


KNOWN = [  # 95 % half-width over standard uncertainty
    (Input("a", 0.0, "", "normal", 1.0), 1.960),
    (Input("a", 0.0, "", "rectangular", 1.0), 0.95 * math.sqrt(3)),
    (
        Input("a", 0.0, "", "rectangular", 1.0, count=2),
        (2 - math.sqrt(0.2)) / math.sqrt(2 / 3),
    ),  # a triangle
    (Input("a", 0.0, "", "t", 1.0, dof=4), 2.776),
    (Input("a", 0.0, "", "t", 1.0, dof=9), 2.262),
]


@pytest.mark.parametrize(
    ("one", "factor"), KNOWN, ids=["normal", "rectangular", "triangular", "t 4", "t 9"]
)
def test_the_coverage_factor_is_that_of_the_distribution_and_not_2(one, factor):
    assert interval(one).coverage_factor == pytest.approx(factor, rel=0.006)


def test_equal_inputs_of_both_kinds_come_near_the_normal_factor():
    many = [Input(f"input {n}", 0.0, "", "rectangular", 1.0) for n in range(12)]
    assert interval(*many).coverage_factor == pytest.approx(1.96, rel=0.01)


def test_the_effective_degrees_of_freedom_are_those_of_the_guide():
    _, rows = propagate(
        lambda x: x["a"] + x["b"],
        [Input("a", 0, "", "t", 3.0, dof=4), Input("b", 0, "", "normal", 4.0)],
    )
    assert effective_dof(rows) == pytest.approx(4 * 5**4 / 3**4)
    assert (
        effective_dof(propagate(lambda x: x["b"], [Input("b", 0, "", "normal", 1.0)])[1])
        == math.inf
    )


def test_an_output_that_nothing_is_uncertain_about_has_no_interval():
    result = interval(Input("a", 3.0, "", "normal", 0.0))
    assert (result.value, result.standard, result.expanded) == (3.0, 0.0, 0.0) and math.isnan(
        result.coverage_factor
    )


def flow_of(x, weighed, immersed=True):
    return measurement.flow(x, mass_mg=weighed.mass_mg, time_s=weighed.time_s, immersed=immersed)


@pytest.fixture(scope="module")
def flow_inputs():
    setup = made_setup(
        set_rate="10 uL/min",
        immersion={"tube_outer_diameter": "1.6 mm", "vessel_inner_diameter": "30 mm"},
        balance={"drift": "0.2 mg/h", "repeatability_n": 8},
    )
    weighed = Weighed(580.0, 3600.0, 2)
    lost = [Input("evaporation", 0.3, "mg/min", "rectangular", 0.09)]
    return setup, weighed, measurement.inputs(weighed, Conditions(ROOM, 0.1, 20.0), setup, lost)


def test_the_slopes_of_the_budget_are_those_found_by_differences(flow_inputs):
    _, weighed, inputs = flow_inputs

    def model(x):
        return flow_of(x, weighed)

    values = {one.name: one.value for one in inputs}
    _, rows = propagate(model, inputs)
    assert {row.input.name for row in rows} == set(values)
    for row in rows:
        step = 1e-4 * max(row.input.standard, 1e-3)
        up, down = (
            model({**values, row.input.name: row.input.value + way * step}) for way in (1, -1)
        )
        assert row.contribution == pytest.approx(
            abs(up - down) / (2 * step) * row.input.standard, rel=1e-4, abs=1e-12
        )


def test_the_shares_of_the_budget_add_up_to_all(flow_inputs):
    _, weighed, inputs = flow_inputs
    result = evaluate(lambda x: flow_of(x, weighed), inputs, 1000)
    assert sum(row.share_pct for row in result.budget) == pytest.approx(100)
    assert result.standard == pytest.approx(
        math.sqrt(sum(row.contribution**2 for row in result.budget))
    )


# reference table 3.3: flow in uL/min, minutes, and standard uncertainties in percent of
# repeatability, linearity, evaporation, density
TABLE = [
    (10_000, 2, 0.0007, 0.0012, 0.0005, 0.006),
    (1000, 10, 0.0014, 0.0024, 0.005, 0.006),
    (10, 60, 0.024, 0.041, 0.52, 0.006),
    (1, 120, 0.12, 0.20, 5.2, 0.006),
]


@pytest.mark.parametrize(
    ("rate", "minutes", "repeatability", "linearity", "evaporation", "density"), TABLE
)
def test_the_example_budget_of_the_references_comes_out(
    rate, minutes, repeatability, linearity, evaporation, density
):
    setup = made_setup(set_rate=f"{rate} uL/min")
    weighed = Weighed((rate / 1.00285 - 0.3) * minutes, 60 * minutes)
    inputs = measurement.inputs(
        weighed,
        Conditions(ROOM, 0.1),
        setup,
        [Input("evaporation", 0.3, "mg/min", "rectangular", 0.09)],
    )
    _, rows = propagate(lambda x: 100 * flow_of(x, weighed, immersed=False) / rate, inputs)
    found = {row.input.name: row.contribution for row in rows}
    for name, pct in (
        ("repeatability", repeatability),
        ("linearity", linearity),
        ("evaporation", evaporation),
        ("water temperature", density),
    ):
        assert found[name] == pytest.approx(pct, rel=0.06)


@settings(max_examples=20)
@given(
    scale=st.floats(0.1, 10),
    count=st.integers(1, 20),
    kind=st.sampled_from(["normal", "rectangular"]),
)
def test_what_is_drawn_scatters_as_the_input_says(scale, count, kind):
    one = Input("a", 5.0, "", kind, scale, count=count)
    drawn = one.draw(np.random.default_rng(1), 100_000)
    assert np.std(drawn) == pytest.approx(one.standard, rel=0.02) and np.mean(
        drawn
    ) == pytest.approx(5.0, abs=0.02 * one.standard + 1e-12)
    if kind == "rectangular" and count < 12:
        assert np.abs(drawn - 5.0).max() <= scale * count
