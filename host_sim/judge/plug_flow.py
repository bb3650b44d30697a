"""Plug flow: an oracle of what passed the tip, from the steps alone. CPython
only.

    tip_ng(scenario, record)      # must equal what the pump says

It shares no code with the firmware. What the line held at first stands in the scenario; a refill of
another concentration begins a slug at the step at which the pump reported it.
"""

from fractions import Fraction
from typing import Any

from firmware import events
from firmware.line_changes import ALL_OFF, CATHETER
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario

PL_PER_ML = 10**9


def tip_ng(scenario: Scenario, record: Record) -> int | None:
    """ng past the tip in the whole run, by the steps in the pump's books, rounded down; None where
    the rotor has turned without a pulse: then no count of pulses says what came.
    """
    if record.status["unexplained_steps"]:
        return None
    line, steps, idle = _Line(scenario.config), 0, 0
    for event in record.events:
        if event.code == events.RUN_START:
            steps = event.b - idle
        elif event.code == events.RUN_END:
            steps += event.a
        elif event.code == events.TAKE_UP_ENDED:  # they have moved the screw, and no fluid
            idle += event.a
            steps -= event.a
        elif event.code == events.CONCENTRATION:
            line.draw_to(steps)
            line.enters(event.a, steps)
        elif event.code == events.LINE_STATED:
            line.draw_to(steps)
            line.stated(event.a, event.b)
    line.draw_to(record.status["emitted_steps"] - record.status["by_source"].get("take_up", 0))
    return line.past // PL_PER_ML


class _Line:
    """slugs: [pL, ng/mL or None] from the tip to the pump; past: pL * ng/mL past the tip."""

    def __init__(self, config: dict[str, Any]) -> None:
        line, head = config["line"], config["head"]
        self._catheter_pl = line["catheter_pl"]
        self.slugs: list[list[Any]] = [
            [line["catheter_pl"], line["holds_catheter_ng_per_ml"]],
            [line["tubing_pl"], line["holds_tubing_ng_per_ml"]],
        ]
        self._conc = config["drug"]["conc_ng_per_ml"]
        self._step_pl = Fraction(head["pl_per_rev"], head["steps_per_rev"])
        self._begun_steps = self._drawn_pl = 0  # of this concentration
        self.past = 0

    def draw_to(self, steps: int) -> None:
        """So many steps have left in all; the books round down once a concentration."""
        in_all_pl = int((steps - self._begun_steps) * self._step_pl)
        pl, self._drawn_pl = in_all_pl - self._drawn_pl, in_all_pl
        self.slugs.append([pl, self._conc])
        while pl > 0:
            first = self.slugs[0]
            piece = min(pl, first[0])
            self.past += piece * self._worth(first[1])
            first[0] -= piece
            pl -= piece
            if not first[0]:
                self.slugs.pop(0)

    def _worth(self, conc: int | None) -> int:
        """What nobody knows counts as the most that is in line or reservoir."""
        known = [slug[1] for slug in self.slugs if slug[1] is not None]
        return max([*known, self._conc]) if conc is None else conc

    def enters(self, conc: int, steps: int) -> None:
        """The reservoir holds this from here on."""
        self._conc, self._begun_steps, self._drawn_pl = conc, steps, 0

    def stated(self, conc: int, of: int) -> None:
        """A person states what the catheter holds, or what was unknown; or the line was off."""
        if of == ALL_OFF:
            self.slugs = [[pl, None] for pl, _ in self.slugs]
            return
        if of != CATHETER:
            for slug in self.slugs:
                slug[1] = conc if slug[1] is None else slug[1]
            return
        gone_pl = self._catheter_pl
        while gone_pl:
            piece = min(gone_pl, self.slugs[0][0])
            self.slugs[0][0] -= piece
            gone_pl -= piece
            if not self.slugs[0][0]:
                self.slugs.pop(0)
        self.slugs.insert(0, [self._catheter_pl, conc])
