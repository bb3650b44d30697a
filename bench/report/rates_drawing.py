"""The errors over the rates as a drawing that prints: SVG without a script. CPython only."""

import math
from collections.abc import Callable, Iterator, Sequence

from bench.report.judged import Judged

WIDTH, HEIGHT = 680, 210
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 34
TICKS = 4
Scale = Callable[[float], float]
COLORS = {"pass": "var(--good)", "fail": "var(--bad)", "undecided": "var(--doubt)"}


def drawn(every: Sequence[Judged]) -> str:
    """A bar for each error with its interval, at its rate; the limits dashed."""
    rates = [one.results["set_rate_ul_per_min"] for one in every]
    reach = 1.15 * max(_far(one) for one in every)
    low, high = math.log10(min(rates)), math.log10(max(rates))
    span = (high - low) or 1.0

    def x(rate: float) -> float:
        share = 0.5 if high == low else (math.log10(rate) - low) / span
        return LEFT + 30 + share * (WIDTH - LEFT - RIGHT - 60)

    def y(pct: float) -> float:
        return TOP + (1 - pct / reach) / 2 * (HEIGHT - TOP - BOTTOM)

    lines = [*_frame(y, reach), *_limits(every, y)]
    names_y = HEIGHT - BOTTOM + 14
    lines += [_text(x(rate), names_y, f"{rate:.4g}", "middle") for rate in sorted(set(rates))]
    lines.append(_text(WIDTH / 2, HEIGHT - 4, "set rate, \u00b5L/min", "middle"))
    for place, one in enumerate(every):
        aside = 14 * (rates[:place].count(rates[place]))  # runs at one rate stand side by side
        lines += _error(one, x(rates[place]) + aside, y)
    said = "Errors of the mean flow with their 95 % intervals over the set rates"
    return (
        f'<svg class="drawing" role="img" aria-label="{said}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{said}</title>{''.join(lines)}</svg>"
    )


def _far(one: Judged) -> float:
    found, limit_pct = one.results, one.analysis.setup.limits.error_pct
    far = abs(found["flow_error_pct"]) + found["expanded_uncertainty_pct"]
    return float(max(far, limit_pct or 0.0))


def _frame(y: Scale, reach: float) -> Iterator[str]:
    step = _step(reach)
    count = int(reach / step)
    for tick in range(-count, count + 1):
        at, zero = y(tick * step), tick == 0
        yield _line(LEFT, at, WIDTH - RIGHT, at, "var(--soft)" if zero else "var(--line)")
        yield _text(LEFT - 6, at + 3, f"{tick * step:+g} %" if tick else "0", "end")


def _step(reach: float) -> float:
    rough = reach / TICKS
    size = 10 ** math.floor(math.log10(rough))
    return next(size * times for times in (1, 2, 5, 10) if size * times >= rough)


def _limits(every: Sequence[Judged], y: Scale) -> Iterator[str]:
    stated = {one.analysis.setup.limits.error_pct for one in every} - {None}
    for limit_pct in sorted(stated):
        for sign in (-1, 1):
            at = y(sign * limit_pct)
            yield _line(LEFT, at, WIDTH - RIGHT, at, "var(--bad)", ' stroke-dasharray="6 4"')


def _error(one: Judged, at: float, y: Scale) -> Iterator[str]:
    found = one.results
    color = COLORS.get(found["verdict"], "var(--ink)")
    error, expanded = found["flow_error_pct"], found["expanded_uncertainty_pct"]
    high, low = y(error + expanded), y(error - expanded)
    yield _line(at, high, at, low, color, ' stroke-width="2"')
    for end in (high, low):
        yield _line(at - 5, end, at + 5, end, color, ' stroke-width="2"')
    yield f'<circle cx="{at:.1f}" cy="{y(error):.1f}" r="3.5" fill="{color}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, more: str = "") -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{color}"{more}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
