"""How good the pulses of a pin are: against their exact instants, and against the intervals that
were programmed.
"""

from collections.abc import Sequence
from fractions import Fraction

from host_sim.chip.emulator.chip import CYCLES_PER_MS, HZ, NS_PER_CYCLE

Figures = dict[str, float | None]  # a row of the table: name, value; None: does not apply


def judge(
    edges: Sequence[float],
    end: float,
    asked_hz: Fraction | float,
    start: float | None = None,
    programmed: Sequence[int] | None = None,
) -> Figures:
    """The figures of a row of the table. Times are cycles.

    edges: rising edges, in order; end: of the time that was looked at
    start: pulse n is due n periods after it; None: where the first edge is, pulse 0
    programmed: interval before each edge, None for one interval throughout: the period
    """
    period = HZ / Fraction(asked_hz)
    first = 1
    if start is None:
        start, first = edges[0], 0
    due = int((end - start) / period) + 1 - first
    errors = [abs(edge - start - period * (first + n)) for n, edge in enumerate(edges)]
    gaps = [later - earlier for earlier, later in zip(edges, edges[1:])]
    wanted: Sequence[Fraction | int] = [period] * len(gaps)
    if programmed:
        wanted = programmed[1 : len(edges)]
    jitter = sorted(abs(gap - want) for gap, want in zip(gaps, wanted, strict=True))
    return {
        "rate_error_ppm": round(
            float(
                (Fraction(len(gaps), 1) * HZ / (edges[-1] - edges[0]) / Fraction(asked_hz) - 1)
                * 10**6
            ),
            3,
        ),
        "error_ns_max": nanos(max(errors)),
        "jitter_ns_median": nanos(jitter[len(jitter) // 2]),
        "jitter_ns_p99": nanos(jitter[min(len(jitter) - 1, len(jitter) * 99 // 100)]),
        "jitter_ns_max": nanos(jitter[-1]),
        "hole_ms_max": round(float(max(*gaps, end - edges[-1])) / CYCLES_PER_MS, 3),
        "lost": max(0, due - len(edges)),
        "extra": max(0, len(edges) - due),
    }


def nanos(cycles: Fraction | float) -> int:
    return round(float(cycles * NS_PER_CYCLE))


def intervals(segments: Sequence[tuple[int, int]]) -> list[int]:
    """The interval before each pulse of queued segments [(pulses, ticks)]; waits go into the
    interval of the pulse after them.
    """
    found, wait = [], 0
    for pulses, ticks in segments:
        if pulses == 0:
            wait += ticks
        else:
            found += [wait + ticks] + [ticks] * (abs(pulses) - 1)
            wait = 0
    return found
