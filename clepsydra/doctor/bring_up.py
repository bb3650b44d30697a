"""What a first run on real hardware should send us: one JSON file. CPython only."""

import json
import platform
from datetime import datetime, timezone
from typing import Any

from clepsydra.doctor.examining import Turn
from clepsydra.doctor.part_checks import Finding, Readings
from clepsydra.files import write_text
from clepsydra.pump.readings import Event
from host_sim.shared import source_version

FORMAT = 1
# What nobody asks a pump for: said, so that nobody takes silence for good news
NOT_MEASURED = (
    "the rotor backwards: the pump has no command for it",
    "pass times: the pump does not report them",
    "the instants of pulses on the wire: put a logic analyser there",
    "flow: weigh it, with clepsydra bench weigh",
)


def write(
    path: str, said: str, readings: Readings, found: list[Finding], turn: Turn | None,
    events: list[Event],
) -> None:  # fmt: skip
    """BadInput if the file cannot be written."""
    table = {
        "format": FORMAT,
        "written_utc": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "programmer": source_version.text(),
        "python": platform.python_version(),
        "computer": platform.platform(),
        "pump": said,
        "identity": readings.identity._asdict(),
        "config": readings.config,
        "findings": [finding._asdict() for finding in found],
        "replies_ms": [round(ms, 1) for ms in readings.replies_ms],
        "status": readings.last.as_table(),
        "turn": None if turn is None else _turn(turn),
        "events": [event.as_table() for event in events],
        "not_measured": NOT_MEASURED,
    }
    write_text(path, json.dumps(table, indent=1) + "\n")


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "columns": ["computer_ms", "pump_ms", "emitted_steps", "moved_steps"],
        "samples": turn.samples,
        "emitted_steps": turn.emitted,
        "moved_steps": turn.moved,
        "state": turn.state,
    }
