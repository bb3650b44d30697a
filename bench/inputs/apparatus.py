"""The tables of SETUP.toml that say what stands on the bench: balance, vessel, liquid and tube.
CPython only.

Every `..._half_width_...` is the bound of a rectangular distribution around the value.
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
class Outlet:
    """`hanging_drop_mg` is the most that may hang there; None: what is seen in the log.
    `capillary_mg` is a half-width.
    """

    hanging_drop_mg: float | None
    capillary_mg: float = 0.0

    @classmethod
    def of(cls, values: Values) -> "Outlet":
        return cls(values["hanging_drop"], values["capillary_force"])
