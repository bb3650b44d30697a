"""Mistakes that the walk has to notice, each a change of the firmware's source, with a walk in
which it does harm.
"""

from collections import namedtuple

from tests.campaign.mutants import Mutant

WalkMutant = namedtuple("WalkMutant", "change scene walk")
FULL, WATER = "full of 2000 ug/mL", "water in the line"


def _mutant(name, module, old, new, scene, *walk):
    return WalkMutant(Mutant(name, "firmware." + module, 1, ((old, new),)), scene, walk)


NAMED = {
    mutant.change.name: mutant
    for mutant in (
        _mutant(
            "an interrupted overlay goes on with the next run",
            "motion.delivery",
            "        self.end_overlay(last_ms)\n        self.planner.end()",
            "        self.planner.end()",
            FULL,
            "bolus",
            "stop",
            "start",
        ),
        _mutant(
            "a prime begins although a bolus runs",
            "guard.gate",
            "    if running:\n        return BOLUS_RUNNING, 1, 0\n    if volume_pl >",
            "    if volume_pl >",
            WATER,
            "prime",
            "prime",
        ),
        _mutant(
            "a bridge ends with the run",
            "pump",
            "        self.drop_bridge(now_ms)\n        self.later_ms",
            "        self.books.line.unbridged = 1\n        self.drop_bridge(now_ms)\n"
            "        self.later_ms",
            FULL,
            "bridge",
            "stop",
            "start",
        ),
        _mutant(
            "a repeated command is carried out again",
            "link.execute",
            "if done is not None:",
            "if done is None and done is not None:",
            FULL,
            "refill",
        ),
        _mutant(
            "a lockout is forgotten",
            "guard.gate",
            "request.since_last_ms < request.lockout_ms",
            "request.since_last_ms < 0",
            FULL,
            "patient",
            "refill",
            "patient",
        ),
    )
}
