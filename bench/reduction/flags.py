"""What is found in a log, for a reader of the report. CPython only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flag:
    """`kind` (twins, bump, step, gap, drops, backflow), from when to when (s), and a sentence."""

    kind: str
    from_s: float
    to_s: float
    text: str
