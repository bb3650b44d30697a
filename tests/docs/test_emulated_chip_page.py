"""The page on the emulated chip names tests and files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "emulated_chip.md").read_text(encoding="utf-8")


def test_every_defect_of_the_emulator_names_a_test_that_is_there():
    rows = [
        line
        for line in PAGE.split("## What was mended")[1].splitlines()
        if line.startswith("| ") and not line.startswith("| Left alone")
    ]
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "chip").glob("test_*.py")
    )
    there = set(re.findall(r"^def (test_\w+)", source, re.MULTILINE))
    assert len(rows) > 10
    for row in rows:
        named = set(re.findall(r"`(test_\w+)`", row))
        assert named and named <= there, row


def test_what_was_mended_stands_in_the_file_that_it_names():
    named = set(re.findall(r"`(\w+\.mjs)`", PAGE))
    there = {path.name for path in (ROOT / "host_sim" / "chip" / "emulator" / "node").glob("*.mjs")}
    assert named == there - {"main.mjs", "profile.mjs"}  # the pipes, and what looks on


def test_the_emulator_that_the_page_speaks_of_is_the_one_that_is_pinned():
    lock = (ROOT / "host_sim" / "chip" / "emulator" / "package-lock.json").read_text(
        encoding="utf-8"
    )
    version = re.search(r"rp2040js (\d+\.\d+\.\d+)", PAGE)[1]
    assert f'"rp2040js": "{version}"' in lock
    assert "resolved" not in lock  # it installs from whatever registry the machine is set up for
