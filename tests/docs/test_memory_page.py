"""Each row of docs/memory.md names a test that is there."""

import re
from pathlib import Path

PAGE = Path("docs/memory.md").read_text(encoding="utf-8")
FAILURES = PAGE.split("## When it fails")[1].split("## ")[0]
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "`test_" in line]
TESTS = {
    name
    for path in Path("tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.M)
}


def test_every_row_of_the_table_names_a_test_that_is_there():
    table = [line for line in FAILURES.splitlines() if line.startswith("| ")][1:]
    assert ROWS == table and len(ROWS) > 12
    named = [re.findall(r"`(test_\w+)`", row) for row in ROWS]
    assert [row for row, names in zip(ROWS, named, strict=True) if len(names) != 1] == []
    assert [names[0] for names in named if names[0] not in TESTS] == []
