"""The gate at its limits: each value on a limit, and one beside it. CPython only; the bolus stands
in test_gate_bolus.py.
"""

import pytest

from firmware.guard import gate
from firmware.units import MS_PER_DAY, MS_PER_MIN
from tests.rigs.gate import CONC, LIMITS, at_most, limits, permitted, situation


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
    }
    assert {getattr(gate, name): name for name in gate.NAMES.values()} == gate.NAMES


def test_limits_are_those_of_the_configuration():
    made = gate.Limits(
        {**LIMITS, "max_dose_1h_ng": 5, "max_dose_24h_ng": 6, "bolus_lockout_s": 7}, 9
    )
    assert (
        made.max_rate_pl_per_day,
        made.min_rate_pl_per_day,
        made.program_max_rate_pl_per_day,
    ) == (1000, 100, 800)
    assert (
        made.max_dose_1h_ng,
        made.max_dose_24h_ng,
        made.bolus_lockout_ms,
        made.conc_ng_per_ml,
    ) == (5, 6, 7000, 9)


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


def test_a_situation_nobody_has_filled_in_permits_nothing():
    empty = gate.Situation(limits())
    facts = (
        "basal_pl_per_day",
        "bolus_pl_per_day",
        "bolus_since_ms",
        "bolus_left_ms",
        "stretch_ms",
        "slack_ng",
        "usable_pl",
    )
    assert [getattr(empty, fact) for fact in (*facts, "dose_1h_ng", "dose_24h_ng")] == [0] * 9
    assert empty.may_infuse is False and empty.held_pl_per_day is None
    assert gate.permit_rate(empty) == (0, gate.STATE)


def test_a_pump_that_may_not_infuse_gets_nothing_whatever_is_wanted():
    assert permitted(may_infuse=False, basal_pl_per_day=1) == (0, gate.STATE)
    assert permitted(may_infuse=False, basal_pl_per_day=2000, bolus_pl_per_day=2000) == (
        0,
        gate.STATE,
    )


def test_what_is_within_all_limits_passes_unchanged():
    assert permitted(basal_pl_per_day=700, bolus_pl_per_day=200) == (900, gate.PERMITTED)
    assert permitted() == (0, gate.PERMITTED)


@pytest.mark.parametrize(("basal", "within"), at_most(800))
def test_the_program_maximum_lowers_the_basal_rate(basal, within):
    assert permitted(basal_pl_per_day=basal) == (
        (basal, gate.PERMITTED) if within else (800, gate.PROGRAM_MAXIMUM)
    )


@pytest.mark.parametrize(("together", "within"), at_most(1000))
def test_the_pump_maximum_lowers_the_basal_rate_beside_a_bolus(together, within):
    expected = (together, gate.PERMITTED) if within else (1000, gate.PUMP_MAXIMUM)
    assert permitted(basal_pl_per_day=300, bolus_pl_per_day=together - 300) == expected
    assert permitted(basal_pl_per_day=together - 400, bolus_pl_per_day=400) == expected


@pytest.mark.parametrize(("bolus", "within"), at_most(1000))
def test_a_bolus_above_the_pump_maximum_is_not_lowered_but_stopped(bolus, within):
    assert permitted(bolus_pl_per_day=bolus) == (
        (bolus, gate.PERMITTED) if within else (0, gate.PUMP_MAXIMUM)
    )


def test_a_bolus_of_the_pump_maximum_leaves_nothing_to_the_basal_rate():
    assert permitted(basal_pl_per_day=1, bolus_pl_per_day=1000) == (1000, gate.PUMP_MAXIMUM)
    assert permitted(basal_pl_per_day=1, bolus_pl_per_day=1001) == (0, gate.PUMP_MAXIMUM)


@pytest.mark.parametrize(("together", "within"), at_most(1000))
def test_a_basal_rate_above_the_program_maximum_keeps_within_the_pump_maximum_too(together, within):
    expected = (together, gate.PROGRAM_MAXIMUM) if within else (1000, gate.PUMP_MAXIMUM)
    assert permitted(basal_pl_per_day=801, bolus_pl_per_day=together - 800) == expected
    assert permitted(basal_pl_per_day=801) == (800, gate.PROGRAM_MAXIMUM)


@pytest.mark.parametrize(("wanted", "within"), at_most(700))
def test_what_would_go_below_the_residual_is_not_begun(wanted, within):
    facts = {"basal_pl_per_day": wanted - 100, "bolus_pl_per_day": 100, "usable_pl": 700}
    assert permitted(**facts) == ((wanted, gate.PERMITTED) if within else (0, gate.RESIDUAL))


def test_a_volume_is_rounded_up_against_the_residual():
    assert permitted(basal_pl_per_day=1, stretch_ms=1, usable_pl=0) == (0, gate.RESIDUAL)
    assert permitted(basal_pl_per_day=1, stretch_ms=1, usable_pl=1) == (1, gate.PERMITTED)
    assert permitted(basal_pl_per_day=1, stretch_ms=MS_PER_DAY + 1, usable_pl=1) == (
        0,
        gate.RESIDUAL,
    )
    assert permitted(usable_pl=0) == (0, gate.PERMITTED)


def test_the_residual_judges_the_lowered_rate_and_the_lowered_rate_alone():
    assert permitted(basal_pl_per_day=900, usable_pl=800) == (800, gate.PROGRAM_MAXIMUM)
    assert permitted(basal_pl_per_day=900, usable_pl=799) == (0, gate.RESIDUAL)


# ---- the dose caps -------------------------------------------------------------------------------

CAPS = [
    ("max_dose_1h_ng", "dose_1h_ng", gate.DOSE_CAP_1H),
    ("max_dose_24h_ng", "dose_24h_ng", gate.DOSE_CAP_24H),
]
either_cap = pytest.mark.parametrize(("cap", "dose", "reason"), CAPS)


@either_cap
@pytest.mark.parametrize(("committed", "within"), at_most(4300))
def test_at_a_cap_the_basal_rate_goes_down_to_the_minimum_rate(
    cap, dose, reason, committed, within
):
    facts = {"basal_pl_per_day": 700, dose: committed}
    assert permitted(limits(**{cap: 5000}), **facts) == (
        (700, gate.PERMITTED) if within else (100, reason)
    )


@either_cap
def test_where_less_and_less_fits_first_the_basal_rate_goes_and_then_the_bolus(cap, dose, reason):
    among, facts = limits(**{cap: 5000}), {"basal_pl_per_day": 400, "bolus_pl_per_day": 300}
    rates = {
        committed: permitted(among, **facts, **{dose: committed})
        for committed in (4300, 4301, 4600, 4601, 4700, 4701, 9000)
    }
    assert rates == {
        4300: (700, gate.PERMITTED),
        4301: (400, reason),  # the minimum rate beside the bolus
        4600: (400, reason),
        4601: (300, reason),  # the bolus alone
        4700: (300, reason),
        4701: (0, reason),
        9000: (0, reason),
    }


@either_cap
def test_a_basal_rate_below_the_minimum_rate_is_not_raised_to_it(cap, dose, reason):
    facts = {"basal_pl_per_day": 50, dose: 4950}
    assert permitted(limits(**{cap: 5000}), **facts) == (50, gate.PERMITTED)
    assert permitted(limits(**{cap: 4999}), **facts) == (0, reason)


@either_cap
def test_the_other_window_has_no_say_in_a_cap(cap, dose, reason):
    other = "dose_24h_ng" if dose == "dose_1h_ng" else "dose_1h_ng"
    assert permitted(limits(**{cap: 5000}), basal_pl_per_day=700, **{other: 10**9}) == (
        700,
        gate.PERMITTED,
    )


@either_cap
def test_a_cap_that_is_passed_already_permits_nothing_more(cap, dose, reason):
    assert permitted(limits(**{cap: 5000}), **{dose: 5001}) == (0, reason)
    assert permitted(limits(**{cap: 5000}), **{dose: 5000}) == (0, gate.PERMITTED)


@either_cap
def test_a_dose_is_rounded_up_against_a_cap(cap, dose, reason):
    facts = {"basal_pl_per_day": 1, dose: 4999}
    assert permitted(limits(1, min_rate_pl_per_day=0, **{cap: 5000}), **facts) == (
        1,
        gate.PERMITTED,
    )
    assert permitted(limits(CONC + 1, min_rate_pl_per_day=0, **{cap: 5000}), **facts) == (0, reason)


@either_cap
def test_the_caps_judge_the_rate_that_the_maximum_has_left(cap, dose, reason):
    assert permitted(limits(**{cap: 800}), basal_pl_per_day=900) == (800, gate.PROGRAM_MAXIMUM)
    assert permitted(limits(**{cap: 799}), basal_pl_per_day=900) == (100, reason)


def test_where_both_caps_are_in_the_way_the_hour_is_told():
    among = limits(max_dose_1h_ng=500, max_dose_24h_ng=600)
    assert permitted(among, basal_pl_per_day=700) == (100, gate.DOSE_CAP_1H)
    assert permitted(among, basal_pl_per_day=550) == (100, gate.DOSE_CAP_1H)
    assert permitted(among, basal_pl_per_day=400, dose_24h_ng=201) == (100, gate.DOSE_CAP_24H)


def test_the_rate_that_is_left_keeps_below_both_caps():
    among = limits(max_dose_1h_ng=1000, max_dose_24h_ng=1000)
    facts = {"basal_pl_per_day": 500, "bolus_pl_per_day": 100}
    assert permitted(among, dose_1h_ng=401, dose_24h_ng=801, **facts) == (100, gate.DOSE_CAP_1H)
    assert permitted(among, dose_1h_ng=801, dose_24h_ng=401, **facts) == (100, gate.DOSE_CAP_1H)
    assert permitted(among, dose_1h_ng=401, dose_24h_ng=901, **facts) == (0, gate.DOSE_CAP_1H)


# ---- the way back from a cap ---------------------------------------------------------------------

MINUTE_PL = 10  # at this rate:
RATE = MINUTE_PL * MS_PER_DAY // MS_PER_MIN
FAST = {"max_rate_pl_per_day": RATE, "program_max_rate_pl_per_day": RATE, "min_rate_pl_per_day": 0}


@pytest.mark.parametrize(
    ("cap", "dose", "reason", "bucket_pl"),
    [(*CAPS[0], MINUTE_PL), (*CAPS[1], 5 * MINUTE_PL)],
    ids=["minute", "five minutes"],
)
def test_the_rate_comes_back_when_it_fits_with_a_bucket_to_spare(cap, dose, reason, bucket_pl):
    among = limits(**FAST, **{cap: 1000})
    facts = {"basal_pl_per_day": RATE, "stretch_ms": MS_PER_MIN}
    for spare, within in at_most(0):
        committed = 1000 - MINUTE_PL - bucket_pl + spare
        assert permitted(among, held_pl_per_day=0, **{dose: committed}, **facts) == (
            (RATE, gate.PERMITTED) if within else (0, reason)
        )
        assert permitted(among, held_pl_per_day=RATE - 1, **{dose: committed}, **facts) == (
            (RATE, gate.PERMITTED) if within else (0, reason)
        )
        assert permitted(among, held_pl_per_day=RATE, **{dose: committed}, **facts) == (
            RATE,
            gate.PERMITTED,
        )
        assert permitted(among, **{dose: committed}, **facts) == (RATE, gate.PERMITTED)


def test_a_bucket_to_spare_counts_the_bolus_too():
    among = limits(**FAST, max_dose_1h_ng=1000)
    facts = {
        "basal_pl_per_day": RATE // 2,
        "bolus_pl_per_day": RATE // 2,
        "stretch_ms": MS_PER_MIN,
        "held_pl_per_day": RATE // 2 - 1,
    }
    assert permitted(among, dose_1h_ng=1000 - 2 * MINUTE_PL, **facts) == (RATE, gate.PERMITTED)
    assert permitted(among, dose_1h_ng=1001 - 2 * MINUTE_PL, **facts) == (
        RATE // 2,
        gate.DOSE_CAP_1H,
    )
    facts["held_pl_per_day"] = RATE // 2  # of the basal, whatever the bolus beside it
    assert permitted(among, dose_1h_ng=1001 - 2 * MINUTE_PL, **facts) == (RATE, gate.PERMITTED)


@either_cap
def test_the_minimum_rate_too_comes_back_with_a_bucket_to_spare(cap, dose, reason):
    among = limits(**{**FAST, "min_rate_pl_per_day": RATE // 2}, **{cap: 1000})
    bucket_pl = MINUTE_PL // 2 if cap == "max_dose_1h_ng" else 5 * MINUTE_PL // 2
    facts = {"basal_pl_per_day": RATE, "stretch_ms": MS_PER_MIN}
    for spare, within in at_most(0):
        committed = 1000 - MINUTE_PL // 2 - bucket_pl + spare
        assert permitted(among, held_pl_per_day=RATE // 2 - 1, **{dose: committed}, **facts) == (
            RATE // 2 if within else 0,
            reason,
        )
        assert permitted(among, held_pl_per_day=RATE // 2, **{dose: committed}, **facts) == (
            RATE // 2,
            reason,
        )


# ---- a bolus that was accepted whole -------------------------------------------------------------

NG_PER_MS = MS_PER_DAY  # the rate of 1 ng in each millisecond
SWIFT = {
    "max_rate_pl_per_day": 10 * NG_PER_MS,
    "program_max_rate_pl_per_day": NG_PER_MS,
    "min_rate_pl_per_day": 0,
}
FOR_EVER_MS = 10**12
# What a cap's window and its books can hold of a lasting dose, and by how much the books run ahead
# and behind, ms
COUNTED_MS = {"max_dose_1h_ng": (4_300_000, 350_000), "max_dose_24h_ng": (87_580_000, 590_000)}


def beside_a_bolus(cap, dose, reason, to_come_ng, lowered=NG_PER_MS, **facts):
    """The basal rate passes if to_come_ng are free after the stretch, and not if one is missing;
    then `lowered` is permitted.
    """
    facts = {
        "basal_pl_per_day": NG_PER_MS,
        "bolus_pl_per_day": NG_PER_MS,
        "stretch_ms": 1000,
        **facts,
    }
    for missing, within in at_most(0):
        expected = (
            (facts["basal_pl_per_day"] + NG_PER_MS, gate.PERMITTED) if within else (lowered, reason)
        )
        assert (
            permitted(
                limits(**SWIFT, **{cap: FOR_EVER_MS}),
                **{dose: FOR_EVER_MS - 2000 - to_come_ng + missing},
                **facts,
            )
            == expected
        )


@either_cap
def test_the_basal_rate_leaves_room_for_what_a_running_bolus_will_add(cap, dose, reason):
    counted_ms, lag_ms = COUNTED_MS[cap]
    beside_a_bolus(cap, dose, reason, counted_ms - 1000, bolus_left_ms=FOR_EVER_MS)
    beside_a_bolus(
        cap, dose, reason, counted_ms - 1000 - 7, bolus_since_ms=7, bolus_left_ms=FOR_EVER_MS
    )
    beside_a_bolus(
        cap,
        dose,
        reason,
        counted_ms - 1000 - 7 + 3,
        bolus_since_ms=7,
        bolus_left_ms=FOR_EVER_MS,
        slack_ng=3,
    )
    beside_a_bolus(
        cap,
        dose,
        reason,
        lag_ms + 1,
        bolus_since_ms=counted_ms - lag_ms - 1001,
        bolus_left_ms=FOR_EVER_MS,
    )
    beside_a_bolus(
        cap,
        dose,
        reason,
        lag_ms,
        bolus_since_ms=counted_ms - lag_ms - 999,
        bolus_left_ms=FOR_EVER_MS,
    )
    beside_a_bolus(cap, dose, reason, lag_ms, bolus_since_ms=FOR_EVER_MS, bolus_left_ms=FOR_EVER_MS)


@either_cap
def test_of_a_bolus_that_is_nearly_over_no_more_than_its_rest_is_kept_free(cap, dose, reason):
    beside_a_bolus(cap, dose, reason, 2000, bolus_left_ms=3000)
    beside_a_bolus(cap, dose, reason, 1 + 5, bolus_left_ms=1001, slack_ng=5)
    beside_a_bolus(cap, dose, reason, 0, bolus_left_ms=1000, slack_ng=5)
    beside_a_bolus(cap, dose, reason, 0, bolus_left_ms=999, slack_ng=5)


@either_cap
def test_without_a_bolus_nothing_is_kept_free(cap, dose, reason):
    facts = {
        "basal_pl_per_day": NG_PER_MS,
        "stretch_ms": 1000,
        "bolus_left_ms": 5000,
        "slack_ng": 9,
        dose: 4000,
    }
    assert permitted(limits(**SWIFT, **{cap: 5000}), **facts) == (NG_PER_MS, gate.PERMITTED)


@either_cap
def test_the_minimum_rate_may_not_take_from_the_bolus_either_and_the_bolus_itself_goes_on(
    cap, dose, reason
):
    among = limits(**{**SWIFT, "min_rate_pl_per_day": NG_PER_MS // 2}, **{cap: 10_000})
    facts = {
        "basal_pl_per_day": NG_PER_MS,
        "bolus_pl_per_day": NG_PER_MS,
        "stretch_ms": 1000,
        "bolus_left_ms": 4000,
    }
    rates = {
        committed: permitted(among, **facts, **{dose: committed})[0] / NG_PER_MS
        for committed in (5000, 5001, 5500, 5501, 9000, 9001)
    }
    assert rates == {5000: 2, 5001: 1.5, 5500: 1.5, 5501: 1, 9000: 1, 9001: 0}


def test_a_situation_is_not_changed_by_the_gate():
    made = situation(
        limits(max_dose_1h_ng=10), basal_pl_per_day=900, bolus_pl_per_day=5, held_pl_per_day=1
    )
    before = dict(vars(made))
    first = gate.permit_rate(made)
    assert (vars(made), gate.permit_rate(made)) == (before, first)


@pytest.mark.parametrize(("dose_1h", "within_1h"), at_most(10))
@pytest.mark.parametrize(("dose_24h", "within_24h"), at_most(20))
def test_a_cap_may_be_reached_and_not_passed(dose_1h, within_1h, dose_24h, within_24h):
    expected = (
        gate.PERMITTED
        if within_1h and within_24h
        else gate.DOSE_CAP_24H
        if within_1h
        else gate.DOSE_CAP_1H
    )
    assert (
        gate.cap_reason(limits(max_dose_1h_ng=10, max_dose_24h_ng=20), dose_1h, dose_24h)
        == expected
    )
    assert gate.cap_reason(limits(max_dose_24h_ng=20), dose_1h, dose_24h) == (
        gate.PERMITTED if within_24h else gate.DOSE_CAP_24H
    )
    assert gate.cap_reason(limits(max_dose_1h_ng=10), dose_1h, dose_24h) == (
        gate.PERMITTED if within_1h else gate.DOSE_CAP_1H
    )
    assert gate.cap_reason(limits(), dose_1h, dose_24h) == gate.PERMITTED
