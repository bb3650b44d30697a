"""What a verification has done so far, in verify.json of its folder: enough to go on after it was
cut off, and to give the pump its program back. CPython only.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clepsydra.errors import BadInput

NAME = "verify.json"
FORMAT = "clepsydra-verify-1"


@dataclass
class Record:
    """facts: what has to be the same when it goes on; former: the pump's program before

    begun: emitted steps at the start of each rate that was begun, by its folder; done: what each
    that was weighed to its end gave; back: the former program is in force again
    """

    facts: dict[str, Any]
    former: dict[str, Any]
    begun: dict[str, int] = field(default_factory=dict)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    back: bool = True

    def write(self, folder: Path) -> None:
        """All of it or nothing, whenever the program dies."""
        path = folder / NAME
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n")
        os.replace(fresh, path)


def begin(folder: Path, facts: dict[str, Any], former: dict[str, Any]) -> Record:
    """A new one. BadInput if there is one already."""
    if (folder / NAME).exists():
        raise BadInput(
            f"{folder / NAME}: there is a verification in this folder already; go on with "
            "--resume, or name another folder with --out"
        )
    return Record(facts, former)


def read(folder: Path, facts: dict[str, Any]) -> Record:
    """The one that goes on. BadInput if there is none, or if it is of other facts."""
    path = folder / NAME
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
