"""What holds of the gate for all numbers, against a gate written another way, with fractions.

CPython only.
"""

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as some

from firmware.books.books import BooksNow
from firmware.guard import gate
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN, PL_PER_ML
from tests.rigs.gate import limits, question, request

few = some.integers(0, 60)  # small numbers meet each other often: on a limit, and one beside it
rates = some.one_of(few, some.integers(0, 10**13))
doses = some.one_of(few, some.integers(0, 10**9))
volumes = some.one_of(few.map(lambda n: n - 5), some.integers(-(10**6), 10**13))
stretches = some.sampled_from([1, MS_PER_MIN, MS_PER_HOUR, MS_PER_DAY]) | some.integers(
    1, 2 * MS_PER_DAY
)
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
    return limits(draw(concs), **rate_limits, **caps)


@some.composite
def questions(draw):
    return question(
        draw(all_limits()),
        may_infuse=draw(some.sampled_from([True, True, True, False])),
        basal_pl_per_day=draw(rates),
        overlay_pl_per_day=draw(some.just(0) | rates),
        duration_ms=draw(stretches),
        usable_pl=draw(volumes),
        dose_1h_ng=draw(doses),
        dose_24h_ng=draw(doses),
        held_pl_per_day=draw(some.none() | rates),
        reserved_ng=(draw(few), draw(some.just(0) | doses)),
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


def other_gate(at):
    """permit_rate once more: the candidates from high to low, and the first that everything lets
    pass.
    """
    among, books, wanted = at.limits, at.books, at.wanted
    overlay = wanted.overlay_pl_per_day
    most, program_most = among.max_rate_pl_per_day, among.program_max_rate_pl_per_day
    if not at.may_infuse:
        return 0, gate.STATE
    reason = gate.PERMITTED
    if wanted.basal_pl_per_day > program_most:
        reason = gate.PROGRAM_MAXIMUM
    if min(wanted.basal_pl_per_day, program_most) + overlay > most:
        reason = gate.PUMP_MAXIMUM
    if overlay > most:
        return 0, gate.PUMP_MAXIMUM
    basal = min(wanted.basal_pl_per_day, program_most, most - overlay)
    if volume(basal + overlay, wanted.duration_ms) > books.usable_pl:
        return 0, gate.RESIDUAL
    for beside, alone in (
        (basal, False),
        (min(basal, among.min_rate_pl_per_day), False),
        (0, True),
    ):
        rate = beside + overlay
        passed = passes(at, rate, beside, alone)
        if passed == gate.PERMITTED:
            return rate, reason
        reason = passed if reason not in (gate.DOSE_CAP_1H, gate.DOSE_CAP_24H) else reason
    return 0, reason


def passes(at, rate, beside, alone):
    """The cap that a rate would pass: with what is reserved, and with a bucket to spare on the way
    back, unless it is the overlay alone.
    """
    among, books, wanted = at.limits, at.books, at.wanted
    stretch = dose(volume(rate, wanted.duration_ms), among)
    spare = [0, 0]
    if not alone:
        held = wanted.held_pl_per_day
        spare = list(wanted.reserved_ng)
        if held is not None and beside > held:
            for n, minutes in enumerate((1, 5)):
                spare[n] += dose(volume(rate, minutes * MS_PER_MIN), among)
    return cap_passed(
        among, books.dose_1h_ng + stretch + spare[0], books.dose_24h_ng + stretch + spare[1]
    )


@given(questions())
def test_a_gate_written_another_way_says_the_same(at):
    assert at.ask() == other_gate(at)


@given(questions(), few)
def test_an_overlay_above_the_pump_maximum_gets_nothing_at_all(at, more):
    above = at.limits.max_rate_pl_per_day + 1 + more
    rate, reason = at._replace(wanted=at.wanted._replace(overlay_pl_per_day=above)).ask()
    assert (rate, reason) == (0, reason) and reason in (gate.STATE, gate.PUMP_MAXIMUM)


@given(questions())
def test_what_is_permitted_is_never_above_what_is_wanted_nor_above_any_limit(at):
    rate, reason = at.ask()
    among, books, wanted = at.limits, at.books, at.wanted
    overlay = wanted.overlay_pl_per_day
    assert 0 <= rate <= wanted.basal_pl_per_day + overlay
    assert rate <= among.max_rate_pl_per_day
    if rate > overlay:
        assert rate - overlay <= among.program_max_rate_pl_per_day
    if rate > 0:
        assert at.may_infuse
        assert volume(rate, wanted.duration_ms) <= books.usable_pl
        stretch = dose(volume(rate, wanted.duration_ms), among)
        passed = cap_passed(among, books.dose_1h_ng + stretch, books.dose_24h_ng + stretch)
        assert passed == gate.PERMITTED
    if rate < wanted.basal_pl_per_day + overlay:
        assert reason != gate.PERMITTED


@given(questions())
def test_an_overlay_is_never_lowered_only_permitted_or_not(at):
    rate, _ = at.ask()
    assert rate >= at.wanted.overlay_pl_per_day or rate == 0


HEADROOM = ("usable_pl", "dose_1h_ng", "dose_24h_ng")


@given(questions(), some.sampled_from(HEADROOM), few)
def test_more_headroom_never_permits_less(at, fact, more):
    before, _ = at.ask()
    value = getattr(at.books, fact) + (more if fact == "usable_pl" else -more)
    assert at._replace(books=at.books._replace(**{fact: value})).ask()[0] >= before


@given(questions(), rates)
def test_the_way_back_from_a_cap_is_never_wider_than_the_way_in(at, held):
    free, _ = at._replace(wanted=at.wanted._replace(held_pl_per_day=None)).ask()
    assert at._replace(wanted=at.wanted._replace(held_pl_per_day=held)).ask()[0] <= free


# ---- the bolus -----------------------------------------------------------------------------------

requests = some.builds(
    request,
    basal=some.fixed_dictionaries(
        dict.fromkeys(("hour_pl", "day_pl", "all_pl", "highest_pl_per_day"), rates)
    ),
    volume_pl=rates.map(lambda n: n + 1),
    duration_ms=stretches,
    rate_pl_per_day=rates,
    since_last_ms=some.none() | few.map(lambda n: n * 1000) | some.integers(0, 10**6),
    lockout_ms=few.map(lambda n: n * 1000),
    running=some.sampled_from([False, False, False, True]),
    mixed_ms=some.sampled_from([None, None, None, 0, 5]),
    slack_ng=few,
)
books = some.builds(BooksNow, usable_pl=volumes, dose_1h_ng=doses, dose_24h_ng=doses)
may = some.sampled_from([True, True, True, False])


def objections(among, may_infuse, books, request):
    """Every (reason, measured, limit) that speaks against the bolus, in the order in which they are
    reported.
    """
    doses_then = []
    hour = MS_PER_HOUR + 2 * (MS_PER_MIN + 290_000)
    day = MS_PER_DAY + 2 * (5 * MS_PER_MIN + 290_000)
    basal = request.basal
    for counted_ms, before, basal_pl in (
        (hour, books.dose_1h_ng, basal.hour_pl),
        (day, books.dose_24h_ng, basal.day_pl),
    ):
        within_pl = volume(request.rate_pl_per_day, min(request.duration_ms, counted_ms)) + basal_pl
        doses_then.append(before + dose(within_pl, among) + request.slack_ng)
    rate = request.rate_pl_per_day + basal.highest_pl_per_day
    needed_pl = request.volume_pl + basal.all_pl
    since, lockout = request.since_last_ms, request.lockout_ms
    told = [
        (not may_infuse, (gate.STATE, 0, 0)),
        (request.running, (gate.BOLUS_RUNNING, 1, 0)),
        (request.mixed_ms is not None, (gate.LINE_MIXED, request.mixed_ms, 0)),
        (since is not None and since < lockout, (gate.LOCKOUT, since, lockout)),
        (rate > among.max_rate_pl_per_day, (gate.PUMP_MAXIMUM, rate, among.max_rate_pl_per_day)),
        (needed_pl > books.usable_pl, (gate.RESIDUAL, needed_pl, books.usable_pl)),
    ]
    for total, cap, reason in zip(
        doses_then,
        (among.max_dose_1h_ng, among.max_dose_24h_ng),
        (gate.DOSE_CAP_1H, gate.DOSE_CAP_24H),
    ):
        told.append((cap is not None and total > cap, (reason, total, cap)))
    return [objection for holds, objection in told if holds]


@given(all_limits(), may, books, requests)
def test_a_bolus_is_accepted_exactly_if_nothing_speaks_against_it(among, may_infuse, books, asked):
    against = objections(among, may_infuse, books, asked)
    told = gate.permit_bolus(among, may_infuse, books, asked)
    assert told == (against[0] if against else (gate.PERMITTED, 0, 0))


@given(all_limits(), may, books, requests, some.sampled_from([*HEADROOM, "slack_ng"]), few)
def test_a_bolus_that_is_accepted_is_accepted_with_more_headroom_too(
    among, may_infuse, books, asked, fact, more
):
    before, _, _ = gate.permit_bolus(among, may_infuse, books, asked)
    if fact == "slack_ng":
        asked = asked._replace(slack_ng=asked.slack_ng - more)
    else:
        value = getattr(books, fact) + (more if fact == "usable_pl" else -more)
        books = books._replace(**{fact: value})
    after, _, _ = gate.permit_bolus(among, may_infuse, books, asked)
    assert before != gate.PERMITTED or after == gate.PERMITTED
