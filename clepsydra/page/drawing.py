"""The curve of rates as a picture (SVG), whose colours come from the style sheet. CPython only.

No style stands in it: the page's policy allows none.
"""

from collections.abc import Iterator
from html import escape

from clepsydra.page.curve import Curve
from firmware.units import MS_PER_DAY, MS_PER_HOUR
from host_sim.shared.number_text import significant

WIDTH, HEIGHT = 960, 320
LEFT, RIGHT, TOP, BOTTOM = 52, 44, 26, 64
LANE = 10  # of alarms, below the plot
_NICE = (1, 2, 2.5, 5, 10)
WEEK_FROM_MS = 3 * MS_PER_DAY  # then days are written, not hours


def picture(curve: Curve) -> str:
    """The SVG element."""
    drawn = _Drawing(curve)
    inside = "".join(
        [
            *drawn.grid(),
            *drawn.given(),
            *drawn.wanted(),
            *drawn.to_come(),
            *drawn.boluses(),
            *drawn.alarms(),
            drawn.now(),
        ]
    )
    told = escape(description(curve))
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="told">'
        f'<title id="told">{told}</title>{inside}</svg>'
    )


def description(curve: Curve) -> str:
    """The picture in a sentence."""
    days = curve.span_ms // MS_PER_DAY
    of = "24 h" if days == 1 else f"{days} days"
    missed = (
        f", {curve.amount(curve.missed_pl)} wanted and not delivered" if curve.missed_pl else ""
    )
    return (
        f"Rates of the last {of}: {curve.amount(curve.given_pl)} delivered{missed}; "
        f"{len(curve.ticks)} boluses, {len(curve.bars)} alarms"
    )


class _Drawing:
    def __init__(self, curve: Curve) -> None:
        self._curve = curve
        self._factor = curve.conc_ng_per_ml / 10**12 if curve.conc_ng_per_ml else 1 / 10**9
        self._unit = "ug/d" if curve.conc_ng_per_ml else "mL/d"
        self._step = nice(self._usual() * self._factor / 4)
        self._top = self._step * max(1, -(-self._usual() * self._factor // self._step))

    def _usual(self) -> float:
        """The highest rate that lasts: a bolus of minutes goes beyond the picture, with a mark."""
        curve = self._curve
        least = curve.span_ms // 40
        lasting = [max(w, g) for start, end, w, g in curve.stretches if end - start >= least]
        lasting += [rate for _, _, rate in curve.to_come]
        return max([*lasting, 1]) if any(lasting) else curve.highest

    def _x(self, at_ms: float) -> float:
        whole = self._curve.span_ms + self._curve.ahead_ms
        return LEFT + (at_ms + self._curve.span_ms) / whole * (WIDTH - LEFT - RIGHT)

    def _y(self, rate: float) -> float:
        share = min(1.0, rate * self._factor / self._top)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def grid(self) -> Iterator[str]:
        ground = HEIGHT - BOTTOM
        count = round(self._top / self._step)
        for n in range(count + 1):
            y = self._y(n * self._step / self._factor)
            text = significant(n * self._step, 3).replace(",", "") if n else "0"
            text = text.rstrip("0").rstrip(".") if "." in text else text
            yield _line("grid", LEFT, y, WIDTH - RIGHT, y)
            yield _text("axis end", LEFT - 8, y + 4, text)
            yield _text("axis", WIDTH - RIGHT + 8, y + 4, text)  # all that a phone shows at first
        yield _text("axis", 8, 10, self._unit)
        yield _text("axis end", WIDTH - 4, 10, self._unit)
        for at_ms, text in self._dates():
            x = self._x(at_ms)
            yield _line("grid", x, TOP, x, ground)
            yield _text("axis middle", x, HEIGHT - 8, text)
        unknown = self._x(self._curve.known_ms)
        if unknown > LEFT + 1:
            yield _box("unknown", LEFT, TOP, unknown - LEFT, ground - TOP)
            if unknown - LEFT > 150:
                yield _text("axis middle", (LEFT + unknown) / 2, TOP + 20, "nothing was kept")

    def _dates(self) -> Iterator[tuple[int, str]]:
        curve = self._curve
        long = curve.span_ms >= WEEK_FROM_MS
        step_ms = MS_PER_DAY if long else 6 * MS_PER_HOUR
        local_ms = curve.now_local_ms
        first = -curve.span_ms
        if local_ms is not None:
            first += -(local_ms - curve.span_ms) % step_ms
        for at_ms in range(first, curve.ahead_ms, step_ms):
            if local_ms is None:
                yield at_ms, f"{at_ms / (MS_PER_DAY if long else MS_PER_HOUR):+.0f}"
                continue
            there = local_ms + at_ms
            day = "Thu Fri Sat Sun Mon Tue Wed".split()[there // MS_PER_DAY % 7]
            hour = there // MS_PER_HOUR % 24
            yield at_ms, day if long else (f"{day} 00:00" if not hour else f"{hour:02}:00")

    def given(self) -> Iterator[str]:
        for start, until, wanted, given in self._curve.stretches:
            x, y, right = self._x(start), self._y(given), self._x(until)
            yield _box("given", x, y, right - x, HEIGHT - BOTTOM - y)
            if given < wanted:
                high = self._y(wanted)
                yield _box("missed", x, high, right - x, y - high)

    def wanted(self) -> Iterator[str]:
        points, last = [], None
        for start, until, wanted, _ in self._curve.stretches:
            if last is not None and start > last:
                yield _path("wanted", points)
                points = []
            y = self._y(wanted)
            points += [(self._x(start), y), (self._x(until), y)]
            last = until
        if points:
            yield _path("wanted", points)

    def to_come(self) -> Iterator[str]:
        points = []
        for start, until, rate in self._curve.to_come:
            points += [(self._x(start), self._y(rate)), (self._x(until), self._y(rate))]
        if points:
            yield _path("coming", points)

    def boluses(self) -> Iterator[str]:
        for at_ms, text in self._curve.ticks:
            x = self._x(at_ms)
            told = f"<title>{escape(text)}</title>"
            yield f'<path class="bolus" d="M{x - 6:.1f} 4h12l-6 11z">{told}</path>'
            yield _line("bolus-stem", x, 15, x, HEIGHT - BOTTOM)

    def alarms(self) -> Iterator[str]:
        """High ones above, one lane for all that do not overlap."""
        lanes: list[float] = []
        for start, until, name, priority in sorted(self._curve.bars):
            x, right = self._x(start), max(self._x(until), self._x(start) + 3)
            lane = next((n for n, end in enumerate(lanes) if end < x), len(lanes))
            if lane == 3:
                continue
            lanes[lane : lane + 1] = [right]
            y = HEIGHT - BOTTOM + 8 + lane * (LANE + 2)
            told = f"<title>{escape(name)}</title>"
            box = f'x="{x:.1f}" y="{y}" width="{right - x:.1f}" height="{LANE}"'
            yield f'<rect class="alarm p{priority}" {box}>{told}</rect>'

    def now(self) -> str:
        x = self._x(0)
        return _line("now", x, TOP - 4, x, HEIGHT - BOTTOM + 6) + _text("axis", x + 5, 20, "now")


def nice(value: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, not below the value."""
    power = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 1.0
    while power > value:
        power /= 10
    return next(power * n for n in _NICE if power * n >= value * 0.999)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _box(kind: str, x: float, y: float, width: float, height: float) -> str:
    size = f'width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}"'
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" {size}/>'


def _path(kind: str, points: list[tuple[float, float]]) -> str:
    text = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="{kind}" d="M{text}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
