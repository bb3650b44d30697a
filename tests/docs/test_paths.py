"""What a page, a docstring or a comment calls by its path is there."""

import functools
import re
from pathlib import PurePosixPath

import pytest

from tests.docs import prose

pytestmark = pytest.mark.xdist_group("prose")  # one worker: they share what was read

FOLDERS = "firmware|hal|boards|host_sim|bench|clepsydra|tests|docs"
# A path from the root of the repository: `host_sim/plant/line.py`, `tests/chip/`, `hal/rp2*.py`.
# `docs/library/` is a folder of MicroPython's, `boards/NAME.py` stands for any.
PATH = re.compile(rf"(?<![\w./-])(?:{FOLDERS})/(?!library)[\w.*/-]*\w[\w*]*/?")
MODULE = re.compile(rf"python -m ((?:{FOLDERS})(?:\.\w+)*)")
TARGET = re.compile(r"(?:`|^\$ )make ([a-z-]+)", re.MULTILINE)
SOURCE_NAME = re.compile(r"(?<![\w./*-])(\w+\.(?:py|mjs))\b")

PAGES = prose.files(".md")
CODE = prose.files(".py", ".mjs", ".toml")
# Names of files of other projects, and of files that a user writes.
FOREIGN_NAMES = {"_boot.py", "boot.py", "x.py"}


@functools.cache
def is_there(path):
    """True if a path or a pattern from the root of the repository matches something."""
    path = path.rstrip("/")
    return any(prose.ROOT.glob(path)) or any(prose.ROOT.glob(path + ".*"))


def missing(texts):
    found = {path for text in texts for path in PATH.findall(text)}
    return sorted(path for path in found if not is_there(path) and "NAME" not in path)


def page_texts(path):
    """A page with its code spans, without fenced blocks: their paths may be the reader's own."""
    text = (prose.ROOT / path).read_text(encoding="utf-8")
    return [re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)]


def test_every_path_that_a_page_names_is_there():
    named = {path: missing(page_texts(path)) for path in PAGES}
    assert {path: gone for path, gone in named.items() if gone} == {}


def test_every_path_that_a_docstring_or_a_comment_names_is_there():
    named = {path: missing(prose.of(path)) for path in CODE}
    assert {path: gone for path, gone in named.items() if gone} == {}


def test_every_source_file_that_a_page_names_without_a_folder_is_there():
    names = {PurePosixPath(path).name for path in prose.files(".py", ".mjs")} | FOREIGN_NAMES
    gone = {
        (path, name)
        for path in PAGES
        for text in page_texts(path)
        for name in SOURCE_NAME.findall(text)
        if name not in names
    }
    assert gone == set()


def test_every_module_that_a_page_starts_is_there():
    for path in [*PAGES, "Makefile"]:
        for module in MODULE.findall((prose.ROOT / path).read_text(encoding="utf-8")):
            place = prose.ROOT / module.replace(".", "/")
            assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module


def test_every_target_of_make_that_a_page_names_is_there():
    makefile = (prose.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        (path, target)
        for path in PAGES
        for target in TARGET.findall((prose.ROOT / path).read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert {row for row in named if row[1] not in targets} == set()


def test_a_path_that_is_not_there_is_found():
    assert missing(["see `docs/scenarios.md` and hal/contract.py, or tests/unit/"]) == [
        "docs/scenarios.md"
    ]
