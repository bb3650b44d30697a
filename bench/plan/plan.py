"""Before anything is weighed: how long, by which method, with a trap or without, and what
uncertainty can be reached. CPython only.

    lines = plan(Wish(rate_text="0.5 mL/d", readability="0.1 mg"))

The figures come from the very equation and distributions that a run is analysed with, for a flow
that is exactly as set.
"""

from dataclasses import dataclass
from typing import Optional

from bench.inputs import setup as setups
from bench.metrology import measurement, sampling, trumpet, uncertainty, verdict
from bench.reduction import conditions, evaporation
from bench.shared.errors import BenchError
from bench.shared.say import lasting, within
from host_sim.shared.number_text import significant

SLOW_UL_PER_MIN = 1000 / 60  # below 1 mL/h the ambulatory method, infusion_pumps 2.1
TRAP = {
    "rate": "0.008 mg/min",
    "uncertainty": "30 %",
}  # some 0.5 uL/h: an oil film, or an enclosure full of moist air
HOW_TO_TRAP = "Oil film on the water or a saturated enclosure, outlet below the surface, and blanks before and after"
PART_OF_LIMIT = (
    3  # the uncertainty should be a third of the limit, so that most errors can be decided
)
MINUTES = (
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    180,
    240,
    360,
    480,
    720,
    960,
    1500,
    2160,
    2940,
    4320,
    5760,
    10080,
    20160,
)
DRAWS = 20_000
FULL_LOAD_MG = 200_000  # what analytical balances of 0.1 mg carry, vessel aside
ENVIRONMENT = {"water": "20 degC", "air": "20 degC", "pressure": "1013 hPa", "humidity": "50 %"}
OPTIONS = {
    "set_rate": "--rate",
    "balance.readability": "--balance-readability",
    "balance.repeatability": "--repeatability",
    "balance.linearity": "--linearity",
    "balance.drift": "--drift",
    "evaporation.rate": "--evaporation",
    "evaporation.uncertainty": "--evaporation-uncertainty",
    "immersion.tube_outer_diameter": "--tube",
    "immersion.vessel_inner_diameter": "--vessel",
    "limits.flow_error": "--limit",
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to weigh, with what; texts as in SETUP.toml."""

    rate: str
    readability: str
    repeatability: Optional[str] = None
    linearity: Optional[str] = None
    evaporation: str = "0.3 mg/min"
    evaporation_uncertainty: str = "30 %"
    tube: Optional[str] = None
    vessel: str = "30 mm"
    limit: str = "5 %"
    drift: str = "0 mg/h"


@dataclass(frozen=True)
class Reach:
    """What weighing for `minutes` (after the stabilisation) can give."""

    minutes: float
    result: uncertainty.Result


def plan(wish):
    """[(label, text)] that say what to do and why.

    Raises BenchError for a wish that cannot be read.
    """
    setup = _setup(wish, {"rate": wish.evaporation, "uncertainty": wish.evaporation_uncertainty})
    limit = setup.limits["flow_error"]
    method = sampling.AMBULATORY if setup.method == "ambulatory" else sampling.VOLUMETRIC
    aim = limit / PART_OF_LIMIT
    usual = (method.period_s + (0 if setup.method == "ambulatory" else sampling.HOUR_S)) / 60
    as_stated = reaches(setup)
    trapped = reaches(_setup(wish, TRAP))
    need_trap, why = _trap(as_stated, trapped, setup, aim)
    chosen = trapped if need_trap else as_stated
    lines = [
        ("method", _method(setup, method)),
        ("trap", why),
        ("how long", _how_long(chosen, method, usual, aim, setup)),
        ("windows", _windows(setup, method)),
    ]
    best = next(reach for reach in chosen if reach.minutes >= usual)
    lines += _uncertainties(as_stated, trapped)
    with_what = "with the trap" if need_trap else "as stated"
    lines.append(
        (
            "reached",
            f"{within(best.result.expanded)} (95 %) after {_span(best.minutes)} {with_what}, made of {_made_of(best)}",
        )
    )
    lines.append(("verdict", _verdict(best, limit, aim)))
    return [(label, text) for label, text in lines if text]


def _setup(wish, lost):
    raw = {
        "set_rate": wish.rate,
        "method": "volumetric",
        "balance": {"readability": wish.readability, "drift": wish.drift},
        "environment": ENVIRONMENT,
        "evaporation": lost,
        "limits": {"flow_error": wish.limit},
    }
    balance = raw["balance"]
    balance["repeatability"] = wish.repeatability or wish.readability
    balance["linearity"] = wish.linearity or wish.readability
    if wish.tube is not None:
        raw["immersion"] = {"tube_outer_diameter": wish.tube, "vessel_inner_diameter": wish.vessel}
    read = _read(raw)
    if not wish.linearity:
        balance["linearity"] = (
            # What data sheets of analytical balances say
            f"{3 * read.balance['readability']:.12f} mg"
        )
    if read.rate_ul_per_min < SLOW_UL_PER_MIN:
        raw["method"] = "ambulatory"
    return _read(raw)


def _read(raw):
    """The setup; what cannot be read is told by the option that it came from."""
    try:
        return setups.read(raw, path="plan")
    except BenchError as error:
        told = [problem.removeprefix("plan:1:1: ") for problem in error.problems]
        raise BenchError(
            [
                f"{OPTIONS.get(where, where)}: {rest}"
                for where, _, rest in (problem.partition(": ") for problem in told)
            ]
        ) from error


def mass_rate(setup):
    """What the set rate is in mg/min."""
    return setup.rate_ul_per_min / conditions.z_factor(setup.environment)


def reaches(setup):
    """A Reach for each length that could be weighed."""
    lost = evaporation.inputs(setup)
    state = conditions.Conditions(setup.environment, setup.balance["repeatability"])
    return [Reach(minutes, _reach(setup, minutes, lost, state)) for minutes in MINUTES]


def _reach(setup, minutes, lost, state):
    tip = conditions.tip(setup)
    mass_mg = (mass_rate(setup) * tip - sum(one.value for one in lost)) * minutes
    weighed = measurement.Weighed(mass_mg, 60 * minutes)

    def error_pct(x):
        return 100 * (
            measurement.flow(x, weighed.mass_mg, weighed.time_s, setup.immersion is not None)
            / setup.rate_ul_per_min
            - 1
        )

    return uncertainty.evaluate(error_pct, measurement.inputs(weighed, state, setup, lost), DRAWS)


def _method(setup, method):
    interval_s, rate = method.interval_s, mass_rate(setup)
    step = trumpet.quantisation_pct(
        setup.balance["readability"], rate, sampling.VOLUMETRIC.interval_s
    )
    said = f"{setup.method}, a reading every {interval_s / 60:g} min or oftener: "
    held = f"{significant(rate / 2, 3)} mg, of which one step of the display is {significant(step, 2)} %"
    if setup.method == "ambulatory":
        return f"{said}below 1 mL/h the volumetric method's 0.5 min would hold {held}"
    return f"{said}0.5 min hold {held}"


def _trap(as_stated, trapped, setup, aim):
    """(whether a trap is needed, the reason)"""
    longest = as_stated[-1].result
    alone = sum(row.share_pct for row in longest.budget if row.input.name.startswith("evaporation"))
    lost = evaporation.inputs(setup)[0]
    rate = mass_rate(setup)
    known = f"{lost.value:g} mg/min is {significant(100 * lost.value / rate, 3)} % of the flow; "
    known += f"known to {within(lost.scale, ' mg/min')} it is {within(100 * lost.scale / rate)}"
    if longest.expanded <= aim or alone < 50:
        return False, f"not needed: evaporation of {known}"
    wanted = f"for {within(aim)} it must be known to {within(aim * rate / 100, ' mg/min')}"
    text = f"NEEDED: evaporation of {known}, however long it is weighed; {wanted}. {HOW_TO_TRAP}"
    better = trapped[-1].result.expanded
    if better > aim:
        trap = f"a usual trap ({TRAP['rate']} known to {TRAP['uncertainty']})"
        text += f"; {trap} reaches {within(better)} at best, so measure its loss by long blanks"
    return True, text


def _how_long(reaches_, method, usual, aim, setup):
    enough = next((reach for reach in reaches_ if reach.result.expanded <= aim), None)
    settle = method.stabilisation_s / 60
    said = f"{_span(settle)} to settle, then {_span(usual)}, as the method has it"
    load = mass_rate(setup) * (settle + usual)
    if load > FULL_LOAD_MG:
        fits = FULL_LOAD_MG / mass_rate(setup)
        said += f"; that would be {load / 1e6:.3g} kg, so weigh {_span(fits)} at a time, with [sampling] stabilisation and period stated"
    if enough is None:
        return f"{said}; no length gives {within(aim)}, a third of the limit"
    return f"{said}; {_span(enough.minutes)} of weighing would do for {within(aim)}, a third of the limit"


def _windows(setup, method):
    limit, readability, rate = (
        setup.limits["quantisation"],
        setup.balance["readability"],
        mass_rate(setup),
    )
    least_s = trumpet.least_window_s(readability, rate, method.interval_s, limit)
    fit = [window for window in method.windows_s if window >= least_s - 1e-9]
    named = ", ".join(f"{window / 60:g}" for window in fit) or "none of the method's"
    reason = f"one step of the display is {limit:g} % of what {_span(least_s / 60)} hold, or less"
    return f"{named} min; {reason}" + (
        "" if len(fit) == len(method.windows_s) else ", so shorter ones are refused"
    )


def _uncertainties(as_stated, trapped):
    """A line for some lengths: what is reached as stated, and with a trap."""
    found = []
    for stated, better in zip(as_stated, trapped):
        if stated.minutes in (15, 120, 480, 1500, 5760):
            both = (within(each.result.expanded) for each in (stated, better))
            text = "{:>8}: {} as stated, {} with a trap".format(_span(stated.minutes), *both)
            found.append(("" if found else "95 %", text))
    return found


def _made_of(reach):
    return ", ".join(
        f"{row.input.name} {row.share_pct:.0f} %"
        for row in reach.result.budget[:3]
        if row.share_pct >= 1
    )


def _verdict(reach, limit, aim):
    expanded = reach.result.expanded
    if expanded >= limit:
        advice = verdict.advise(reach.result, aim)
        return f"nothing could pass at a limit of {limit:g} %: every verdict would be undecided. {' '.join(advice)}"
    low, high = (significant(value, 2) for value in (limit - expanded, limit + expanded))
    return f"with a limit of {limit:g} %: pass up to an error of {low} %, fail from {high} %, undecided between"


def _span(minutes):
    return lasting(60 * minutes)
