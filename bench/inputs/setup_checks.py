"""What tables of a SETUP.toml have to do with each other, and with its log. CPython only.

Each check tells its problems to the reader, which raises them together.
"""

from collections.abc import Collection
from typing import Any

from bench.inputs import setup_keys as keys
from bench.shared.toml_file import BenchReader

Raw = dict[str, Any]

COLUMN_OF = {
    "water": "water_c",
    "air": "air_c",
    "pressure": "pressure_hpa",
    "humidity": "humidity_pct",
}
OF_FLOW = ["sampling.windows", "sampling.period"]
OF_FLOW += [f"limits.{key}" for key in ("first_period", "last_period", "no_flow", "trumpet")]


def check_method(reader: BenchReader, top: Raw, raw: Raw) -> None:
    """What the method needs, and what does not go with it."""
    method = top["method"]
    if method is None:
        return
    bolus = method == "bolus"
    wanted, other = ("set_dose", "set_rate") if bolus else ("set_rate", "set_dose")
    if wanted not in raw:
        spec = keys.TOP[wanted]
        fault = f"is missing; allowed: {spec.value.allowed}"
        reader.problem(wanted, fault, f"add it: {spec.meaning}")
    unfit = [other]
    unfit += [] if method == "shots" else ["shots"]
    unfit += [] if bolus else ["bolus"]
    unfit += OF_FLOW if bolus else ["limits.bolus_error"]
    for where in unfit:
        if is_there(raw, where):
            fault = f'does not go with the method "{method}"'
            reader.problem(where, fault, "remove it, or choose another method")
    if method == "shots" and "shots" not in raw:
        fault = "is missing; allowed: a table [shots] with the shot cycle"
        reader.problem("shots", fault, 'add it: [shots] and below it cycle = "37 s"')
    if bolus and all(is_there(raw, f"limits.{key}") for key in ("flow_error", "bolus_error")):
        fault = "is the limit that flow_error states already; allowed: one of them"
        reader.problem("limits.bolus_error", fault, "remove one")


def is_there(raw: Raw, where: str) -> bool:
    """Whether the file has a key; what stands in the place of a table may be anything."""
    table, _, key = where.rpartition(".")
    inside = raw.get(table) if table else raw
    return key in inside if isinstance(inside, dict) else False


def check_balance(reader: BenchReader, balance: Any, certificate: Any) -> None:
    """The linearity is stated or certified; a certificate has an uncertainty for each load."""
    if balance is not None and balance["linearity"] is None and not certificate:
        fault = "is missing; allowed: 0 to 1 kg, or a [balance_certificate]"
        reader.problem("balance.linearity", fault, "add it: largest deviation from a straight line")
    if not certificate:
        return
    loads, expanded = certificate["loads"], certificate["expanded"]
    if len(loads) != len(expanded) or sorted(set(loads)) != loads:
        fault = f"has {len(expanded)} values for {len(loads)} loads"
        allowed = "one for each load, the loads rising"
        reader.problem("balance_certificate.expanded", f"{fault}; allowed: {allowed}", "correct it")


def check_environment(reader: BenchReader, environment: Any, columns: Collection[str]) -> None:
    """Each quantity is a column of the log, or else a constant of the setup."""
    if environment is None:
        return
    for key, column in COLUMN_OF.items():
        if environment[key] is None and column not in columns:
            spec = keys.ENVIRONMENT[key]
            fault = f"is missing, and the log has no column {column}"
            reader.problem(
                f"environment.{key}",
                f"{fault}; allowed: {spec.value.allowed}",
                f"add it: {spec.meaning}",
            )


def check_immersion(reader: BenchReader, immersion: Any) -> None:
    if not immersion:
        return
    tube_mm, vessel_mm = immersion["tube_outer_diameter"], immersion["vessel_inner_diameter"]
    if tube_mm >= 0.9 * vessel_mm:
        fault = f"is {tube_mm:g} mm in a vessel of {vessel_mm:g} mm"
        reader.problem(
            "immersion.tube_outer_diameter",
            f"{fault}; allowed: less than 0.9 of the vessel",
            "measure both again, or leave [immersion] out",
        )
