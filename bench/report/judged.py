"""A log and its setup, analysed and identified: what reports and certificates are made of. CPython
only.

    judged = judge(Path("run.csv"), Path("setup.toml"))
    judged.results["verdict"]
"""

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from bench.analyse import analyses
from bench.analyse import results as result_files
from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.inputs import log_file, room_log, setup
from bench.report import identification
from bench.report.identification import Identity


@dataclass(frozen=True)
class Judged:
    """identity: of the files, with the instant at which it was judged"""

    analysis: Analysis
    results: Results
    identity: Identity


def judge(
    log_path: "str | Path",
    setup_path: "str | Path",
    time_column: str | None = None,
    mass_column: str | None = None,
) -> Judged:
    """The verdict on a log. Raises BenchError; it writes nothing."""
    mapped, room_path = setup.of_the_log(setup_path)
    mapped = replace(mapped, time=time_column or mapped.time, mass=mass_column or mapped.mass)
    log = log_file.load(log_path, mapped)
    if room_path is not None:
        log = room_log.joined(log, room_path)
    stated = setup.load(setup_path, log.columns)
    analysis = analyses.analyse(log, stated)
    return Judged(
        analysis,
        result_files.summarise(analysis),
        identification.of(analysis, datetime.now(timezone.utc)),
    )
