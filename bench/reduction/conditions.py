"""What the weighings were made under: environment, noise, drops, and how much was weighed.

CPython only.
"""

import math

import numpy as np

from bench.inputs.setup import COLUMN_OF
from bench.metrology import water
from bench.metrology.measurement import Conditions, Weighed
from bench.reduction.holes import unseen_mg
from bench.shared.errors import BenchError

NOISY = 1.5  # times the scatter that the balance and the time stamps explain
SHORT_PIECE = 1.0  # in sampling intervals


def environment(log, setup, notes):
    """{"water": 20.0, ...}: means of the log's columns, or the constants of the setup."""
    found = {}
    for key, column in COLUMN_OF.items():
        stated, logged = setup.environment[key], log.columns.get(column)
        if logged is None or np.isnan(logged).all():
            if stated is None:
                fault = f"the column {column} is empty throughout, and the setup states no environment.{key}"
                raise BenchError(
                    f"{log.path}:1:1: {fault}; allowed: values in the column, or a constant; add one of them"
                )
            found[key] = stated
            continue
        found[key] = float(np.nanmean(logged))
        if stated is not None:
            notes.append(
                f"environment.{key} of the setup is not used: the log has the column {column}"
            )
        _steady(key, logged, setup.environment[f"{key}_uncertainty"], notes)
    return found


def _steady(key, logged, half_width, notes):
    low, high = float(np.nanmin(logged)), float(np.nanmax(logged))
    if high - low > 2 * half_width:
        notes.append(
            f"{key} went from {low:.4g} to {high:.4g}, further than its stated uncertainty of \u00b1{half_width:g}; its mean is used"
        )


def z_factor(surroundings):
    """uL/mg in surroundings as `environment` gives them."""
    return water.z_factor(*(surroundings[key] for key in ("water", "air", "pressure", "humidity")))


def tip(setup):
    """The tip factor of an immersed outlet, else 1."""
    if setup.immersion is None:
        return 1.0
    return water.tip_factor(
        setup.immersion["tube_outer_diameter"], setup.immersion["vessel_inner_diameter"]
    )


def conditions(tidy, setup, surroundings, rate_mg_per_min, beat, notes):
    """Conditions of a flow, with the larger of the stated and the seen noise, and what hangs at the
    outlet; `beat` is the Rhythm of shots.

    Whatever makes the readings scatter, the first and the last evaluated lie anywhere within it.
    """
    balance = setup.balance
    noise_mg, rounding = balance["repeatability"], balance["readability"] / math.sqrt(12)
    stamps = setup.timing["stamp"] / math.sqrt(3) * rate_mg_per_min / 60
    expected = math.hypot(noise_mg, rounding, stamps)
    if tidy.noise_mg > NOISY * expected:
        noise_mg = math.sqrt(tidy.noise_mg**2 - rounding**2 - stamps**2)
        why = "draught, drops or a flow that pulsates"
        notes.append(
            f"the readings scatter by {tidy.noise_mg:.3g} mg, not {expected:.2g} mg as the balance by itself: {why}; what was seen is used"
        )
    drop_mg = tidy.drop_mg if setup.outlet["hanging_drop"] is None else setup.outlet["hanging_drop"]
    if setup.method == "shots":
        drop_mg = 0.0 if beat else rate_mg_per_min * setup.shots["cycle"] / 60
    return Conditions(surroundings, noise_mg, drop_mg)


def weighed(tidy, span_s, interval_s, grid=None):
    """What was weighed within a span (from_s, to_s), piece by piece; pieces shorter than an
    interval are left out. None if nothing is left.

    With a `grid` each piece begins and ends at the readings next to a sampling instant: whole
    cycles of a pump that gives shots.
    """
    pieces = []
    for first, last in tidy.pieces:
        times = tidy.time_s[first : last + 1]
        ends = _ends(times, span_s) if grid is None else _ends_on_grid(times, span_s, grid.time_s)
        if ends is None or times[ends[1]] - times[ends[0]] < SHORT_PIECE * interval_s * (1 - 1e-9):
            continue
        pieces.append((first + ends[0], first + ends[1]))
    if not pieces:
        return None
    mass_mg, time_s = (
        sum(float(values[b] - values[a]) for a, b in pieces)
        for values in (tidy.mass_mg, tidy.time_s)
    )
    return Weighed(
        mass_mg, time_s, len(pieces), unseen_mg(tidy.time_s, tidy.mass_mg, pieces, tidy.noise_mg)
    )


def _ends(times, span_s):
    from_s, to_s = span_s
    a, b = int(np.searchsorted(times, from_s - 1e-9)), int(np.searchsorted(times, to_s + 1e-9)) - 1
    return (a, b) if b > a else None


def _ends_on_grid(times, span_s, instants):
    from_s, to_s = span_s
    inside = instants[
        (instants >= max(from_s, times[0]) - 1e-9) & (instants <= min(to_s, times[-1]) + 1e-9)
    ]
    if len(inside) < 2:
        return None
    a, b = (int(np.abs(times - instant).argmin()) for instant in (inside[0], inside[-1]))
    return (a, b) if b > a else None
