"""Before anything is weighed: how long, by which method, with a trap or without, and what
uncertainty can be reached. CPython only.

    lines = plan(Wish(rate="0.5 mL/d", readability="0.1 mg"))

The figures come from the very equation and distributions that a run is analysed with, for a flow
that is exactly as set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.inputs import setup as setups
from bench.inputs.setup import Setup
from bench.metrology import (
    sampling,
    state_of_the_art,
    trumpet,
)
from bench.plan import reach_text
from bench.plan.reaches import Reach, mass_rate, reaches
from bench.plan.weighing_times import method_for
from bench.reduction import evaporation
from bench.shared.errors import BenchError
from bench.shared.say import lasting, within
from host_sim.shared.number_text import significant

# Some 0.5 uL/h: an oil film, or an enclosure full of moist air
TRAP = {"rate": "0.008 mg/min", "uncertainty": "30 %"}
HOW_TO_TRAP = (
    "Oil film on the water or a saturated enclosure, outlet below the surface, and blanks before "
    "and after"
)
# The uncertainty should be a third of the limit, so that most errors can be decided
PART_OF_LIMIT = 3
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

Line = tuple[str, str]  # label, text


@dataclass(frozen=True)
class Wish:
    """The flow to be weighed, the balance and the vessel; texts as in SETUP.toml."""

    rate: str
    readability: str
    repeatability: str | None = None
    linearity: str | None = None
    evaporation: str = "0.3 mg/min"
    evaporation_uncertainty: str = "30 %"
    tube: str | None = None
    vessel: str = "30 mm"
    limit: str = "5 %"
    drift: str = "0 mg/h"
    evidence: str | None = None


def plan(wish: Wish) -> list[Line]:
    """Lines that say what to do and why.

    Raises BenchError for a wish that cannot be read.
    """
    setup = _setup(wish, {"rate": wish.evaporation, "uncertainty": wish.evaporation_uncertainty})
    limit_pct, method = _limit_pct(setup), sampling.of_method(setup)
    aim_pct = limit_pct / PART_OF_LIMIT
    usual_min = (method.period_s + (0 if _is_slow(setup) else sampling.HOUR_S)) / 60
    floor_pct = 0.0 if wish.evidence else state_of_the_art.expanded_pct(mass_rate(setup))
    as_stated = reaches(setup, floor_pct)
    trapped = reaches(_setup(wish, TRAP), floor_pct)
    need_trap, why = _trap(as_stated, trapped, setup, aim_pct)
    chosen = trapped if need_trap else as_stated
    best = next(reach for reach in chosen if reach.minutes >= usual_min)
    lines = [
        ("method", _method(setup, method)),
        ("trap", why),
        ("how long", _how_long(chosen, method, usual_min, aim_pct, setup)),
        ("windows", _windows(setup, method)),
        *_uncertainties(as_stated, trapped),
        ("floor", reach_text.floor(floor_pct, wish.evidence)),
        ("reached", reach_text.reached(best, "with the trap" if need_trap else "as stated")),
        ("verdict", reach_text.verdict_of(best, limit_pct, aim_pct)),
    ]
    return [(label, text) for label, text in lines if text]


def _setup(wish: Wish, lost: dict[str, str]) -> Setup:
    balance: dict[str, Any] = {
        "readability": wish.readability,
        "drift": wish.drift,
        "repeatability": wish.repeatability or wish.readability,
        "linearity": wish.linearity or wish.readability,
    }
    raw = {
        "set_rate": wish.rate,
        "method": "volumetric",
        "balance": balance,
        "environment": ENVIRONMENT,
        "evaporation": lost,
        "limits": {"flow_error": wish.limit},
    }
    if wish.tube is not None:
        raw["immersion"] = {"tube_outer_diameter": wish.tube, "vessel_inner_diameter": wish.vessel}
    read = _read(raw)
    if not wish.linearity:
        # Three steps of the display are what data sheets of analytical balances say
        balance["linearity"] = f"{3 * read.balance.readability_mg:.12f} mg"
    raw["method"] = method_for(read.rate_ul_per_min)
    return _read(raw)


def _read(raw: dict[str, Any]) -> Setup:
    """The setup; a problem is reported by the option that it came from."""
    try:
        return setups.read(raw, path="plan")
    except BenchError as error:
        problems = [problem.removeprefix("plan:1:1: ") for problem in error.problems]
        raise BenchError(
            [
                f"{OPTIONS.get(where, where)}: {rest}"
                for where, _, rest in (problem.partition(": ") for problem in problems)
            ]
        ) from error


def _limit_pct(setup: Setup) -> float:
    """The limit of the flow error; a wish always has one."""
    if setup.limits.error_pct is None:
        raise BenchError('--limit: is missing; allowed: a share; write for instance "5 %"')
    return setup.limits.error_pct


def _is_slow(setup: Setup) -> bool:
    return setup.method == "ambulatory"


def _method(setup: Setup, method: sampling.Plan) -> str:
    rate = mass_rate(setup)
    step_pct = trumpet.quantisation_pct(
        readability_mg=setup.balance.readability_mg,
        mg_per_min=rate,
        window_s=sampling.VOLUMETRIC.interval_s,
    )
    said = f"{setup.method}, a reading every {method.interval_s / 60:g} min or oftener: "
    held = f"{significant(rate / 2, 3)} mg, of which one step of the display is "
    held += f"{significant(step_pct, 2)} %"
    if _is_slow(setup):
        return f"{said}below 1 mL/h the volumetric method's 0.5 min would hold {held}"
    return f"{said}0.5 min hold {held}"


def _trap(
    as_stated: Sequence[Reach], trapped: Sequence[Reach], setup: Setup, aim_pct: float
) -> tuple[bool, str]:
    """(whether a trap is needed, the reason)"""
    longest = as_stated[-1].result
    alone = sum(row.share_pct for row in longest.budget if row.input.name.startswith("evaporation"))
    lost = evaporation.inputs(setup)[0]
    rate = mass_rate(setup)
    known = f"{lost.value:g} mg/min is {significant(100 * lost.value / rate, 3)} % of the flow; "
    known += f"known to {within(lost.scale, ' mg/min')} it is {within(100 * lost.scale / rate)}"
    if longest.expanded <= aim_pct or alone < 50:
        return False, f"not needed: evaporation of {known}"
    wanted = f"for {within(aim_pct)} it must be known to {within(aim_pct * rate / 100, ' mg/min')}"
    text = f"NEEDED: evaporation of {known}, however long it is weighed; {wanted}. {HOW_TO_TRAP}"
    better = trapped[-1].result.expanded
    if better > aim_pct:
        trap = f"a usual trap ({TRAP['rate']} known to {TRAP['uncertainty']})"
        text += f"; {trap} reaches {within(better)} at best, so measure its loss by long blanks"
    return True, text


def _how_long(
    chosen: Sequence[Reach],
    method: sampling.Plan,
    usual_min: float,
    aim_pct: float,
    setup: Setup,
) -> str:
    enough = next((reach for reach in chosen if reach.expanded <= aim_pct), None)
    settle_min = method.stabilisation_s / 60
    said = f"{_span(settle_min)} to settle, then {_span(usual_min)}, as the method has it"
    load_mg = mass_rate(setup) * (settle_min + usual_min)
    if load_mg > FULL_LOAD_MG:
        fits = f"weigh {_span(FULL_LOAD_MG / mass_rate(setup))} at a time"
        said += f"; that would be {load_mg / 1e6:.3g} kg, so {fits}"
        said += ", with [sampling] stabilisation and period stated"
    if enough is None:
        return f"{said}; no length gives {within(aim_pct)}, a third of the limit"
    would_do = f"{_span(enough.minutes)} of weighing would do for {within(aim_pct)}"
    return f"{said}; {would_do}, a third of the limit"


def _windows(setup: Setup, method: sampling.Plan) -> str:
    limit_pct = setup.limits.quantisation_pct
    least_s = trumpet.least_window_s(
        readability_mg=setup.balance.readability_mg,
        mg_per_min=mass_rate(setup),
        interval_s=method.interval_s,
        limit_pct=limit_pct,
    )
    fit = [window for window in method.windows_s if window >= least_s - 1e-9]
    named = ", ".join(f"{window / 60:g}" for window in fit) or "none of the method's"
    held = _span(least_s / 60)
    reason = f"one step of the display is {limit_pct:g} % of what {held} hold, or less"
    refused = "" if len(fit) == len(method.windows_s) else ", so shorter ones are refused"
    return f"{named} min; {reason}{refused}"


def _uncertainties(as_stated: Sequence[Reach], trapped: Sequence[Reach]) -> list[Line]:
    """A line for some lengths: what is reached as stated, and with a trap."""
    lines: list[Line] = []
    for stated, better in zip(as_stated, trapped):
        if stated.minutes in (15, 120, 480, 1500, 5760):
            both = (within(each.expanded) for each in (stated, better))
            text = "{:>8}: {} as stated, {} with a trap".format(_span(stated.minutes), *both)
            lines.append(("" if lines else "95 %", text))
    return lines


def _span(minutes: float) -> str:
    return lasting(60 * minutes)
