"""No error is swallowed, nothing is guarded by assert (CPython only)."""

import ast

from tests.shape.rules import imports, name_of


def nothing_is_guarded_by_assert(path, tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.lineno, "assert is not there in an optimised build: raise a named exception"


def no_import_falls_back(path, tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            for line, module in imports(ast.Module(body=node.body, type_ignores=[])):
                yield line, f"tries to import {module}: an unknown name is an error"


def no_error_is_swallowed(path, tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        if node.type is None:
            yield node.lineno, "bare except: name what is expected"
        elif name_of(node.type) in ("Exception", "BaseException") and all(
            _does_nothing(statement) for statement in node.body
        ):
            yield node.lineno, f"except {name_of(node.type)} that does nothing"


def _does_nothing(statement):
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return text or isinstance(statement, (ast.Pass, ast.Continue))
