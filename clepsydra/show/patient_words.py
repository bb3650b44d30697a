"""The patient's bolus in words: its settings, and what was asked for. CPython only."""

from typing import Any

from clepsydra.amounts import dose_text, volume_text
from clepsydra.pump.readings import Status
from host_sim.shared.number_text import span


def patient_rows(config: dict[str, Any] | None, status: Status) -> list[tuple[str, str]]:
    """Nothing where there is none, and none was asked for."""
    found = status.raw["patient_bolus"]
    section = (config or {}).get("patient_bolus")
    if found is None or section is None:
        return []
    asked = f"{found['granted']} granted, {found['denied']} denied"
    return [
        ("bolus", bolus_text(section)),
        ("at most", at_most_text(section)),
        ("requests", f"{asked}; {dose_text(found['given_ng'])} given"),
        ("last 24 h", f"{found['started_24h']} begun, {found['left_24h']} left"),
    ]


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
