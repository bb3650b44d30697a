"""The dose at the tip against the dose that was asked for, and the dose in any hour and any day
against its cap. CPython only.

    balance = TipBalance(course)
    balance.error_ppm(), balance.lacking_ms(), balance.worst(WINDOW_MS)

Asked for is what program and accepted boluses ask for, whether or not the pump runs or may
(due.py). What came is the plant's: drug out of the tip, where it lies. What a window holds is what
left the pin, times what a step is worth; a prime is in it in full.
"""

from collections.abc import Callable

import numpy as np

from firmware import events
from host_sim.judge import due
from host_sim.judge.course import Course, Curve

PL_PER_ML = 10**9
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
LACK, EXCESS = 0.8, 1.2  # of the dose of a day: 20 % off


class TipBalance:
    """asked_ng: in the whole run; tip_ng: that came out of the tip in it."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._conc = _concentrations(course)
        pieces = due.programmed_on_bench(course.scenario, course.record)
        edges = np.array([pieces[0].from_ms, *(piece.to_ms for piece in pieces)], dtype=float)
        flows = [
            piece.pl_per_day * (piece.to_ms - piece.from_ms) / DAY_MS * self._worth(piece.from_ms)
            for piece in pieces
        ]
        self._edges, self._asked = edges, np.concatenate([[0.0], np.cumsum(flows)])
        self.asked_ng = float(self._asked[-1])
        self.tip_ng = course.record.child.tip_ng

    def error_ppm(self) -> int | None:
        """How far the dose is from the one asked for; None if none was."""
        if not self.asked_ng:
            return None
        return round((self.tip_ng - self.asked_ng) / self.asked_ng * 1_000_000)

    def lacking_ms(self) -> int | None:
        """The first full hour at which a day's dose at the tip was more than 20 % too little; None
        if there was none.
        """
        return self._first(lambda came, asked: came < LACK * asked)

    def excess_ms(self) -> int | None:
        """The same of a dose more than 20 % too high."""
        return self._first(lambda came, asked: came > EXCESS * asked)

    def worst(self, window_ms: int) -> float:
        """The most that left the pin within any window, ng."""
        ms, given = self._course.ms, self._given()
        ends = given - np.interp(ms - window_ms, ms, given)
        starts = np.interp(ms + window_ms, ms, given) - given
        return float(max(ends.max(), starts.max()))

    def _first(self, off: Callable[[Curve, Curve], Curve]) -> int | None:
        course = self._course
        ends = np.arange(DAY_MS, course.end_ms + 1, HOUR_MS, dtype=float)
        if not len(ends):
            return None
        tip = course.curve("tip_ng")
        came = np.interp(ends, course.ms, tip) - np.interp(ends - DAY_MS, course.ms, tip)
        asked = np.interp(ends, self._edges, self._asked)
        asked -= np.interp(ends - DAY_MS, self._edges, self._asked)
        hits = np.nonzero(off(came, asked))[0]
        return int(ends[hits[0]]) if len(hits) else None

    def _given(self) -> Curve:
        """What left the pin since the start, ng, at each row of the trace."""
        course = self._course
        head = course.scenario.config["head"]
        step_pl = head["pl_per_rev"] / head["steps_per_rev"]
        steps = np.diff(course.curve("emitted_steps"), prepend=0.0)
        if len(self._conc) == 1:
            return np.cumsum(steps) * step_pl * self._worth(0)
        return np.cumsum(steps * step_pl * [self._worth(ms) for ms in course.ms])

    def _worth(self, ms: float) -> float:
        """ng of a pL that is drawn at an instant, by the concentration that the pump was told."""
        told = [conc for from_ms, conc in self._conc if from_ms <= ms]
        return told[-1] / PL_PER_ML


def _concentrations(course: Course) -> list[tuple[float, int]]:
    """[(from_ms, ng/mL)]"""
    found: list[tuple[float, int]] = [(-1, course.scenario.config["drug"]["conc_ng_per_ml"])]
    found += [(e.time_ms, e.a) for e in course.events if e.code == events.CONCENTRATION]
    return found
