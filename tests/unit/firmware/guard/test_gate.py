"""The gate at its limits: each value on a limit, and one beside it. CPython only; the caps stand in
test_gate_caps.py, the bolus in test_gate_bolus.py.
"""

import pytest

from firmware.guard import gate
from firmware.units import MS_PER_DAY
from tests.rigs.gate import LIMITS, at_most, limits, permitted


def test_reasons_are_told_by_numbers_that_never_change():
    assert gate.NAMES == {
        0: "PERMITTED",
        1: "STATE",
        2: "PUMP_MAXIMUM",
        3: "PROGRAM_MAXIMUM",
        4: "DOSE_CAP_1H",
        5: "DOSE_CAP_24H",
        6: "RESIDUAL",
        7: "LOCKOUT",
        8: "BOLUS_RUNNING",
        12: "BASAL_FIRST",
        13: "DAY_COUNT",
        9: "LINE_MIXED",
        10: "MAX_BOLUS",
        11: "MAX_PRIME",
    }
    assert {getattr(gate, name): name for name in gate.NAMES.values()} == gate.NAMES


def test_limits_are_those_of_the_configuration():
    made = gate.Limits({**LIMITS, "max_dose_1h_ng": 5, "max_dose_24h_ng": 6}, 9)
    assert (
        made.max_rate_pl_per_day,
        made.min_rate_pl_per_day,
        made.program_max_rate_pl_per_day,
    ) == (1000, 100, 800)
    assert (
        made.max_dose_1h_ng,
        made.max_dose_24h_ng,
        made.conc_ng_per_ml,
    ) == (5, 6, 9)


def test_the_total_of_the_limits_has_each_of_them_once():
    assert gate.Limits(LIMITS, 7).total() == 1000 + 100 + 800 + 7
    for caps, total in (((50, 600), 650), ((None, 600), 600), ((50, None), 50), ((0, 0), 0)):
        capped = {"max_dose_1h_ng": caps[0], "max_dose_24h_ng": caps[1]}
        assert gate.Limits({**LIMITS, **capped}, 7).total() == 1907 + total


def test_the_two_dose_caps_are_told_from_all_other_reasons():
    assert [reason for reason in gate.NAMES if gate.is_dose_cap(reason)] == [
        gate.DOSE_CAP_1H,
        gate.DOSE_CAP_24H,
    ]


@pytest.mark.parametrize("cap_1h", [None, 0, 5])
@pytest.mark.parametrize("cap_24h", [None, 0, 5])
def test_a_cap_of_nothing_is_a_cap(cap_1h, cap_24h):
    assert limits(max_dose_1h_ng=cap_1h, max_dose_24h_ng=cap_24h).has_caps == (
        (cap_1h, cap_24h) != (None, None)
    )


# ---- the rate ------------------------------------------------------------------------------------


def test_a_pump_that_may_not_infuse_gets_nothing_whatever_is_wanted():
    assert permitted(may_infuse=False, basal_pl_per_day=1) == (0, gate.STATE)
    assert permitted(may_infuse=False, basal_pl_per_day=2000, overlay_pl_per_day=2000) == (
        0,
        gate.STATE,
    )


def test_what_is_within_all_limits_passes_unchanged():
    assert permitted(basal_pl_per_day=700, overlay_pl_per_day=200) == (900, gate.PERMITTED)
    assert permitted() == (0, gate.PERMITTED)


@pytest.mark.parametrize(("basal", "within"), at_most(800))
def test_the_program_maximum_lowers_the_basal_rate(basal, within):
    assert permitted(basal_pl_per_day=basal) == (
        (basal, gate.PERMITTED) if within else (800, gate.PROGRAM_MAXIMUM)
    )


@pytest.mark.parametrize(("together", "within"), at_most(1000))
def test_the_pump_maximum_lowers_the_basal_rate_beside_a_bolus(together, within):
    expected = (together, gate.PERMITTED) if within else (1000, gate.PUMP_MAXIMUM)
    assert permitted(basal_pl_per_day=300, overlay_pl_per_day=together - 300) == expected
    assert permitted(basal_pl_per_day=together - 400, overlay_pl_per_day=400) == expected


@pytest.mark.parametrize(("bolus", "within"), at_most(1000))
def test_a_overlay_above_the_pump_maximum_is_not_lowered_but_stopped(bolus, within):
    assert permitted(overlay_pl_per_day=bolus) == (
        (bolus, gate.PERMITTED) if within else (0, gate.PUMP_MAXIMUM)
    )


def test_a_overlay_of_the_pump_maximum_leaves_nothing_to_the_basal_rate():
    assert permitted(basal_pl_per_day=1, overlay_pl_per_day=1000) == (1000, gate.PUMP_MAXIMUM)
    assert permitted(basal_pl_per_day=1, overlay_pl_per_day=1001) == (0, gate.PUMP_MAXIMUM)


@pytest.mark.parametrize(("together", "within"), at_most(1000))
def test_a_basal_rate_above_the_program_maximum_keeps_within_the_pump_maximum_too(together, within):
    expected = (together, gate.PROGRAM_MAXIMUM) if within else (1000, gate.PUMP_MAXIMUM)
    assert permitted(basal_pl_per_day=801, overlay_pl_per_day=together - 800) == expected
    assert permitted(basal_pl_per_day=801) == (800, gate.PROGRAM_MAXIMUM)


@pytest.mark.parametrize(("wanted", "within"), at_most(700))
def test_what_would_go_below_the_residual_is_not_begun(wanted, within):
    facts = {"basal_pl_per_day": wanted - 100, "overlay_pl_per_day": 100, "usable_pl": 700}
    assert permitted(**facts) == ((wanted, gate.PERMITTED) if within else (0, gate.RESIDUAL))


def test_a_volume_is_rounded_up_against_the_residual():
    assert permitted(basal_pl_per_day=1, duration_ms=1, usable_pl=0) == (0, gate.RESIDUAL)
    assert permitted(basal_pl_per_day=1, duration_ms=1, usable_pl=1) == (1, gate.PERMITTED)
    assert permitted(basal_pl_per_day=1, duration_ms=MS_PER_DAY + 1, usable_pl=1) == (
        0,
        gate.RESIDUAL,
    )
    assert permitted(usable_pl=0) == (0, gate.PERMITTED)


def test_the_residual_judges_the_lowered_rate_and_the_lowered_rate_alone():
    assert permitted(basal_pl_per_day=900, usable_pl=800) == (800, gate.PROGRAM_MAXIMUM)
    assert permitted(basal_pl_per_day=900, usable_pl=799) == (0, gate.RESIDUAL)
