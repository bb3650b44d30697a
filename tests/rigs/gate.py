"""Limits, situations and requests in round numbers for the tests of the gate (CPython only).

Over a day a rate of n pL/day is n pL, and at CONC n pL are n ng: what is compared can be read off
the numbers.
"""

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
    "bolus_lockout_s": 0,
}


def limits(conc=CONC, **changed):
    return gate.Limits({**LIMITS, **changed}, conc)


def situation(among=None, **facts):
    """A day of motion with nothing in the way, but for the facts."""
    made = gate.Situation(limits() if among is None else among)
    for name, value in {
        "may_infuse": True,
        "stretch_ms": MS_PER_DAY,
        "usable_pl": PLENTY,
        **facts,
    }.items():
        if not hasattr(made, name):
            raise AttributeError(f"a situation has no {name}")
        setattr(made, name, value)
    return made


def permitted(among=None, **facts):
    return gate.permit_rate(situation(among, **facts))


REQUEST = {
    "volume_pl": 1,
    "duration_ms": MS_PER_DAY,
    "rate_pl_per_day": 1,
    "basal_1h_pl": 0,
    "basal_24h_pl": 0,
    "basal_pl": 0,
    "basal_max_pl_per_day": 0,
    "since_last_ms": None,
    "running": False,
}


def bolus(
    among=None, may_infuse=True, usable_pl=PLENTY, dose_1h_ng=0, dose_24h_ng=0, slack_ng=0, **asked
):
    """(reason, measured, limit) of a bolus that nothing is in the way of, but for what is said."""
    request = gate.BolusRequest(**{**REQUEST, **asked})
    return gate.permit_bolus(
        limits() if among is None else among,
        may_infuse,
        request,
        usable_pl,
        dose_1h_ng,
        dose_24h_ng,
        slack_ng,
    )


def at_most(limit):
    """(value, is it within?) on a limit that may be reached, and one beside it on either side."""
    return [(limit - 1, True), (limit, True), (limit + 1, False)]
