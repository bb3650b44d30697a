"""What uncertainty weighing for a while can give. CPython only."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.inputs.setup import Setup
from bench.metrology import measurement, uncertainty
from bench.metrology.measurement import Conditions, Weighed
from bench.metrology.uncertainty import Input
from bench.reduction import evaporation, surroundings

MINUTES = (
    2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 960, 1500, 2160, 2940, 4320, 5760, 10080,
    20160,
)  # fmt: skip
DRAWS = 20_000


@dataclass(frozen=True)
class Reach:
    """What weighing for `minutes` (after the stabilisation) can give."""

    minutes: float
    result: uncertainty.Result
    floor_pct: float = 0.0

    @property
    def expanded(self) -> float:
        """The expanded uncertainty in percent, never less than what a national standard states."""
        return max(self.result.expanded, self.floor_pct)


def mass_rate(setup: Setup) -> float:
    """What the set rate is in mg/min."""
    return setup.rate_ul_per_min / surroundings.stated(setup).z_ul_per_mg


def reaches(setup: Setup, floor_pct: float = 0.0) -> list[Reach]:
    """A Reach for each length that could be weighed; none states less than the floor."""
    return [reach_of(setup, minutes, floor_pct) for minutes in MINUTES]


def reach_of(setup: Setup, minutes: float, floor_pct: float = 0.0) -> Reach:
    """The Reach of one length."""
    lost = evaporation.inputs(setup)
    conditions = Conditions(surroundings.stated(setup), setup.balance.repeatability_mg)
    return Reach(minutes, _reach(setup, minutes, lost, conditions), floor_pct)


def _reach(
    setup: Setup, minutes: float, lost: Sequence[Input], conditions: Conditions
) -> uncertainty.Result:
    lost_mg_per_min = sum(one.value for one in lost)
    mass_mg = (mass_rate(setup) * surroundings.tip_factor(setup) - lost_mg_per_min) * minutes
    weighed = Weighed(mass_mg, 60 * minutes)
    return measurement.flow_error(weighed, conditions, setup, lost, DRAWS)
