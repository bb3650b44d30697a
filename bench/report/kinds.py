"""Which kind of measurement a method is, for the report and the terminal. CPython only."""

from bench.report.boluses import BolusKind
from bench.report.flow import FlowKind
from bench.report.kind import AnyKind

KINDS: dict[str, AnyKind] = {
    "volumetric": FlowKind(),
    "ambulatory": FlowKind(),
    "shots": FlowKind(),
    "bolus": BolusKind(),
}
