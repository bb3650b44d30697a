"""The least that the monitor's volumes may be, in round numbers and for all of them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware import config
from firmware.errors import ConfigError
from firmware.least_volumes import DAY, HOUR, least_volumes
from tests.rigs.recorded_pump import made_pump_config

MINUTES_PER_DAY = 1440
PL_PER_ML = 10**9


def least(rate=0, blind_pl=0, hour_ng=None, day_ng=None, conc=PL_PER_ML):
    """(hour, day) in pL; at this concentration a pL is a ng."""
    limits = {
        "max_rate_pl_per_day": rate,
        "blind_pl": blind_pl,
        "max_dose_1h_ng": hour_ng,
        "max_dose_24h_ng": day_ng,
    }
    volumes = least_volumes(limits, conc)
    assert set(volumes) == {HOUR, DAY}
    return volumes[HOUR], volumes[DAY]


def test_without_caps_it_is_the_maximum_rate_over_the_windows_and_what_is_seen_late():
    # 10,000 pL in a minute, 3333.3 of them in 20 s
    rate = 10_000 * MINUTES_PER_DAY
    assert least(rate, blind_pl=0) == (
        -(-(610_000 + 3334) * 105 // 100),
        -(-(14_450_000 + 3334) * 105 // 100),
    )
    assert least(rate, blind_pl=1000) == (
        -(-(610_000 + 5334) * 105 // 100),
        -(-(14_450_000 + 5334) * 105 // 100),
    )


def test_no_more_is_seen_late_than_in_ten_minutes():
    rate = 100 * MINUTES_PER_DAY
    assert least(rate, blind_pl=10**15) == (7455, 1.05 * 145_500)


@pytest.mark.parametrize(
    ("caps", "hour_pl", "day_pl"),
    [
        ({"hour_ng": 600}, 600, 25 * 600),
        ({"day_ng": 600}, 600, 600),
        ({"day_ng": 10_000}, 6100, 10_000),
        ({"hour_ng": 700, "day_ng": 600}, 600, 600),
        ({"hour_ng": 500, "day_ng": 600}, 500, 600),
        ({"hour_ng": 0}, 0, 0),
        ({"day_ng": 0}, 0, 0),
        ({"hour_ng": 10**9, "day_ng": 10**9}, 6100, 144_500),
    ],
)
def test_a_cap_that_lets_out_less_counts(caps, hour_pl, day_pl):
    late_pl = 34  # 100 pL a minute for 20 s
    assert least(100 * MINUTES_PER_DAY, **caps) == (
        -(-(hour_pl + late_pl) * 105 // 100),
        -(-(day_pl + late_pl) * 105 // 100),
    )


def test_a_dose_is_a_volume_at_its_concentration_rounded_up():
    assert (
        least(10**9, hour_ng=100, day_ng=200, conc=3 * PL_PER_ML)[0]
        == least(10**9, hour_ng=34, day_ng=200)[0]
    )


def test_a_part_of_a_picolitre_counts_as_a_whole_one():
    assert least(hour_ng=1, day_ng=1) == (0, 0)  # nothing is delivered at a rate of 0
    assert least(MINUTES_PER_DAY, hour_ng=1, day_ng=1) == (3, 3)  # 1.05 * (1 + 1)


doses = some.one_of(some.none(), some.integers(0, 10**9))


@given(some.integers(0, 10**12), some.integers(0, 10**9), doses, doses, some.integers(1, 10**10))
def test_it_is_never_less_than_the_formula_and_hardly_more(rate, blind_pl, hour_ng, day_ng, conc):
    a_minute = Fraction(rate, MINUTES_PER_DAY)
    hours, days = [61 * a_minute], [1445 * a_minute]
    for cap_ng, times in ((hour_ng, 25), (day_ng, 1)):
        if cap_ng is not None:
            hours.append(Fraction(cap_ng * PL_PER_ML, conc))
            days.append(Fraction(times * cap_ng * PL_PER_ML, conc))
    late = min(2 * blind_pl + a_minute / 3, 10 * a_minute)
    for found, most in zip(
        least(rate, blind_pl, hour_ng, day_ng, conc), (hours, days), strict=True
    ):
        exact = Fraction(21, 20) * (min(most) + late)
        assert exact <= found <= exact + 30


def test_the_monitor_must_let_out_what_the_gate_can_permit_at_the_lowest_concentration():
    made = made_pump_config(limits={"max_dose_1h_ng": 50_000, "max_dose_24h_ng": 10**6})
    made["line"].update(tubing_pl=10**8, holds_tubing_ng_per_ml=2_000_000)
    least = least_volumes(made["limits"], 2_000_000)
    made["limits"].update(least)
    assert config.check(made) is made
    made["line"]["holds_catheter_ng_per_ml"] = 500_000
    lower = least_volumes(made["limits"], 500_000)
    for name in (HOUR, DAY):
        assert lower[name] > least[name]
        with pytest.raises(ConfigError, match="at least") as refused:
            config.check(made)
        assert "limits.%s" % name in str(refused.value)
        made["limits"][name] = lower[name]
    assert config.check(made) is made
