"""SETUP.toml: what the pump was set to, how it was weighed and with what. CPython only.

    setup = load("setup.toml", columns=("time_s", "mass_g"))
    setup.rate_ul_per_min, setup.balance.readability_mg

The keys are in setup_keys.py, the tables as they are handed on in setup_sections.py. A file with
anything wrong in it raises one BenchError with a line for each problem.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench.inputs import apparatus
from bench.inputs import setup_checks as checks
from bench.inputs import setup_keys as keys
from bench.inputs import setup_sections as sections
from bench.inputs.log_layout import Mapped
from bench.inputs.record import Record
from bench.shared.errors import BenchError
from bench.shared.toml_file import BenchReader
from bench.shared.toml_file import load as load_toml
from host_sim.shared.toml_places import Places, place

_TABLES = {
    "columns": keys.COLUMNS,
    "balance": keys.BALANCE,
    "environment": keys.ENVIRONMENT,
    "immersion": keys.IMMERSION,
    "outlet": keys.OUTLET,
    "sampling": keys.SAMPLING,
    "timing": keys.TIMING,
    "shots": keys.SHOTS,
    "liquid": keys.LIQUID,
    "vessel": keys.VESSEL,
    "balance_certificate": keys.BALANCE_CERTIFICATE,
    "bolus": keys.BOLUS,
    "record": keys.RECORD,
    "limits": keys.LIMITS,
}
# Where the file leaves one of these out, it holds its defaults
_OPTIONAL = (
    "columns",
    "record",
    "vessel",
    "bolus",
    "environment",
    "outlet",
    "sampling",
    "timing",
    "limits",
)

Raw = dict[str, Any]
Number = TypeVar("Number")


@dataclass(frozen=True)
class Setup:
    """A checked setup. `set_rate_ul_per_min` is None with the method bolus, `set_dose_ul` with
    every other.
    """

    path: str
    places: Places
    name: str | None
    note: str | None
    method: str
    columns: Mapped
    set_rate_ul_per_min: float | None
    set_dose_ul: float | None
    balance: apparatus.Balance
    environment: sections.Environment
    evaporation: sections.StatedEvaporation | sections.Blanks
    immersion: apparatus.Immersion | None
    outlet: apparatus.Outlet
    sampling: sections.Sampling
    timing: sections.Timing
    shots: sections.Shots | None
    liquid: apparatus.Liquid | None
    vessel: apparatus.Vessel
    certificate: apparatus.BalanceCertificate | None
    bolus: sections.Bolus
    record: Record
    limits: sections.Limits

    @property
    def rate_ul_per_min(self) -> float:
        """The set rate. Raises BenchError with the method bolus."""
        return self._needed("set_rate", self.set_rate_ul_per_min)

    @property
    def dose_ul(self) -> float:
        """The set dose. Raises BenchError with any method but bolus."""
        return self._needed("set_dose", self.set_dose_ul)

    @property
    def folder(self) -> Path:
        return Path(self.path).parent

    def at(self, key: str) -> str:
        """file:line:column of a key, or of its table if it is not there."""
        return place(self.path, self.places, key)

    def _needed(self, key: str, value: Number | None) -> Number:
        if value is None:
            fault = f'is not stated with the method "{self.method}"'
            raise BenchError(f"{self.at(key)}: {key}: {fault}; allowed: another method; see method")
        return value


def of_the_log(path: "str | Path") -> tuple[Mapped, Path | None]:
    """What has to be known before the log is read: what the setup in a file says of its columns,
    and the log of the room that belongs to it. Raises BenchError.
    """
    text, raw = load_toml(path)
    reader = BenchReader(path, text)
    table, room = raw.get("columns", {}), raw.get("environment", {})
    values = reader.table("columns", table, keys.COLUMNS) if isinstance(table, dict) else {}
    if reader.problems:
        raise BenchError(reader.problems)
    name = room.get("log") if isinstance(room, dict) else None
    room_log = Path(path).parent / name if isinstance(name, str) else None
    return Mapped(**(values or {})), room_log


def water_of(path: "str | Path") -> sections.Constant:
    """The temperature of the water as the setup in a file states it, whatever else it leaves out.
    Raises BenchError.
    """
    text, raw = load_toml(path)
    reader = BenchReader(path, text)
    room = raw.get("environment", {})
    values = reader.table("environment", room if isinstance(room, dict) else {}, keys.ENVIRONMENT)
    if reader.problems or values is None:
        raise BenchError(reader.problems)
    return sections.Environment.of(values).water_c


def load(path: "str | Path", columns: Collection[str] = ()) -> Setup:
    """The setup in a file, for a log with those columns.

    Raises BenchError with every problem found.
    """
    text, raw = load_toml(path)
    return read(raw, columns, path, text)


def read(
    raw: Raw, columns: Collection[str] = (), path: "str | Path" = "setup", text: str = ""
) -> Setup:
    """As `load`, from a parsed table."""
    reader = BenchReader(path, text)
    top = reader.fields("", raw, keys.TOP)
    tables = {name: _table(reader, top, name, table) for name, table in _TABLES.items()}
    lost = None if top["evaporation"] is None else _evaporation(reader, top["evaporation"])
    checks.check_method(reader, top, raw)
    checks.check_environment(reader, tables["environment"], columns)
    checks.check_immersion(reader, tables["immersion"])
    # Without a problem every table that is not optional in itself has been read: `lost` is there.
    checks.check_balance(reader, tables["balance"], tables["balance_certificate"])
    if reader.problems or lost is None:
        raise BenchError(reader.problems)
    calibrated = tables["balance_certificate"]
    certificate = calibrated and apparatus.BalanceCertificate.of(calibrated)
    balance = apparatus.Balance.of(tables["balance"])
    if certificate:
        balance = balance.calibrated(certificate.most_mg)
    return Setup(
        path=str(path),
        places=reader.places,
        name=top["name"],
        note=top["note"],
        method=top["method"],
        columns=Mapped(**tables["columns"]),
        set_rate_ul_per_min=top["set_rate"],
        set_dose_ul=top["set_dose"],
        balance=balance,
        environment=sections.Environment.of(tables["environment"]),
        evaporation=lost,
        immersion=tables["immersion"] and apparatus.Immersion.of(tables["immersion"]),
        outlet=apparatus.Outlet.of(tables["outlet"]),
        sampling=sections.Sampling.of(tables["sampling"]),
        timing=sections.Timing.of(tables["timing"]),
        shots=tables["shots"] and sections.Shots.of(tables["shots"]),
        liquid=tables["liquid"] and apparatus.Liquid.of(tables["liquid"]),
        vessel=apparatus.Vessel.of(tables["vessel"]),
        certificate=certificate,
        bolus=sections.Bolus.of(tables["bolus"]),
        record=Record.of(tables["record"]),
        limits=sections.Limits.of(tables["limits"]),
    )


def _table(reader: BenchReader, top: Raw, name: str, table: Mapping[str, keys.Key]) -> Any:
    """The values of one table, or None if it is not there or has a problem."""
    if top[name] is None and name not in _OPTIONAL:
        return None
    return reader.table(name, top[name] or {}, table)


def _evaporation(
    reader: BenchReader, raw: Raw
) -> sections.StatedEvaporation | sections.Blanks | None:
    blanks = {"blank_before", "blank_after", "blanks"} & set(raw)
    if blanks and "rate" in raw:
        remedy = "keep `rate` and `uncertainty`, or the blanks"
        reader.problem("evaporation", "is both stated and measured", remedy)
        return None
    if blanks and blanks not in ({"blanks"}, {"blank_before", "blank_after"}):
        fault = "has " + " and ".join(f"`{key}`" for key in sorted(blanks))
        allowed = "`blank_before` and `blank_after`, or `blanks`"
        reader.problem("evaporation", f"{fault}; allowed: {allowed}", "keep or add one of them")
        return None
    table = keys.EVAPORATION_BLANKS if blanks else keys.STATED_EVAPORATION
    values = reader.table("evaporation", raw, table)
    if values is None:
        return None
    return sections.Blanks.of(values) if blanks else sections.StatedEvaporation.of(values)
