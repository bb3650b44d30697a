"""Mutants: the firmware with one mend taken back, each a change of its source.

install(NAMED["stale frames"])      # before anything of the firmware is imported
"""

import importlib.abc
import importlib.util
import sys
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).parents[2]

# name; module: whose source is changed; seed: of a hostile therapy in which the campaign notices it
# changes: ((old, new) ...), texts; each old one stands in the source exactly once
Mutant = namedtuple("Mutant", "name module seed changes")

MUTANTS = (
    Mutant(
        "a frame that is not whole in time is waited for",
        "firmware.link.frames",
        2,
        (("STALE_MS = 1000 ", "STALE_MS = 1 << 50 "),),
    ),
    Mutant(
        "a repeated command is carried out again",
        "firmware.link.execute",
        2,
        (("if done is not None:", "if done is None and done is not None:"),),
    ),
    Mutant(
        "pulses of now are compared with what was permitted when the look began",
        "firmware.guard.safety",
        440,
        (
            (
                "        self.inputs = self._switches.read()\n",
                (
                    "        began_ms = self._clock.now_ms()\n"
                    "        self.inputs = self._switches.read()\n"
                ),
            ),
            (
                "_too_many(self._clock.now_ms(), emitted_steps)\n        if evidence",
                "_too_many(began_ms, self._driver.emitted())\n        if evidence",
            ),
        ),
    ),
    Mutant(
        "an alarm test hides what sounds",
        "firmware.alarms.signals",
        6,
        (("sound = sound or contract.PATTERN_TEST", "sound = contract.PATTERN_TEST"),),
    ),
    Mutant(
        "a level switch that closes is passed over",
        "firmware.books.reservoir",
        10,
        (("        level.look(closed, ", "        level.look(False, "),),
    ),
    Mutant(
        "a rotor that turns too far is passed over",
        "firmware.guard.monitor",
        18,
        (("        elif self._lead >= self._limit or", "        elif False and"),),
    ),
    Mutant(
        "one wrong angle is believed",
        "firmware.guard.motion_reading",
        5,
        (("if self._is_odd() and not self._confirm():", "if False:"),),
    ),
    Mutant(
        "pulses that moved nothing are told as moved",
        "firmware.books.ledger",
        59,
        (("self.emitted_steps - self.unmoved_steps() +", "self.emitted_steps +"),),
    ),
    Mutant(
        "a program that gives nothing is no harm",
        "firmware.alarms.nothing_delivered",
        2,
        (("        return now_ms >= self.due_ms", "        return False"),),
    ),
    Mutant(
        "nothing is looked at while the pump rests",
        "firmware.guard.safety",
        1,
        (
            (
                "            return self._watch_at_rest(emitted_steps, dead)",
                "            return False",
            ),
        ),
    ),
    Mutant(
        "power that is lost in a therapy is not told",
        "firmware.power_up",
        8,
        (("    if code is None:", "    if code is None or True:"),),
    ),
)
NAMED = {mutant.name: mutant for mutant in MUTANTS}


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, with its source changed."""

    def __init__(self, mutant):
        self._mutant = mutant

    def find_spec(self, name, path, target=None):
        if name != self._mutant.module:
            return None
        place = ROOT / (name.replace(".", "/") + ".py")
        return importlib.util.spec_from_loader(
            name, _Loader(place, self._mutant), origin=str(place)
        )


class _Loader(importlib.abc.Loader):
    def __init__(self, place, mutant):
        self._place = place
        self._mutant = mutant

    def exec_module(self, module):
        source = mutated(self._mutant, self._place.read_text(encoding="utf-8"))
        exec(compile(source, str(self._place), "exec"), module.__dict__)


class NoSuchText(Exception):
    """The firmware has changed: the mutant has to follow."""


def mutated(mutant, source):
    """The changed source. NoSuchText where a text is not in it exactly once."""
    for old, new in mutant.changes:
        if source.count(old) != 1:
            times = source.count(old)
            raise NoSuchText(f"{mutant.name}: {old!r} stands {times} times in {mutant.module}")
        source = source.replace(old, new)
    return source


def install(mutant):
    """From here on imports find the mutant. Nothing of the firmware may have been imported."""
    early = [name for name in sys.modules if name.startswith("firmware.")]
    if early:
        raise NoSuchText(f"{mutant.name}: {early[0]} was imported before")
    sys.meta_path.insert(0, _Finder(mutant))
