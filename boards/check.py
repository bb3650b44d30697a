"""Reads every board file and says all that is wrong with it (CPython only).

    python -m boards.check              # every board
    python -m boards.check rpi_pico     # this one

Each problem names the file, the field, the value and what is allowed. Exit status 1 if a file has
one, 2 if there is no such board.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from boards.check_chips import CHIPS, Chip
from boards.check_memory import FRAM_BYTES, check_memory
from boards.check_pins import PINS, Board, check_pins
from boards.check_problems import ABSENT, Report, Words, is_whole, meant
from boards.check_reading import read

FOLDER = Path(__file__).parent
DONE, FAILED, BAD_INPUT = 0, 1, 2  # as host_sim/shared/ending.py
NOT_BOARDS = (
    "__init__",
    "check",
    "check_chips",
    "check_memory",
    "check_pins",
    "check_problems",
    "check_reading",
)

CHOICES = {
    "chip": tuple(CHIPS),
    "driver.part": ("tmc2209",),
    "driver.microsteps": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "encoder.part": ("as5600",),
    "encoder.counts_per_rev": (4096,),
    "fram.part": tuple(FRAM_BYTES),
}
RANGES = {
    "driver.run_ma": (50, 2000),
    "driver.hold_ma": (0, 2000),
    "driver.sense_mohm": (20, 1000),
    "supply.full_mv": (500, 5000),
    "supply.divider": (1, 100),
    "limits.max_pulse_error_us": (1, 100_000),
    "limits.start_hz": (1, 1_000_000),
}
AT_MOST = (("driver.hold_ma", "driver.run_ma"), ("limits.start_hz", "limits.max_step_hz"))
REQUIRED = ("name", "chip", "backend", "pins", "driver", "tick_hz", "limits")
REQUIRED_PINS = tuple(name for name, (_, needed) in PINS.items() if needed)
KEYS = {
    "": (*REQUIRED, "reserved_pins", "encoder", "supply", "flash", "fram", "notes"),
    "pins": tuple(PINS),
    "driver": ("part", "microsteps", "run_ma", "hold_ma", "sense_mohm"),
    "supply": ("full_mv", "divider"),
    "encoder": ("part", "counts_per_rev"),
    "flash": ("store_sectors", "event_sectors", "journal_sectors"),
    "fram": ("part", "journal_sectors"),
    "limits": ("max_step_hz", "max_pulse_error_us", "start_hz", "least_micropython"),
}


def check_text(file: str, text: str) -> list[str]:
    """The problems of a board file's text, as a list of lines; empty if it is good.

    `file` is its path, for the messages.
    """
    report = Report(file)
    board = read(text, report)
    if board is not None:
        check_board(board, Path(file).stem, report)
    return report.problems


def check_board(board: Board, stem: str, report: Report) -> None:
    """Everything about a board whose file could be read; `stem` is the name of that file."""
    check_keys("", board, REQUIRED, report)
    for section in ("pins", "driver", "limits", "encoder", "supply", "flash", "fram"):
        if section in board and not isinstance(board[section], dict):
            report.add(section, board[section], "allowed is a section {...}")
        elif section in board:
            check_keys(
                section,
                board[section],
                REQUIRED_PINS if section == "pins" else KEYS[section],
                report,
            )
    chip = next((CHIPS[name] for name in CHIPS if name == board.get("chip")), CHIPS["rp2040"])
    check_choices(
        board,
        {**CHOICES, "name": (stem,), "backend": (chip["backend"],), "tick_hz": (chip["tick_hz"],)},
        report,
    )
    check_numbers(board, {**RANGES, "limits.max_step_hz": (1, chip["max_step_hz"])}, report)
    check_version(board, chip, report)
    check_notes(board, report)
    check_encoder(board, report)
    check_supply(board, report)
    check_memory(board, chip, report)
    check_pins(board, chip, report)


def section_of(board: Board, name: str) -> dict[str, Any] | None:
    """The section, or None where there is none to look into."""
    return board[name] if isinstance(board.get(name), dict) else None


def check_keys(section: str, values: Board, required: Iterable[str], report: Report) -> None:
    """No unknown key in a section, and none missing."""
    known = KEYS[section]
    for key in values:
        if key not in known:
            report.add(
                dotted(section, key),
                Words("unknown key"),
                f"{meant(str(key), known)}known are {', '.join(known)}",
            )
    for key in required:
        if key not in values:
            report.add(dotted(section, key), ABSENT, "every board needs it")


def check_choices(board: Board, choices: dict[str, tuple[Any, ...]], report: Report) -> None:
    """Fields that take one of a few values."""
    for field, allowed in choices.items():
        value = look_up(board, field)
        if value is not ABSENT and not any(
            type(value) is type(item) and value == item for item in allowed
        ):
            report.add(field, value, "allowed is " + " or ".join(str(item) for item in allowed))


def check_numbers(board: Board, ranges: dict[str, tuple[int, int]], report: Report) -> None:
    """Fields that take a whole number within a range."""
    bad = set()
    for field, (least, most) in ranges.items():
        value = look_up(board, field)
        if value is not ABSENT and not (is_whole(value) and least <= value <= most):
            report.add(field, value, f"allowed is a whole number from {least} to {most}")
            bad.add(field)
    for field, limit in AT_MOST:
        value, most = look_up(board, field), look_up(board, limit)
        if not bad & {field, limit} and ABSENT not in (value, most) and value > most:
            report.add(field, value, f"allowed is at most {limit}, {most}")


def check_version(board: Board, chip: Chip, report: Report) -> None:
    """The MicroPython that the board needs: a version, and new enough for the backend."""
    version, least = look_up(board, "limits.least_micropython"), chip["least_micropython"]
    if version is ABSENT:
        return
    if not (isinstance(version, str) and re.fullmatch(r"\d{1,4}\.\d{1,4}(\.\d{1,4})?", version)):
        report.add("limits.least_micropython", version, 'allowed is a version in quotes, as "1.25"')
    elif numbers_of(version) < numbers_of(least):
        report.add(
            "limits.least_micropython",
            version,
            f'allowed is "{least}" or later, which the backend needs',
        )


def numbers_of(version: str) -> list[int]:
    """[1, 27] of "1.27"."""
    return [int(part) for part in version.split(".")]


def check_notes(board: Board, report: Report) -> None:
    """Notes are texts."""
    notes = board.get("notes", [])
    if not (isinstance(notes, list) and all(isinstance(note, str) for note in notes)):
        report.add("notes", notes, "allowed is a list of texts")


def check_encoder(board: Board, report: Report) -> None:
    """The section and the pins go together."""
    pins = section_of(board, "pins")
    if pins is not None and ("encoder" in board) != ("encoder_sda" in pins):
        missing = "pins.encoder_sda" if "encoder" in board else "encoder"
        report.add(
            missing,
            ABSENT,
            "a board with an encoder has the section encoder and pins encoder_sda and encoder_scl",
        )


def check_supply(board: Board, report: Report) -> None:
    """The section and the pin go together."""
    pins = section_of(board, "pins")
    if pins is not None and ("supply" in board) != ("supply_sense" in pins):
        missing = "pins.supply_sense" if "supply" in board else "supply"
        report.add(
            missing,
            ABSENT,
            "a board that measures its supply has the section supply and the pin supply_sense",
        )


def look_up(board: Board, field: str) -> Any:
    """The value of "tick_hz" or "driver.part"; ABSENT where the key or its section is not there."""
    section, _, key = field.rpartition(".")
    values = section_of(board, section) if section else board
    return ABSENT if values is None else values.get(key, ABSENT)


def dotted(section: str, key: object) -> str:
    """The full name of a key: "pins.lamp", or "name" outside a section."""
    return f"{section}.{key}" if section else str(key)


def names() -> list[str]:
    """The boards that there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_BOARDS)


def main(wanted: Sequence[str]) -> int:
    """Check these boards, or all; returns the exit status."""
    problems, unknown = [], False
    for name in wanted or names():
        if name not in names():
            there = f"{meant(name, names())}there are {', '.join(names())}"
            problems.append(f"boards/{name}.py: no such board: {there}")
            unknown = True
            continue
        found = check_text(f"boards/{name}.py", (FOLDER / f"{name}.py").read_text(encoding="utf-8"))
        problems += found
        if not found:
            print(f"{name}: good")
    for problem in problems:
        print(problem, file=sys.stderr)
    return BAD_INPUT if unknown else FAILED if problems else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
