"""A program in a TOML file: `[program]` as in a scenario. CPython only.

    section = read_program_file("night.toml", config)

A whole scenario is taken, too: only its [program] is read. The drug, its concentration and the
limits are those of the pump; where the file says another drug it is refused.
"""

import sys
from pathlib import Path
from typing import Any

from clepsydra.errors import BadInput
from host_sim.scenario import keys
from host_sim.scenario.program import read_program
from host_sim.scenario.setting import Setting
from host_sim.shared.number_text import dose
from host_sim.shared.reader import Reader
from host_sim.shared.values import TABLE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_program_file(path: str | Path, config: dict[str, Any]) -> dict[str, Any]:
    """The program section as the pump takes it. BadInput with every problem found."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read: {error.strerror}; give a TOML file with [program]"
        ) from error
    try:
        return read_program_text(data.decode("utf-8-sig"), config, path)
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not TOML: {error}; write it in UTF-8") from error


def read_program_text(text: str, config: dict[str, Any], path: str | Path) -> dict[str, Any]:
    """The same of the text of such a file; path: what a message calls it. BadInput."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise BadInput(f"{path}: is not TOML: {reason}; correct the line") from error
    return read_program_table(raw, config, path, text)


def read_program_table(
    raw: dict[str, Any], config: dict[str, Any], path: str | Path, text: str = ""
) -> dict[str, Any]:
    """The same of what stands in such a file. BadInput."""
    reader = Reader(path, text)
    table = raw.get("program")
    if not isinstance(table, dict):
        raise BadInput(f"{path}: has no table [program]; add it, as in docs/scenario_reference.md")
    _same_drug(reader, raw, config)
    section = read_program(reader, "program", table, _setting(config))
    if section is None or reader.problems:
        raise BadInput("\n".join(reader.problems))
    return section


def _setting(config: dict[str, Any]) -> Setting:
    limits = config["limits"]
    return Setting(
        conc_ng_per_ml=config["drug"]["conc_ng_per_ml"],
        limits={
            "max_rate": limits["max_rate_pl_per_day"],
            "min_rate": limits["min_rate_pl_per_day"],
            "program_max_rate": limits["program_max_rate_pl_per_day"],
        },
        reservoir=None,
        truth=None,
        start_wall_s=None,
        duration_ms=None,
        run_ms=1,
    )


def _same_drug(reader: Reader, raw: dict[str, Any], config: dict[str, Any]) -> None:
    """Notes a drug of the file that is not the one in the pump: its doses are meant for that."""
    if "drug" not in raw:
        return
    table = reader.value("drug", raw["drug"], TABLE.parse)
    stated = table and reader.table("drug", table, keys.DRUG)
    held = config["drug"]
    for key, field, said in (
        ("name", "name", str),
        ("concentration", "conc_ng_per_ml", lambda ng: f"{dose(ng)}/mL"),
    ):
        if stated and stated[key] != held[field]:
            fault = f"is {said(stated[key])}; the pump holds {said(held[field])}"
            reader.problem(f"drug.{key}", fault, "take the file of this pump, or correct it")
