"""Where a board keeps its journal and its events: regions of the chip's flash, or an FRAM on the
carrier (CPython only).
"""

from typing import Any

from boards.check_chips import Chip
from boards.check_problems import ABSENT, Report, is_whole

LEAST_SECTORS = 4  # of a ring: one is erased while the others hold
LEAST_STORE_SECTORS = 64  # of the file system: files that were put over the frozen ones fit
SECTOR_BYTES = 4096
FRAM_BYTES = {"mb85rs2mta": 262_144}  # [MB85RS2MTA]


def check_memory(board: dict[str, Any], chip: Chip, report: Report) -> None:
    """The regions fit; a section is there only where the chip's backend has a use for it."""
    check_flash(board, chip, report)
    check_fram(board, chip, report)


def check_flash(board: dict[str, Any], chip: Chip, report: Report) -> None:
    """File system, events and journal lie one behind the other in the storage."""
    storage, flash = chip["storage_sectors"], board.get("flash", ABSENT)
    if not storage:
        if flash is not ABSENT:
            report.add("flash", flash, "our image divides no flash of this chip: leave it out")
        return
    if flash is ABSENT:
        report.add("flash", ABSENT, "a board with this chip says how its storage is divided")
    if not isinstance(flash, dict):
        return
    total, known = 0, True
    for key in ("store_sectors", "event_sectors", "journal_sectors"):
        least = LEAST_STORE_SECTORS if key == "store_sectors" else LEAST_SECTORS
        sectors = sectors_of(flash, "flash", key, (least, storage), report)
        known = known and sectors is not None
        total += sectors or 0
    if known and total > storage:
        report.add("flash", flash, f"allowed are {storage} sectors together, these are {total}")


def check_fram(board: dict[str, Any], chip: Chip, report: Report) -> None:
    """The section and the pins go together, and the journal leaves room for the events."""
    pins, fram = board.get("pins"), board.get("fram", ABSENT)
    if fram is not ABSENT and not chip["spi"]:
        report.add("fram", fram, "the backend of this chip drives none: leave it out")
        return
    if isinstance(pins, dict) and (fram is not ABSENT) != ("fram_sck" in pins):
        missing = "pins.fram_sck" if fram is not ABSENT else "fram"
        report.add(
            missing,
            ABSENT,
            "a board with an FRAM has the section fram and pins fram_sck, fram_mosi, fram_miso "
            "and fram_select",
        )
    part = fram.get("part") if isinstance(fram, dict) else None
    size = FRAM_BYTES.get(part) if isinstance(part, str) else None
    if size is not None:
        most = size // SECTOR_BYTES - LEAST_SECTORS
        sectors_of(fram, "fram", "journal_sectors", (LEAST_SECTORS, most), report)


def sectors_of(
    values: dict[str, Any], section: str, key: str, allowed: tuple[int, int], report: Report
) -> int | None:
    """A number of sectors, or None after a report (of a key that is missing: by check_keys)."""
    value, (least, most) = values.get(key, ABSENT), allowed
    if value is ABSENT:
        return None
    if not (is_whole(value) and least <= value <= most):
        report.add(
            f"{section}.{key}", value, f"allowed is a whole number from {least} to {most}: sectors"
        )
        return None
    return value
