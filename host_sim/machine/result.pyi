"""The result of a run as mypy sees it: the types of the fields that result.py lists. A test holds
the two together.

Only mypy reads this file.
"""

from typing import Any, NamedTuple

FIELDS: tuple[str, ...]

class Result(NamedTuple):
    passes: int
    emitted_steps: int
    plant_pl: int
    reservoir_pl: int
    tip_ng: int
    soundings: int | None
    interpreter: str
    heap_bytes: int | None
    power_ups: int
    journal: dict[str, int] | None
    late_ms: int

def result_of(hal: Any, plant: Any, world: Any, power_ups: int = 1, records: int = 0) -> Result: ...
def write(result: Result, path: Any) -> None: ...
