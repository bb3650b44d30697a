"""[[at]] and [[fault]] to the commands and faults of a job. CPython only."""

from firmware.link.commands import CONFIRM
from firmware.link.line_commands import CONC, DRUG, LEAVE_OUT
from firmware.link.line_commands import DOSE as BRIDGE_DOSE
from firmware.link.patient_commands import CONFIRM_LOWERING
from firmware.link.refill_commands import FIRST
from firmware.link.service_commands import CONFIRM_JUMP
from firmware.link.staging import NO_THERAPY
from firmware.link.syringe_commands import CONFIRM_LINE
from firmware.therapy.program_checks import ONE, SAFE
from firmware.units import S_PER_DAY
from host_sim.machine.schedule import ALL
from host_sim.scenario import fault_keys, keys, timed_keys
from host_sim.scenario.program import read_program
from host_sim.scenario.repeats import instants
from host_sim.scenario.setting import (
    Setting,
    Timed,
    basal_flow,
    check_fill,
    fits,
    prescribed,
    volume_pl,
)
from host_sim.shared import values as v
from host_sim.shared.quantities import Amount, format_instant
from host_sim.shared.reader import Reader, Table

_MAY_BE_MISSING = {
    "start": (CONFIRM, CONFIRM_LINE),
    "set_clock": ("offset_s",),
    "tube_replaced": ("revs",),
    "refill": (CONC, DRUG),
}


def read_commands(reader: Reader, raw_events: list[Table], setting: Setting) -> list[Timed]:
    """[[t_ms, payload], ...] in order of time; of a run that is cut short also those that would
    have come after it.
    """
    commands = []
    end_ms = max(setting.run_ms, setting.duration_ms or 0)
    for number, raw in enumerate(raw_events, 1):
        where = "at[%d]" % number
        event = reader.variant(where, raw, "do", timed_keys.DO, timed_keys.AT, timed_keys.WHEN)
        if event is None or event["do"] in timed_keys.BY_HAND:
            continue
        payload = _payload(reader, where, event, setting)
        commands += [
            [at_ms, _at(at_ms, payload, setting)]
            for at_ms in instants(reader, where, event, setting, end_ms)
        ]
    return sorted(commands, key=lambda command: command[0])


def _presses(reader: Reader, raw_events: list[Table], setting: Setting) -> list[Timed]:
    """[[t_ms, fault], ...] of what is done by hand."""
    presses = []
    for number, raw in enumerate(raw_events, 1):
        if not isinstance(raw, dict) or raw.get("do") not in timed_keys.BY_HAND:
            continue  # read_commands has noted what is wrong with it
        where = "at[%d]" % number
        event = reader.variant(where, raw, "do", timed_keys.DO, timed_keys.AT, timed_keys.WHEN)
        if event is None:
            continue
        if setting.board is not None and "patient_button" not in setting.board["pins"]:
            without = "press_button needs a patient's button, which %s has not; allowed: commands"
            reader.problem(where + ".do", without % setting.board["name"], "remove it")
        fault = {"kind": "press_button", "lasts_ms": event["lasts"]}
        presses += [[at_ms, fault] for at_ms in instants(reader, where, event, setting)]
    return presses


def _at(at_ms: int, payload: Table, setting: Setting) -> Table:
    """A payload as it is sent at an instant; what needs a date and has none gets the bench's."""
    now_s = (setting.start_wall_s or 0) + at_ms // 1000
    if payload["do"] == "set_clock" and payload["wall_s"] is None:
        return {**payload, "wall_s": now_s}
    if payload["do"] == "tube_replaced" and payload["first_use_day"] is None:
        return {**payload, "first_use_day": now_s // S_PER_DAY}
    return payload


def _payload(reader: Reader, where: str, event: Table, setting: Setting) -> Table:
    do = event["do"]
    payload = {"do": do, **keys.fields(timed_keys.AT[do], event)}
    payload = {k: int(value) if isinstance(value, bool) else value for k, value in payload.items()}
    for field in _MAY_BE_MISSING.get(do, ()):
        if payload[field] is None:
            del payload[field]
    if do == "prime":
        payload.update({part: int(event[part]) for part in ("tubing", "catheter")})
    if do == "set_clock" and event["confirm_jump"]:
        payload[CONFIRM_JUMP] = 1
    if do == "bolus":
        payload.update(_bolus_amount(reader, where, event, setting))
        payload[CONFIRM_LOWERING] = 1  # who wrote it down has confirmed it
    for field in ("with_ng_per_ml", timed_keys.HOLDS):
        if field in payload:
            payload[field] = _held(payload[field], setting)
    if do == "refill":
        payload.update(_bridge(event["bridge"]))
    if do == "refill" and setting.reservoir is not None:
        if event["withdrawn"] == FIRST:
            check_fill(reader, where + ".fill", event["fill"], setting.reservoir)
        else:
            capacity = setting.reservoir["capacity"]
            fits(reader, where + ".fill", event["fill"], "reservoir.capacity", capacity)
            if event["withdrawn"] != ALL:
                named = where + ".withdrawn"
                fits(reader, named, event["withdrawn"], "reservoir.capacity", capacity)
    elif do == "empty" and setting.reservoir is not None:
        capacity = setting.reservoir["capacity"]
        fits(reader, where + ".withdrawn", event["withdrawn"], "reservoir.capacity", capacity)
    elif do == "accept_books" and setting.reservoir is not None:
        check_fill(reader, where + ".fill", event["fill"], setting.reservoir)
    elif do == "screening_response":
        payload["effective"] = int(bool(event["effective"]))
        payload["lasted_min"] = (event["lasted"] or 0) // 60_000
    elif do == "plan_confirm":
        flow = basal_flow(reader, where + ".dose", event["dose"], setting)
        payload[ONE[bool(setting.conc_ng_per_ml)]] = flow
    elif do == "set_program":
        program = read_program(reader, where + ".program", event["program"], setting)
        payload["program"] = program
        if program is not None and 0 in (program.get(key) for key in SAFE):
            payload[NO_THERAPY] = 1  # who wrote it down has confirmed it
    return payload


def _held(held: int | str, setting: Setting) -> int:
    """A content in ng/mL; `drug` is that of the reservoir at power-up."""
    if isinstance(held, int):
        return held
    return (setting.conc_ng_per_ml or 0) if held == v.DRUG_HELD else 0


def _bridge(bridge: int | str | None) -> Table:
    """The fields of a refill that say what to do with what is in the line; the host learns from the
    pump what it has to confirm.
    """
    if bridge is None:
        return {}
    if bridge == v.NO_BRIDGE:
        return {LEAVE_OUT: 0}
    return {BRIDGE_DOSE: 0 if bridge == v.AS_PROGRAM else bridge}


def _bolus_amount(reader: Reader, where: str, event: Table, setting: Setting) -> Table:
    """{field: number}: a dose with a drug, else a volume."""
    amount = Amount(event["volume"], event["dose"])
    volume = _bolus_volume(reader, where, event, setting)
    field = "dose_ng" if setting.conc_ng_per_ml else "volume_pl"
    return {field: prescribed(volume, amount, setting)}


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


def read_faults(
    reader: Reader, raw_faults: list[Table], raw_events: list[Table], setting: Setting
) -> list[Timed]:
    """[[t_ms, fault], ...] in order of time, those beyond the end of the run left out; with what is
    done by hand.
    """
    faults: list[tuple[int, Table, str]] = []
    last_end: dict[str, int] = {}  # of the last fault of a kind
    for number, raw in enumerate(raw_faults, 1):
        where = "fault[%d]" % number
        table = reader.variant(
            where, raw, "kind", fault_keys.KIND, fault_keys.FAULT, timed_keys.WHEN
        )
        if table is None:
            continue
        _check_fault(reader, where, table, setting)
        fault = _fault(table)
        faults += [(at_ms, fault, where) for at_ms in instants(reader, where, table, setting)]
    faults.sort(key=lambda fault: fault[0])
    overlapping = set()
    for at_ms, fault, where in faults:
        if at_ms < last_end.get(fault["kind"], 0) and where not in overlapping:
            overlapping.add(where)
            fault_text = "%s lies within another %s; allowed: after it" % (
                format_instant(at_ms),
                fault["kind"],
            )
            reader.problem(where + ".time", fault_text, "let the earlier one end first")
        last_end[fault["kind"]] = _end_of(at_ms, fault, setting)
    found = [[at_ms, fault] for at_ms, fault, _ in faults]
    return sorted(found + _presses(reader, raw_events, setting), key=lambda fault: fault[0])


def _check_fault(reader: Reader, where: str, table: Table, setting: Setting) -> None:
    part, called = fault_keys.NEEDS.get(table["kind"], (None, None))
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
    if table["kind"] == "loose_plunger" and not setting.syringe:
        reader.problem(
            where + ".kind",
            'loose_plunger needs a plunger; allowed: with kind = "syringe" in [head]',
            "remove it",
        )
    if table["kind"] == "air" and not setting.line_stated:
        reader.problem(
            where + ".kind",
            "air needs a line in which it travels; allowed: with a table [line]",
            "add [line], or remove it",
        )
    if table["kind"] == "empty_early" and setting.reservoir is not None:
        fits(
            reader,
            where + ".volume",
            table["volume"],
            "reservoir.capacity",
            setting.reservoir["capacity"],
        )


def _fault(table: Table) -> Table:
    stated = keys.fields(fault_keys.FAULT[table["kind"]], table)
    return {
        "kind": table["kind"],
        **{field: value for field, value in stated.items() if value is not None},
    }


def _end_of(at_ms: int, fault: Table, setting: Setting) -> int:
    """When it is over; one that lasts and does not say how long ends with the run."""
    if "lasts" in fault_keys.FAULT[fault["kind"]]:
        to_the_end_ms = setting.duration_ms or setting.run_ms
        lasts_ms = int(fault.get("lasts_ms", to_the_end_ms))
        return at_ms + lasts_ms + int(fault.get("recovers_after_ms", 0))
    return at_ms + int(fault.get("over_ms", 0))
