"""Water, air and vessel at the weighing, and how they turn mass into volume. CPython only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.inputs.setup_checks import COLUMN_OF
from bench.inputs.setup_sections import Constant
from bench.metrology import water
from bench.metrology.measurement import Surroundings
from bench.metrology.uncertainty import Input
from bench.reduction import evaporation
from bench.shared.errors import BenchError


@dataclass(frozen=True)
class Corrections:
    """What turns the gain that the balance shows into the volume that was delivered.

    `tip` is the tip factor of an immersed outlet, else 1; the sum of `evaporation` is what the
    vessel loses.
    """

    surroundings: Surroundings
    z_ul_per_mg: float
    tip: float
    evaporation: Sequence[Input]

    @property
    def ul_per_mg(self) -> float:
        """The volume of what the balance shows."""
        return self.z_ul_per_mg / self.tip

    @property
    def evaporation_mg_per_min(self) -> float:
        """The loss of the vessel."""
        return sum(one.value for one in self.evaporation)


def corrections(
    log: Log,
    setup: Setup,
    evaporation_inputs: Sequence[Input] | None = None,
    span: tuple[float, float] | None = None,
) -> tuple[Corrections, list[str]]:
    """(Corrections, notes) over the evaluated span (from_s, to_s), or the whole log; the
    evaporation is the setup's unless its inputs are known already.

    Raises BenchError for an empty column without a constant, or for blanks that cannot be used.
    """
    means, notes = measured(log, setup, span)
    lost = evaporation_inputs or evaporation.inputs(setup)
    return Corrections(means, means.z_ul_per_mg, tip_factor(setup), lost), notes


def stated(setup: Setup) -> Surroundings:
    """The constants of the setup. Raises BenchError where it leaves one to a column of a log."""
    means = {}
    for key, column in COLUMN_OF.items():
        value = getattr(setup.environment, column).value
        if value is None:
            at = f"{setup.at('environment')}: environment.{key}"
            raise BenchError(f"{at}: is missing; allowed: a constant; add it, or give a log")
        means[column] = value
    return Surroundings(**means, liquid=setup.liquid)


def measured(
    log: Log, setup: Setup, span: tuple[float, float] | None = None
) -> tuple[Surroundings, list[str]]:
    """(means of the log's columns over a span, or else the constants of the setup; notes)"""
    means, notes = {}, []
    from_s, to_s = span or (-np.inf, np.inf)
    weighed = (log.time_s >= from_s - 1e-9) & (log.time_s <= to_s + 1e-9)
    for key, column in COLUMN_OF.items():
        constant, logged = getattr(setup.environment, column), log.columns.get(column)
        if logged is None or np.isnan(logged).all():
            means[column] = _constant(log, key, column, constant)
            continue
        logged = _over(logged, weighed)
        means[column] = float(np.nanmean(logged))
        if constant.value is not None:
            unused = f"environment.{key} of the setup is not used"
            notes.append(f"{unused}: the log has the column {column}")
        notes += _steady(key, logged, constant.half_width)
    return Surroundings(**means, liquid=setup.liquid), notes


def _over(logged: np.ndarray, weighed: np.ndarray) -> np.ndarray:
    """The cells of the evaluated span; all of them where the span has none."""
    return logged if np.isnan(logged[weighed]).all() else logged[weighed]


def _constant(log: Log, key: str, column: str, constant: Constant) -> float:
    if constant.value is None:
        fault = f"the column {column} is empty throughout, and the setup states no "
        remedy = "allowed: values in the column, or a constant; add one of them"
        raise BenchError(f"{log.path}:1:1: {fault}environment.{key}; {remedy}")
    return constant.value


def _steady(key: str, logged: np.ndarray, half_width: float) -> list[str]:
    low, high = float(np.nanmin(logged)), float(np.nanmax(logged))
    if high - low <= 2 * half_width:
        return []
    went = f"{key} went from {low:.4g} to {high:.4g}"
    return [
        f"{went}, further than its stated uncertainty of \u00b1{half_width:g}; its mean is used"
    ]


def tip_factor(setup: Setup) -> float:
    """By how much an immersed outlet makes a gain look larger, as a factor; else 1."""
    if setup.immersion is None:
        return 1.0
    return water.tip_factor(setup.immersion.tube_outer_mm, setup.immersion.vessel_inner_mm)
