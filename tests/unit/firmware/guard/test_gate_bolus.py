"""The gate and the bolus, at its limits: accepted whole or refused, with what was measured and the
limit. CPython only.
"""

import pytest

from firmware.books.books import BooksNow
from firmware.guard import gate
from firmware.units import MS_PER_DAY, MS_PER_HOUR
from tests.rigs.gate import CONC, at_most, bolus, limits

YES = (gate.PERMITTED, 0, 0)


def test_a_bolus_with_nothing_in_its_way_is_accepted():
    assert bolus() == YES


def test_a_bolus_is_refused_unless_the_pump_infuses():
    assert bolus(may_infuse=False) == (gate.STATE, 0, 0)


# trace: S4.1
@pytest.mark.parametrize("mixed_ms", [0, 1, 86_400_000])
def test_a_bolus_is_refused_while_a_boundary_is_in_the_line_with_the_time_until_it_is_not(mixed_ms):
    assert bolus(mixed_ms=mixed_ms) == (gate.LINE_MIXED, mixed_ms, 0)


def test_a_second_bolus_is_refused_while_one_is_running():
    assert bolus(running=True) == (gate.BOLUS_RUNNING, 1, 0)


@pytest.mark.parametrize(("early_ms", "within"), at_most(0))
def test_a_bolus_within_the_lockout_is_refused(early_ms, within):
    assert bolus(lockout_ms=60_000, since_last_ms=60_000 - early_ms) == (
        YES if within else (gate.LOCKOUT, 59_999, 60_000)
    )


def test_the_first_bolus_has_no_lockout_and_a_lockout_of_nothing_locks_nothing_out():
    assert bolus(lockout_ms=60_000, since_last_ms=None) == YES
    assert bolus(lockout_ms=60_000, since_last_ms=0) == (gate.LOCKOUT, 0, 60_000)
    assert bolus(lockout_ms=0, since_last_ms=0) == YES


@pytest.mark.parametrize(("rate", "within"), at_most(1000))
def test_a_bolus_that_would_pass_the_pump_maximum_beside_the_highest_basal_rate_is_refused(
    rate, within
):
    expected = YES if within else (gate.PUMP_MAXIMUM, rate, 1000)
    assert bolus(rate_pl_per_day=rate - 300, basal={"highest_pl_per_day": 300}) == expected
    assert bolus(rate_pl_per_day=400, basal={"highest_pl_per_day": rate - 400}) == expected


@pytest.mark.parametrize(("volume", "within"), at_most(5000))
def test_a_bolus_that_would_go_below_the_residual_with_the_basal_beside_it_is_refused(
    volume, within
):
    expected = YES if within else (gate.RESIDUAL, volume, 5000)
    assert bolus(volume_pl=volume - 400, basal={"all_pl": 400}, usable_pl=5000) == expected
    assert bolus(volume_pl=1, basal={"all_pl": volume - 1}, usable_pl=5000) == expected


# ---- the dose caps -------------------------------------------------------------------------------

WINDOWS = [
    ("max_dose_1h_ng", "dose_1h_ng", "hour_pl", gate.DOSE_CAP_1H, MS_PER_HOUR),
    ("max_dose_24h_ng", "dose_24h_ng", "day_pl", gate.DOSE_CAP_24H, MS_PER_DAY),
]
either_cap = pytest.mark.parametrize(
    ("cap", "dose", "basal", "reason", "window_ms"), WINDOWS, ids=["hour", "day"]
)
WIDE = {"max_rate_pl_per_day": 10**9}
PER_WINDOW = 240  # pL that the bolus below delivers in a window


@either_cap
@pytest.mark.parametrize(("total", "within"), at_most(1000))
def test_a_cap_counts_what_is_committed_the_basal_the_bolus_and_the_rounding(
    cap, dose, basal, reason, window_ms, total, within
):
    asked = {"duration_ms": window_ms, "rate_pl_per_day": PER_WINDOW * MS_PER_DAY // window_ms}
    among = limits(**WIDE, **{cap: 1000})
    expected = YES if within else (reason, total, 1000)
    assert bolus(among, **asked, **{dose: total - 240}) == expected
    assert bolus(among, **asked, basal={basal: total - 240}) == expected
    assert bolus(among, **asked, slack_ng=total - 240) == expected
    assert bolus(among, **asked, **{dose: total - 303}, basal={basal: 60}, slack_ng=3) == expected


@either_cap
@pytest.mark.parametrize("beyond_ms", [-1, 0, 1, MS_PER_DAY])
def test_of_a_long_bolus_a_cap_counts_its_window_and_what_its_books_hold_beyond_it(
    cap, dose, basal, reason, window_ms, beyond_ms
):
    most_ms = {MS_PER_HOUR: 4_300_000, MS_PER_DAY: 87_580_000}[
        window_ms
    ]  # twice a bucket and 290 s more than the window
    asked = {"duration_ms": most_ms + beyond_ms, "rate_pl_per_day": MS_PER_DAY}  # 1 ng/ms
    counted = min(most_ms, most_ms + beyond_ms)
    assert bolus(limits(**WIDE, **{cap: counted}), **asked) == YES
    assert bolus(limits(**WIDE, **{cap: counted - 1}), **asked) == (reason, counted, counted - 1)


@either_cap
def test_of_a_short_bolus_a_cap_counts_all(cap, dose, basal, reason, window_ms):
    asked = {"duration_ms": window_ms // 4, "rate_pl_per_day": PER_WINDOW * MS_PER_DAY // window_ms}
    assert bolus(limits(**WIDE, **{cap: 60}), **asked) == YES
    assert bolus(limits(**WIDE, **{cap: 59}), **asked) == (reason, 60, 59)


@either_cap
def test_the_other_window_has_no_say_in_a_cap(cap, dose, basal, reason, window_ms):
    (other_dose, other_basal) = (
        ("dose_24h_ng", "day_pl") if dose == "dose_1h_ng" else ("dose_1h_ng", "hour_pl")
    )
    assert bolus(limits(**{cap: 10}), **{other_dose: 10**9}, basal={other_basal: 10**9}) == YES


@either_cap
def test_a_dose_is_rounded_up_against_a_cap(cap, dose, basal, reason, window_ms):
    asked = {"rate_pl_per_day": 0, "basal": {basal: 1}}
    assert bolus(limits(1, **{cap: 1}), **asked) == YES
    assert bolus(limits(CONC + 1, **{cap: 1}), **asked) == (reason, 2, 1)
    assert bolus(limits(CONC - 1, **{cap: 1}), **asked) == YES


def test_where_both_caps_are_in_the_way_the_hour_is_told():
    among = limits(max_dose_1h_ng=5, max_dose_24h_ng=6)
    assert bolus(among, dose_1h_ng=9, dose_24h_ng=9) == (gate.DOSE_CAP_1H, 10, 5)
    assert bolus(among, dose_1h_ng=0, dose_24h_ng=9) == (gate.DOSE_CAP_24H, 10, 6)


def test_of_many_reasons_the_first_in_this_order_is_told():
    among = limits(max_dose_1h_ng=0, max_dose_24h_ng=0)
    asked = {
        "lockout_ms": 1000,
        "may_infuse": False,
        "running": True,
        "mixed_ms": 1,
        "since_last_ms": 0,
        "rate_pl_per_day": 1001,
        "usable_pl": 0,
        "slack_ng": 1,
    }
    told = []
    for mended in (
        {},
        {"may_infuse": True},
        {"running": False},
        {"mixed_ms": None},
        {"since_last_ms": 1000},
        {"rate_pl_per_day": 0},
        {"usable_pl": 1},
    ):
        asked.update(mended)
        told.append(bolus(among, **asked)[0])
    assert told == [
        gate.STATE,
        gate.BOLUS_RUNNING,
        gate.LINE_MIXED,
        gate.LOCKOUT,
        gate.PUMP_MAXIMUM,
        gate.RESIDUAL,
        gate.DOSE_CAP_1H,
    ]


@pytest.mark.parametrize(("counted_ng", "within"), at_most(500))
def test_a_prime_is_judged_by_what_it_counts_against_a_limit_of_its_own(counted_ng, within):
    made = limits(max_prime_ng=500, max_dose_1h_ng=1, max_dose_24h_ng=1)
    expected = YES if within else (gate.MAX_PRIME, counted_ng, 500)
    assert (
        gate.permit_prime(made, BooksNow(1000, 10**6, 10**6), False, 1000, counted_ng) == expected
    )


def test_without_a_limit_of_its_own_no_prime_that_counts_is_taken():
    books = BooksNow(1000, 0, 0)
    assert gate.permit_prime(limits(), books, False, 1, 1) == (gate.MAX_PRIME, 1, 0)
    assert gate.permit_prime(limits(), books, False, 1, 0) == YES


@pytest.mark.parametrize(("volume_pl", "within"), at_most(1000))
def test_a_prime_keeps_above_the_residual(volume_pl, within):
    expected = YES if within else (gate.RESIDUAL, volume_pl, 1000)
    assert gate.permit_prime(limits(), BooksNow(1000, 0, 0), False, volume_pl, 0) == expected


def test_a_prime_waits_for_what_runs():
    made = gate.permit_prime(limits(), BooksNow(0, 0, 0), True, 1, 1)
    assert made == (gate.BOLUS_RUNNING, 1, 0)


# trace: S4.4
@pytest.mark.parametrize(("dose_ng", "within"), at_most(250))
def test_a_bolus_gives_no_more_than_its_own_limit_and_a_cap_is_told_first(dose_ng, within):
    asked = {"volume_pl": dose_ng, "duration_ms": MS_PER_DAY, "rate_pl_per_day": dose_ng}
    expected = YES if within else (gate.MAX_BOLUS, dose_ng, 250)
    assert bolus(among=limits(max_bolus_ng=250), **asked) == expected
    capped = limits(max_bolus_ng=10, max_dose_24h_ng=100)
    assert bolus(among=capped, **asked)[0] == gate.DOSE_CAP_24H
