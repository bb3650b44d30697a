"""What a pump on the rig owes, reckoned from what was sent to it. CPython only.

    owed = Owed(bench)                # a BenchPump that has run
    owed.runs[0].steps_by(at_ms)      # exact, a Fraction

It brings what was asked to the oracle (host_sim/judge/oracle.py). From the pump it takes only
*instants*: of run starts and ends, of the clock set and lost, and when a command was answered with
ok. It believes no cap: whoever expects one judges by himself.
"""

from collections import namedtuple
from dataclasses import dataclass, field

from firmware import events
from host_sim.judge.doses import bolus_pl
from host_sim.judge.local_time import LocalTime
from host_sim.judge.oracle import KINDS, US, Asked, basal, overlay_by_time

__all__ = ["US", "Owed", "basal_by_calendar", "table_instants"]


def basal_by_calendar(program, min_rate_pl_per_day, wall_ms):
    """The rate that a program's table states for an instant of civil time, None while that is
    unknown.
    """
    return basal(program, min_rate_pl_per_day, wall_ms)[0]


def table_instants(program, from_wall_ms, to_wall_ms):
    """Every instant of civil time, ms, strictly between the two, at which a step begins."""
    found = []
    _, at_ms = basal(program, 0, from_wall_ms)
    while at_ms is not None and at_ms < to_wall_ms:
        found.append(at_ms)
        _, at_ms = basal(program, 0, at_ms)
    return found


def stages_of(section, from_ms):
    """[(from_ms, program)] of a section that is set then, and of a plan its stages: they begin by
    themselves, on their days, as long as nothing is in the way.
    """
    found = []
    for stage in section.get("stages", [{"days": 0, "program": section}]):
        found.append((from_ms, stage["program"]))
        from_ms += stage["days"] * 86_400_000
    return found


Told = namedtuple("Told", "time_ms code a c")  # an event, as far as LocalTime asks


@dataclass
class Span:
    """A run as the pump reported it; the end and its steps are None while it lasts."""

    start_ms: int
    end_ms: "int | None" = None
    told_steps: "int | None" = None
    cuts: list = field(default_factory=list)  # instants at which plans were thrown away


class Owed:
    """runs: all of them, with `told_steps`, the steps that the pump says have left in each, None
    while it lasts; boluses: the accepted ones, end_ms being where they ended or were cancelled.
    """

    def __init__(self, bench):
        self._conc_ng_per_ml = bench.config["drug"]["conc_ng_per_ml"]
        self._patient = bench.config["patient_bolus"]
        self._programs = stages_of(bench.config["program"], 0)
        self._told = []  # what the pump told of its clock, as events of a record
        self._spans = []  # of the runs
        self.boluses = []
        for heard in bench.heard:
            if heard.event:
                self._event(heard.event)
            elif heard.reply["ok"]:
                self._command(heard)
        clock, waits = LocalTime().read(self._told)
        asked = Asked(bench.config, self._programs, clock, self.boluses, waits=waits)
        self.runs = [self._run(asked, span, bench.hal.clock.ms) for span in self._spans]

    def _run(self, asked, span, now_ms):
        run = asked.run(span.start_ms, now_ms if span.end_ms is None else span.end_ms)
        run.end_ms, run.cuts, run.told_steps = span.end_ms, span.cuts, span.told_steps
        return run

    def _cut(self, at_ms):
        if self._spans and self._spans[-1].end_ms is None:
            self._spans[-1].cuts.append(at_ms)

    def _event(self, event):
        if event.code == events.RUN_START:
            self._spans.append(Span(event.at_ms))
        elif event.code == events.RUN_END:
            self._cut(event.at_ms)
            self._spans[-1].end_ms, self._spans[-1].told_steps = event.at_ms, event.a
            for bolus in self.boluses[-1:]:
                if bolus.cancelled_ms is None:
                    bolus.cancelled_ms = event.at_ms
        elif event.code in (events.CLOCK_SET, events.CLOCK_LOST):
            self._told.append(Told(event.at_ms, event.code, event.a, event.c))
            self._cut(event.at_ms)

    def _command(self, heard):
        do, at_ms = heard.payload["do"], heard.at_ms
        if do == "set_program":
            self._programs = [one for one in self._programs if one[0] < at_ms]
            self._programs += stages_of(heard.payload["program"], at_ms)
        elif do in KINDS:
            one = self._patient if do == "patient_bolus" else heard.payload
            volume_pl, duration_ms = bolus_pl(one, self._conc_ng_per_ml), one["duration_ms"]
            self.boluses.append(overlay_by_time(KINDS[do], volume_pl, duration_ms, at_ms))
        elif do == "cancel_bolus":
            self.boluses[-1].cancelled_ms = at_ms
        else:
            return
        self._cut(at_ms)
