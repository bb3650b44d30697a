"""Doses as rates and volumes, as the oracle reckons them: at a concentration, rounded down (S1).
CPython only.

    program = in_rates(config["program"], conc_ng_per_ml)
    volume_pl = bolus_pl(payload, conc_ng_per_ml)

It shares no code with the firmware.
"""

from typing import Any

PL_PER_ML = 10**9


def in_rates(program: dict[str, Any], conc_ng_per_ml: int) -> dict[str, Any]:
    """A program section whose numbers are rates, pL/day; one of rates as it is."""

    def rate(dose: int) -> int:
        return dose * PL_PER_ML // conc_ng_per_ml

    def rates(steps: list[list[int]]) -> list[list[int]]:
        return [[start_s, rate(dose)] for start_s, dose in steps]

    if "dose_ng_per_day" in program:
        return {**_rest(program), "rate_pl_per_day": rate(program["dose_ng_per_day"])}
    if "safe_dose_ng_per_day" not in program:
        return program
    changed = {**_rest(program), "safe_rate_pl_per_day": rate(program["safe_dose_ng_per_day"])}
    if "steps" in program:
        changed["steps"] = rates(program["steps"])
    if "patterns" in program:
        changed["patterns"] = {name: rates(day) for name, day in program["patterns"].items()}
    return changed


def _rest(program: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in program.items() if not key.endswith("dose_ng_per_day")}


def bolus_pl(payload: dict[str, Any], conc_ng_per_ml: int) -> int:
    """The volume, pL, of a bolus that was asked for."""
    dose = payload.get("dose_ng")
    return payload["volume_pl"] if dose is None else dose * PL_PER_ML // conc_ng_per_ml
