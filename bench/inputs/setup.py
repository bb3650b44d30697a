"""SETUP.toml: what the pump was set to, how it was weighed and with what. CPython only.

    setup = load("setup.toml", columns=("time_s", "mass_g"))
    setup.rate_ul_per_min, setup.balance["readability"]

Values are floats in mg, mg/min, uL, uL/min, degC, hPa, %, mm, s; see setup_keys.py. A file with
anything wrong in it raises one BenchError with a line for each problem.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from bench.inputs import setup_keys as keys
from bench.shared.errors import BenchError
from bench.shared.toml_file import BenchReader, place
from bench.shared.toml_file import load as load_toml

COLUMN_OF = {
    "water": "water_c",
    "air": "air_c",
    "pressure": "pressure_hpa",
    "humidity": "humidity_pct",
}
_SECTIONS = {
    "balance": keys.BALANCE,
    "environment": keys.ENVIRONMENT,
    "immersion": keys.IMMERSION,
    "outlet": keys.OUTLET,
    "sampling": keys.SAMPLING,
    "timing": keys.TIMING,
    "shots": keys.SHOTS,
    "limits": keys.LIMITS,
}
_OPTIONAL = (
    "environment",
    "outlet",
    "sampling",
    "timing",
    "limits",
)  # absent, they hold their defaults


@dataclass(frozen=True)
class Setup:
    """A checked setup. `rate_ul_per_min` is None with the method bolus, `dose_ul` with every other."""

    path: str
    name: Optional[str]
    note: Optional[str]
    method: str
    rate_ul_per_min: Optional[float]
    dose_ul: Optional[float]
    balance: dict
    environment: dict
    evaporation: dict
    immersion: Optional[dict]
    outlet: dict
    sampling: dict
    timing: dict
    shots: Optional[dict]
    limits: dict
    places: dict = field(default_factory=dict)

    @property
    def folder(self):
        return Path(self.path).parent

    def at(self, key):
        """file:line:column of a key, or of its table if it is not there."""
        return place(self.path, self.places, key)


def load(path, columns=()):
    """The setup in a file, for a log with those columns.

    Raises BenchError with every problem found.
    """
    text, raw = load_toml(path)
    return read(raw, columns, path, text)


def read(raw, columns=(), path="setup", text=""):
    """As `load`, from a parsed table."""
    reader = BenchReader(path, text)
    top = reader.fields("", raw, keys.TOP)
    sections = {name: _section(reader, top, name, table) for name, table in _SECTIONS.items()}
    evaporation = None if top["evaporation"] is None else _evaporation(reader, top["evaporation"])
    _check_method(reader, top, raw)
    _check_environment(reader, sections["environment"], columns)
    _check_immersion(reader, sections["immersion"])
    if reader.problems:
        raise BenchError(reader.problems)
    if top["method"] == "bolus":
        sections["limits"]["bolus_error"] = (
            sections["limits"]["bolus_error"] or sections["limits"]["flow_error"]
        )
    own = {name: top[name] for name in ("name", "note", "method")}
    own |= {"rate_ul_per_min": top["set_rate"], "dose_ul": top["set_dose"]}
    return Setup(path=str(path), places=reader.places, evaporation=evaporation, **own, **sections)


def _section(reader, top, name, table):
    if top[name] is None and name not in _OPTIONAL:
        return None
    return reader.table(name, top[name] or {}, table)


def _evaporation(reader, raw):
    blanks = {"blank_before", "blank_after"} & set(raw)
    if blanks and {"rate", "uncertainty"} & set(raw):
        remedy = "keep `rate` and `uncertainty`, or `blank_before` and `blank_after`"
        reader.problem("evaporation", "is both stated and measured", remedy)
        return None
    return reader.table(
        "evaporation", raw, keys.EVAPORATION_BLANKS if blanks else keys.STATED_EVAPORATION
    )


def _check_method(reader, top, raw):
    """What the method needs, and what does not go with it."""
    if top["method"] is None:
        return
    bolus = top["method"] == "bolus"
    wanted, other = ("set_dose", "set_rate") if bolus else ("set_rate", "set_dose")
    if wanted not in raw:
        spec = keys.TOP[wanted]
        reader.problem(
            wanted, f"is missing; allowed: {spec.value.allowed}", f"add it: {spec.meaning}"
        )
    unfit = (
        [other]
        + ([] if top["method"] == "shots" else ["shots"])
        + (["sampling.windows", "sampling.period"] if bolus else [])
    )
    for where in unfit:
        table, _, key = where.rpartition(".")
        if key in (raw.get(table) or {} if table else raw):
            reader.problem(
                where,
                f'does not go with the method "{top["method"]}"',
                "remove it, or choose another method",
            )
    if top["method"] == "shots" and "shots" not in raw:
        reader.problem(
            "shots",
            "is missing; allowed: a table [shots] with the shot cycle",
            'add it: [shots] and below it cycle = "37 s"',
        )
    limits = raw.get("limits") if isinstance(raw.get("limits"), dict) else {}
    if not bolus and "bolus_error" in limits:
        reader.problem(
            "limits.bolus_error",
            f'does not go with the method "{top["method"]}"',
            "remove it, or choose another method",
        )
    elif {"flow_error", "bolus_error"} <= set(limits):
        reader.problem(
            "limits.bolus_error",
            "is the limit that flow_error states already; allowed: one of them",
            "remove one",
        )


def _check_environment(reader, environment, columns):
    """Each quantity is a column of the log, or else a constant of the setup."""
    if environment is None:
        return
    for key, column in COLUMN_OF.items():
        if environment[key] is None and column not in columns:
            where, spec = f"environment.{key}", keys.ENVIRONMENT[key]
            reader.problem(
                where,
                f"is missing, and the log has no column {column}; allowed: {spec.value.allowed}",
                f"add it: {spec.meaning}",
            )


def _check_immersion(reader, immersion):
    if immersion and immersion["tube_outer_diameter"] >= 0.9 * immersion["vessel_inner_diameter"]:
        fault = f"is {immersion['tube_outer_diameter']:g} mm in a vessel of {immersion['vessel_inner_diameter']:g} mm"
        remedy = "measure both again, or leave [immersion] out"
        reader.problem(
            "immersion.tube_outer_diameter",
            f"{fault}; allowed: less than 0.9 of the vessel",
            remedy,
        )
