"""Configuration: one JSON object of whole numbers in the units of their names, checked before
anything uses it.

    stored = read(hal.store, board_name, board["limits"])
    config = check(json.loads(text))      # ConfigError: field, value, what is allowed, what to do

The host writes it in canonical form (sorted keys, no spaces); docs/configuration.md lists every
key. A new key is one row in SECTIONS.
"""

import json
from collections import namedtuple

from firmware import syringe_geometry
from firmware.errors import ConfigError
from firmware.field_checks import TEXT, check_keys, check_value
from firmware.least_volumes import DAY, HOUR
from firmware.limit_checks import BOARD_HZ, check_limits, check_step_rate
from firmware.therapy import patient_boluses, programs, restart
from firmware.units import S_PER_DAY
from hal.contract import HalError

VERSION = 1
NAME = "config.json"
READS = 3  # of a store that does not answer, until the pump comes up without what it holds
_MANY = 10**15  # no volume, rate or dose in these units comes near it
MOST_DAY = 84_006  # 2200-01-01, counted from 1970-01-01

# What the pump does once the life of the tube set is over
KEEP = "keep"
MINIMUM = "minimum"
STOP = "stop"
AT_EOS = (KEEP, MINIMUM, STOP)

# allowed: see fields.py; harmless: what the pump runs on while no stored configuration is usable
Key = namedtuple("Key", "allowed harmless")
LABELS = ("name", "board")
NO_FILL_PL = 2  # in the reservoir of a pump that was never configured
_SLOW = (500, 500)
SECTIONS: dict = {
    "drug": {
        "name": Key(TEXT, "none"),
        "conc_ng_per_ml": Key((0, 10**12), 0),
    },
    "head": {
        "pl_per_rev": Key((1, 10**12), 10_000_000),
        "steps_per_rev": Key((1, 10**6), 3200),
        "rollers": Key((0, 100), 0),
        "safe_state": Key(("hold", "off"), "off"),
    },
    "limits": {
        "max_rate_pl_per_day": Key((1, _MANY), 1),
        "min_rate_pl_per_day": Key((0, _MANY), 0),
        "program_max_rate_pl_per_day": Key((1, _MANY), 1),
        "max_dose_1h_ng": Key((0, _MANY, None), None),
        "max_dose_24h_ng": Key((0, _MANY, None), None),
        "bolus_lockout_s": Key((0, 7 * S_PER_DAY), 0),
        "blind_pl": Key((1, _MANY), 1_000_000),
        "stopped_limit_s": Key((1, 30 * S_PER_DAY), 30 * S_PER_DAY),
        "supply_min_mv": Key((0, 100_000), 0),
        "stall_steps": Key((4, 10**6), 40),
        HOUR: Key((1, _MANY, None), None),
        DAY: Key((1, _MANY, None), None),
        "holiday_s": Key((1, 30 * S_PER_DAY), 2 * S_PER_DAY),
        "restart_dose_ng_per_day": Key((0, _MANY, None), None),
        "max_bolus_ng": Key((1, _MANY, None), None),
        "max_prime_ng": Key((0, _MANY, None), None),
    },
    "reservoir": {
        "capacity_pl": Key((1, _MANY), NO_FILL_PL),
        "fill_pl": Key((1, _MANY), NO_FILL_PL),
        "low_pl": Key((0, _MANY), 0),
        "residual_pl": Key((0, _MANY), 0),
        "level_tolerance_pl": Key((0, _MANY), 0),
        "level_belief_ppt": Key((0, 1000), 300),
    },
    "pump": {
        "after_reset": Key(restart.AFTER_RESET, restart.STOP),
        "store_grace_s": Key((0, 7 * S_PER_DAY), 0),
    },
    "service": {
        "tube_revs": Key((1, 10**9, None), None),
        "tube_months": Key((1, 1200, None), None),
        "first_use_day": Key((0, MOST_DAY, None), None),
        "at_eos": Key(AT_EOS, KEEP),
    },
    "patient_bolus": {
        "dose_ng": Key((1, _MANY, None), None),
        "volume_pl": Key((1, _MANY, None), None),
        "duration_ms": Key((1000, 7 * S_PER_DAY * 1000), 600_000),
        "lockout_s": Key((0, 7 * S_PER_DAY), 0),
        "per_day": Key((0, patient_boluses.MOST_PER_DAY), 0),
    },
    "syringe": {name: Key(*row) for name, row in sorted(syringe_geometry.KEYS.items())},
    "line": {
        "tubing_pl": Key((0, 10**12), 0),
        "catheter_pl": Key((0, 10**12), 0),
        "tolerance_ppt": Key((0, 1000), 100),
        "holds_tubing_ng_per_ml": Key((0, 10**12, None), None),
        "holds_catheter_ng_per_ml": Key((0, 10**12, None), None),
    },
}
# Younger than the form: where one is missing it has its harmless values (decision 0146).
LATER = ("pump", "service", "patient_bolus", "syringe", "line")
# Of `limits`, the same
LATER_KEYS = ("holiday_s", "restart_dose_ng_per_day", "max_bolus_ng", "max_prime_ng")
_TOP = ("version",) + LABELS + ("program",) + tuple(sorted(SECTIONS))


def harmless():
    """A sound configuration, new each time, that delivers nothing."""
    made = {"version": VERSION, "program": {"mode": "stopped"}}
    for label in LABELS:
        made[label] = "none"
    for section in sorted(SECTIONS):
        made[section] = _harmless_section(section)
    return made


class Stored:
    """A configuration as the pump starts with it.

    values: the checked sections, or harmless() where the stored bytes cannot be used
    error: None, or the reason why they cannot
    data: the bytes as they are stored, b"" where there are none
    board_hz: BOARD_HZ of the board file, slow ones if none is named
    board: (name, limits) of the board file, None each where none is named
    """

    def __init__(self, values, error, data, board=(None, None)):
        self.values = values
        self.error = error
        self.data = data
        self.board = board
        board_limits = board[1] if error is None else None
        self.board_hz = tuple(board_limits[name] for name in BOARD_HZ) if board_limits else _SLOW


def read(store, board_name=None, board_limits=None):
    """The Stored configuration of a HAL's store. A bad, missing or unreadable one is no exception:
    the pump comes up in FAULT, and answers.
    """
    board, data = (board_name, board_limits), b""
    try:
        data = read_patiently(store, NAME)
        if data is None:
            return Stored(harmless(), "no %s in the store" % NAME, b"", board)
        return Stored(check(json.loads(data), *board), None, data, board)
    except (HalError, ConfigError, ValueError, RuntimeError, MemoryError) as error:
        # RuntimeError and MemoryError: nested or long beyond all use
        return Stored(harmless(), str(error), data, board)


def read_patiently(store, name):
    """The stored bytes of this name, or None; HalError if READS tries failed."""
    for _ in range(READS - 1):
        try:
            return store.read(name)
        except HalError:
            continue
    return store.read(name)


def check(config, board_name=None, board_limits=None):
    """The configuration, with all sections, if every field is sound, and it is for that board if
    one is named and within what that can do; else ConfigError. board_limits: `limits` of the board
    file.
    """
    config = _with_later_sections(config)
    check_keys("configuration", config, _TOP)
    if config["version"] != VERSION:
        raise ConfigError(
            "version",
            config["version"],
            "%d" % VERSION,
            "write the configuration anew for this firmware",
        )
    for label in LABELS:
        check_value(label, config[label], TEXT)
    if board_name is not None and config["board"] != board_name:
        raise ConfigError(
            "board",
            config["board"],
            board_name,
            "store the configuration of this board and restart",
        )
    for section, keys in sorted(SECTIONS.items()):
        check_keys(section, config[section], keys)
        for name, key in sorted(keys.items()):
            check_value(section + "." + name, config[section][name], key.allowed)
    check_limits(config["limits"], config["drug"], config["line"], config["head"])
    if board_limits is not None:
        check_step_rate(config["limits"]["max_rate_pl_per_day"], config["head"], board_limits)
    _check_reservoir(config["reservoir"])
    syringe_geometry.check(config["syringe"], config["head"], config["reservoir"])
    conc = config["drug"]["conc_ng_per_ml"]
    programs.check(config["program"], config["limits"], conc)
    patient_boluses.check(config["patient_bolus"], config["limits"], config["head"], conc)
    return config


def _with_later_sections(config):
    """The same, with the harmless values of each of LATER that it does not have."""
    missing = [name for name in LATER if isinstance(config, dict) and name not in config]
    if missing:
        config = dict(config)
        for name in missing:
            config[name] = _harmless_section(name)
    limits = config.get("limits") if isinstance(config, dict) else None
    if isinstance(limits, dict):
        missing = [key for key in LATER_KEYS if key not in limits]
        if missing:
            limits = dict(limits)
            for key in missing:
                limits[key] = SECTIONS["limits"][key].harmless
            config = dict(config, limits=limits)
    return config


def _harmless_section(section):
    return {name: key.harmless for name, key in sorted(SECTIONS[section].items())}


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
