"""The job as mypy sees it: the types of the keys that job.py lists. A test holds the two together.

Only mypy reads this file.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

class Row(NamedTuple):
    name: str
    default: Any
    meaning: str

REQUIRED: object
COMMAND: str
FAULT: str
SAMPLE: str
TIMED: tuple[str, ...]
TRUTH: tuple[Row, ...]
JOB: tuple[Row, ...]

class Truth(NamedTuple):
    pl_per_rev: int
    steps_per_rev: int
    rollers: int
    backlash_steps: int
    counts_per_rev: int
    barrel_pl: int | None
    fill_pl: int
    residual_pl: int
    level_switch_pl: int
    conc_ng_per_ml: int
    tubing_pl: int
    catheter_pl: int
    bore_nm: int
    holds_tubing_ng_per_ml: int
    holds_catheter_ng_per_ml: int
    compliance_pl_per_pa: int
    line_tau_ms: int
    occlusion_pa: int
    pulsation_ppt: int
    roller_spread_ppt: int
    crystal_ppb: int
    supply_mv: int
    pull_in_hz: int

class Job(NamedTuple):
    config: dict[str, Any]
    truth: Truth
    duration_ms: int
    start_wall_s: int
    seed: int
    raw_ms: int
    commands: list[list[Any]]
    faults: list[list[Any]]
    trace_every_ms: int | None
    delivery_every_ms: int | None
    build: tuple[str, int | None]
    samples_ms: list[int]

class JobError(Exception): ...

def make_truth(**values: Any) -> Truth: ...
def make_job(**values: Any) -> Job: ...
def entries(job: Job) -> list[tuple[int, str, Any]]: ...
def write(job: Job, path: Any, schedule_path: Any) -> None: ...
def read_entries(path: Any) -> Iterator[list[Any]]: ...
def read(path: Any) -> Job: ...
