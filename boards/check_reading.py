"""The text of a board file as data: a docstring and one literal, and no logic (CPython only)."""

import ast

from boards.check_pins import Board
from boards.check_problems import ABSENT, Report, Words


def read(text: str, report: Report) -> Board | None:
    """The literal after `BOARD =`, or None."""
    allowed = "a board file is a docstring and BOARD = {...}, written out: data, no logic"
    try:
        statements = ast.parse(text).body
    # what ast.parse is documented to raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        report.add("BOARD", Words(f"cannot be read ({error})"), allowed)
        return None
    if (
        statements
        and isinstance(statements[0], ast.Expr)
        and isinstance(statements[0].value, ast.Constant)
    ):
        statements = statements[1:]
    for node in statements:
        if not (
            isinstance(node, ast.Assign)
            and [getattr(target, "id", None) for target in node.targets] == ["BOARD"]
        ):
            report.add(f"line {node.lineno}", ast.unparse(node)[:60], allowed)
    if len(statements) != 1 or report.problems:
        if not report.problems:
            report.add(
                "BOARD", ABSENT if not statements else Words("is set more than once"), allowed
            )
        return None
    (board,) = (node.value for node in statements if isinstance(node, ast.Assign))
    return read_literal(board, report, allowed)


def read_literal(node: ast.expr, report: Report, allowed: str) -> Board | None:
    """The dict that a literal makes, or None after a report."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Dict):
            keys = [key.value for key in inner.keys if isinstance(key, ast.Constant)]
            for key in {key for key in keys if keys.count(key) > 1}:
                report.add(str(key), Words("is written twice"), "each key once")
    try:
        board = ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError) as error:
        report.add("BOARD", Words(f"is not written out ({error})"), allowed)
        return None
    if not isinstance(board, dict):
        report.add("BOARD", board, allowed)
        return None
    return board
