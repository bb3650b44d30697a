"""[program] and [at.program] to the pump's program section. CPython only.

A mode is one reader in _READ; its keys are in keys.py, its rate in firmware/therapy/programs.py.
"""

from typing import Any

from firmware.errors import ConfigError
from firmware.therapy import programs
from firmware.therapy.program_checks import MAX_STEPS, ONE, SAFE
from host_sim.scenario import keys
from host_sim.scenario.setting import Setting, basal_flow
from host_sim.shared.quantities import did_you_mean, parse_flow, parse_time_of_day, shown
from host_sim.shared.reader import Reader, Table, join
from host_sim.shared.values import TABLE

Step = tuple["int | None", "int | None"]  # (start_s, flow), None where unreadable
_PAIR = '["hh:mm", "rate"]'


def read_program(reader: Reader, where: str, raw: Table, setting: Setting) -> Table | None:
    """The program as the pump takes it, or None after noting what is wrong with it."""
    before = len(reader.problems)
    table = reader.variant(where, raw, "mode", keys.MODE, keys.PROGRAM)
    if table is None:
        return None
    program = {"mode": table["mode"], **_READ[table["mode"]](reader, where, table, setting)}
    if "longest_pause" in keys.PROGRAM[table["mode"]]:
        pause_ms = table["longest_pause"] or (setting.limits or {}).get("longest_pause")
        if pause_ms is not None:
            program["longest_pause_s"] = pause_ms // 1000
    return program if len(reader.problems) == before else None


def check_plan(reader: Reader, where: str, program: Table | None, setting: Setting) -> None:
    """Notes a plan whose stages go too far up or down, or are too many, as the pump would."""
    if (
        not program
        or program["mode"] != "plan"
        or setting.limits is None
        or setting.conc_ng_per_ml is None
    ):
        return
    limits = {
        "min_rate_pl_per_day": setting.limits["min_rate"],
        "program_max_rate_pl_per_day": setting.program_max_rate(),
    }
    if None in limits.values():
        return
    try:
        programs.check(program, limits, setting.conc_ng_per_ml)
    except ConfigError as error:
        field = error.field.removeprefix("program.")
        fault = "is %s; allowed: %s" % (error.value, error.allowed)
        reader.problem(join(where, field), fault, error.remedy)


def _no_keys(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    return {}


def _continuous(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    flow = basal_flow(reader, join(where, "rate"), table["rate"], setting)
    return {ONE[_with_a_drug(setting)]: flow}


def _flex(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    return {
        **_safe_rate(reader, where, table, setting),
        "steps": _steps(reader, join(where, "steps"), table["steps"], setting),
    }


def _weekly(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    return {
        **_safe_rate(reader, where, table, setting),
        **_week(reader, where, table, setting),
    }


def _plan(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    listed = _listed(reader, join(where, "programs"), table["programs"] or {}, setting)
    named: set[str] = set()
    stages = [
        _stage(reader, "%s[%d]" % (join(where, "stages"), number), stage, setting, listed, named)
        for number, stage in enumerate(table["stages"], 1)
    ]
    for name in sorted(listed.keys() - named):
        reader.problem(
            join(join(where, "programs"), name),
            "is the program of no stage; allowed: programs that a stage names",
            "give it a stage, or remove it",
        )
    return {**keys.fields(keys.PROGRAM["plan"], table), "stages": stages}


def _listed(
    reader: Reader, where: str, programs: Table, setting: Setting
) -> dict[str, Table | None]:
    """The programs that stages name; None for one in which something is wrong."""
    found: dict[str, Table | None] = {}
    for name, raw in programs.items():
        path = join(where, name)
        program = reader.value(path, raw, TABLE.parse)
        found[name] = program and _dosed(reader, path, program, setting)
    return found


def _stage(
    reader: Reader,
    where: str,
    raw: Table,
    setting: Setting,
    listed: dict[str, Table | None],
    named: set[str],
) -> Table | None:
    """named: of those listed, which a stage has named by now."""
    stage = reader.table(where, raw, keys.STAGE)
    if stage is None:
        return None
    path, program = join(where, "program"), stage["program"]
    if not isinstance(program, str):
        return {"days": stage["days"], "program": _dosed(reader, path, program, setting)}
    named.add(program)
    if program not in listed:
        fault = "%s is not a program%s; allowed: %s" % (
            shown(program),
            did_you_mean(program, listed),
            ", ".join(listed) or "a table, since [program.programs] has none",
        )
        reader.problem(path, fault, "name one of [program.programs]")
        return None
    return {"days": stage["days"], "program": listed[program]}


def _dosed(reader: Reader, where: str, raw: Table, setting: Setting) -> Table | None:
    """A program that a stage may have."""
    if raw.get("mode") in ("plan", "stopped"):
        reader.problem(
            join(where, "mode"),
            "is %s; allowed: continuous, flex, minimum, weekly" % shown(raw["mode"]),
            "a stage gives a dose: name one of those",
        )
        return None
    return read_program(reader, where, raw, setting)


_READ = {
    "plan": _plan,
    "stopped": _no_keys,
    "minimum": _no_keys,
    "continuous": _continuous,
    "flex": _flex,
    "weekly": _weekly,
}


def _safe_rate(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    flow = basal_flow(reader, join(where, "safe_rate"), table["safe_rate"], setting)
    return {SAFE[_with_a_drug(setting)]: flow}


def _with_a_drug(setting: Setting) -> bool:
    return bool(setting.conc_ng_per_ml)


def _steps(
    reader: Reader, where: str, raw: list[Any], setting: Setting
) -> list[list[int | None]] | None:
    if not 1 <= len(raw) <= MAX_STEPS:
        reader.problem(
            where, "has %d steps; allowed: 1 to %d" % (len(raw), MAX_STEPS), "merge or split steps"
        )
        return None
    steps = [
        _step(reader, "%s[%d]" % (where, number), pair, setting)
        for number, pair in enumerate(raw, 1)
    ]
    starts = [start for start, _ in steps]
    for number in range(1, len(steps)):
        earlier, later = starts[number - 1], starts[number]
        if earlier is not None and later is not None and later <= earlier:
            when = "at the same time as" if later == earlier else "earlier than"
            fault = "starts %s the step before it; allowed: later" % when
            reader.problem(
                "%s[%d]" % (where, number + 1),
                fault,
                "put the steps in order of their times, each once",
            )
    return [[start, rate] for start, rate in steps]


def _step(reader: Reader, where: str, pair: object, setting: Setting) -> Step:
    if not isinstance(pair, list) or len(pair) != 2:
        reader.problem(
            where,
            "%s is not a step; allowed: %s" % (shown(pair), _PAIR),
            'write for instance ["06:00", "450 ug/d"]',
        )
        return None, None
    start = reader.value(where + "[1]", pair[0], parse_time_of_day)
    flow = reader.value(where + "[2]", pair[1], parse_flow)
    return start, basal_flow(reader, where + "[2]", flow, setting)


def _week(reader: Reader, where: str, table: Table, setting: Setting) -> Table:
    patterns, days = table["patterns"], table["days"]
    if not 1 <= len(patterns) <= len(keys.DAYS):
        fault = "has %d patterns; allowed: 1 to %d" % (len(patterns), len(keys.DAYS))
        reader.problem(join(where, "patterns"), fault, "name one for each kind of day")
    read = {}
    for name, raw in patterns.items():
        path = join(join(where, "patterns"), name)
        steps = reader.value(path, raw, keys.PROGRAM["flex"]["steps"].value.parse)
        read[name] = None if steps is None else _steps(reader, path, steps, setting)
        if name not in days.values():
            reader.problem(
                path,
                "is the pattern of no day; allowed: patterns that a day has",
                "give it a day in [program.days], or remove it",
            )
    return {"patterns": read, "days": _days(reader, join(where, "days"), days, patterns)}


def _days(reader: Reader, where: str, raw: Table, patterns: Table) -> list[str]:
    table = reader.fields(where, raw, dict.fromkeys(keys.DAYS, keys.DAY))
    for day, name in table.items():
        if name is not None and name not in patterns:
            fault = "%s is not a pattern%s; allowed: %s" % (
                shown(name),
                did_you_mean(name, patterns),
                ", ".join(patterns),
            )
            reader.problem(join(where, day), fault, "name one of [program.patterns]")
    return [table[day] for day in keys.DAYS]
