"""How long files may be, and how many methods a class of the contract has (CPython only)."""

import ast

from tests.shape.rules import WIRINGS

WIRING_LINES = 60
FILE_LINES = 300
TEST_LINES = 350
MEDIAN_LINES, P95_LINES = 110, 260  # of product files with more in them than a docstring
CONTRACT_METHODS = 7


def a_hal_class_has_at_most_7_methods(path, tree):
    if path != "hal/contract.py":
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [
                item.name
                for item in node.body
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
            ]
            if len(methods) > CONTRACT_METHODS:
                yield node.lineno, f"{node.name} has {len(methods)} methods: {', '.join(methods)}"


def too_long(path, lines):
    """What to say about a file of so many lines, or None."""
    if path in WIRINGS and lines >= WIRING_LINES:
        return f"{path} has {lines} lines: a wiring stays under {WIRING_LINES}"
    most = TEST_LINES if path.startswith("tests/") else FILE_LINES
    return f"{path} has {lines} lines, past {most}: split it" if lines > most else None


def too_long_as_a_whole(lengths):
    """What to say about the lengths of all product files: a list, empty if they are fine."""
    ordered = sorted(lengths)
    median, p95 = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
    found = [f"the median is {median} lines, past {MEDIAN_LINES}"] if median > MEDIAN_LINES else []
    if p95 > P95_LINES:
        found.append(f"the 95th percentile is {p95} lines, past {P95_LINES}")
    return found
