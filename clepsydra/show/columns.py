"""Lines in columns. CPython only."""

from collections.abc import Sequence

LABEL_WIDTH = 12
LABEL = 11  # of what is reviewed
WARNING = "WARNING"


def labelled(rows: Sequence[tuple[str, str]], width: int = LABEL_WIDTH) -> str:
    """A label and a text a line; further lines of a text stand below it."""
    found = []
    for label, text in rows:
        for n, line in enumerate(text.splitlines() or [""]):
            found.append(f"{label if n == 0 else '':<{width}} {line}".rstrip())
    return "\n".join(found)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Each column as wide as its longest text."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(f"{text:<{width}}" for text, width in zip(row, widths)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
