"""The gate and the dose caps, at their limits: each value on a limit, and one beside it. CPython
only.
"""

import pytest

from firmware.guard import gate
from firmware.units import MS_PER_DAY, MS_PER_MIN
from tests.rigs.gate import CONC, at_most, limits, permitted

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
    among, facts = limits(**{cap: 5000}), {"basal_pl_per_day": 400, "overlay_pl_per_day": 300}
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
    facts = {"basal_pl_per_day": 500, "overlay_pl_per_day": 100}
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
    facts = {"basal_pl_per_day": RATE, "duration_ms": MS_PER_MIN}
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
        "overlay_pl_per_day": RATE // 2,
        "duration_ms": MS_PER_MIN,
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
    facts = {"basal_pl_per_day": RATE, "duration_ms": MS_PER_MIN}
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


# ---- an overlay that was accepted whole ----------------------------------------------------------

NG_PER_MS = MS_PER_DAY  # the rate of 1 ng in each millisecond
SWIFT = {
    "max_rate_pl_per_day": 10 * NG_PER_MS,
    "program_max_rate_pl_per_day": NG_PER_MS,
    "min_rate_pl_per_day": 0,
}
BESIDE = {
    "basal_pl_per_day": NG_PER_MS,
    "overlay_pl_per_day": NG_PER_MS,
    "duration_ms": 1000,
}


def reserved(dose, ng):
    """So much is reserved in the window of `dose`, and nothing in the other."""
    return (ng, 0) if dose == "dose_1h_ng" else (0, ng)


@either_cap
@pytest.mark.parametrize("to_come_ng", [0, 1, 3000, 10**9])
def test_the_basal_rate_leaves_room_for_what_a_running_overlay_will_add(
    cap, dose, reason, to_come_ng
):
    among = limits(**SWIFT, **{cap: 10**12})
    for missing, within in at_most(0):
        committed = 10**12 - 2000 - to_come_ng + missing
        facts = {**BESIDE, dose: committed, "reserved_ng": reserved(dose, to_come_ng)}
        expected = (2 * NG_PER_MS, gate.PERMITTED) if within else (NG_PER_MS, reason)
        assert permitted(among, **facts) == expected


@either_cap
def test_what_is_reserved_in_the_other_window_has_no_say(cap, dose, reason):
    other = "dose_24h_ng" if dose == "dose_1h_ng" else "dose_1h_ng"
    facts = {**BESIDE, dose: 3000, "reserved_ng": reserved(other, 10**9)}
    assert permitted(limits(**SWIFT, **{cap: 5000}), **facts) == (2 * NG_PER_MS, gate.PERMITTED)


@either_cap
def test_the_minimum_rate_may_not_take_from_the_overlay_either_and_the_overlay_itself_goes_on(
    cap, dose, reason
):
    among = limits(**{**SWIFT, "min_rate_pl_per_day": NG_PER_MS // 2}, **{cap: 10_000})
    facts = {**BESIDE, "reserved_ng": reserved(dose, 3000)}
    rates = {
        committed: permitted(among, **facts, **{dose: committed})[0] / NG_PER_MS
        for committed in (5000, 5001, 5500, 5501, 9000, 9001)
    }
    assert rates == {5000: 2, 5001: 1.5, 5500: 1.5, 5501: 1, 9000: 1, 9001: 0}


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


# ---- what the planner keeps free -----------------------------------------------------------------


def test_a_window_counts_for_its_length_and_two_lags_and_a_dose_leaves_it_a_lag_later():
    # A lag is a bucket, 1 min or 5 min, and the longest wait of 4 min 50 s.
    assert gate.WINDOWS_MS == (
        (3_600_000 + 2 * 350_000, 350_000),
        (86_400_000 + 2 * 590_000, 590_000),
    )


@either_cap
@pytest.mark.parametrize(("committed", "within"), at_most(4300))
def test_where_no_overlay_runs_nothing_is_kept_free_of_either_window(
    cap, dose, reason, committed, within
):
    facts = {"basal_pl_per_day": 700, "reserved_ng": gate.NOTHING_RESERVED, dose: committed}
    assert permitted(limits(**{cap: 5000}), **facts) == (
        (700, gate.PERMITTED) if within else (100, reason)
    )


def test_a_prime_is_not_judged_by_the_caps_and_by_all_else():
    among = limits(max_dose_1h_ng=1, max_dose_24h_ng=1)
    asked = {"overlay_pl_per_day": 1000, "reserved_ng": None, "dose_1h_ng": 5, "dose_24h_ng": 5}
    assert permitted(among, **asked) == (1000, gate.PERMITTED)
    assert permitted(among, **asked, usable_pl=999) == (0, gate.RESIDUAL)
    asked["overlay_pl_per_day"] = 1001
    assert permitted(among, **asked) == (0, gate.PUMP_MAXIMUM)
