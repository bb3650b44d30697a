"""Limits, books and questions in round numbers for the tests of the gate (CPython only).

Over a day a rate of n pL/day is n pL, and at CONC n pL are n ng: what is compared can be read off
the numbers.
"""

from typing import NamedTuple

from firmware.books.books import BooksNow
from firmware.guard import gate
from firmware.units import MS_PER_DAY, PL_PER_ML

CONC = PL_PER_ML
PLENTY = 10**15
LIMITS = {
    "max_rate_pl_per_day": 1000,
    "min_rate_pl_per_day": 100,
    "program_max_rate_pl_per_day": 800,
    "max_dose_1h_ng": None,
    "max_dose_24h_ng": None,
    "max_bolus_ng": None,
    "max_prime_ng": None,
}
BOOKS = {"usable_pl": PLENTY, "dose_1h_ng": 0, "dose_24h_ng": 0}
WANTED = {
    "basal_pl_per_day": 0,
    "overlay_pl_per_day": 0,
    "duration_ms": MS_PER_DAY,
    "reserved_ng": (0, 0),
    "held_pl_per_day": None,
}


def limits(conc=CONC, **changed):
    return gate.Limits({**LIMITS, **changed}, conc)


class Question(NamedTuple):
    """All that permit_rate is asked with."""

    limits: gate.Limits
    may_infuse: bool
    books: BooksNow
    wanted: tuple  # a gate.Wanted

    def ask(self):
        return gate.permit_rate(self.limits, self.may_infuse, self.books, self.wanted)


def question(among=None, may_infuse=True, **facts):
    """A day of motion with nothing in the way, but for the facts: fields of BOOKS and WANTED."""
    unknown = set(facts) - set(BOOKS) - set(WANTED)
    if unknown:
        raise AttributeError(f"the gate is not asked with {unknown}")
    books = BooksNow(**{name: facts.get(name, value) for name, value in BOOKS.items()})
    wanted = gate.Wanted(**{name: facts.get(name, value) for name, value in WANTED.items()})
    return Question(limits() if among is None else among, may_infuse, books, wanted)


def permitted(among=None, **facts):
    return question(among, **facts).ask()


NO_BASAL = {"hour_pl": 0, "day_pl": 0, "all_pl": 0, "highest_pl_per_day": 0}
REQUEST = {
    "volume_pl": 1,
    "duration_ms": MS_PER_DAY,
    "rate_pl_per_day": 1,
    "since_last_ms": None,
    "lockout_ms": 0,
    "running": False,
    "mixed_ms": None,
    "slack_ng": 0,
}


def request(basal=None, **asked):
    """A BolusRequest; `basal` are fields of its BasalAhead."""
    ahead = gate.BasalAhead(**{**NO_BASAL, **(basal or {})})
    return gate.BolusRequest(basal=ahead, **{**REQUEST, **asked})


def bolus(among=None, may_infuse=True, basal=None, **facts):
    """(reason, measured, limit) of a bolus that nothing is in the way of, but for what is said."""
    books = BooksNow(**{name: facts.pop(name, value) for name, value in BOOKS.items()})
    among = limits() if among is None else among
    return gate.permit_bolus(among, may_infuse, books, request(basal, **facts))


def at_most(limit):
    """(value, is it within?) on a limit that may be reached, and one beside it on either side."""
    return [(limit - 1, True), (limit, True), (limit + 1, False)]
