"""How the interpreter of our images is set otherwise than MicroPython as it comes: the files of
`settings/`. Nothing of MicroPython's sources is changed (decisions 0175 and 0176).
"""

import hashlib
import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "settings"
# a file of a board of MicroPython: what of ours stands at its end
ENDS = {"mpconfigboard.h": "settings.h", "mpconfigboard.cmake": "settings.cmake"}


def board_folder(tree: Path, board: str, build: Path, stock: bool) -> Path:
    """The folder of a board of MicroPython: its own, or a copy with our settings at the ends."""
    own = tree / "ports/rp2/boards" / board
    if stock:
        return own
    ours = build / "boards" / board
    ours.mkdir(parents=True, exist_ok=True)
    for path in own.iterdir():
        text = path.read_text(encoding="utf-8")
        if path.name in ENDS:
            text += (FOLDER / ENDS[path.name]).read_text(encoding="utf-8")
        there = ours / path.name
        # What has not changed keeps its age: all that includes it would be compiled anew.
        if not there.is_file() or there.read_text(encoding="utf-8") != text:
            there.write_text(text, encoding="utf-8")
    return ours


def forget_if_changed(compiled: Path) -> None:
    """Remove what was compiled with other settings: make does not see all that depends on them."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.read_bytes())
    stamp = compiled / "settings.sha256"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest.hexdigest():
        shutil.rmtree(compiled, ignore_errors=True)
        compiled.mkdir(parents=True)
        stamp.write_text(digest.hexdigest(), encoding="utf-8")
