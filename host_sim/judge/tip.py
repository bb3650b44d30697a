"""What reached the tip, for the expectations `tip_dose` and `arrives`. CPython only.

    dose_ng("plant", record, from_ms, to_ms)

The plant's figure is a column of the trace. The pump's is to be read by a function in _DOSES. Until
then the pump does not state it, and an expectation of it fails and says so.
"""

from collections.abc import Callable

from host_sim.run.records import Record, value_at


class NotStated(Exception):
    """Nobody states this figure."""


def dose_ng(by: str, record: Record, from_ms: int, to_ms: int) -> int:
    """Drug that reached the tip in a span, ng, by "pump" or "plant". Raises NotStated."""
    return _DOSES[by](record, from_ms, to_ms)


def _by_plant(record: Record, from_ms: int, to_ms: int) -> int:
    return value_at(record.trace, "tip_ng", to_ms) - value_at(record.trace, "tip_ng", from_ms)


def _by_pump(record: Record, from_ms: int, to_ms: int) -> int:
    raise NotStated("the pump does not state yet what reaches the tip; the plant does")


_DOSES: dict[str, Callable[[Record, int, int], int]] = {"plant": _by_plant, "pump": _by_pump}
