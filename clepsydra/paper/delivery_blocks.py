"""Blocks of a report on what was given and what is left: doses, reservoir, refills, alarms, events.
CPython only.
"""

from fractions import Fraction

from clepsydra.amounts import dose_text, volume_text
from clepsydra.paper.paper import Block
from clepsydra.paper.pump_blocks import cap_text
from clepsydra.paper.taken import Taken
from clepsydra.pump.event_groups import group_of
from clepsydra.pump.readings import Event
from clepsydra.show.refill_words import checked_text
from firmware.events import ALARM_RAISED, REFILL_CHECKED, REFILL_NOTED
from host_sim.shared.number_text import span
from host_sim.shared.words import VERDICTS

BELIEVED = {1: "believed", 0: "not believed"}
IN_ORDER = 0
SOURCES = ("basal", "bolus", "prime", "bridge", "patient", "test", "take_up")


def delivered(taken: Taken) -> Block:
    """By the books of the pump, from when they began."""
    raw, found = taken.status.raw, []
    if taken.conc_ng_per_ml:
        for key, text in (("24h", "last 24 h"), ("1h", "last hour")):
            given, counted = raw[f"delivered_{key}_ng"], raw[f"dose_{key}_ng"]
            cap = cap_text(taken, f"max_dose_{key}_ng")
            found.append((text, f"{dose_text(given)}; {dose_text(counted)} counted, {cap}"))
        found.append(("past the tip", f"{dose_text(raw['tip_ng'])} since the books began"))
    for source in SOURCES:
        steps = raw["by_source"].get(source, 0)
        if steps or source == "basal":
            found.append((source.replace("_", "-"), _steps_text(taken, steps)))
    for key, text in (
        ("unproven_steps", "unproven"),
        ("missed_steps", "missed"),
        ("unexplained_steps", "unexplained"),
    ):
        if raw[key]:
            found.append((text, _steps_text(taken, raw[key])))
    note = "Volumes are those of the steps since the books began, by the calibration of the head."
    return Block("Delivered", found, notes=[note])


def reservoir(taken: Taken) -> Block:
    raw = taken.status.raw
    rows = [("by the books", volume_text(raw["residual_pl"]))]
    if taken.config is not None:
        section = taken.config["reservoir"]
        rows[0] = (rows[0][0], f"{rows[0][1]} of {volume_text(section['capacity_pl'])}")
        rows.append(("low at", volume_text(section["low_pl"])))
    if raw["level"]["low"]:
        believed = {1: "believed", 0: "not believed"}.get(
            raw["level"]["believed"], "not judged yet"
        )
        rows.append(("level switch", f"low since the fill, {believed}"))
    rows += refill_dates(taken)
    last = raw["last_refill"]
    if last:
        rows.append(("last refill", checked_text(last)))
    return Block("Reservoir", rows)


def refill_dates(taken: Taken) -> list[tuple[str, str]]:
    raw = taken.status.raw
    rows = []
    for key, in_ms, label in (
        ("next_refill_s", "low_earliest_in_ms", "REFILL BY"),
        ("refill_expected_s", "low_in_ms", "low as expected"),
    ):
        if raw[key] is not None:
            rows.append((label, taken.instant(raw[key])))
        elif raw[in_ms] is not None:
            rows.append((label, f"in {span(raw[in_ms])}; the clock is unset"))
    if raw["empty_in_ms"] is not None:
        rows.append(("empty", f"in {span(raw['empty_in_ms'])}"))
    return rows or [("REFILL BY", "nothing is delivered: no date")]


def refills(taken: Taken) -> Block:
    """Each that the pump still has an event of."""
    checked = [n for n, event in enumerate(taken.events) if event.code == REFILL_CHECKED]
    if not checked:
        return Block("Refills", notes=["The pump keeps no event of a refill that it compared."])
    lines = [_refill_line(taken, n, n == checked[-1]) for n in checked]
    heads = ("when", "withdrawn", "expected", "injected", "went out", "verdict", "to one side")
    return Block("Refills", heads=heads, lines=lines)


def alarms(taken: Taken, events: list[Event]) -> Block:
    lines = [(taken.when(e), e.text.partition(": ")[2]) for e in events if e.code == ALARM_RAISED]
    if not lines:
        return Block("Alarms", notes=["None was raised in this time."])
    return Block("Alarms", heads=("when", "raised"), lines=lines)


def events(taken: Taken, found: list[Event], unknown: int) -> Block:
    """All of a time, in order."""
    lines = [(str(e.seq), taken.when(e), group_of(e.code), e.text) for e in found]
    notes = []
    if taken.gone:
        notes.append(f"The pump keeps events from number {taken.gone + 1} on.")
    if unknown:
        notes.append(f"{unknown} more are of an earlier power-up, at a time that nobody knows.")
    return Block("Events", heads=("no.", "when", "of", "what"), lines=lines, notes=notes)


def _refill_line(taken: Taken, n: int, newest: bool) -> tuple[str, ...]:
    """newest: the status has its error, where no event of one follows."""
    event, *after = taken.events[n : n + 2]
    error, verdict, in_a_row = None, IN_ORDER, 0
    if after and after[0].code == REFILL_NOTED:
        verdict, error, in_a_row = after[0].a, after[0].b, after[0].c
    elif newest and taken.status.raw["last_refill"]:
        error = taken.status.raw["last_refill"]["error_ppt"]
    return (
        taken.when(event),
        volume_text(event.b),
        volume_text(event.c),
        volume_text(event.a),
        "" if error is None else f"{error / 10:+.1f} %",
        VERDICTS.get(verdict, str(verdict)),
        f"{abs(in_a_row)} in a row" if abs(in_a_row) > 1 else "",
    )


def _steps_text(taken: Taken, steps: int) -> str:
    if taken.config is None:
        return f"{steps:,} steps"
    head = taken.config["head"]
    pl = Fraction(steps * head["pl_per_rev"], head["steps_per_rev"])
    return f"{volume_text(float(pl))} in {steps:,} steps"
