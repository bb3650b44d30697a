"""What identifies an analysis: its files by their digests, when it was weighed and written, who,
where and with what. CPython only.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bench.analyse.analyses import Analysis
from bench.inputs.setup import Setup
from bench.inputs.setup_sections import Blanks
from host_sim.shared import source_version

ID_DIGITS = 12


@dataclass(frozen=True)
class Identity:
    """`number` is the setup's, or else made from the digests; `written` and `weighed` are dates,
    the second None if nobody says; `files` are (name, sha256).
    """

    number: str
    written: str
    weighed: str | None
    files: tuple[tuple[str, str], ...]
    program: str
    record: dict[str, Any]

    def line(self) -> str:
        """One line for the head of a page."""
        weighed = f"weighed {self.weighed}" if self.weighed else "date of the weighing not stated"
        said = [f"no. {self.number}", weighed, f"written {self.written}"]
        said += [str(self.record[key]) for key in ("operator", "place") if key in self.record]
        return " \u00b7 ".join(said)


def _beside(setup: Setup) -> list[Path]:
    """The other logs that the result hangs on: blanks, and that of the room."""
    lost, room = setup.evaporation, setup.environment.log
    names = [*(lost.paths if isinstance(lost, Blanks) else ()), *([room] if room else [])]
    return [setup.folder / name for name in names]


def of(analysis: Analysis, written: datetime) -> Identity:
    """The Identity of an analysis that is written down at an instant."""
    record = analysis.setup.record
    paths = [Path(analysis.log.path), Path(analysis.setup.path), *_beside(analysis.setup)]
    files = tuple(
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in paths
        if path.is_file()
    )
    both = "".join(digest for _, digest in files)
    made = hashlib.sha256(both.encode("ascii")).hexdigest()[:ID_DIGITS]
    weighed = record.date
    if weighed is None and analysis.log.dated:
        began = datetime.fromtimestamp(analysis.log.zero_s, timezone.utc)
        weighed = began.date().isoformat()
    return Identity(
        number=record.number or made,
        written=written.strftime("%Y-%m-%d %H:%M UTC"),
        weighed=weighed,
        files=files,
        program=source_version.text(),
        record=record.stated(),
    )
