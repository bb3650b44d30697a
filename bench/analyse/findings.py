"""What of a flow, beside its mean, speaks for or against a pass. CPython only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.analyse.continuity import NoFlow
from bench.analyse.trumpets import Trumpet
from bench.metrology.judgement import Finding, of_error
from bench.metrology.measurement import Weighed
from bench.metrology.uncertainty import Result
from bench.metrology.verdict import FAIL, PASS, UNDECIDED, Verdict
from bench.reduction.basis import Basis
from bench.reduction.run_of import USUAL_PAUSES
from bench.shared.say import lasting

S_PER_MIN = 60
THOUSANDS, SIXTIES = (1e-6, 1e-3, 1e3, 1e6), (1 / 3600, 1 / 60, 60, 3600)
ALIKE = 0.2


@dataclass(frozen=True)
class Period:
    """The error of A or B with its uncertainty; None where it was not weighed well enough."""

    error_pct: float | None = None
    expanded_pct: float | None = None


def of_flow(
    ground: Basis,
    weighed: Weighed,
    periods: tuple[Period, Period],
    no_flow: NoFlow | None,
    trumpets: Sequence[Trumpet],
) -> list[Finding]:
    """Every Finding of a flow."""
    limits = ground.setup.limits
    first, last = periods
    found = {
        "weighed": _share(ground, weighed),
        "first_period": _period("the first period (A)", first, limits.first_pct, limits.error_pct),
        "last_period": _period("the last period (B)", last, limits.last_pct, limits.error_pct),
        "no_flow": _stops(ground, no_flow),
        "end": _after_the_end(ground),
    }
    windows = {f"trumpet_{one.name.lower()}": _trumpet(one, limits.trumpet_pct) for one in trumpets}
    return [replace(finding, name=name) for name, finding in {**found, **windows}.items()]


def of_unit(ground: Basis, weighed: Weighed, result: Result) -> Verdict | None:
    """No verdict where a thousandth or a thousand times of the set rate came, or 60 or 3600 times,
    unless the setup says itself which unit the log has: that is a wrong unit rather than a pump.
    """
    lost = ground.corrections.evaporation_mg_per_min
    expected = ground.rate_mg_per_min - lost
    gained = weighed.mass_mg / (weighed.time_s / S_PER_MIN)
    # A vessel that only evaporates may lose a thousandth of the set rate: nothing came
    nothing = gained < 0 and abs(result.value + 100) <= result.expanded
    ratio = abs(gained / expected) if expected and not nothing else 0.0
    columns = ground.setup.columns
    for factors, stated, of, key in (
        (THOUSANDS, columns.unit, "masses", 'unit = "g"'),
        (SIXTIES, columns.time_unit, "times", 'time_unit = "s"'),
    ):
        if stated or not any(abs(ratio / off - 1) < ALIKE for off in factors):
            continue
        said = f"{ratio:.4g} times of what was set came: the unit of the {of} or of the rate is"
        advice = f"state the unit of the {of}, [columns] {key}, and look at set_rate"
        reason = f"{said} wrong, so there is no verdict on the pump"
        return Verdict(UNDECIDED, reason, (advice,), ("unit",))
    return None


def of_direction(ground: Basis, result: Result) -> Verdict | None:
    """No verdict where less than nothing came, unless the setup says what stands on the balance."""
    if ground.setup.vessel.direction is not None or result.value + result.expanded >= -100:
        return None
    falls = f"the mass falls though the loss is made up for, which makes {result.value:.4g} %"
    why = "nothing tells a reservoir on the balance from a pump that draws back"
    advice = 'state [vessel] holds = "the reservoir" or "what is delivered"'
    return Verdict(UNDECIDED, f"{falls}: {why}", (advice,), ("direction",))


def unjudged(ground: Basis, trumpets: Sequence[Trumpet]) -> list[str]:
    """A note on windows beyond the limit of the mean where the windows have no limit."""
    limit_pct, judged = ground.setup.limits.error_pct, ground.setup.limits.trumpet_pct
    if limit_pct is None or judged is not None:
        return []
    beyond = [
        (window.window_min, error)
        for curve in trumpets
        for window in curve.windows
        for error in (window.ep_min_pct, window.ep_max_pct)
        if error is not None and abs(error) - window.balance_noise_pct > limit_pct
    ]
    if not beyond:
        return []
    longest, error = max(beyond, key=lambda one: (one[0], abs(one[1])))
    reach = (
        f"windows of up to {longest:g} min reach beyond \u00b1{limit_pct:g} %, to {error:+.3g} %"
    )
    return [f"{reach}: that is judged only if [limits] trumpet is stated"]


def _share(ground: Basis, weighed: Weighed) -> Finding:
    """Too little weighed bears no verdict."""
    share_pct = 100 * weighed.time_s / (ground.end_s - ground.from_s)
    least_pct = ground.setup.limits.weighed_pct
    if share_pct >= least_pct:
        return Finding(None)
    only = f"only {share_pct:.0f} % of the evaluated time was weighed, less than {least_pct:g} %"
    return Finding(UNDECIDED, only, "weigh again without a break")


def _period(name: str, period: Period, own_pct: float | None, usual_pct: float | None) -> Finding:
    if period.error_pct is None or period.expanded_pct is None:
        if own_pct is None:
            return Finding(None)
        return Finding(UNDECIDED, f"{name} was not weighed well enough", "weigh without a break")
    return of_error(name, period.error_pct, period.expanded_pct, own_pct, usual_pct)


def _stops(ground: Basis, no_flow: NoFlow | None) -> Finding:
    """The longest stop, or the one that a step may hide, against the limit; without a limit a stop
    beyond the pump's own pauses leaves the mean in doubt.
    """
    limit_s = ground.setup.limits.no_flow_s
    if no_flow is None:
        none = "the log is too short to tell a stop"
        return Finding(None) if limit_s is None else Finding(UNDECIDED, none, "weigh longer")
    when = f"after {lasting(no_flow.from_s)} the flow stood still for {lasting(no_flow.longest_s)}"
    hidden_s = no_flow.hidden_s
    longest_s = max(no_flow.longest_s, hidden_s)
    may = f"a step or a hole of the log may hide a stop of {lasting(hidden_s)}"
    said = when if no_flow.longest_s >= hidden_s else may
    if limit_s is None:
        if longest_s <= max(USUAL_PAUSES * ground.pause_s, no_flow.resolution_s):
            return Finding(None)
        advice = "find out why the pump stood still, or state [limits] no_flow"
        return Finding(UNDECIDED, f"{said}, which the mean does not show", advice)
    if no_flow.longest_s - no_flow.resolution_s > limit_s:
        return Finding(FAIL, f"{said}, longer than {lasting(limit_s)}")
    if longest_s + no_flow.resolution_s > limit_s:
        least = f"the log tells stops to {lasting(no_flow.resolution_s)}"
        reason = f"{said}, and {least}" if longest_s else least
        return Finding(UNDECIDED, f"{reason}: too near the limit of {lasting(limit_s)}")
    return Finding(PASS)


def _after_the_end(ground: Basis) -> Finding:
    """A run that stood still for longer than it was evaluated."""
    if ground.run.cut_s <= ground.end_s - ground.from_s:
        return Finding(None)
    still = f"the pump stood still for {lasting(ground.run.cut_s)} at the end of the log"
    longer = "longer than it is evaluated, and nobody said that it was stopped"
    return Finding(UNDECIDED, f"{still}, {longer}", "state [sampling] end, or weigh again")


def _trumpet(trumpet: Trumpet, limit_pct: float | None) -> Finding:
    """The worst window against the limit. The balance's own noise is known to be in it."""
    if limit_pct is None:
        return Finding(None)
    worst = trumpet.worst
    if worst is None:
        return Finding(UNDECIDED, f"the trumpet {trumpet.name} has no window", "weigh longer")
    window, error_pct = worst
    where = f"a window of {window.window_min:g} min in {trumpet.name} is off by {error_pct:+.3g} %"
    if abs(error_pct) <= limit_pct:
        return Finding(PASS)
    beyond = f"{where}, beyond \u00b1{limit_pct:g} %"
    if abs(error_pct) - window.balance_noise_pct > limit_pct:
        return Finding(FAIL, beyond)
    return Finding(UNDECIDED, f"{beyond}, which the balance's noise may explain")
