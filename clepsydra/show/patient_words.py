"""The patient's bolus in words: its settings, and what was asked for. CPython only."""

from typing import Any

from clepsydra.amounts import dose_text, volume_text
from clepsydra.pump.readings import Status
from firmware.therapy.patient_boluses import volume_pl
from host_sim.shared.number_text import span


def patient_rows(config: dict[str, Any] | None, status: Status) -> list[tuple[str, str]]:
    """Nothing where there is none, and none was asked for."""
    found = status.raw["patient_bolus"]
    section = (config or {}).get("patient_bolus")
    if found is None or section is None:
        return []
    asked = f"{found['granted']} granted, {found['denied']} denied"
    return [
        ("bolus", _with_volume(section, status.conc_ng_per_ml)),
        ("at most", at_most_text(section)),
        ("requests", f"{asked}; {dose_text(found['given_ng'])} given"),
        ("last 24 h", f"{found['started_24h']} begun, {found['left_24h']} left"),
    ]


def _with_volume(section: dict[str, Any], conc_ng_per_ml: int) -> str:
    """A dose with its volume at the concentration in force."""
    if section["dose_ng"] is None:
        return bolus_text(section)
    amount = dosed_text(section["dose_ng"], volume_pl(section, conc_ng_per_ml))
    return f"{amount} over {span(section['duration_ms'])}"


def dosed_text(dose_ng: int, pl: int) -> str:
    """20 ug = 0.01 mL"""
    return f"{dose_text(dose_ng)} = {volume_text(pl)}"


def bolus_text(section: dict[str, Any]) -> str:
    """section: `patient_bolus` of a configuration"""
    dose, volume = section["dose_ng"], section["volume_pl"]
    if dose is None and volume is None:
        return "none"
    amount = volume_text(volume) if dose is None else dose_text(dose)
    return f"{amount} over {span(section['duration_ms'])}"


def at_most_text(section: dict[str, Any]) -> str:
    return f"{section['per_day']} in 24 h, {span(section['lockout_s'] * 1000)} apart"


def settings_text(section: dict[str, Any]) -> str:
    return f"{bolus_text(section)}; at most {at_most_text(section)}"
