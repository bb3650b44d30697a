"""How the MicroPython of our images is built otherwise than it comes (decision 0175): the files of
`interpreter/`.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "interpreter"
BOARD_SETTINGS = ("mpconfigboard.h", "settings.h"), ("mpconfigboard.cmake", "settings.cmake")


def board_folder(tree: Path, board: str, copies: Path | None) -> Path:
    """The folder of a board of MicroPython: its own, or a copy with our settings at the ends."""
    own = tree / "ports/rp2/boards" / board
    if copies is None:
        return own
    ours = copies / board
    ours.mkdir(parents=True, exist_ok=True)
    settings = dict(BOARD_SETTINGS)
    for path in own.iterdir():
        text = path.read_text(encoding="utf-8")
        if path.name in settings:
            text += (FOLDER / settings[path.name]).read_text(encoding="utf-8")
        there = ours / path.name
        # What has not changed keeps its age: all that includes it would be compiled anew.
        if not there.is_file() or there.read_text(encoding="utf-8") != text:
            there.write_text(text, encoding="utf-8")
    return ours
