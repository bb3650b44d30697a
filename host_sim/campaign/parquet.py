"""rows.parquet: the rows with their types, where pyarrow is installed. CPython only."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from host_sim.campaign.campaign_findings import Cells
from host_sim.campaign.pump_row import COLUMNS

ROWS = "rows.parquet"


def write(rows: Sequence[Cells], out_dir: Path) -> Path | None:
    """Write the rows; None, and no file, without the extra `cluster`."""
    if find_spec("pyarrow") is None:
        return None
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    arrays = {}
    for column in COLUMNS:
        cells = [row[column.name] for row in rows]
        numbers = [int(cell) if cell else None for cell in cells] if column.whole else cells
        arrays[column.name] = arrow.array(
            numbers, arrow.int64() if column.whole else arrow.string()
        )
    path = out_dir / ROWS
    parquet.write_table(arrow.table(arrays), path)
    return path
