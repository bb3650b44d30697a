"""Rates and volumes of a test as the doses that a pump with a drug takes. On CPython and
MicroPython.

A test reckons in steps, and so in pL. What it sends goes through here.
"""

PL_PER_ML = 10**9
_ONE = {"rate_pl_per_day": "dose_ng_per_day", "safe_rate_pl_per_day": "safe_dose_ng_per_day"}


def in_doses(program, conc_ng_per_ml):
    """A program section of rates as one of doses, rounded down; anything else as it is."""
    rates = isinstance(program, dict) and bool([key for key in _ONE if key in program])
    if not rates or not conc_ng_per_ml:
        return program
    changed = {}
    for key, value in program.items():
        if key in _ONE:
            changed[_ONE[key]] = _dose(value, conc_ng_per_ml)
        elif key == "steps":
            changed[key] = _day(value, conc_ng_per_ml)
        elif key == "patterns" and isinstance(value, dict):
            changed[key] = {name: _day(day, conc_ng_per_ml) for name, day in value.items()}
        else:
            changed[key] = value
    return changed


def sent(payload, conc_ng_per_ml):
    """The payload of a command, with doses in place of rates and volumes where there is a drug."""
    if not conc_ng_per_ml or not isinstance(payload, dict):
        return payload
    if payload.get("do") == "set_program" and "program" in payload:
        return dict(payload, program=in_doses(payload["program"], conc_ng_per_ml))
    if payload.get("do") == "bolus" and "volume_pl" in payload:
        changed = {key: value for key, value in payload.items() if key != "volume_pl"}
        changed["dose_ng"] = _dose(payload["volume_pl"], conc_ng_per_ml)
        changed.setdefault("confirm_lowering", 1)  # of the basal, where a cap will lower it
        return changed
    return payload


def _day(steps, conc_ng_per_ml):
    if not isinstance(steps, list):
        return steps
    return [_step(step, conc_ng_per_ml) for step in steps]


def _step(step, conc_ng_per_ml):
    if not isinstance(step, list) or len(step) != 2:
        return step
    return [step[0], _dose(step[1], conc_ng_per_ml)]


def _dose(value, conc_ng_per_ml):
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return value * conc_ng_per_ml // PL_PER_ML
