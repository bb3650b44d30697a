"""How the report's figures look: colours, type, the shared time axis, and the marks of faults.
CPython only.

The colours are Okabe and Ito's, which stay apart for every common kind of colour blindness. All
figures have the same margins and the same time axis, so that an instant is at the same place in
each.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from host_sim.machine.job import Job
from host_sim.shared.number_text import span
from host_sim.shared.quantities import MS_PER_DAY

IN_AN_INSTANT = (
    "air",
    "clock_lost",
    "driver_reset",
    "empty_early",
    "reset",
    "turned",
)  # kinds of faults
FONT = "'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, SOFT, GRID = "#1f2933", "#627282", "#e6eaee"
BLUE, VERMILION, GREY, SKY, ORANGE, GREEN = (
    "#0072b2",
    "#d55e00",
    "#8895a3",
    "#56b4e9",
    "#e69f00",
    "#009e73",
)
FAULT, FAULT_INK = "#cc79a7", "#8f3f6c"
FAULT_FILL, FAULT_WASH = (
    "rgba(204,121,167,0.20)",
    "rgba(204,121,167,0.09)",
)  # the second for more than half of the run
LEFT, RIGHT, BOTTOM = 70, 70, 46
DAY_ROW, LABEL_ROW, LEGEND_ROW = 24, 15, 28  # pixels above the plot, from below
WIDTH = 1136 - LEFT - RIGHT  # of the plot on a page of 1200 px
AFTER_END = 0.12  # of the run's length: room for the forecast behind the end
END = "end of the run"
_DAY_STEPS = (1, 2, 5, 7, 14, 30, 60, 90, 180, 365)


Figure = dict[str, Any]  # a piece of a figure, as Plotly takes it
Label = tuple[int, str]  # (ms, text)


class HasJob(Protocol):
    """What is drawn here is that of a run with this job."""

    @property
    def job(self) -> Job: ...


class TimeAxis:
    """Times of a run as a plot wants them, and what is the same in every figure."""

    def __init__(self, scenario: HasJob) -> None:
        self.end_ms = scenario.job.duration_ms
        self._start_ms = scenario.job.start_wall_s * 1000
        self._faults = [_fault(at_ms, fault, self.end_ms) for at_ms, fault in scenario.job.faults]
        self.shown_ms = round(self.end_ms * (1 + AFTER_END))
        self._labels = self.label_rows(
            [(start, name) for start, _, name in self._faults], [(self.end_ms, END)]
        )

    def x(self, ms: float) -> float:
        """Where an instant, ms since the start, is on the axis: ms since 1970."""
        return self._start_ms + ms

    def xs(self, times: Iterable[float]) -> list[float]:
        """`x` of several instants."""
        return [self._start_ms + ms for ms in times]

    def layout(self, plot_height: int, **more: Any) -> Figure:
        """A layout with the shared time axis; `more` is added to it."""
        above = DAY_ROW + LABEL_ROW * (1 + max(self._labels, default=-1)) + LEGEND_ROW
        layout: Figure = {
            "height": plot_height + above + BOTTOM,
            "margin": {"l": LEFT, "r": RIGHT, "t": above, "b": BOTTOM},
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": "white",
            "plot_bgcolor": "white",
            "hovermode": "x unified",
            "hoverlabel": {"font": {"size": 12}},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "font": {"size": 12},
            },
            "xaxis": self._dates(),
            "xaxis2": self._days(),
            "shapes": self._marks(),
            "annotations": self._names(),
        }
        for key, value in more.items():
            layout[key] = layout[key] + value if isinstance(value, list) else value
        return layout

    def day_trace(self) -> Figure:
        """An axis shows only if something is drawn on it: this is nothing, drawn on the axis of
        days.
        """
        ends = [self.x(0), self.x(self.end_ms)]
        return {
            "type": "scatter",
            "x": ends,
            "y": [None, None],
            "xaxis": "x2",
            "showlegend": False,
            "hoverinfo": "skip",
        }

    def _range(self) -> list[float]:
        return [self.x(round(-0.004 * self.end_ms)), self.x(self.shown_ms)]

    def _dates(self) -> Figure:
        hour = "%H:%M\n%a %-d %b" if self.end_ms < 3 * MS_PER_DAY else "%a %-d %b\n%Y"
        return {
            "type": "date",
            "range": self._range(),
            "tickformatstops": [
                {"dtickrange": [None, 43_200_000], "value": "%H:%M\n%a %-d %b"},
                {"dtickrange": [43_200_000, 604_800_000], "value": hour},
                {"dtickrange": [604_800_000, "M1"], "value": "%-d %b\n%Y"},
                {"dtickrange": ["M1", "M12"], "value": "%b\n%Y"},
                {"dtickrange": ["M12", None], "value": "%Y"},
            ],
            "hoverformat": "%a %-d %b %Y %H:%M",
            "gridcolor": GRID,
            "linecolor": SOFT,
            "ticks": "outside",
            "tickcolor": SOFT,
            "zeroline": False,
        }

    def _days(self) -> Figure:
        """The axis on top: days since the start, the way a scenario counts."""
        days = self.end_ms // MS_PER_DAY
        step = next(
            (step for step in _DAY_STEPS if days <= 16 * step), 365 * (1 + days // (16 * 365))
        )
        marks = range(0, days + 1, step)
        return {
            "type": "date",
            "overlaying": "x",
            "matches": "x",
            "side": "top",
            "tickvals": [self.x(day * MS_PER_DAY) for day in marks],
            "ticktext": [f"{day} d" for day in marks],
            "tickfont": {"size": 11, "color": SOFT},
            "ticks": "outside",
            "ticklen": 5,
            "tickcolor": "white",
            "showgrid": False,
            "zeroline": False,
        }

    def _marks(self) -> list[Figure]:
        shapes = [_line(self.x(self.end_ms), SOFT, "solid", 1)] if self.end_ms else []
        for start, end, _ in self._faults:
            if end > start:
                box = {
                    "type": "rect",
                    "x0": self.x(start),
                    "x1": self.x(end),
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "layer": "below",
                }
                fill = FAULT_FILL if 2 * (end - start) < self.end_ms else FAULT_WASH
                shapes.append({**box, "fillcolor": fill, "line": {"width": 0}})
            shapes.append(_line(self.x(start), FAULT, "dot", 1.5))
        return shapes

    def _names(self) -> list[Figure]:
        named = [_name(self.x(self.end_ms), END, SOFT, DAY_ROW)]
        for (start, _, text), row in zip(self._faults, self._labels, strict=True):
            named.append(_name(self.x(start), text, FAULT_INK, DAY_ROW + LABEL_ROW * row))
        return named

    def label_rows(self, labels: Sequence[Label], taken: Sequence[Label] = ()) -> list[int]:
        """Rows, 0 upwards, for the texts [(from_ms, text)] that begin at an instant, so that none
        meets another.

        `taken` are such texts that stand in row 0 already.
        """
        rows, occupied = [], [[self._extent(*label) for label in taken]]
        for label in labels:
            left, right = self._extent(*label)
            free = (
                n
                for n, others in enumerate(occupied)
                if all(right <= a or b <= left for a, b in others)
            )
            row = next(free, len(occupied))
            if row == len(occupied):
                occupied.append([])
            occupied[row].append((left, right))
            rows.append(row)
        return rows

    def _extent(self, from_ms: int, text: str) -> tuple[float, float]:
        left = from_ms * WIDTH / self.shown_ms
        return left, left + 6.2 * len(text) + 14


def _fault(at_ms: int, fault: dict[str, Any], end_ms: int) -> tuple[int, int, str]:
    """(from_ms, to_ms, name): without a length it lasts to the end, unless it happens in an
    instant.
    """
    kind = fault["kind"]
    lasts_ms = fault.get("lasts_ms", fault.get("over_ms"))
    name = kind.replace("_", " ") + (f", {span(lasts_ms)}" if lasts_ms else "")
    if lasts_ms is None:
        lasts_ms = 0 if kind in IN_AN_INSTANT else end_ms
    return at_ms, min(at_ms + lasts_ms, end_ms), name


def _line(x: float, color: str, dash: str, width: float) -> Figure:
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": color, "dash": dash, "width": width},
    }


def _name(x: float, text: str, color: str, above: int) -> Figure:
    place = {
        "x": x,
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": above - 2,
        "xshift": -2,
    }
    return {**place, "text": text, "showarrow": False, "font": {"size": 11, "color": color}}
