"""The whole screen of a terminal, drawn anew in place. CPython only.

    with Screen(sys.stdout) as screen:
        screen.draw(text)

On leaving it the terminal is as it was before, whatever ended it.
"""

import shutil
from typing import TextIO

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _TO_LINE_END, _TO_END = "\x1b[H", "\x1b[K", "\x1b[J"
BAR = 20


class Screen:
    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __enter__(self) -> "Screen":
        self._put(_ENTER)
        return self

    def __exit__(self, *_: object) -> None:
        self._put(_LEAVE)

    @property
    def size(self) -> tuple[int, int]:
        """(columns, lines)"""
        return shutil.get_terminal_size()

    def draw(self, text: str) -> None:
        """As much of it as fits: a line that is too long is cut, and never wrapped."""
        columns, lines = self.size
        shown = [line[:columns] + _TO_LINE_END for line in text.splitlines()[:lines]]
        self._put(_HOME + "\r\n".join(shown) + _TO_END)

    def _put(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def bar(part: float, whole: float) -> str:
    """[#####---------------]  25 %"""
    share = min(1.0, max(0.0, part / whole)) if whole else 0.0
    done = int(share * BAR)
    return f"[{'#' * done}{'-' * (BAR - done)}] {100 * share:3.0f} %"
