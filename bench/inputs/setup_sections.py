"""The tables of SETUP.toml once they are read: a dataclass each, with the units in the names.
CPython only.

Every `..._half_width_...` is the bound of a rectangular distribution around the value. `of` takes
the values of one table by the keys of setup_keys.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Balance:
    """`repeatability_mg` is a standard deviation from `repeatability_n` weighings, None if it is
    taken as well known; linearity and drift are half-widths.
    """

    readability_mg: float
    repeatability_mg: float
    repeatability_n: int | None
    linearity_mg: float
    drift_mg_per_min: float
    sensitivity_ppm: float = 0.0
    linearity_kind: str = "rectangular"

    def calibrated(self, standard_mg: float) -> "Balance":
        """With the standard uncertainty of a certificate in the place of the linearity."""
        return replace(self, linearity_mg=standard_mg, linearity_kind="normal")

    @property
    def linearity(self) -> tuple[str, float]:
        """(distribution, scale) of the error of one reading."""
        return self.linearity_kind, self.linearity_mg

    @classmethod
    def of(cls, values: Values) -> "Balance":
        return cls(
            readability_mg=values["readability"],
            repeatability_mg=values["repeatability"],
            repeatability_n=values["repeatability_n"],
            linearity_mg=values["linearity"] or 0.0,
            drift_mg_per_min=values["drift"],
            sensitivity_ppm=values["sensitivity"],
        )


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

    @classmethod
    def of(cls, values: Values) -> "Environment":
        def constant(key: str) -> Constant:
            return Constant(values[key], values[f"{key}_uncertainty"])

        return cls(
            water_c=constant("water"),
            air_c=constant("air"),
            pressure_hpa=constant("pressure"),
            humidity_pct=constant("humidity"),
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
class Immersion:
    """Of a tube that dips into the liquid, and of the vessel at the level of the liquid."""

    tube_outer_mm: float
    vessel_inner_mm: float
    tube_half_width_mm: float
    vessel_half_width_mm: float

    @classmethod
    def of(cls, values: Values) -> "Immersion":
        return cls(
            tube_outer_mm=values["tube_outer_diameter"],
            vessel_inner_mm=values["vessel_inner_diameter"],
            tube_half_width_mm=values["tube_uncertainty"],
            vessel_half_width_mm=values["vessel_uncertainty"],
        )


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
class Outlet:
    """`hanging_drop_mg` is the most that may hang there; None: what is seen in the log.
    `capillary_mg` is a half-width.
    """

    hanging_drop_mg: float | None
    capillary_mg: float = 0.0

    @classmethod
    def of(cls, values: Values) -> "Outlet":
        return cls(values["hanging_drop"], values["capillary_force"])


@dataclass(frozen=True)
class Vessel:
    """`volume_ml` is that of all that stands on the pan, None if nobody says; `direction` is +1
    for what is delivered, -1 for a reservoir, None if the log is to tell.
    """

    volume_ml: float | None
    half_width_ml: float
    direction: int | None

    @classmethod
    def of(cls, values: Values) -> "Vessel":
        volume = values["volume"]
        direction = {None: None, "the reservoir": -1}.get(values["holds"], 1)
        return cls(volume, (volume or 0.0) * values["volume_uncertainty"] / 100, direction)


@dataclass(frozen=True)
class BalanceCertificate:
    """Expanded uncertainties of a reading at loads in mg, with the factor k that they have."""

    loads_mg: tuple[float, ...]
    expanded_mg: tuple[float, ...]
    coverage: float
    empty_mg: float
    number: str | None

    @classmethod
    def of(cls, values: Values) -> "BalanceCertificate":
        return cls(
            loads_mg=tuple(values["loads"]),
            expanded_mg=tuple(values["expanded"]),
            coverage=values["coverage"],
            empty_mg=values["empty"],
            number=values["number"],
        )

    def standard_mg(self, shown_mg: float) -> float:
        """Standard uncertainty of a reading, on the line between the loads around it; beyond them
        that of the nearest.
        """
        load_mg = shown_mg + self.empty_mg
        return float(np.interp(load_mg, self.loads_mg, self.expanded_mg)) / self.coverage

    @property
    def most_mg(self) -> float:
        """The largest standard uncertainty of a reading."""
        return max(self.expanded_mg) / self.coverage


@dataclass(frozen=True)
class Bolus:
    """What flows between the boluses in uL/min; None if the log is to tell."""

    basal_ul_per_min: float | None

    @classmethod
    def of(cls, values: Values) -> "Bolus":
        return cls(values["basal"])


@dataclass(frozen=True)
class Liquid:
    """A liquid of density_mg_per_ul at `at_c` degrees Celsius, give or take a half-width, that
    expands by expansion_per_k.
    """

    density_mg_per_ul: float
    half_width_mg_per_ul: float
    expansion_per_k: float
    at_c: float

    @classmethod
    def of(cls, values: Values) -> "Liquid":
        return cls(
            density_mg_per_ul=values["density"],
            half_width_mg_per_ul=values["density_uncertainty"],
            expansion_per_k=values["expansion"],
            at_c=values["temperature"],
        )


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
