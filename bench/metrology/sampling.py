"""How each method samples: interval, observation windows, what is left out at the start. CPython
only.

Borrowed from IEC 60601-2-24:1998, 50.102 (volumetric), 50.104 (ambulatory), 50.105 (shots); nothing
here claims to be a test by it, which leaves implantable pumps out. Times are in seconds.
"""

import math
from dataclasses import dataclass

from bench.inputs.setup import Setup
from bench.shared.errors import BenchError

MIN_S, HOUR_S = 60.0, 3600.0
SHOT_INTERVAL_S = 30.0  # a shot cycle longer than this is itself the interval, 50.105
SHOT_WINDOWS = (1, 2, 5, 11, 19, 31)  # in intervals
SHOT_INTERVALS = 100
EXACT = 1e-9


@dataclass(frozen=True)
class Plan:
    """`stabilisation_s` is left out after the start; A is the first `period_s` after it, B the last
    of the log.

    The start-up curve lasts `startup_s`, averaged over `startup_intervals` sampling intervals.
    """

    interval_s: float
    windows_s: tuple[float, ...]
    stabilisation_s: float
    period_s: float
    startup_s: float
    startup_intervals: int


def _minutes(*windows: float) -> tuple[float, ...]:
    return tuple(window * MIN_S for window in windows)


VOLUMETRIC = Plan(
    interval_s=30.0,
    windows_s=_minutes(2, 5, 11, 19, 31),
    stabilisation_s=HOUR_S,
    period_s=HOUR_S,
    startup_s=2 * HOUR_S,
    startup_intervals=1,
)
AMBULATORY = Plan(
    interval_s=15 * MIN_S,
    windows_s=_minutes(15, 60, 150, 330, 570, 930),
    stabilisation_s=24 * HOUR_S,
    period_s=25 * HOUR_S,
    startup_s=24 * HOUR_S,
    startup_intervals=2,
)


def shots(cycle_s: float) -> Plan:
    """The plan for a pump that gives a shot every `cycle_s`."""
    interval_s = cycle_s * max(1, math.ceil(SHOT_INTERVAL_S / cycle_s - EXACT))
    return Plan(
        interval_s=interval_s,
        windows_s=_shot_windows(interval_s),
        stabilisation_s=24 * HOUR_S,
        period_s=SHOT_INTERVALS * interval_s,
        startup_s=24 * HOUR_S,
        startup_intervals=max(1, math.ceil(30 * MIN_S / interval_s)),
    )


def _shot_windows(interval_s: float) -> tuple[float, ...]:
    return tuple(n * interval_s for n in SHOT_WINDOWS)


def of_method(setup: Setup) -> Plan:
    """The plan of the setup's method, before anything that the setup states itself."""
    if setup.shots:
        return shots(setup.shots.cycle_s)
    return AMBULATORY if setup.method == "ambulatory" else VOLUMETRIC


def interval_s(setup: Setup) -> float:
    """The sampling interval S: the setup's, or else its method's."""
    return setup.sampling.interval_s or of_method(setup).interval_s


def plan(setup: Setup, lasts_s: float) -> tuple[Plan, list[str]]:
    """(plan, notes) for a log of `lasts_s` after the start: the method's, what the setup states,
    and what the log's length allows.

    Raises BenchError if the windows do not fit the interval, or the log is too short for one
    interval.
    """
    base, own = of_method(setup), setup.sampling
    interval_s = own.interval_s or base.interval_s
    windows_s, unfit = _windows(setup, base, interval_s)
    stabilisation_s, short = _stabilisation(own.stabilisation_s, base, interval_s, lasts_s)
    left_s = lasts_s - stabilisation_s
    if left_s < interval_s:
        fault = f"the log lasts {lasts_s:.6g} s after the start"
        fault += f", {stabilisation_s:.6g} s of which are left out"
        allowed = f"at least one interval of {interval_s:g} s after that"
        remedy = "weigh longer or change [sampling]"
        raise BenchError(f"{setup.at('sampling')}: sampling: {fault}; allowed: {allowed}; {remedy}")
    period_s, shorter = _period(own.period_s or base.period_s, interval_s, left_s)
    adapted = Plan(
        interval_s=interval_s,
        windows_s=windows_s,
        stabilisation_s=stabilisation_s,
        period_s=period_s,
        startup_s=min(lasts_s, base.startup_s),
        startup_intervals=base.startup_intervals,
    )
    return adapted, [*unfit, *short, *shorter]


def _windows(setup: Setup, base: Plan, interval_s: float) -> tuple[tuple[float, ...], list[str]]:
    """(windows, notes): the setup's, which must be multiples of the interval; of the method's own
    those that are.
    """
    own_s = setup.sampling.windows_s
    windows_s = own_s or (_shot_windows(interval_s) if setup.shots else base.windows_s)
    unfit = [window for window in windows_s if _off(window, interval_s)]
    if unfit and own_s:
        fault = f"{unfit[0]:g} s is no multiple of the sampling interval of {interval_s:g} s"
        remedy = "change the window or the interval"
        at = setup.at("sampling.windows")
        raise BenchError(f"{at}: sampling.windows: {fault}; allowed: whole intervals; {remedy}")
    if setup.shots and _off(interval_s, setup.shots.cycle_s):
        cycle_s = setup.shots.cycle_s
        fault = f"is {interval_s:g} s, no multiple of the shot cycle of {cycle_s:g} s"
        remedy = f"leave it out or state n x {cycle_s:g} s"
        at = setup.at("sampling.interval")
        raise BenchError(f"{at}: sampling.interval: {fault}; allowed: whole cycles; {remedy}")
    if not unfit:
        return windows_s, []
    named = ", ".join(f"{window / MIN_S:g} min" for window in unfit)
    note = f"no multiples of the sampling interval, left out: windows of {named}"
    return tuple(window for window in windows_s if window not in unfit), [note]


def _stabilisation(
    own_s: float | None, base: Plan, interval_s: float, lasts_s: float
) -> tuple[float, list[str]]:
    """(what is left out at the start, notes)"""
    if own_s is not None:
        return own_s, []
    half_s = math.floor(lasts_s / 2 / interval_s + EXACT) * interval_s
    if half_s >= base.stabilisation_s:
        return base.stabilisation_s, []
    method = f"the method leaves out the first {base.stabilisation_s / HOUR_S:g} h"
    return half_s, [f"{method}; the log is short, so only its first half is left out"]


def _period(period_s: float, interval_s: float, left_s: float) -> tuple[float, list[str]]:
    """(length of A and B, notes)"""
    if period_s <= left_s:
        return period_s, []
    whole_s = math.floor(left_s / interval_s + EXACT) * interval_s
    if period_s <= whole_s + interval_s:
        return whole_s, []
    left = f"only {whole_s / HOUR_S:.4g} h are left, and count as the first and the last"
    return whole_s, [f"a period of the method is {period_s / HOUR_S:.4g} h; {left}"]


def _off(window_s: float, interval_s: float) -> bool:
    """Whether a window is no whole number of intervals."""
    n = window_s / interval_s
    return n < 1 - EXACT or abs(n - round(n)) > 1e-6
