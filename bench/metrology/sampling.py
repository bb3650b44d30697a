"""How each method samples: interval, observation windows, what is left out at the start. CPython
only.

Borrowed from IEC 60601-2-24:1998, 50.102 (volumetric), 50.104 (ambulatory), 50.105 (shots); nothing
here claims to be a test by it, which leaves implantable pumps out. Times are in seconds.
"""

import math
from dataclasses import dataclass

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
    windows_s: tuple
    stabilisation_s: float
    period_s: float
    startup_s: float
    startup_intervals: int


def _minutes(*windows):
    return tuple(window * MIN_S for window in windows)


VOLUMETRIC = Plan(30.0, _minutes(2, 5, 11, 19, 31), HOUR_S, HOUR_S, 2 * HOUR_S, 1)
AMBULATORY = Plan(
    15 * MIN_S, _minutes(15, 60, 150, 330, 570, 930), 24 * HOUR_S, 25 * HOUR_S, 24 * HOUR_S, 2
)


def shots(cycle_s):
    """The plan for a pump that gives a shot every `cycle_s`."""
    interval_s = cycle_s * max(1, math.ceil(SHOT_INTERVAL_S / cycle_s - EXACT))
    windows = tuple(n * interval_s for n in SHOT_WINDOWS)
    return Plan(
        interval_s,
        windows,
        24 * HOUR_S,
        SHOT_INTERVALS * interval_s,
        24 * HOUR_S,
        max(1, math.ceil(30 * MIN_S / interval_s)),
    )


def plan(setup, lasts_s):
    """(plan, notes) for a log of `lasts_s` after the start: the method's, what the setup states,
    and what the log's length allows.

    Raises BenchError if the windows do not fit the interval, or the log is too short for one
    interval.
    """
    cycle_s = setup.shots["cycle"] if setup.shots else None
    base = (
        shots(cycle_s)
        if setup.method == "shots"
        else {"volumetric": VOLUMETRIC, "ambulatory": AMBULATORY}[setup.method]
    )
    own, notes = setup.sampling, []
    interval_s = own["interval"] or base.interval_s
    windows_s = own["windows"] or (
        tuple(n * interval_s for n in SHOT_WINDOWS) if setup.method == "shots" else base.windows_s
    )
    windows_s = _fitting(setup, interval_s, windows_s, notes)
    if setup.method == "shots" and _off(interval_s, cycle_s):
        fault = f"is {interval_s:g} s, no multiple of the shot cycle of {cycle_s:g} s"
        remedy = f"leave it out or state n x {cycle_s:g} s"
        raise BenchError(
            f"{setup.at('sampling.interval')}: sampling.interval: {fault}; allowed: whole cycles; {remedy}"
        )
    stabilisation_s = own["stabilisation"]
    if stabilisation_s is None:
        stabilisation_s = min(
            base.stabilisation_s, math.floor(lasts_s / 2 / interval_s + EXACT) * interval_s
        )
        if stabilisation_s < base.stabilisation_s:
            notes.append(
                f"the method leaves out the first {base.stabilisation_s / HOUR_S:g} h; the log is short, so only its first half is left out"
            )
    left_s = lasts_s - stabilisation_s
    if left_s < interval_s:
        fault = f"the log lasts {lasts_s:.6g} s after the start, {stabilisation_s:.6g} s of which are left out"
        allowed = f"at least one interval of {interval_s:g} s after that"
        raise BenchError(
            f"{setup.at('sampling')}: sampling: {fault}; allowed: {allowed}; weigh longer or change [sampling]"
        )
    period_s = own["period"] or base.period_s
    if period_s > left_s:
        whole_s = math.floor(left_s / interval_s + EXACT) * interval_s
        if period_s > whole_s + interval_s:
            left = f"only {whole_s / HOUR_S:.4g} h are left, and count as the first and the last"
            notes.append(f"a period of the method is {period_s / HOUR_S:.4g} h; {left}")
        period_s = whole_s
    startup_s = min(lasts_s, base.startup_s)
    return Plan(
        interval_s, windows_s, stabilisation_s, period_s, startup_s, base.startup_intervals
    ), notes


def _fitting(setup, interval_s, windows_s, notes):
    """The windows, if the setup's are multiples of the interval; of the method's own those that
    are.
    """
    unfit = [window for window in windows_s if _off(window, interval_s)]
    if unfit and setup.sampling["windows"]:
        fault = f"{unfit[0]:g} s is no multiple of the sampling interval of {interval_s:g} s"
        raise BenchError(
            f"{setup.at('sampling.windows')}: sampling.windows: {fault}; allowed: whole intervals; change the window or the interval"
        )
    if unfit:
        notes.append(
            "no multiples of the sampling interval, left out: windows of "
            + ", ".join(f"{window / MIN_S:g} min" for window in unfit)
        )
    return tuple(window for window in windows_s if window not in unfit)


def _off(window_s, interval_s):
    n = window_s / interval_s
    return n < 1 - EXACT or abs(n - round(n)) > 1e-6
