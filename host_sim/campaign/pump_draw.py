"""One pump of a campaign: what is drawn for it, by the seed and its number alone. CPython only.

    drawn = draw(campaign, seed=7, number=42)
    drawn.table         # a scenario, as a TOML file would have it
    drawn.scenario()    # checked

The order of draws is that of the file: first [[draw]], then each [[fault]], each [[at]]. A fault
that would overlap another of its kind is left out.
"""

import copy
import random
from dataclasses import dataclass
from typing import Any

from host_sim.campaign.campaign_file import Campaign, Entry
from host_sim.campaign.distributions import Source
from host_sim.scenario.fault_keys import FAULT
from host_sim.scenario.load import Scenario, checked
from host_sim.shared.quantities import format_instant, parse_duration
from host_sim.shared.reader import ScenarioError, Table

TRACE_EVERY_MS = 3_600_000  # a dose within 24 h is looked at hour by hour
MOST = 100_000  # of what comes again and again
SEEDS = 1 << 32
_AFTER_WHAT_MS = 1  # what follows comes after it


@dataclass(frozen=True)
class Drawn:
    """What one pump is and goes through. table: its scenario, as tomllib would read it."""

    number: int
    campaign: Campaign
    table: Table

    def scenario(self) -> Scenario:
        """It as the simulator takes it. Raises ScenarioError if what was drawn is no scenario."""
        where = f"{self.campaign.texts.path} (pump {self.number} as it is drawn)"
        scenario = checked(where, "", self.table)
        job = scenario.job._replace(trace_every_ms=TRACE_EVERY_MS)
        return Scenario(**{**vars(scenario), "job": job})


class _Drawing:
    """The draws of one pump, in their order."""

    def __init__(self, campaign: Campaign, chance: random.Random, table: Table) -> None:
        self.campaign, self.chance, self.table = campaign, chance, table
        self._faults: dict[str, list[tuple[int, int]]] = {}  # by kind: (begin, end), ms

    def value(self, source: Source) -> Any:
        """A value, drawn or of another key."""
        if source.same_as is None:
            return source.draw(self.chance)
        found = self.table
        for part in source.same_as.split("."):
            if not isinstance(found, dict) or part not in found:
                raise self._unstated(source.same_as)
            found = found[part]
        return copy.deepcopy(found)

    def _unstated(self, key: str) -> ScenarioError:
        texts = self.campaign.texts
        fault = f'same_as is "{key}", which the scenario does not state'
        allowed = f"a key that {texts.base_path} states or [[draw]] draws"
        return ScenarioError([f"{texts.path}: {fault}; allowed: {allowed}; state it there"])

    def ms(self, source: Source | None) -> int:
        return 0 if source is None else parse_duration(self.value(source))

    def put(self, path: str, value: Any) -> None:
        """State a key of the scenario."""
        *tables, key = path.split(".")
        place = self.table
        for part in tables:
            place = place.setdefault(part, {})
        place[key] = copy.deepcopy(value)

    def come(self, entry: Entry) -> None:
        """An entry of the file, at each of its times."""
        if self.chance.random() >= entry.chance:
            return
        duration_ms = self.campaign.duration_ms
        until_ms = duration_ms - 1 if entry.until_ms is None else entry.until_ms
        at_ms = self.ms(entry.time) if entry.time else self.ms(entry.every)
        for _ in range(MOST):
            if at_ms > until_ms or at_ms >= duration_ms:
                break
            self._happen(entry, at_ms)
            if entry.every is None:
                break
            at_ms += max(_AFTER_WHAT_MS, self.ms(entry.every))

    def _happen(self, entry: Entry, at_ms: int) -> None:
        drawn = {key: self.value(source) for key, source in entry.values.items()}
        end_ms = at_ms
        for key in ("lasts", "recovers_after"):
            end_ms += parse_duration(drawn[key]) if key in drawn else 0
        if entry.table == "fault" and "lasts" not in drawn and "lasts" in FAULT[entry.kind]:
            end_ms = self.campaign.duration_ms
        if entry.table == "fault":
            others = self._faults.setdefault(entry.kind, [])
            if any(begin_ms <= end_ms and at_ms <= other_ms for begin_ms, other_ms in others):
                return  # with another of its kind: there is nothing new to go wrong
            others.append((at_ms, end_ms))
        selector = "kind" if entry.table == "fault" else "do"
        row = {"time": format_instant(at_ms), selector: entry.kind, **drawn}
        self.table.setdefault(entry.table, []).append(row)
        for one in entry.then:
            if self.chance.random() < one.chance:
                after_ms = max(_AFTER_WHAT_MS, self.ms(one.after))
                if end_ms + after_ms < self.campaign.duration_ms:
                    self._happen(one, end_ms + after_ms)


def draw(campaign: Campaign, seed: int, number: int) -> Drawn:
    """The pump `number` >= 1 of a campaign with this seed. Raises ScenarioError."""
    chance = random.Random(f"{seed} {number}")
    table = copy.deepcopy(campaign.base)
    table["name"] = f"{campaign.name}: pump {number}"
    table["duration"] = format_instant(campaign.duration_ms)
    table["seed"] = int(chance.random() * SEEDS)
    drawing = _Drawing(campaign, chance, table)
    for path, source in campaign.draws:
        drawing.put(path, drawing.value(source))
    for entry in campaign.entries:
        drawing.come(entry)
    return Drawn(number, campaign, table)
