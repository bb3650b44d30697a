"""The tables of a scenario file that have one set of keys, and what of it may be drawn. CPython
only.
"""

from host_sim.scenario import keys, world_keys
from host_sim.scenario.patient_keys import PATIENT_BOLUS
from host_sim.scenario.service_keys import SERVICE
from host_sim.shared.values import Key

SECTIONS = {
    "drug": keys.DRUG,
    "head": keys.HEAD,
    "reservoir": keys.RESERVOIR,
    "line": world_keys.LINE,
    "limits": keys.LIMITS,
    "pump": keys.PUMP,
    "truth": world_keys.TRUTH,
    "service": SERVICE,
    "patient_bolus": PATIENT_BOLUS,
    "calibration": keys.CALIBRATION,
}
_UNDRAWN = ("name", "description", "duration", "at", "fault", "expect", "allow")


def spec_of(path: str) -> tuple[Key | None, bool]:
    """(the Key of a value of the scenario that one may draw, is there one): "truth.fill". Of what
    is in [program] nobody knows the Key before its mode.
    """
    section, _, key = path.partition(".")
    if section in SECTIONS and key:
        return SECTIONS[section].get(key), key in SECTIONS[section]
    if section == "program" and key:
        return None, True
    known = not key and section in keys.TOP and section not in _UNDRAWN
    return (keys.TOP[section] if known else None), known
