"""What the runs of a calibration delivered: volumes as they are, masses by a setup, or the results
of analyses. CPython only.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.inputs import setup as setups
from bench.metrology import measurement
from bench.metrology.measurement import Conditions, Weighed
from bench.reduction import evaporation, surroundings
from bench.shared import text_file
from bench.shared.errors import BenchError

S_PER_MIN = 60
DRAWS = 20_000


@dataclass(frozen=True)
class Weighings:
    """The volume of each run, how long it took (None if nobody says), and the expanded uncertainty
    that they have in common, in percent: the largest of theirs.
    """

    volume_ul: np.ndarray
    duration_s: np.ndarray | None
    expanded_pct: float


@dataclass(frozen=True)
class Times:
    """How long each run took, and from one weighing to the other where that is longer: the vessel
    loses mass all that time. None where the file does not say.
    """

    duration_s: np.ndarray | None
    between_s: np.ndarray | None = None

    @property
    def losing_s(self) -> np.ndarray | None:
        return self.duration_s if self.between_s is None else self.between_s


def of(
    how: str,
    path: "str | Path",
    cells: Sequence[Any],
    times: Times,
    setup_path: "str | Path | None",
) -> Weighings:
    """The Weighings of a column. Raises BenchError."""
    duration_s, losing_s = times.duration_s, times.losing_s
    if how == "results":
        return _from_results(Path(path).parent, cells)
    values = np.array(cells, dtype=float)
    if how == "volume_ul":
        return Weighings(values, duration_s, 0.0)
    if setup_path is None:
        fault = "mass_mg is no volume without a setup; allowed: with --setup SETUP.toml"
        raise BenchError(f"{path}:1:1: {fault}; say how it was weighed")
    if losing_s is None:
        fault = "mass_mg needs duration_s, since water evaporates meanwhile"
        raise BenchError(f"{path}:1:1: {fault}; allowed: a column duration_s; add it")
    volume_ul, expanded_pct = _from_masses(values, losing_s, setup_path)
    return Weighings(volume_ul, duration_s, expanded_pct)


def _from_masses(
    mass_mg: np.ndarray, losing_s: np.ndarray, setup_path: "str | Path"
) -> tuple[np.ndarray, float]:
    """(volumes in uL, the largest of their expanded uncertainties in percent)."""
    setup = setups.load(setup_path)
    lost = evaporation.inputs(setup)
    room = surroundings.stated(setup)
    conditions = Conditions(room, setup.balance.repeatability_mg)
    ul_per_mg = room.z_ul_per_mg / surroundings.tip_factor(setup)
    lost_mg = sum(one.value for one in lost) * losing_s / S_PER_MIN
    expanded = []
    for mass, lasts_s in zip(mass_mg.tolist(), losing_s.tolist()):
        result = measurement.flow_error(Weighed(mass, lasts_s), conditions, setup, lost, DRAWS)
        expanded.append(result.expanded / (1 + result.value / 100))
    return ul_per_mg * (mass_mg + lost_mg), max(expanded)


def _from_results(folder: Path, paths: Sequence[str]) -> Weighings:
    volumes, durations, expanded = [], [], []
    for name in paths:
        where = folder / name
        text = text_file.read(where, "the results of an analysis")
        try:
            found = json.loads(text)
            lasts_s = float(found["weighed_s"])
            if found["method"] == "bolus":
                error = 1 + found["bolus"]["mean_error_pct"] / 100
                volume = float(found["set_dose_ul"]) * found["bolus"]["n"] * error
            else:
                error = 1 + found["flow_error_pct"] / 100
                volume = float(found["mean_flow_ul_per_min"]) * lasts_s / S_PER_MIN
            part = float(found["expanded_uncertainty_pct"]) / error
        except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
            fault = f"is no results.json of this bench: {error!r}"
            remedy = "give what `bench analyse` wrote"
            raise BenchError(f"{where}:1:1: {fault}; allowed: {remedy}; {remedy}") from error
        volumes.append(volume)
        durations.append(lasts_s)
        expanded.append(abs(part))
    return Weighings(np.array(volumes), np.array(durations), max(expanded))
