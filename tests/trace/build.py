"""docs/trace.md, made from the rows and from the markers in the tests.

python -m tests.trace.build                          # prints it
python -m tests.trace.build --into docs/trace.md
"""

import ast
import re
import sys
from pathlib import Path

from tests.trace.rows import PARTS

ROOT = Path(__file__).parents[2]
MARKER = re.compile(r"^# trace: (.+)$")
HEAD = """# Trace

Which test holds which rule of therapy, requirement, hazard and recall. Nobody writes this page:
tests name their rows in a comment, `tests/trace/rows.py` has the rows, and `python -m
tests.trace.build --into docs/trace.md` puts both together. A comment or a record that says (S9)
means the rows S9.1 and on. A row without a test says why. "Holds" means on the simulated machine,
on the emulated chip or against a fake of the part, as the test says; no board has been tried with
fluid.
"""


def markers(path):
    """[(row, test)] of a file: its `# trace:` comments and the function that follows each.

    ValueError for a marker without one.
    """
    source = path.read_text(encoding="utf-8")
    if "# trace: " not in source:
        return []
    lines = source.splitlines()
    starts = {
        min([node.lineno, *(one.lineno for one in node.decorator_list)]): node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }
    found = []
    for number, line in enumerate(lines, 1):
        match = MARKER.match(line)
        if match is None:
            continue
        after = number + 1
        while after <= len(lines) and lines[after - 1].startswith("#"):
            after += 1
        name = starts.get(after, "")
        if not name.startswith("test_"):
            raise ValueError(f"{path}:{number}: no test stands below this marker")
        found += [(row.strip(), name) for row in match[1].split(",")]
    return found


def all_markers(root=ROOT):
    """{row: [(path, test) ...]} of all tests."""
    found = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for row, name in markers(path):
            found.setdefault(row, []).append((path.relative_to(root).as_posix(), name))
    return found


def page(found):
    """The text of the page."""
    parts = [HEAD]
    for title, source, rows in PARTS:
        held = sum(row.key in found for row in rows)
        parts.append(f"\n## {title}\n\nFrom {source}. {held} of {len(rows)} rows have a test.\n\n")
        parts.append("| Row | | Held by |\n|---|---|---|\n")
        for row in rows:
            tests = [f"[`{name}`](../{path})" for path, name in found.get(row.key, [])]
            parts.append(f"| {row.key} | {row.says} | {', '.join(tests) or row.why} |\n")
    return "".join(parts)


def main(words):
    text = page(all_markers())
    if words[:1] == ["--into"] and len(words) == 2:
        Path(words[1]).write_text(text, encoding="utf-8")
    elif words:
        print(__doc__, file=sys.stderr)
        return 2
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
