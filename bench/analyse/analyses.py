"""Which analysis a method takes, and what all of them have in common. CPython only.

A further kind of measurement is a module beside flow.py and boluses.py, one beside
bench/report/flow.py, and a row in the table of each folder.
"""

from collections.abc import Callable
from typing import Any, Protocol

from bench.analyse import boluses, flow
from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology.measurement import Weighed
from bench.metrology.uncertainty import Result
from bench.metrology.verdict import Verdict
from bench.reduction.surroundings import Corrections


class Analysis(Protocol):
    """Everything that was found in a log; percentages are of the set rate or dose."""

    @property
    def log(self) -> Log: ...
    @property
    def setup(self) -> Setup: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def weighed(self) -> Weighed: ...
    @property
    def result(self) -> Result: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def set_flow_ul_per_min(self) -> float:
        """What the pump was set to, as a mean flow over the weighed time."""
        ...

    def own_results(self) -> dict[str, Any]:
        """What results.json has of this kind of measurement, in its order."""
        ...


ANALYSE: dict[str, Callable[[Log, Setup], Analysis]] = {
    "volumetric": flow.analyse,
    "ambulatory": flow.analyse,
    "shots": flow.analyse,
    "bolus": boluses.analyse,
}


def analyse(log: Log, setup: Setup) -> Analysis:
    """The Analysis of a log by the method of its setup.

    Raises BenchError if the log cannot be evaluated with it.
    """
    return ANALYSE[setup.method](log, setup)
