"""What a pump knows that its persons have set, part by part: what the cuts compare.

found, before = known(bench), known(another)
same(found, before)
"""

import json

from firmware import states
from firmware.therapy import bridge, plan

HOLD = (states.EMPTY, states.FAULT)
# Each is old or new as a whole, and all of them together
KNOWN = (
    "program",
    "fill",
    "ids",
    "bolus",
    "drug",
    "line",
    "bridge",
    "plan",
    "screening",
    "patient",
    "tube",
    "offset_s",
    "line_off",
    "config",
)
OVER = "over at the power-up"  # with what was reserved, or with a prime that was broken off

GOES_ON, PAUSED, INTERRUPTED = "goes on", "paused", "interrupted"
# Of a plan: (as it is found at a power-up, as it was): what goes on is interrupted by that, once
PHASES = (
    (GOES_ON, GOES_ON),
    (INTERRUPTED, GOES_ON),
    (INTERRUPTED, INTERRUPTED),
    (PAUSED, INTERRUPTED),
    (PAUSED, PAUSED),
)


def known(bench):
    """The parts by their names, and `held`, what stops the pump."""
    pump = bench.pump
    fill = pump.books.reservoir.snapshot(0)
    last, line, life = pump.command_ids.last_bolus, pump.books.line, pump.life
    return {
        "program": json.dumps(pump.kept_program.section, sort_keys=True),
        "fill": (fill["fill_pl"], fill["emitted_at_fill_pl"]),
        "ids": tuple(done.number for done in pump.command_ids._done),
        "bolus": None if last is None else last.number,
        "drug": pump.books.epoch.conc_ng_per_ml,
        "line": (line.is_known(), line._conc),
        "bridge": _bridge(bench),
        "plan": _plan(bench),
        "screening": json.dumps(pump.screening.trials),
        "patient": pump.books.patient.granted,
        "tube": (life._before_revs, life.first_use_day()),
        "offset_s": pump.wall_clock.offset_s,
        "line_off": pump.screw.line_off,
        "config": pump.settings.config["name"],
        "held": (pump.state.now in HOLD, tuple(sorted(pump.state.faults))),
    }


def _bridge(bench):
    """The program section that it follows."""
    section = bench.pump.books.line.bridge
    if section is not None:
        return json.dumps(section, sort_keys=True)
    whats = [event.a for event in bench.events("BRIDGE")]
    return OVER if whats and whats[-1] in (bridge.ENDED, bridge.DROPPED) else None


def _plan(bench):
    """(stage, how it stands). A power-up pauses it, and says so."""
    of = bench.pump.plan
    if of.section is None:
        return None
    if of.phase != plan.PAUSED:
        return of.stage, GOES_ON
    for event in bench.events("PLAN_PHASE"):
        if (event.a, event.c) == (plan.PAUSED, plan.BY_OUTAGE):
            return of.stage, INTERRUPTED
    return of.stage, PAUSED


def same(found, other, names=KNOWN):
    """Whether what was found after a cut is this."""
    return all(_agree(name, found[name], other[name]) for name in names)


def _agree(name, found, other):
    if name == "bridge" and found == OVER:
        return True
    if name == "plan" and found and other:
        return found[0] == other[0] and (found[1], other[1]) in PHASES
    return found == other
