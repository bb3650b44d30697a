"""A configuration in a person's units. CPython only."""

import re
from typing import Any

from clepsydra.amounts import dose_text, flow_text, volume_text
from clepsydra.prescription.outlook import outlook
from clepsydra.pump.readings import Identity
from clepsydra.show.columns import table
from host_sim.shared.number_text import span

RESTART = "restart_dose_ng_per_day"
TIMES = 5  # so many times as much, or as little, is looked at twice
_SHOWN = (
    (re.compile(r"(.+)_pl_per_day$"), lambda value, conc: flow_text(value, conc)),
    (re.compile(r"(.+)_ng_per_day$"), lambda value, conc: f"{dose_text(value)}/d"),
    (re.compile(r"(.+)_ng_per_ml$"), lambda value, conc: f"{dose_text(value)}/mL"),
    (re.compile(r"(.+)_pl$"), lambda value, conc: volume_text(value)),
    (re.compile(r"pl_(per_rev)$"), lambda value, conc: f"{volume_text(value)}/rev"),
    (re.compile(r"(.+)_ng$"), lambda value, conc: dose_text(value)),
    (re.compile(r"(.+)_s$"), lambda value, conc: span(value * 1000)),
    (re.compile(r"(.+)_um$"), lambda value, conc: f"{value / 1000:g} mm"),
    (re.compile(r"(.+)_mv$"), lambda value, conc: f"{value} mV"),
    (re.compile(r"(.+)_ppt$"), lambda value, conc: f"{value / 10:g} %"),
)


def config_text(config: dict[str, Any], identity: Identity) -> str:
    """All of it but the program, a key a line."""
    return f"{table(_rows(config))}\nsha256 {identity.config_sha256}"


def changes_text(now: dict[str, Any] | None, after: dict[str, Any]) -> str:
    """What differs, as a table."""
    rows = changes(now, after)
    return table([("", "now", "after"), *rows]) if rows else "nothing but the program differs"


def changes(now: dict[str, Any] | None, after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The lines that differ, side by side. now: None where the pump stores none that can be
    read.
    """
    before, later = dict(_rows(now)) if now else {}, dict(_rows(after))
    return [
        (label, before.get(label, "-"), later.get(label, "-"))
        for label in sorted({*before, *later})
        if before.get(label) != later.get(label)
    ]


def refilled_since(stored: dict[str, Any] | None, config: dict[str, Any]) -> list[str]:
    """Where the last refill has brought another drug than the stored configuration states. stored:
    its section `drug`; config: with the one in the reservoir.
    """
    if stored in (None, config["drug"]):
        return []
    brought, stated = _drug_text(config["drug"]), _drug_text(stored)
    return [f"the last refill has brought {brought}; the stored configuration states {stated}"]


def _drug_text(drug: dict[str, Any]) -> str:
    return f"{drug['name']} {dose_text(drug['conc_ng_per_ml'])}/mL"


def doubts(now: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """What may not be meant: a limit that is taken away, a number that is many times what it was,
    and what another concentration or head makes of the program. now: as of `changes`.
    """
    if now is None:
        return []
    before, later, found = dict(_rows(now)), dict(_rows(after)), []
    for section in sorted(set(now) & set(after) - {"program"}):
        if not isinstance(now[section], dict):
            continue
        for key, value in sorted(after[section].items()):
            label = _row(section, key, None, 0)[0]
            texts = before.get(label, "-"), later.get(label, "-")
            found += _doubts(label, texts, now[section].get(key), value)
    if now["reservoir"]["fill_pl"] != after["reservoir"]["fill_pl"]:
        found.append("another fill changes no books: what was filled in is stated by a refill")
    concs = [config["drug"]["conc_ng_per_ml"] for config in (now, after)]
    if 0 not in concs and concs[0] != concs[1]:
        then = outlook(after["program"], after)
        as_now = volume_text(then.daily_ng * 10**9 // concs[0])
        found.append(
            f"at that concentration the program gives {volume_text(then.daily_pl)} a day, and "
            f"{as_now} at the one of now: does the reservoir hold it?"
        )
    return [*found, *_of_head(now["head"], after["head"]), *_of_restart(now, after)]


def _of_head(now: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What the same dose takes of another head."""
    steps = [head["steps_per_rev"] / head["pl_per_rev"] for head in (now, after)]
    if steps[0] == steps[1]:
        return []
    times = f"{_times(steps[1] / steps[0])} times as many steps as now"
    return [f"with that head each dose takes {times}: was it calibrated so?"]


def _of_restart(now: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """A dose that is given until somebody confirms the program should not be above it."""
    least, daily = after["limits"].get(RESTART), outlook(after["program"], after).daily_ng
    if least is None or least <= daily or least == now["limits"].get(RESTART):
        return []
    above = f"{dose_text(least)}/d, above the {dose_text(daily)}/d of the program"
    return [f"limits.restart_dose is {above}: is its unit right?"]


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 1000 else f"{ratio:.3g}"


def _doubts(label: str, texts: tuple[str, str], before: Any, after: Any) -> list[str]:
    """texts: how both are shown"""
    if after is None and before is not None:
        return [f"{label} is taken away, it was {texts[0]}"]
    if not isinstance(before, int) or not isinstance(after, int):
        return []
    large, small = max(before, after), min(before, after)
    if large == small or large < TIMES * small:
        return []
    if not small:
        return [f"{label} was {texts[0]}, and is {texts[1]}: is that meant?"]
    how = "as much" if after > before else "less"
    return [f"{label} is {_times(large / small)} times {how}: is its unit right?"]


def _rows(config: dict[str, Any]) -> list[tuple[str, str]]:
    conc = config["drug"]["conc_ng_per_ml"]
    rows = [("name", config["name"]), ("board", config["board"])]
    for section, values in sorted(config.items()):
        if isinstance(values, dict) and section != "program":
            rows += [_row(section, key, value, conc) for key, value in sorted(values.items())]
    return rows


def _row(section: str, key: str, value: Any, conc: int) -> tuple[str, str]:
    for pattern, said in _SHOWN:
        found = pattern.match(key)
        if found and (value is None or isinstance(value, int)):
            return f"{section}.{found[1]}", "-" if value is None else said(value, conc)
    return f"{section}.{key}", "-" if value is None else str(value)
