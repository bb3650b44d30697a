"""The keys of [patient_bolus]: as keys.py. CPython only."""

from firmware.therapy.patient_boluses import MOST_PER_DAY
from host_sim.scenario.setting import Setting, prescribed, volume_pl
from host_sim.shared import values as v
from host_sim.shared.quantities import Amount, format_dose, format_rate
from host_sim.shared.reader import Reader, Table
from host_sim.shared.values import REQUIRED, Key

PATIENT_BOLUS = {
    "dose": Key(v.DOSE, None, "either this ..."),
    "volume": Key(v.VOLUME, None, "... or this"),
    "over": Key(v.BOLUS_TIME, REQUIRED, "from its start to its end, on top of the basal rate"),
    "lockout": Key(
        v.LOCKOUT, REQUIRED, "least time from the start of one to the start of the next"
    ),
    "per_day": Key(v.whole(0, MOST_PER_DAY, "4"), REQUIRED, "how many may begin in any 24 h"),
}
MOST_BOLUS_NG = 100_000  # with a drug, where `limits.max_bolus` is not stated
NONE: Table = {
    "dose_ng": None,
    "volume_pl": None,
    "duration_ms": 600_000,
    "lockout_s": 0,
    "per_day": 0,
}


def patient_bolus(reader: Reader, table: Table | None, setting: Setting) -> Table:
    """The section of the configuration: a dose with a drug, else a volume."""
    if table is None:
        return NONE
    dose, volume = table["dose"], table["volume"]
    if (dose is None) == (volume is None):
        which = "neither dose nor volume" if dose is None else "both dose and volume"
        fault = "has %s; allowed: one of them" % which
        reader.problem("patient_bolus", fault, 'write for instance dose = "20 ug"')
        return NONE
    amount = Amount(volume, dose)
    one_pl = volume_pl(reader, "patient_bolus.dose", amount, setting)
    if one_pl is None or None in (table["over"], table["lockout"], table["per_day"]):
        return NONE
    _check_rate(reader, one_pl * v.quantities.MS_PER_DAY // table["over"], setting)
    field = "dose_ng" if setting.conc_ng_per_ml else "volume_pl"
    one = prescribed(one_pl, amount, setting)
    if setting.conc_ng_per_ml:
        _check_dose(reader, one, setting)
    return {
        **NONE,
        field: one,
        "duration_ms": table["over"],
        "lockout_s": -(-table["lockout"] // 1000),
        "per_day": table["per_day"],
    }


def _check_dose(reader: Reader, dose_ng: int, setting: Setting) -> None:
    most_ng = (setting.limits or {}).get("max_bolus") or MOST_BOLUS_NG
    if dose_ng > most_ng:
        reader.problem(
            "patient_bolus.dose",
            "is %s; allowed: up to %s, limits.max_bolus"
            % (format_dose(dose_ng), format_dose(most_ng)),
            "lower it, or raise limits.max_bolus",
        )


def _check_rate(reader: Reader, rate: int, setting: Setting) -> None:
    highest = (setting.limits or {}).get("max_rate")
    if highest is not None and rate > highest:
        reader.problem(
            "patient_bolus.over",
            "makes %s of it; allowed: up to %s, limits.max_rate"
            % (format_rate(rate), format_rate(highest)),
            "make it longer",
        )
