"""The index of the decisions has every record, once, and every record has the form."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
HEADINGS = ["Why it came up", "What we do", "What else we looked at", "What follows"]


def test_the_index_has_every_record_once():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([^)]+)\)", index)) == [path.name for path in RECORDS]


def test_no_number_is_taken_twice():
    numbers = [path.name[:4] for path in RECORDS]
    assert len(numbers) == len(set(numbers)) > 30


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name[:4])
def test_a_record_has_its_number_its_date_and_its_four_parts(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.search(r"^20\d\d-\d\d-\d\d · (accepted|superseded by \d{4})", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
