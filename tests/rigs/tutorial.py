"""docs/first_drop.md as a list of things to type: the command of each console line, what is typed
where it asks, and what it has to print.
"""

import re

from tests.shape.rules import ROOT

PAGE = ROOT / "docs" / "first_drop.md"
ANSWER = re.compile(r"(\[y/N\] |to confirm: )(.+)\n")
BOARD = "## On a board\n"


def parts():
    """The page up to the board, and from there on."""
    simulated, heading, board = PAGE.read_text(encoding="utf-8").partition(BOARD)
    assert heading
    return simulated, board


def blocks(kind, text):
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def commands(text):
    """(command, what is typed, what must be printed)"""
    found = []
    for block in blocks("console", text):
        for part in block.split("$ ")[1:]:
            command, _, printed = part.partition("\n")
            typed = "".join(answer + "\n" for _, answer in ANSWER.findall(printed))
            found.append((command, typed, ANSWER.sub(r"\1", printed)))
    return found


def matches(shown, printed):
    """Three dots stand for anything."""
    pattern = ".*".join(re.escape(piece) for piece in shown.split("..."))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None
