"""What holds of the gate for all numbers, against a gate written another way, with fractions.

CPython only.
"""

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as some

from firmware.guard import gate
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN, PL_PER_ML
from tests.rigs.gate import limits, situation

few = some.integers(0, 60)  # small numbers meet each other often: on a limit, and one beside it
rates = some.one_of(few, some.integers(0, 10**13))
doses = some.one_of(few, some.integers(0, 10**9))
volumes = some.one_of(few.map(lambda n: n - 5), some.integers(-(10**6), 10**13))
stretches = some.sampled_from([1, MS_PER_MIN, MS_PER_HOUR, MS_PER_DAY]) | some.integers(
    1, 2 * MS_PER_DAY
)
since = some.integers(0, MS_PER_MIN) | some.integers(0, 3 * MS_PER_DAY)
concs = some.sampled_from([0, 1, PL_PER_ML, PL_PER_ML + 1, 2_000_000])


@some.composite
def all_limits(draw):
    low, middle, high = sorted([draw(rates), draw(rates), draw(rates)])
    caps = {cap: draw(some.none() | doses) for cap in ("max_dose_1h_ng", "max_dose_24h_ng")}
    rate_limits = {
        "min_rate_pl_per_day": low,
        "program_max_rate_pl_per_day": middle,
        "max_rate_pl_per_day": high,
    }
    return limits(draw(concs), bolus_lockout_s=draw(few), **rate_limits, **caps)


@some.composite
def situations(draw):
    return situation(
        draw(all_limits()),
        may_infuse=draw(some.sampled_from([True, True, True, False])),
        basal_pl_per_day=draw(rates),
        bolus_pl_per_day=draw(some.just(0) | rates),
        stretch_ms=draw(stretches),
        usable_pl=draw(volumes),
        dose_1h_ng=draw(doses),
        dose_24h_ng=draw(doses),
        held_pl_per_day=draw(some.none() | rates),
        bolus_since_ms=draw(since),
        bolus_left_ms=draw(since),
        slack_ng=draw(few),
    )


def volume(rate, ms):
    return ceil(Fraction(rate * ms, MS_PER_DAY))


def dose(volume_pl, among):
    return ceil(Fraction(volume_pl * among.conc_ng_per_ml, PL_PER_ML))


def cap_passed(among, dose_1h_ng, dose_24h_ng):
    for total, cap, reason in (
        (dose_1h_ng, among.max_dose_1h_ng, gate.DOSE_CAP_1H),
        (dose_24h_ng, among.max_dose_24h_ng, gate.DOSE_CAP_24H),
    ):
        if cap is not None and total > cap:
            return reason
    return gate.PERMITTED


def of_the_bolus_to_come(at, window_min, bucket_min):
    """ng to leave free: until window and two lags have passed since the bolus began, or a lag after
    the stretch, whichever is later.
    """
    lag = bucket_min * MS_PER_MIN + 290_000
    begin = at.stretch_ms
    end = min(
        at.bolus_left_ms, max(window_min * MS_PER_MIN + 2 * lag - at.bolus_since_ms, begin + lag)
    )
    if end <= begin or not at.bolus_pl_per_day:
        return 0
    return dose(volume(at.bolus_pl_per_day, end - begin), at.limits) + at.slack_ng


def other_gate(at):
    """permit_rate once more: the candidates from high to low, and the first that everything lets
    pass.
    """
    among, bolus = at.limits, at.bolus_pl_per_day
    if not at.may_infuse:
        return 0, gate.STATE
    if bolus > among.max_rate_pl_per_day:
        return 0, gate.PUMP_MAXIMUM
    basal = min(
        at.basal_pl_per_day, among.program_max_rate_pl_per_day, among.max_rate_pl_per_day - bolus
    )
    beyond_program = at.basal_pl_per_day > among.program_max_rate_pl_per_day
    beyond_pump = (
        min(at.basal_pl_per_day, among.program_max_rate_pl_per_day) + bolus
        > among.max_rate_pl_per_day
    )
    reason = (
        gate.PUMP_MAXIMUM
        if beyond_pump
        else gate.PROGRAM_MAXIMUM
        if beyond_program
        else gate.PERMITTED
    )
    if volume(basal + bolus, at.stretch_ms) > at.usable_pl:
        return 0, gate.RESIDUAL
    for beside, alone in (
        (basal, False),
        (min(basal, among.min_rate_pl_per_day), False),
        (0, True),
    ):
        rate = beside + bolus
        stretch = dose(volume(rate, at.stretch_ms), among)
        bucket = not alone and at.held_pl_per_day is not None and beside > at.held_pl_per_day
        spare = [
            dose(volume(rate, minutes * MS_PER_MIN), among) if bucket else 0 for minutes in (1, 5)
        ]
        if not alone:
            spare = [
                some_more + of_the_bolus_to_come(at, *window)
                for some_more, window in zip(spare, ((60, 1), (24 * 60, 5)))
            ]
        passed = cap_passed(
            among, at.dose_1h_ng + stretch + spare[0], at.dose_24h_ng + stretch + spare[1]
        )
        if passed == gate.PERMITTED:
            return rate, reason
        reason = passed if reason not in (gate.DOSE_CAP_1H, gate.DOSE_CAP_24H) else reason
    return 0, reason


@given(situations())
def test_a_gate_written_another_way_says_the_same(at):
    assert gate.permit_rate(at) == other_gate(at)


@given(situations())
def test_what_is_permitted_is_never_above_what_is_wanted_nor_above_any_limit(at):
    rate, reason = gate.permit_rate(at)
    among = at.limits
    assert 0 <= rate <= at.basal_pl_per_day + at.bolus_pl_per_day
    assert rate <= among.max_rate_pl_per_day
    if rate > at.bolus_pl_per_day:
        assert rate - at.bolus_pl_per_day <= among.program_max_rate_pl_per_day
    if rate > 0:
        assert at.may_infuse
        assert volume(rate, at.stretch_ms) <= at.usable_pl
        stretch = dose(volume(rate, at.stretch_ms), among)
        assert (
            cap_passed(among, at.dose_1h_ng + stretch, at.dose_24h_ng + stretch) == gate.PERMITTED
        )
    if rate < at.basal_pl_per_day + at.bolus_pl_per_day:
        assert reason != gate.PERMITTED


@given(situations())
def test_a_bolus_is_never_lowered_only_permitted_or_not(at):
    rate, _ = gate.permit_rate(at)
    assert rate >= at.bolus_pl_per_day or rate == 0


HEADROOM = ("usable_pl", "dose_1h_ng", "dose_24h_ng")


@given(situations(), some.sampled_from(HEADROOM), few)
def test_more_headroom_never_permits_less(at, fact, more):
    before, _ = gate.permit_rate(at)
    setattr(at, fact, getattr(at, fact) + (more if fact == "usable_pl" else -more))
    assert gate.permit_rate(at)[0] >= before


@given(situations(), rates)
def test_the_way_back_from_a_cap_is_never_wider_than_the_way_in(at, held):
    at.held_pl_per_day = None
    free, _ = gate.permit_rate(at)
    at.held_pl_per_day = held
    assert gate.permit_rate(at)[0] <= free


# ---- the bolus -----------------------------------------------------------------------------------

requests = some.builds(
    gate.BolusRequest,
    volume_pl=rates.map(lambda n: n + 1),
    duration_ms=stretches,
    rate_pl_per_day=rates,
    basal_1h_pl=rates,
    basal_24h_pl=rates,
    basal_pl=rates,
    basal_max_pl_per_day=rates,
    since_last_ms=some.none() | few.map(lambda n: n * 1000) | some.integers(0, 10**6),
    running=some.sampled_from([False, False, False, True]),
)
askings = some.fixed_dictionaries(
    {"may_infuse": some.sampled_from([True, True, True, False]), "usable_pl": volumes}
)
committed = some.fixed_dictionaries({"dose_1h_ng": doses, "dose_24h_ng": doses, "slack_ng": few})


def objections(among, may_infuse, request, usable_pl, dose_1h_ng, dose_24h_ng, slack_ng):
    """Every (reason, measured, limit) that speaks against the bolus, in the order in which they are
    told.
    """
    doses_then = []
    hour, day = (
        MS_PER_HOUR + 2 * (MS_PER_MIN + 290_000),
        MS_PER_DAY + 2 * (5 * MS_PER_MIN + 290_000),
    )
    for counted_ms, before, basal_pl in (
        (hour, dose_1h_ng, request.basal_1h_pl),
        (day, dose_24h_ng, request.basal_24h_pl),
    ):
        within_pl = volume(request.rate_pl_per_day, min(request.duration_ms, counted_ms)) + basal_pl
        doses_then.append(before + dose(within_pl, among) + slack_ng)
    rate = request.rate_pl_per_day + request.basal_max_pl_per_day
    needed_pl = request.volume_pl + request.basal_pl
    since, lockout = request.since_last_ms, among.bolus_lockout_ms
    told = [
        (not may_infuse, (gate.STATE, 0, 0)),
        (request.running, (gate.BOLUS_RUNNING, 1, 0)),
        (since is not None and since < lockout, (gate.LOCKOUT, since, lockout)),
        (rate > among.max_rate_pl_per_day, (gate.PUMP_MAXIMUM, rate, among.max_rate_pl_per_day)),
        (needed_pl > usable_pl, (gate.RESIDUAL, needed_pl, usable_pl)),
    ]
    for total, cap, reason in zip(
        doses_then,
        (among.max_dose_1h_ng, among.max_dose_24h_ng),
        (gate.DOSE_CAP_1H, gate.DOSE_CAP_24H),
    ):
        told.append((cap is not None and total > cap, (reason, total, cap)))
    return [objection for holds, objection in told if holds]


@given(all_limits(), requests, askings, committed)
def test_a_bolus_is_accepted_exactly_if_nothing_speaks_against_it(among, request, asking, already):
    against = objections(among, asking["may_infuse"], request, asking["usable_pl"], **already)
    told = gate.permit_bolus(among, asking["may_infuse"], request, asking["usable_pl"], **already)
    assert told == (against[0] if against else (gate.PERMITTED, 0, 0))


@given(
    all_limits(),
    requests,
    askings,
    committed,
    some.sampled_from(["usable_pl", "dose_1h_ng", "dose_24h_ng", "slack_ng"]),
    few,
)
def test_a_bolus_that_is_accepted_is_accepted_with_more_headroom_too(
    among, request, asking, already, fact, more
):
    def accepted():
        return (
            gate.permit_bolus(among, asking["may_infuse"], request, asking["usable_pl"], **already)[
                0
            ]
            == gate.PERMITTED
        )

    before = accepted()
    if fact == "usable_pl":
        asking[fact] += more
    else:
        already[fact] -= more
    assert accepted() >= before
