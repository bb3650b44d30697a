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
NO_STEPS = {"pl_per_rev": 1, "steps_per_rev": 10**9}  # a step is rounded up to a pL


def least(rate=0, blind_pl=0, hour_ng=None, day_ng=None, conc=PL_PER_ML, head=NO_STEPS):
    """(hour, day) in pL; at this concentration a pL is a ng."""
    limits = {
        "max_rate_pl_per_day": rate,
        "blind_pl": blind_pl,
        "max_dose_1h_ng": hour_ng,
        "max_dose_24h_ng": day_ng,
    }
    volumes = least_volumes(limits, conc, head)
    assert set(volumes) == {HOUR, DAY}
    return volumes[HOUR], volumes[DAY]


def up(volume):
    return -(-volume // 1)


def with_cuts(most, cuts, cut, power_ups):
    """1.05 times the most, the cuts, and a thousandth for each power-up, rounded up."""
    return up(Fraction(up(Fraction(21, 20) * most) + cuts * cut) * 1024 / (1024 - power_ups))


def test_without_caps_it_is_the_maximum_rate_over_the_windows_what_is_seen_late_and_the_cuts():
    # 10,000 pL in a minute, 3333.3 of them in 20 s and 416.7 in 2.5 s; 20,000 in two minutes
    rate = 10_000 * MINUTES_PER_DAY
    assert least(rate, blind_pl=0) == (
        with_cuts(610_000 + 3334, 5, 2 * 417 + 20_000 + 10, 4),
        with_cuts(14_450_000 + 3334, 25, 2 * 417 + 20_000 + 10, 24),
    )
    assert least(rate, blind_pl=1000) == (
        with_cuts(610_000 + 5334, 5, 2 * 1000 + 20_000 + 10, 4),
        with_cuts(14_450_000 + 5334, 25, 2 * 1000 + 20_000 + 10, 24),
    )
    assert least(rate, blind_pl=6000, head={"pl_per_rev": 70, "steps_per_rev": 3}) == (
        with_cuts(610_000 + 15_334, 5, 2 * 6000 + 24_000 + 240, 4),
        with_cuts(14_450_000 + 15_334, 25, 2 * 6000 + 24_000 + 240, 24),
    )


def test_no_more_is_seen_late_than_in_ten_minutes():
    rate = 100 * MINUTES_PER_DAY
    cut = 6 * 10**15 + 10
    assert least(rate, blind_pl=10**15) == (
        with_cuts(7100, 5, cut, 4),
        with_cuts(145_500, 25, cut, 24),
    )


@pytest.mark.parametrize(
    ("caps", "hour", "day"),
    [
        ({"hour_ng": 600}, (600, 1, 12), (25 * 600, 25, 12)),
        ({"day_ng": 600}, (600, 1, 200), (600, 1, 200)),
        ({"day_ng": 10_000}, (6100, 5, 200), (10_000, 1, 200)),
        ({"hour_ng": 700, "day_ng": 600}, (600, 1, 14), (600, 1, 14)),
        ({"hour_ng": 500, "day_ng": 600}, (500, 1, 10), (600, 1, 10)),
        ({"hour_ng": 0}, (0, 1, 0), (0, 25, 0)),
        ({"day_ng": 0}, (0, 1, 200), (0, 1, 200)),
        ({"hour_ng": 10**9, "day_ng": 10**9}, (6100, 5, 200), (144_500, 25, 200)),
    ],
)
def test_a_cap_that_lets_out_less_counts_and_beyond_it_one_cut(caps, hour, day):
    late_pl = 34  # 100 pL a minute for 20 s
    found = least(100 * MINUTES_PER_DAY, **caps)
    for volume, (most_pl, cuts, reserved), power_ups in zip(
        found, (hour, day), (4, 24), strict=True
    ):
        # 5 pL in 2.5 s, twice, and ten steps
        assert volume == with_cuts(most_pl + late_pl, cuts, 2 * 5 + reserved + 10, power_ups)


def test_a_dose_is_a_volume_at_its_concentration_rounded_up():
    assert (
        least(10**9, hour_ng=100, day_ng=200, conc=3 * PL_PER_ML)[0]
        == least(10**9, hour_ng=34, day_ng=200)[0]
    )


def test_a_part_of_a_picolitre_counts_as_a_whole_one():
    # A pL of the cap and the ten steps of a cut; then 1 pL of what is seen late, and 1 queued
    assert least(hour_ng=1, day_ng=1) == (with_cuts(1, 1, 10, 4), with_cuts(1, 1, 10, 24))
    assert least(MINUTES_PER_DAY, hour_ng=1, day_ng=1) == (
        with_cuts(2, 1, 12, 4),
        with_cuts(2, 1, 12, 24),
    )


doses = some.one_of(some.none(), some.integers(0, 10**9))


# trace: S7.2
@given(
    some.integers(0, 10**12),
    some.integers(0, 10**9),
    doses,
    doses,
    some.integers(1, 10**10),
    some.integers(1, 10**6),
    some.integers(1, 10**4),
)
def test_it_is_never_less_than_the_formula_and_hardly_more(
    rate, blind_pl, hour_ng, day_ng, conc, pl_per_rev, steps_per_rev
):
    a_minute = Fraction(rate, MINUTES_PER_DAY)
    hours, days = [(61 * a_minute, 5)], [(1445 * a_minute, 25)]
    reserved = max(4 * blind_pl, 2 * a_minute)
    for cap_ng, times in ((hour_ng, 25), (day_ng, 1)):
        if cap_ng is not None:
            cap_pl = Fraction(cap_ng * PL_PER_ML, conc)
            hours.append((cap_pl, 1))
            days.append((times * cap_pl, times))
    if hour_ng is not None:
        reserved = min(reserved, Fraction(hour_ng * PL_PER_ML, conc) / 50)
    late = min(2 * blind_pl + a_minute / 3, 10 * a_minute)
    cut = 2 * max(blind_pl, a_minute / 24) + max(blind_pl, reserved)
    cut += Fraction(10 * pl_per_rev, steps_per_rev)
    head = {"pl_per_rev": pl_per_rev, "steps_per_rev": steps_per_rev}
    found = least(rate, blind_pl, hour_ng, day_ng, conc, head)
    for volume, rows, power_ups in zip(found, (hours, days), (4, 24), strict=True):
        exact = min(Fraction(21, 20) * (most + late) + cuts * cut for most, cuts in rows)
        exact = exact * 1024 / (1024 - power_ups)
        # For each cut 13 pL: ten of steps, two of queues, one of the reservation.
        assert exact - 1 <= volume <= exact + 30 + 26 * 13


# trace: S7.2
def test_the_monitor_must_let_out_what_the_gate_can_permit_at_the_lowest_concentration():
    made = made_pump_config(limits={"max_dose_1h_ng": 50_000, "max_dose_24h_ng": 10**6})
    made["line"].update(tubing_pl=10**8, holds_tubing_ng_per_ml=2_000_000)
    least = least_volumes(made["limits"], 2_000_000, made["head"])
    made["limits"].update(least)
    assert config.check(made) is made
    made["line"]["holds_catheter_ng_per_ml"] = 500_000
    lower = least_volumes(made["limits"], 500_000, made["head"])
    for name in (HOUR, DAY):
        assert lower[name] > least[name]
        with pytest.raises(ConfigError, match="at least") as refused:
            config.check(made)
        assert "limits.%s" % name in str(refused.value)
        made["limits"][name] = lower[name]
    assert config.check(made) is made
