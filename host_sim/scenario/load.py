"""Scenario files: a TOML text that a bench scientist can read, to the job that the simulator runs.
CPython only.

    scenario = load("host_sim/scenarios/flex_week.toml")
    scenario.job            # for the simulator: configuration, truth, commands, faults
    scenario.expects        # what must be seen

Every key is in docs/scenario_reference.md. A file with anything wrong in it raises ScenarioError.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any

from host_sim.machine.job import Job, make_job
from host_sim.scenario import keys
from host_sim.scenario.expectations import read_allows, read_expects
from host_sim.scenario.line_setting import LineSetting, read_line
from host_sim.scenario.patient_keys import patient_bolus
from host_sim.scenario.program import check_plan, read_program
from host_sim.scenario.pump_config import (
    build_config,
    build_truth,
    check_limits,
    check_line,
    check_reservoir,
    check_step_rate,
    check_truth,
)
from host_sim.scenario.questions import samples_ms, with_questions
from host_sim.scenario.sections import SECTIONS
from host_sim.scenario.setting import Board, Expect, Setting, Timed
from host_sim.scenario.syringe_keys import check_head
from host_sim.scenario.timed_entries import read_commands, read_faults
from host_sim.shared.quantities import MS_PER_DAY, did_you_mean, shown
from host_sim.shared.reader import Reader, ScenarioError, Table
from host_sim.shared.values import Key

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BOARDS = Path(__file__).resolve().parents[2] / "boards"
NO_DRUG = {"name": "none", "concentration": 0}
MS_PER_HOUR = 3_600_000
HOURLY_TRACE_MS = 90 * MS_PER_DAY  # above this the trace gets some 2000 rows
TRACE_ROWS = 2000


@dataclass(frozen=True)
class Scenario:
    """A checked scenario: `job` for the simulator, `expects` and `allows` to judge the run by.

    line: what the pump is to be told of its line, None where the tip is where the pump is
    """

    path: str
    name: str
    description: str
    config: Table
    job: Job
    expects: list[Expect]
    allows: list[Table]
    truth_stated: bool
    calibration: Table | None
    line: LineSetting | None = None
    to_come: Sequence[Timed] = ()  # commands after the end of a run that is cut short


def load(
    path: str | Path,
    duration_ms: int | None = None,
    seed: int | None = None,
    delivery_every_ms: int | None = None,
) -> Scenario:
    """The scenario in the file `path`, run for `duration_ms` (>= 1) and with `seed` instead of its
    own if given.

    delivery_every_ms: between two rows of delivery.csv; None for none
    Raises ScenarioError with every problem found.
    """
    return checked(path, *read_toml(path), duration_ms, seed, delivery_every_ms)


def checked(
    path: str | Path,
    text: str,
    raw: Table,
    duration_ms: int | None = None,
    seed: int | None = None,
    delivery_every_ms: int | None = None,
) -> Scenario:
    """As `load`, of what stands in a file already: `raw`, with `text` to find the lines of what is
    wrong; "" where it comes from no file.
    """
    reader = Reader(path, text)
    top = reader.fields("", raw, keys.TOP)
    sections = _read_sections(reader, raw, top)
    if sections["head"] is not None:
        check_head(reader, sections["head"], sections["reservoir"])
    setting = _setting(top, sections, duration_ms)
    _check(reader, top, setting)
    if setting.board is not None and None not in (sections["limits"], sections["head"]):
        check_step_rate(reader, sections["limits"], sections["head"], setting.board)
    program: Any = top["program"] and read_program(reader, "program", top["program"], setting)
    check_plan(reader, "program", program, setting)
    line = read_line(reader, sections["line"], setting.conc_ng_per_ml)
    patient = patient_bolus(reader, sections["patient_bolus"], setting)
    commands = read_commands(reader, top["at"] or [], setting)
    faults = read_faults(reader, top["fault"] or [], top["at"] or [], setting)
    expects = read_expects(reader, top["expect"] or [], setting)
    allows = read_allows(reader, top["allow"] or [])
    if reader.problems:
        raise ScenarioError(reader.problems)
    job = make_job(
        config=build_config(top, sections, program, patient, line),
        start_wall_s=top["start"],
        duration_ms=setting.run_ms,
        seed=top["seed"] if seed is None else seed,
        raw_ms=top["raw_ticks"],
        truth=build_truth(sections, line),
        commands=with_questions(_opening(top) + commands, expects, setting.run_ms),
        faults=faults,
        trace_every_ms=trace_every_ms(setting.run_ms),
        delivery_every_ms=delivery_every_ms,
        samples_ms=samples_ms(expects, faults, setting.run_ms),
    )
    return Scenario(
        path=str(path),
        name=top["name"],
        description=top["description"] or _opening_comment(text),
        config=job.config,
        job=job,
        expects=expects,
        allows=allows,
        truth_stated=bool(top["truth"]),
        calibration=sections["calibration"],
        line=line,
        to_come=[command for command in commands if command[0] >= setting.run_ms],
    )


def trace_every_ms(duration_ms: int) -> int:
    """Hourly up to 90 days, above that a duration's 2000th part rounded up to whole hours."""
    if duration_ms <= HOURLY_TRACE_MS:
        return MS_PER_HOUR
    return -(-duration_ms // (TRACE_ROWS * MS_PER_HOUR)) * MS_PER_HOUR


_OWN_DEFAULT = ("drug", "calibration", "line", "patient_bolus")


def read_toml(path: str | Path) -> tuple[str, Table]:
    """The text of a TOML file and what it says. Raises ScenarioError."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise ScenarioError(
            ["%s: cannot be read: %s; give the path of a TOML file" % (path, error.strerror)]
        ) from error
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ScenarioError(["%s: is not TOML: %s; correct the line" % (path, reason)]) from error


def _opening_comment(text: str) -> str:
    """The first paragraph of the comment that a file opens with, as one line; it describes a file
    that says nothing else.
    """
    paragraph = takewhile(lambda line: line.startswith("#") and line.strip("# "), text.splitlines())
    return " ".join(line.strip("# ") for line in paragraph)


def _read_sections(reader: Reader, raw: Table, top: Table) -> dict[str, Any]:
    """The values of each section; None for one that is missing or could not be read.

    An absent one that may be absent has its defaults, but for those of _OWN_DEFAULT.
    """
    sections = {name: _section(reader, top, name, table) for name, table in SECTIONS.items()}
    if top["drug"] is None:
        sections["drug"] = None if "drug" in raw else NO_DRUG
    return sections


def _section(reader: Reader, top: Table, name: str, table: dict[str, Key]) -> Table | None:
    if top[name] is None and (name in _OWN_DEFAULT or keys.TOP[name].default is keys.REQUIRED):
        return None
    return reader.table(name, top[name] or {}, table)


def _setting(top: Table, sections: dict[str, Any], duration_ms: int | None) -> Setting:
    drug = sections["drug"]
    return Setting(
        conc_ng_per_ml=None if drug is None else drug["concentration"],
        limits=sections["limits"],
        reservoir=sections["reservoir"],
        truth=sections["truth"],
        start_wall_s=top["start"],
        duration_ms=top["duration"],
        run_ms=duration_ms or top["duration"] or 1,
        line_stated=top["line"] is not None,
        syringe=sections["head"] is None or sections["head"]["kind"] == "syringe",
        board=_board(top["board"]),
    )


def _board_names() -> list[str]:
    return sorted(
        file.stem
        for file in BOARDS.glob("*.py")
        if "\nBOARD = {" in file.read_text(encoding="utf-8")
    )


def _board(name: str) -> Board | None:
    """What the board file says, None if there is no such file."""
    return import_module("boards." + name).BOARD if name in _board_names() else None


def _check(reader: Reader, top: Table, setting: Setting) -> None:
    """What concerns several keys."""
    if top["board"] is not None:
        boards = _board_names()
        if setting.board is None:
            fault = shown(top["board"]) + " is not a board" + did_you_mean(top["board"], boards)
            reader.problem(
                "board",
                "%s; allowed: %s" % (fault, ", ".join(boards)),
                "name a file in boards/, without .py",
            )
    if setting.limits is not None and setting.conc_ng_per_ml is not None:
        check_limits(reader, setting.limits, setting.conc_ng_per_ml > 0)
    if setting.reservoir is not None:
        check_reservoir(reader, setting.reservoir)
        if setting.truth is not None:
            check_truth(reader, setting.truth, setting.reservoir)
    if setting.truth is not None:
        check_line(reader, setting.truth, setting.line_stated)


def _opening(top: Table) -> list[Timed]:
    """The commands at power-up: the pump comes up stopped and does not know the time."""
    opening = [[0, {"do": "set_clock", "wall_s": top["start"]}]] if top["clock"] == "set" else []
    return opening + ([[0, {"do": "start"}]] if top["autostart"] else [])
