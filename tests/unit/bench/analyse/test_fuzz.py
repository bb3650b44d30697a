"""Whatever a balance writes and a setup asks for: the bench finds a figure or refuses; it never
fails and never says NaN.
"""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.analyse import boluses, flow, results
from bench.inputs.log_file import Log
from bench.reduction import evaporation
from bench.report import terminal
from bench.shared.errors import BenchError
from tests.rigs.weighing import made_setup
from tests.unit.bench.analyse.test_boluses import bolus_setup

pytestmark = pytest.mark.slow

STEPS = st.one_of(st.just(0.0), st.floats(0, 5), st.floats(0, 4000), st.floats(0, 1e-3))
MASSES = st.one_of(
    st.just(0.0),
    st.floats(-1, 1),
    st.floats(-500, 500),
    st.sampled_from([0.1, -0.1, 20.0, -20.0, 5000.0, -5000.0]),
)
SETUPS = [
    {},
    {"set_rate": "0.5 mL/d", "method": "ambulatory"},
    {"set_rate": "1 uL/min", "method": "shots", "shots": {"cycle": "37 s"}},
    {"sampling": {"interval": "1 s", "windows": ["1 s", "5 s"], "stabilisation": "0 s"}},
    {
        "sampling": {"start": "30 s", "period": "1 min", "gap": "1 s"},
        "balance": {"repeatability": "0 mg", "linearity": "0 mg"},
    },
]


@st.composite
def logs(draw):
    n = draw(st.integers(3, 120))
    usual = draw(st.sampled_from([0.1, 1.0, 30.0, 900.0]))
    odd = draw(st.dictionaries(st.integers(0, n - 1), STEPS, max_size=8))
    steps = np.array([odd.get(k, usual) for k in range(n)])
    gains = np.full(n, draw(st.floats(-1, 20)))
    for at, gain in draw(st.dictionaries(st.integers(0, n - 1), MASSES, max_size=8)).items():
        gains[at] = gain
    return Log("run.csv", np.cumsum(steps) - steps[0], np.cumsum(gains), {})


def sound(found):
    text = json.dumps(found, allow_nan=False, default=float)
    assert terminal.table(json.loads(text), "out")


@settings(max_examples=250)
@given(log=logs(), changes=st.sampled_from(SETUPS))
def test_a_flow_of_any_kind_is_found_or_refused(log, changes):
    if np.count_nonzero(np.diff(log.time_s)) < 2:
        return
    try:
        found = flow.analyse(log, made_setup(**changes), 500)
    except BenchError as error:
        assert all("; allowed: " in problem for problem in error.problems)
    else:
        sound(results.summarise(found))


@settings(max_examples=150)
@given(log=logs(), sampling=st.sampled_from([{}, {"interval": "2 min"}, {"interval": "1 s"}]))
def test_boluses_of_any_kind_are_found_or_refused(log, sampling):
    try:
        found = boluses.analyse(log, bolus_setup(sampling=sampling), 500)
    except BenchError as error:
        assert all("; allowed: " in problem for problem in error.problems)
    else:
        sound(results.summarise(found))


@settings(max_examples=100)
@given(log=logs())
def test_the_slope_of_any_blank_is_a_number(log):
    time_s, first = np.unique(log.time_s, return_index=True)
    if len(time_s) >= 10 and time_s[-1] >= 300:
        found = evaporation.slope(time_s, log.mass_mg[first], 0.1)
        assert all(
            np.isfinite(value)
            for value in (found.mg_per_min, found.standard, found.dof, found.step_half_width)
        )
        assert found.standard >= 0 and found.dof >= 1


@pytest.mark.parametrize("noise_mg", [0.02, 0.1])
def test_the_slope_of_a_blank_is_within_its_uncertainty_19_times_in_20(noise_mg):
    rng = np.random.default_rng(2)
    time_s = np.arange(0, 3600, 5.0)
    off = []
    for _ in range(400):
        shown = (
            np.round(
                (-0.02 / 60 * time_s + rng.normal(0, noise_mg, len(time_s)) + rng.uniform(0, 0.1))
                / 0.1
            )
            * 0.1
        )
        found = evaporation.slope(time_s, shown, 0.1)
        off.append(
            abs(found.mg_per_min - 0.02) <= 1.96 * found.standard + 0.95 * found.step_half_width
        )
    assert np.mean(off) >= 0.92
