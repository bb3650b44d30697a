"""The tables of SETUP.toml that say how it was weighed and is judged: a dataclass each, with the
units in the names. Those of the apparatus are in apparatus.py. CPython only.

Every `..._half_width_...` is the bound of a rectangular distribution around the value. `of` takes
the values of one table by the keys of setup_keys.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Constant:
    """A quantity of the room: `value` is None where the setup leaves it to a column of the log."""

    value: float | None
    half_width: float


@dataclass(frozen=True)
class Environment:
    """Under the names of the log's columns: water and air in degC, pressure in hPa, humidity in
    percent.
    """

    water_c: Constant
    air_c: Constant
    pressure_hpa: Constant
    humidity_pct: Constant
    log: str | None = None

    @classmethod
    def of(cls, values: Values) -> "Environment":
        def constant(key: str) -> Constant:
            return Constant(values[key], values[f"{key}_uncertainty"])

        return cls(
            water_c=constant("water"),
            air_c=constant("air"),
            pressure_hpa=constant("pressure"),
            humidity_pct=constant("humidity"),
            log=values["log"],
        )


@dataclass(frozen=True)
class StatedEvaporation:
    """What the vessel loses, as the setup states it."""

    rate_mg_per_min: float
    half_width_mg_per_min: float

    @classmethod
    def of(cls, values: Values) -> "StatedEvaporation":
        kind, size = values["uncertainty"]
        rate = values["rate"]
        return cls(rate, rate * size / 100 if kind == "pct" else size)


@dataclass(frozen=True)
class Blanks:
    """The logs that the loss of the vessel is measured from; paths as in the setup. `uncertainty`
    is ("pct", share) or ("mg_per_min", rate) beside them, or None.
    """

    paths: tuple[str, ...]
    uncertainty: tuple[str, float] | None

    @classmethod
    def of(cls, values: Values) -> "Blanks":
        pair = (values["blank_before"], values["blank_after"])
        return cls(tuple(values["blanks"] or pair), values["uncertainty"])

    def half_width(self, mg_per_min: float) -> float:
        """What is stated beside the blanks, of the rate that they give."""
        if self.uncertainty is None:
            return 0.0
        kind, size = self.uncertainty
        return abs(mg_per_min) * size / 100 if kind == "pct" else size


@dataclass(frozen=True)
class Sampling:
    """Where the setup differs from its method; None where it does not."""

    interval_s: float | None
    windows_s: tuple[float, ...] | None
    stabilisation_s: float | None
    period_s: float | None
    start_s: float | None
    end_s: float | None
    gap_s: float | None

    @classmethod
    def of(cls, values: Values) -> "Sampling":
        return cls(
            interval_s=values["interval"],
            windows_s=tuple(values["windows"]) if values["windows"] else None,
            stabilisation_s=values["stabilisation"],
            period_s=values["period"],
            start_s=values["start"],
            end_s=values["end"],
            gap_s=values["gap"],
        )


@dataclass(frozen=True)
class Bolus:
    """What flows between the boluses in uL/min; None if the log is to tell."""

    basal_ul_per_min: float | None

    @classmethod
    def of(cls, values: Values) -> "Bolus":
        return cls(values["basal"])


@dataclass(frozen=True)
class Timing:
    """Half-widths: of one time stamp, and of the clock's rate."""

    stamp_half_width_s: float
    clock_half_width_pct: float

    @classmethod
    def of(cls, values: Values) -> "Timing":
        return cls(values["stamp"], values["clock"])


@dataclass(frozen=True)
class Shots:
    """A pump that gives a shot every `cycle_s`."""

    cycle_s: float

    @classmethod
    def of(cls, values: Values) -> "Shots":
        return cls(values["cycle"])


@dataclass(frozen=True)
class Limits:
    """`error_pct` is the limit of the mean flow, or of the mean bolus; None: no verdict. The
    others are None where the setup leaves them out.
    """

    error_pct: float | None
    first_pct: float | None
    last_pct: float | None
    no_flow_s: float | None
    trumpet_pct: float | None
    weighed_pct: float
    quantisation_pct: float

    @classmethod
    def of(cls, values: Values) -> "Limits":
        return cls(
            error_pct=values["bolus_error"] or values["flow_error"],
            first_pct=values["first_period"],
            last_pct=values["last_period"],
            no_flow_s=values["no_flow"],
            trumpet_pct=values["trumpet"],
            weighed_pct=values["weighed"],
            quantisation_pct=values["quantisation"],
        )
