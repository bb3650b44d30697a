"""Firmware counts in integers (CPython only)."""

import ast


def firmware_has_no_floats(path, tree):
    if not path.startswith("firmware/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            yield node.lineno, f"float {node.value}: firmware counts in integers"
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            yield node.lineno, "/ makes a float: use // and say which way it rounds"
        elif isinstance(node, ast.Name) and node.id in ("float", "complex"):
            yield node.lineno, f"{node.id} in firmware"
        elif (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Pow)
            and isinstance(node.right, ast.UnaryOp)
        ):
            yield node.lineno, "a negative power makes a float"
