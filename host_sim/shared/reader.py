"""Reads tables by the key tables and collects every problem, so that all are reported at once.

CPython only.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from host_sim.shared.quantities import QuantityError, did_you_mean, shown
from host_sim.shared.toml_places import place, places
from host_sim.shared.values import REQUIRED, Key

Table = dict[str, Any]  # the keys of a table with their values, None where one could not be read


class ScenarioError(Exception):
    """A scenario that cannot be run: one line per problem, all of them; nothing was run.

    Also in `problems`, a list.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[list[str]]]:
        """From one process to another."""
        return ScenarioError, (self.problems,)


class Reader:
    """Goes through one file. What could not be read comes back as None, and `problems` says why,
    each with the line and column of its key; of the table it belongs in if the key is not there.
    """

    reference = "docs/scenario_reference.md"  # which page has every key

    def __init__(self, file: str | Path, text: str = "") -> None:
        self._file = file
        self.places = places(text)
        self.problems: list[str] = []
        self.raw: dict[str, object] = {}  # by path: what stands there

    def problem(self, where: str, fault: str, remedy: str) -> None:
        """Note one problem: `where` is the key path, `fault` what was found and what is allowed,
        `remedy` what to do.
        """
        at = place(self._file, self.places, where)
        named = shown_path(where) or "the file"
        self.problems.append("%s: %s: %s; %s" % (at, named, fault, remedy))

    def value(self, where: str, raw: object, parse: Callable[[Any], Any]) -> Any:
        """`parse(raw)`, or None after noting why not."""
        self.raw[where] = raw
        try:
            return parse(raw)
        except QuantityError as error:
            self.problem(
                where,
                "%s %s; allowed: %s" % (shown(raw), error.fault, error.allowed),
                "write for instance %s" % error.example,
            )
            return None

    def table(self, where: str, raw: Mapping[str, Any], keys: Mapping[str, Key]) -> Table | None:
        """The values of a table as a dict with every key of `keys`, or None after noting all that
        is wrong in it.
        """
        before = len(self.problems)
        values = self.fields(where, raw, keys)
        return values if len(self.problems) == before else None

    def fields(self, where: str, raw: Mapping[str, Any], keys: Mapping[str, Key]) -> Table:
        """As `table`, but always a dict: what could not be read is None in it."""
        for key in raw:
            if key not in keys:
                hint = did_you_mean(key, keys)
                self.problem(
                    join(where, key),
                    "there is no such key%s; allowed: %s" % (hint, ", ".join(keys)),
                    "correct or remove it",
                )
        return {key: self._entry(join(where, key), raw, key, spec) for key, spec in keys.items()}

    def _entry(self, where: str, raw: Mapping[str, Any], key: str, spec: Key) -> Any:
        if key in raw:
            return self.value(where, raw[key], spec.value.parse)
        if spec.default is REQUIRED:
            self.problem(
                where,
                "is missing; allowed: %s" % self._allowed(where, spec),
                "add it: %s" % spec.meaning,
            )
            return None
        return None if spec.default is None else spec.value.parse(spec.default)

    def variant(
        self,
        where: str,
        raw: Mapping[str, Any],
        selector: str,
        spec: Key,
        variants: Mapping[str, Mapping[str, Key]],
        common: Mapping[str, Key] | None = None,
    ) -> Table | None:
        """A table whose further keys depend on the value of its key `selector`; None after noting
        what is wrong.
        """
        if selector not in raw:
            self.problem(
                join(where, selector),
                "is missing; allowed: %s" % spec.value.allowed,
                "add it: %s" % spec.meaning,
            )
            return None
        which = self.value(join(where, selector), raw[selector], spec.value.parse)
        if which is None:
            return None
        return self.table(where, raw, {selector: spec, **(common or {}), **variants[which]})

    def _allowed(self, where: str, spec: Key) -> str:
        """What may stand there; for a table the line that it begins with."""
        if spec.value.allowed != "see below":
            return spec.value.allowed
        return "a table [%s], see %s" % (re.sub(r"\[[0-9]+\]", "", where), self.reference)


def join(where: str, key: str) -> str:
    """The path of a key below `where`, which is "" at the top."""
    return "%s.%s" % (where, key) if where else key


def shown_path(where: str) -> str:
    """A path as it goes into a message: on one line, and cut if it is long."""
    return shown(where)[1:-1] if where.isprintable() and len(where) <= 58 else shown(where)
