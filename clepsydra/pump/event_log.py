"""The events that a pump keeps, as a table. CPython only.

log = pump.log()
log.to_csv("log.csv")
log.to_pandas()[["kind", "text"]]        # where pandas is installed
"""

import csv
import io
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from clepsydra.errors import BadInput
from clepsydra.files import write_text
from clepsydra.pump.readings import Event

COLUMNS = (
    "seq", "power_up", "at_ms", "wall_s", "code", "kind", "a", "b", "c", "text"
)  # fmt: skip


class EventLog(list[Event]):
    """A list of events, the oldest first."""

    def rows(self) -> list[dict[str, Any]]:
        return [event.as_table() for event in self]

    def to_csv(self, path: str | Path) -> None:
        """BadInput if the file cannot be written."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(self.rows())
        write_text(path, text.getvalue())

    def to_pandas(self) -> Any:
        """A DataFrame; `time` is civil time, UTC, missing where the clock was unset. BadInput
        without pandas.
        """
        if find_spec("pandas") is None:
            raise BadInput("to_pandas: pandas is not installed; pip install it, or take to_csv")
        pandas: Any = import_module("pandas")
        table = pandas.DataFrame(self.rows(), columns=[*COLUMNS])
        table.insert(0, "time", pandas.to_datetime(table["wall_s"], unit="s", utc=True))
        return table
