"""Configuration: one JSON object, whole numbers in the units of their names, checked before
anything uses it.

    config = check(json.loads(text))      # ConfigError names field, value, what is allowed, what to
    do

The host writes it in canonical form (sorted keys, no spaces); docs/configuration.md lists every
key.
"""

import json

from firmware.errors import ConfigError
from firmware.therapy.programs import DAYS_PER_WEEK, MAX_STEPS, MODES
from firmware.units import S_PER_DAY

VERSION = 1
NAME = "config.json"
_MANY = 10**15  # no volume, rate or dose in these units comes near it

_TEXT = "text"
_SECTIONS: dict = {
    "drug": {"name": _TEXT, "conc_ng_per_ml": (0, 10**12)},
    "head": {
        "pl_per_rev": (1, 10**12),
        "steps_per_rev": (1, 10**6),
        "rollers": (0, 100),
        "safe_state": ("hold", "off"),
    },
    "limits": {
        "max_rate_pl_per_day": (1, _MANY),
        "min_rate_pl_per_day": (0, _MANY),
        "program_max_rate_pl_per_day": (1, _MANY),
        "max_dose_1h_ng": (0, _MANY, None),
        "max_dose_24h_ng": (0, _MANY, None),
        "bolus_lockout_s": (0, 7 * S_PER_DAY),
        "blind_pl": (1, _MANY),
        "stopped_limit_s": (1, 30 * S_PER_DAY),
        "supply_min_mv": (0, 100_000),
        "stall_steps": (4, 10**6),
    },
    "reservoir": {
        "capacity_pl": (1, _MANY),
        "fill_pl": (1, _MANY),
        "low_pl": (0, _MANY),
        "residual_pl": (0, _MANY),
        "level_tolerance_pl": (0, _MANY),
        "level_tolerance_ppt": (0, 1000),
    },
}
_PROGRAM_KEYS = {
    "stopped": ("mode",),
    "minimum": ("mode",),
    "continuous": ("mode", "rate_pl_per_day"),
    "flex": ("mode", "safe_rate_pl_per_day", "steps"),
    "weekly": ("mode", "safe_rate_pl_per_day", "patterns", "days"),
}

# What the pump runs on while the stored configuration is unusable: nothing.
HARMLESS = {
    "version": VERSION,
    "name": "none",
    "board": "none",
    "drug": {"name": "none", "conc_ng_per_ml": 0},
    "head": {"pl_per_rev": 10_000_000, "steps_per_rev": 3200, "rollers": 0, "safe_state": "off"},
    "limits": {
        "max_rate_pl_per_day": 1,
        "min_rate_pl_per_day": 0,
        "program_max_rate_pl_per_day": 1,
        "max_dose_1h_ng": None,
        "max_dose_24h_ng": None,
        "bolus_lockout_s": 0,
        "blind_pl": 1_000_000,
        "stopped_limit_s": 30 * S_PER_DAY,
        "supply_min_mv": 0,
        "stall_steps": 40,
    },
    "reservoir": {
        "capacity_pl": 2,
        "fill_pl": 2,
        "low_pl": 0,
        "residual_pl": 0,
        "level_tolerance_pl": 0,
        "level_tolerance_ppt": 0,
    },
    "program": {"mode": "stopped"},
}


class Stored:
    """A configuration as the pump starts with it.

    values: the checked sections, or HARMLESS where the stored bytes cannot be used
    error: None, or the reason why they cannot
    data: the bytes as they are stored, b"" where there are none
    """

    def __init__(self, values, error, data):
        self.values = values
        self.error = error
        self.data = data


def read(store, board_name=None):
    """The Stored configuration of a HAL's store; a bad or missing one is no exception."""
    data = store.read(NAME)
    if data is None:
        return Stored(HARMLESS, "no %s in the store" % NAME, b"")
    try:
        return Stored(check(json.loads(data), board_name), None, data)
    except (ConfigError, ValueError, RuntimeError, MemoryError) as error:
        # RuntimeError and MemoryError: nested beyond all use
        return Stored(HARMLESS, str(error), data)


def check(config, board_name=None):
    """The configuration itself if every field is sound, and it is for that board if one is named;
    else ConfigError.
    """
    _keys(
        "configuration",
        config,
        ("version", "name", "board", "drug", "head", "limits", "reservoir", "program"),
    )
    if config["version"] != VERSION:
        raise ConfigError(
            "version",
            config["version"],
            "%d" % VERSION,
            "write the configuration anew for this firmware",
        )
    for field in ("name", "board"):
        _text(field, config[field])
    if board_name is not None and config["board"] != board_name:
        raise ConfigError(
            "board",
            config["board"],
            board_name,
            "store the configuration of this board and restart",
        )
    for section, fields in _SECTIONS.items():
        _keys(section, config[section], fields)
        for field, allowed in fields.items():
            _value(section + "." + field, config[section][field], allowed)
    _check_limits(config["limits"], config["drug"])
    _check_reservoir(config["reservoir"])
    check_program(config["program"], config["limits"])
    return config


def _check_limits(limits, drug):
    low, middle, high = (
        limits["min_rate_pl_per_day"],
        limits["program_max_rate_pl_per_day"],
        limits["max_rate_pl_per_day"],
    )
    if middle > high:
        raise ConfigError(
            "limits.program_max_rate_pl_per_day", middle, "at most max_rate_pl_per_day, %d" % high
        )
    if low > middle:
        raise ConfigError(
            "limits.min_rate_pl_per_day", low, "at most program_max_rate_pl_per_day, %d" % middle
        )
    for field in ("max_dose_1h_ng", "max_dose_24h_ng"):
        if limits[field] is not None and drug["conc_ng_per_ml"] == 0:
            raise ConfigError(
                "limits." + field,
                limits[field],
                "null without a concentration",
                "state drug.conc_ng_per_ml",
            )


def _check_reservoir(reservoir):
    if reservoir["low_pl"] >= reservoir["capacity_pl"]:
        raise ConfigError(
            "reservoir.low_pl",
            reservoir["low_pl"],
            "less than capacity_pl, %d" % reservoir["capacity_pl"],
        )
    if reservoir["residual_pl"] > reservoir["low_pl"]:
        raise ConfigError(
            "reservoir.residual_pl",
            reservoir["residual_pl"],
            "at most low_pl, %d" % reservoir["low_pl"],
        )
    check_fill("reservoir.fill_pl", reservoir["fill_pl"], reservoir)


def check_fill(field, fill_pl, reservoir):
    """ConfigError unless fill_pl lies above the residual and within the capacity."""
    if not reservoir["residual_pl"] < fill_pl <= reservoir["capacity_pl"]:
        raise ConfigError(
            field,
            fill_pl,
            "above residual_pl %d, up to capacity_pl %d"
            % (reservoir["residual_pl"], reservoir["capacity_pl"]),
        )


def check_program(program, limits):
    """ConfigError unless `program` is a sound program section within the limits."""
    mode = program.get("mode") if isinstance(program, dict) else program
    if not isinstance(mode, str) or mode not in MODES or not isinstance(program, dict):
        raise ConfigError("program.mode", mode, "one of " + ", ".join(sorted(MODES)))
    _keys("program", program, _PROGRAM_KEYS[mode])
    for field in ("rate_pl_per_day", "safe_rate_pl_per_day"):
        if field in program:
            _value("program." + field, program[field], (0, limits["program_max_rate_pl_per_day"]))
    if mode == "flex":
        _steps("program.steps", program["steps"], limits)
    if mode == "weekly":
        _week(program, limits)


def _week(program, limits):
    patterns, days = program["patterns"], program["days"]
    if not isinstance(patterns, dict) or not patterns:
        raise ConfigError("program.patterns", patterns, "an object of name: steps")
    for name, steps in patterns.items():
        _steps("program.patterns." + name, steps, limits)
    if not isinstance(days, list) or len(days) != DAYS_PER_WEEK:
        raise ConfigError("program.days", days, "%d pattern names, Monday first" % DAYS_PER_WEEK)
    for day in days:
        if not isinstance(day, str) or day not in patterns:
            raise ConfigError("program.days", day, "one of " + ", ".join(sorted(patterns)))


def _steps(field, steps, limits):
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        raise ConfigError(field, steps, "1 to %d steps" % MAX_STEPS)
    before_s = -1
    for step in steps:
        if not isinstance(step, list) or len(step) != 2:
            raise ConfigError(field, step, "[start_s, rate_pl_per_day]")
        _value(field + " start_s", step[0], (0, S_PER_DAY - 1))
        _value(field + " rate_pl_per_day", step[1], (0, limits["program_max_rate_pl_per_day"]))
        if step[0] <= before_s:
            raise ConfigError(
                field,
                step[0],
                "later than the step before, %d s" % before_s,
                "put the steps in order of time",
            )
        before_s = step[0]


def _keys(where, section, allowed):
    if not isinstance(section, dict):
        raise ConfigError(where, section, "an object")
    for key in section:
        if key not in allowed:
            raise ConfigError(
                "%s.%s" % (where, key),
                section[key],
                "one of " + ", ".join(sorted(allowed)),
                "remove it or mend its name",
            )
    for key in allowed:
        if key not in section:
            raise ConfigError("%s.%s" % (where, key), None, "a value, it is missing", "state it")


def _text(field, value):
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise ConfigError(field, value, "1 to 100 characters")


def _value(field, value, allowed):
    if allowed is _TEXT:
        _text(field, value)
    elif isinstance(allowed[0], str):
        if value not in allowed:
            raise ConfigError(field, value, "one of " + ", ".join(allowed))
    elif value is None and len(allowed) == 3:
        return
    elif (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not allowed[0] <= value <= allowed[1]
    ):
        raise ConfigError(field, value, "a whole number from %d to %d" % (allowed[0], allowed[1]))
