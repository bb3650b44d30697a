"""docs/trace.md is what rows and markers make it, and no row is without a test or a reason."""

import pytest

from tests.trace import build
from tests.trace.rows import PARTS

FOUND = build.all_markers()
ROWS = [row for _, _, rows in PARTS for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_row_has_a_test_or_says_why_not(row):
    assert (row.key in FOUND) != (row.why is not None), f"{row.key}: a test or a reason, not both"


def test_each_marker_names_a_row_that_is_there():
    assert set(FOUND) <= {row.key for row in ROWS}


def test_no_row_is_there_twice():
    assert len({row.key for row in ROWS}) == len(ROWS)


def test_the_page_is_up_to_date():
    text = (build.ROOT / "docs" / "trace.md").read_text(encoding="utf-8")
    assert text == build.page(FOUND), (
        "make it anew: .venv/bin/python -m tests.trace.build --into docs/trace.md"
    )


def test_a_marker_belongs_to_the_test_below_its_decorators(tmp_path):
    path = tmp_path / "test_x.py"
    path.write_text(
        "# trace: GIP 1.2.2, air\n# trace: EMI\n@mark\ndef test_a():\n    pass\n", encoding="utf-8"
    )
    assert build.markers(path) == [("GIP 1.2.2", "test_a"), ("air", "test_a"), ("EMI", "test_a")]


@pytest.mark.parametrize("below", ["", "def helper():\n    pass\n", "\ndef test_a():\n    pass\n"])
def test_a_marker_without_a_test_below_it_is_an_error(tmp_path, below):
    path = tmp_path / "test_x.py"
    path.write_text("# trace: EMI\n" + below, encoding="utf-8")
    with pytest.raises(ValueError, match=r"test_x\.py:1: no test stands below"):
        build.markers(path)
