"""What is reviewed before the clock of a pump is set: by a verb, the page and Python. CPython only.

change = clock_change(pump.status(), meant, config, now_s, offset_s)
"""

from datetime import datetime, timezone
from typing import Any, NamedTuple

from clepsydra.amounts import civil_text
from clepsydra.prescription.clock_outlook import clock_of, life_rows, program_rows, set_to
from clepsydra.prescription.outlook import Outlook
from clepsydra.prescription.side_by_side import Row
from clepsydra.pump.readings import Status
from clepsydra.show.plan_words import phase_text
from clepsydra.show.status_lines import clock_text, zone_text
from firmware.units import S_PER_DAY
from host_sim.shared.number_text import span

DRIFT_S = 300  # a clock that is off by no more has drifted
JUMP = "the clock jumps by more than a day"


class ClockChange(NamedTuple):
    """now, after: the time; notes: on it; rows: what follows (label, now, after, change)

    stated: what is typed where it moves steps or dates: the new date where it jumps by more than a
    day, else the new zone where that is another, else the new date; None where it was unset or has
    drifted
    """

    now: str
    after: str
    notes: list[str]
    rows: list[Row]
    jumps: bool
    stated: str | None


def clock_change(
    status: Status,
    meant: Outlook | None,
    config: dict[str, Any] | None,
    wall_s: int,
    offset_s: int,
) -> ClockChange:
    """Of setting it to this time and offset; meant: the program in force."""
    raw = status.raw
    is_set, other_zone = raw["wall_s"] is not None, offset_s != raw["offset_s"]
    by_s = abs(wall_s - raw["wall_s"]) if is_set else 0
    jumps = by_s > S_PER_DAY
    date = datetime.fromtimestamp(wall_s + offset_s, timezone.utc).date().isoformat()
    rows: list[Row] = []
    if meant is not None and config is not None:
        rows = program_rows(clock_of(raw), set_to(raw, wall_s, offset_s), meant)
        rows += life_rows(raw, wall_s, config) if jumps else []
    notes = []
    if is_set and other_zone:
        notes.append(
            f"local time moves by {span(abs(offset_s - raw['offset_s']) * 1000)}: steps of the "
            "program come by it, and one that has begun today does not begin again"
        )
    if jumps and raw["plan"]:
        notes.append(f"the clock moves no day of the plan: {phase_text(raw['plan'])}")
    moves = is_set and (other_zone or by_s > DRIFT_S)
    return ClockChange(
        clock_text(status),
        f"{civil_text(wall_s, offset_s, seconds=True)} ({zone_text(offset_s)}), the time of this "
        "computer",
        notes,
        rows,
        jumps,
        (zone_text(offset_s) if other_zone and not jumps else date) if moves else None,
    )
