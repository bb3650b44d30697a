"""What reached the tip, for the expectations `tip_dose` and `arrives`. CPython only.

    dose_ng("plant", record, from_ms, to_ms)

The plant's figure is a column of the trace. The pump's is in its status, which the host asks for at
the instants that an expectation names.
"""

from collections.abc import Callable

from host_sim.run.records import Record, value_at
from host_sim.shared import number_text

ANSWER_MS = 2_000  # a pump answers within this time


class NotStated(Exception):
    """Nobody states this figure."""


def dose_ng(by: str, record: Record, from_ms: int, to_ms: int) -> int:
    """Drug that reached the tip in a span, ng, by "pump" or "plant". Raises NotStated."""
    return _DOSES[by](record, from_ms, to_ms)


def _by_plant(record: Record, from_ms: int, to_ms: int) -> int:
    return value_at(record.trace, "tip_ng", to_ms) - value_at(record.trace, "tip_ng", from_ms)


def _by_pump(record: Record, from_ms: int, to_ms: int) -> int:
    return _stated_ng(record, to_ms) - _stated_ng(record, from_ms)


def _stated_ng(record: Record, at_ms: int) -> int:
    """By the pump's own word, at an instant or what it took to answer after it."""
    if at_ms == 0:
        return 0
    answers = [ng for answer_ms, ng in record.tips if at_ms <= answer_ms <= at_ms + ANSWER_MS]
    if answers:
        return answers[0]
    if record.status and at_ms >= record.bench_ms(record.status["now_ms"], len(record.outages)):
        return record.status["tip_ng"]
    raise NotStated("the pump did not answer at %s" % number_text.moment(at_ms))


_DOSES: dict[str, Callable[[Record, int, int], int]] = {"plant": _by_plant, "pump": _by_pump}
