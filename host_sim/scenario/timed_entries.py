"""[[at]] and [[fault]] to the commands and faults of a job. CPython only."""

from collections.abc import Sequence

from host_sim.scenario import keys, timed_keys
from host_sim.scenario.program import read_program
from host_sim.scenario.setting import Setting, Timed, before_the_end, check_fill, fits, volume_pl
from host_sim.shared.quantities import Amount, format_instant
from host_sim.shared.reader import Reader, Table

MOST_REFILLS = 10_000


def read_commands(reader: Reader, raw_events: list[Table], setting: Setting) -> list[Timed]:
    """[[t_ms, payload], ...] in order of time, those beyond the end of the run left out."""
    commands = []
    for number, raw in enumerate(raw_events, 1):
        where = "at[%d]" % number
        event = reader.variant(
            where, raw, "do", timed_keys.DO, timed_keys.AT, {"time": timed_keys.TIME}
        )
        if event is not None and before_the_end(reader, where + ".time", event["time"], setting):
            commands += _payloads(reader, where, event, setting)
    return sorted(
        (command for command in commands if command[0] < setting.run_ms),
        key=lambda command: command[0],
    )


def _payloads(reader: Reader, where: str, event: Table, setting: Setting) -> list[Timed]:
    at_ms, do = event["time"], event["do"]
    if do == "refill":
        return _refills(reader, where, event, setting)
    payload = {"do": do, **keys.fields(timed_keys.AT[do], event)}
    if do == "bolus":
        payload["volume_pl"] = _bolus_volume(reader, where, event, setting)
    elif do == "set_clock" and event["to"] is None:
        payload["wall_s"] = (setting.start_wall_s or 0) + at_ms // 1000
    elif do == "set_program":
        payload["program"] = read_program(reader, where + ".program", event["program"], setting)
    return [[at_ms, payload]]


def _bolus_volume(reader: Reader, where: str, event: Table, setting: Setting) -> int | None:
    if (event["dose"] is None) == (event["volume"] is None):
        which = "neither dose nor volume" if event["dose"] is None else "both dose and volume"
        reader.problem(
            where, "has %s; allowed: one of them" % which, 'write for instance dose = "50 ug"'
        )
        return None
    if event["dose"] is None:
        return event["volume"]
    return volume_pl(reader, where + ".dose", Amount(None, event["dose"]), setting)


def _refills(reader: Reader, where: str, event: Table, setting: Setting) -> list[Timed]:
    if setting.reservoir is not None:
        check_fill(reader, where + ".fill", event["fill"], setting.reservoir)
    times: Sequence[int] = (
        [event["time"]]
        if event["every"] is None
        else range(event["time"], setting.run_ms, event["every"])
    )
    if len(times) > MOST_REFILLS:
        reader.problem(
            where + ".every",
            "makes %d refills; allowed: up to %d" % (len(times), MOST_REFILLS),
            "make it longer",
        )
        return []
    payload = {"do": "refill", **keys.fields(timed_keys.AT["refill"], event)}
    return [[at_ms, payload] for at_ms in times]


def read_faults(reader: Reader, raw_faults: list[Table], setting: Setting) -> list[Timed]:
    """[[t_ms, fault], ...] in order of time, those beyond the end of the run left out."""
    faults: list[tuple[int, Table, str]] = []
    last_end: dict[str, int] = {}  # of the last fault of a kind
    for number, raw in enumerate(raw_faults, 1):
        where = "fault[%d]" % number
        table = reader.variant(
            where, raw, "kind", timed_keys.KIND, timed_keys.FAULT, {"time": timed_keys.TIME}
        )
        if table is None or not before_the_end(reader, where + ".time", table["time"], setting):
            continue
        _check_fault(reader, where, table, setting)
        faults.append((table["time"], _fault(table), where))
    faults.sort(key=lambda fault: fault[0])
    for at_ms, fault, where in faults:
        if at_ms < last_end.get(fault["kind"], 0):
            fault_text = "%s lies within another %s; allowed: after it" % (
                format_instant(at_ms),
                fault["kind"],
            )
            reader.problem(where + ".time", fault_text, "let the earlier one end first")
        last_end[fault["kind"]] = _end_of(at_ms, fault, setting)
    return [[at_ms, fault] for at_ms, fault, _ in faults if at_ms < setting.run_ms]


def _check_fault(reader: Reader, where: str, table: Table, setting: Setting) -> None:
    part, called = timed_keys.NEEDS.get(table["kind"], (None, None))
    if (
        part
        and setting.board is not None
        and part not in setting.board
        and part not in setting.board["pins"]
    ):
        fault = "%s needs %s, which %s has not" % (table["kind"], called, setting.board["name"])
        reader.problem(
            where + ".kind",
            fault + "; allowed: faults that the board can see",
            "remove it, or name a board that has one",
        )
    if (
        table["kind"] == "supply_dip"
        and setting.truth is not None
        and table["to"] >= setting.truth["supply"]
    ):
        fault = "is %d mV, no dip; allowed: below truth.supply, %d mV" % (
            table["to"],
            setting.truth["supply"],
        )
        reader.problem(where + ".to", fault, "lower it")
    if table["kind"] == "empty_early" and setting.reservoir is not None:
        fits(
            reader,
            where + ".volume",
            table["volume"],
            "reservoir.capacity",
            setting.reservoir["capacity"],
        )


def _fault(table: Table) -> Table:
    stated = keys.fields(timed_keys.FAULT[table["kind"]], table)
    return {
        "kind": table["kind"],
        **{field: value for field, value in stated.items() if value is not None},
    }


def _end_of(at_ms: int, fault: Table, setting: Setting) -> int:
    """When it is over; one that lasts and does not say how long ends with the run."""
    if "lasts" in timed_keys.FAULT[fault["kind"]]:
        to_the_end_ms = setting.duration_ms or setting.run_ms
        return at_ms + int(fault.get("lasts_ms", to_the_end_ms))
    return at_ms + int(fault.get("over_ms", 0))
