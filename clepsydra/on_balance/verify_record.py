"""What a verification or a calibration has done so far, in a file of its folder: enough to go on
after it was cut off, and to give the pump its program back. CPython only.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clepsydra.errors import BadInput

VERIFY, CALIBRATE = "verify.json", "calibrate.json"
FORMAT = "clepsydra-bench-1"


@dataclass
class Record:
    """facts: what has to be the same when it goes on; former: the pump's program before

    begun: the pump's time (ms) and emitted steps at the start of each rate that was begun, by its
    folder; done: what each that was weighed to its end gave; back: the former program is in force
    again; name: of the file
    """

    facts: dict[str, Any]
    former: dict[str, Any]
    begun: dict[str, list[int]] = field(default_factory=dict)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    back: bool = True
    name: str = VERIFY

    def write(self, folder: Path) -> None:
        """All of it or nothing, whenever the program dies."""
        path = folder / self.name
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n")
        os.replace(fresh, path)


def begin(
    folder: Path,
    facts: dict[str, Any],
    former: dict[str, Any],
    name: str = VERIFY,
    others: Sequence[str] = (),
) -> Record:
    """A new one. BadInput if there is one already, or one of the others that are to be written."""
    if (folder / name).exists():
        raise BadInput(
            f"{folder / name}: something was weighed in this folder already; go on with "
            "--resume, or name another folder with --out"
        )
    for other in others:
        if (folder / other).exists():
            raise BadInput(
                f"{folder / other}: is there already, and no {name} says what it is of; name "
                "another folder with --out; nothing was sent"
            )
    return Record(facts, former, name=name)


def read(folder: Path, facts: dict[str, Any], name: str = VERIFY) -> Record:
    """The one that goes on. BadInput if there is none, or if it is of other facts."""
    path = folder / name
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept.pop("format") != FORMAT:
            raise ValueError("another format")
        record = Record(**kept)
    except FileNotFoundError as error:
        raise BadInput(
            f"{path}: there is nothing to go on with; leave --resume out to begin"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: is damaged ({error}); begin another with --out") from error
    for key, value in facts.items():
        if record.facts.get(key) != value:
            raise BadInput(
                f"{path}: it began with {key} {record.facts.get(key)!r}, and now it is {value!r}; "
                "go on with the same, or begin another with --out"
            )
    return record
