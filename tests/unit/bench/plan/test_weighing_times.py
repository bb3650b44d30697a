"""How long a method takes, and what can come of it, before anything is weighed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.metrology import state_of_the_art
from bench.plan import weighing_times
from bench.plan.reaches import mass_rate
from tests.rigs.weighing import made_setup


@pytest.mark.parametrize(
    ("rate", "method", "hours"), [("0.5 mL/d", "ambulatory", 49), ("25 mL/h", "volumetric", 3)]
)
def test_each_method_takes_its_settling_and_its_periods(rate, method, hours):
    setup = made_setup(set_rate=rate, method=method)
    assert weighing_times.method_for(setup.rate_ul_per_min) == method
    assert weighing_times.usual_s(setup) == hours * 3600
    own = made_setup(sampling={"stabilisation": "10 min", "period": "20 min"})
    assert weighing_times.usual_s(own) == 50 * 60


@settings(max_examples=15)
@given(st.floats(0.05, 10_000), st.sampled_from([0.5, 3, 24]))
def test_nothing_is_promised_below_what_a_national_standard_states(ul_per_min, hours):
    setup = made_setup(
        set_rate=f"{ul_per_min:.6f} uL/min",
        evaporation={"rate": "0.0001 mg/min", "uncertainty": "1 %"},
        balance={"readability": "0.001 mg", "repeatability": "0.001 mg", "linearity": "0.001 mg"},
    )
    least_pct = 0.2 + 100 * 0.006 / mass_rate(setup)  # 0.1 ug/s is 0.006 mg/min
    assert state_of_the_art.expanded_pct(mass_rate(setup)) == pytest.approx(least_pct)
    assert weighing_times.expected_pct(setup, 3600 * hours) >= 0.999999 * least_pct
