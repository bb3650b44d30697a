"""Campaign files: a TOML text that says which scenario a thousand pumps run, and what is drawn anew
for each of them. CPython only.

    campaign = load("host_sim/campaigns/worn_tubes.toml")
    campaign.entries         # what happens to a pump, each with its distributions

Every key is in docs/campaigns.md. A file with anything wrong in it raises ScenarioError.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from host_sim.campaign.distributions import Source, read_share, read_source
from host_sim.scenario import fault_keys, timed_keys
from host_sim.scenario.load import read_toml, tomllib
from host_sim.scenario.sections import spec_of
from host_sim.shared import values as v
from host_sim.shared.quantities import did_you_mean, shown
from host_sim.shared.reader import Reader, ScenarioError, Table
from host_sim.shared.values import REQUIRED, Key, Value

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
CAMPAIGNS = Path(__file__).resolve().parents[1] / "campaigns"

CHANCE = Value(read_share, "a share", "0 % to 100 %")
TOP = {
    "name": Key(v.LABEL, REQUIRED, "what the campaign is called in its report"),
    "description": Key(v.TEXT, None, "what it asks, in a sentence"),
    "scenario": Key(
        v.LABEL._replace(allowed="a file beside this one, or the name of a stock scenario"),
        REQUIRED,
        "whose pump, world, therapy and commands each pump has; its [[fault]], [[expect]] and "
        "[[allow]] are left out",
    ),
    "duration": Key(v.LASTING, None, "how long each pump runs; without it as the scenario has it"),
    "draw": Key(v.TABLES, None, "values of the scenario that are drawn for each pump"),
    "fault": Key(v.TABLES, None, "what goes wrong"),
    "at": Key(v.TABLES, None, "what people do, in addition to the scenario's own"),
}
LEFT_OUT = ("fault", "expect", "allow")  # of the scenario
DRAWN = "a value, or a table that says how it is drawn"
WHEN = {
    "chance": Key(CHANCE, "100 %", "how likely it comes at all"),
    "time": Key(v.INSTANT, None, "when, after the start; without it `every` after the start"),
    "every": Key(v.INTERVAL, None, "again and again, so long after the time before"),
    "until": Key(v.INSTANT, None, "nothing of `every` comes later; without it the run's end"),
    "after": Key(
        v.MAYBE_ZERO, None, "of an entry of `then`: how long after the end of what it stands in"
    ),
    "then": Key(v.TABLES, None, "what follows each time: faults and commands with `after`"),
}


class Texts(NamedTuple):
    """The two files of a campaign as they were read: all that another process needs of them."""

    path: str
    text: str
    base_path: str
    base_text: str


class Entry(NamedTuple):
    """A fault or a command that comes once or again and again.

    table: "fault" or "at"; values: its other keys; of `time`, `every` and `after` those that do
    not apply are None
    """

    table: str
    kind: str
    chance: float
    time: Source | None
    every: Source | None
    until_ms: int | None
    after: Source | None
    values: dict[str, Source]
    then: Sequence["Entry"]


@dataclass(frozen=True)
class Campaign:
    """A checked campaign. base: the scenario's table; draws: (path of a key in it, its source)"""

    name: str
    description: str
    texts: Texts
    base: Table
    duration_ms: int
    draws: Sequence[tuple[str, Source]]
    entries: Sequence[Entry]

    @property
    def digest(self) -> str:
        """What says that two campaigns draw the same."""
        told = json.dumps(self.texts[1::2]).encode()
        return hashlib.sha256(told).hexdigest()


def load(path: str | Path) -> Campaign:
    """The campaign in a file. Raises ScenarioError with every problem found."""
    text, raw = read_toml(path)
    reader = Reader(path, text)
    scenario = reader.value("scenario", raw.get("scenario", ""), TOP["scenario"].value.parse)
    if "scenario" not in raw or scenario is None:
        return _checked(Texts(str(path), text, "", ""), raw, {})
    base_path = base_of(path, scenario)
    if base_path is None:
        stock = [found.stem for found in SCENARIOS.glob("*.toml")]
        fault = f"there is no scenario {shown(scenario)}{did_you_mean(scenario, stock)}"
        allowed = f"allowed: {TOP['scenario'].value.allowed}"
        reader.problem("scenario", f"{fault}; {allowed}", "`clepsydra sim list` has the latter")
        raise ScenarioError(reader.problems)
    base_text, base = read_toml(base_path)
    return _checked(Texts(str(path), text, str(base_path), base_text), raw, base)


def base_of(path: str | Path, scenario: str) -> Path | None:
    """The file of a campaign's scenario: beside it, or a stock one; None if there is none."""
    for found in (Path(path).parent / scenario, SCENARIOS / f"{scenario}.toml"):
        if found.is_file():
            return found
    return None


def from_texts(texts: Texts) -> Campaign:
    """The campaign that another process has loaded."""
    return _checked(Texts(*texts), _toml(texts.text), _toml(texts.base_text))


def _toml(text: str) -> Table:
    return tomllib.loads(text)


def _checked(texts: Texts, raw: Table, base: Table) -> Campaign:
    reader = Reader(texts.path, texts.text)
    reader.reference = "docs/campaigns.md"
    top = reader.fields("", raw, TOP)
    base = {key: value for key, value in base.items() if key not in LEFT_OUT}
    duration_ms = top["duration"]
    if duration_ms is None and "duration" in base:
        duration_ms = reader.value("scenario.duration", base["duration"], v.LASTING.parse)
    draws = [
        _draw(reader, f"draw[{number}]", one, base)
        for number, one in enumerate(top["draw"] or [], 1)
    ]
    entries = [
        _entry(reader, f"{table}[{number}]", table, one)
        for table in ("fault", "at")
        for number, one in enumerate(top[table] or [], 1)
    ]
    if "drug" not in base and texts.base_text:
        fault = "has no [drug]; allowed: a scenario with one: rows are doses"
        reader.problem("scenario", fault, "add [drug] to it")
    if reader.problems:
        raise ScenarioError(reader.problems)
    return Campaign(
        top["name"],
        top["description"] or "",
        texts,
        base,
        duration_ms,
        [one for one in draws if one],
        [one for one in entries if one],
    )


def _draw(reader: Reader, where: str, raw: Table, base: Table) -> tuple[str, Source] | None:
    if not isinstance(raw.get("key"), str):
        fault = f"is {shown(raw.get('key'))}; allowed: the path of a key of the scenario"
        reader.problem(f"{where}.key", fault, 'write for instance key = "truth.volume_per_rev"')
        return None
    key = raw["key"]
    spec, known = spec_of(key)
    if not known:
        first = key.partition(".")[0]
        fault = f"the scenario has no key {shown(key)}{did_you_mean(first, base)}"
        allowed = "allowed: a key of docs/scenario_reference.md, as truth.fill or program.rate"
        reader.problem(f"{where}.key", f"{fault}; {allowed}", "correct it")
        return None
    how = {name: raw[name] for name in raw if name != "key"}
    source = read_source(reader, where, how, spec and spec.value.parse)
    return source and (key, source)


def _entry(reader: Reader, where: str, table: str, raw: Table, follows: bool = False) -> Any:
    """An Entry; None after noting a problem."""
    selector, kinds = ("kind", fault_keys.FAULT) if table == "fault" else ("do", timed_keys.AT)
    kind = reader.value(
        f"{where}.{selector}",
        raw.get(selector, ""),
        (fault_keys.KIND if table == "fault" else timed_keys.DO).value.parse,
    )
    if kind is None:
        return None
    keys = {**kinds[kind], **WHEN}
    for key in [key for key in raw if key not in keys and key != selector]:
        fault = f"there is no such key{did_you_mean(key, keys)}; allowed: {', '.join(keys)}"
        reader.problem(f"{where}.{key}", fault, "correct or remove it")
    for key in [key for key, spec in kinds[kind].items() if spec.default is REQUIRED]:
        if key not in raw:
            fault = f"is missing; allowed: {keys[key].value.allowed}"
            reader.problem(f"{where}.{key}", fault, f"add it: {keys[key].meaning}")
    sources = {
        key: read_source(reader, f"{where}.{key}", raw[key], keys[key].value.parse)
        for key in raw
        if key in keys and key not in ("chance", "until", "then")
    }
    _check_when(reader, where, raw, follows)
    plain = {key: WHEN[key] for key in ("chance", "until")}
    chance = {
        key: reader.value(f"{where}.{key}", raw[key], spec.value.parse)
        for key, spec in plain.items()
        if key in raw
    }
    then = [
        _entry(reader, f"{where}.then[{n}]", "fault" if "kind" in one else "at", one, follows=True)
        for n, one in enumerate(raw.get("then", []), 1)
    ]
    return Entry(
        table,
        kind,
        chance.get("chance", 1.0),
        sources.pop("time", None),
        sources.pop("every", None),
        chance.get("until"),
        sources.pop("after", None),
        {key: source for key, source in sources.items() if source},
        [one for one in then if one],
    )


def _check_when(reader: Reader, where: str, raw: Table, follows: bool) -> None:
    wanted = ("after",) if follows else ("time", "every")
    unwanted = [key for key in ("time", "every", "until", "after") if key in raw]
    unwanted = [key for key in unwanted if (key == "after") != follows]
    if unwanted:
        fault = f"does not apply here; allowed: {', '.join(wanted)}"
        reader.problem(f"{where}.{unwanted[0]}", fault, "remove it")
    elif not any(key in raw for key in wanted):
        reader.problem(
            f"{where}.{wanted[0]}",
            f"is missing; allowed: {' or '.join(wanted)}, {DRAWN}",
            f"add it: {WHEN[wanted[0]].meaning}",
        )
