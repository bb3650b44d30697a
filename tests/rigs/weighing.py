"""Logs and setups for the tests of the bench, made by hand with numbers of their own."""

import copy

import numpy as np

from bench.inputs import log_file, setup

Z_20 = (8000 - 1.199294) / (
    8 * (998.206748 - 1.199294)
)  # uL/mg at 20 degC, 1013.25 hPa, 50 %, from tabled densities

SETUP = {
    "set_rate": "25 mL/h",
    "method": "volumetric",
    "balance": {"readability": "0.1 mg", "repeatability": "0.1 mg", "linearity": "0.3 mg"},
    "environment": {
        "water": "20 degC",
        "air": "20 degC",
        "pressure": "1013.25 hPa",
        "humidity": "50 %",
    },
    "evaporation": {"rate": "0.3 mg/min", "uncertainty": "30 %"},
    "limits": {"flow_error": "5 %"},
}


def raw_setup(without=(), **changes):
    """SETUP without some keys, and with changes; a table is merged."""
    raw = {key: value for key, value in copy.deepcopy(SETUP).items() if key not in without}
    for key, value in changes.items():
        raw[key] = {**raw.get(key, {}), **value} if isinstance(value, dict) else value
    return raw


def made_setup(columns=(), without=(), **changes):
    return setup.read(raw_setup(without, **changes), columns)


def toml(raw):
    """A setup as the text of SETUP.toml."""
    plain = [
        f"{key} = {_value(value)}" for key, value in raw.items() if not isinstance(value, dict)
    ]
    for key, table in raw.items():
        if isinstance(table, dict):
            plain += [f"[{key}]", *(f"{name} = {_value(value)}" for name, value in table.items())]
    return "\n".join(plain) + "\n"


def _value(value):
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def times(lasts_s, every_s):
    return np.arange(0, lasts_s + every_s / 2, every_s)


def steady(time_s, ul_per_min, lost_mg_per_min=0.3):
    """mg of water at 20 degC that a constant flow brings, less what evaporates."""
    return (ul_per_min / Z_20 - lost_mg_per_min) / 60 * time_s


def made_log(time_s, mass_mg, noise_mg=0.0, readability_mg=0.0, seed=1, columns=None):
    mass_mg = (
        np.asarray(mass_mg, dtype=float)
        + np.random.default_rng(seed).normal(0, 1, len(time_s)) * noise_mg
    )
    if readability_mg:
        mass_mg = np.round(mass_mg / readability_mg) * readability_mg
    return log_file.Log("run.csv", np.asarray(time_s, dtype=float), mass_mg, columns or {})


def csv_text(time_s, mass_mg, head="time_s,mass_g"):
    return "\n".join([head, *(f"{t:.3f},{m / 1000:.6f}" for t, m in zip(time_s, mass_mg))]) + "\n"
