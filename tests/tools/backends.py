"""The classes of every backend against the HAL contract, for mypy (CPython only).

text(paths)     # a module that makes one of each class in these files that derives from
                # hal/contract.py; mypy refuses to make one that leaves anything out
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACT = "hal.contract"


def classes(paths):
    """[(path, syntax tree of a class)]: each class that derives from one of the contract."""
    found = []
    for path in paths:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"), path)
        promised = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == CONTRACT
            for alias in node.names
        }
        found += [
            (path, node)
            for node in tree.body
            if isinstance(node, ast.ClassDef) and promised & {_name(base) for base in node.bases}
        ]
    return found


def text(paths):
    """See above; the arguments that a class is made with are not looked at."""
    lines = []
    for number, (path, node) in enumerate(classes(paths)):
        module = path.removesuffix(".py").replace("/", ".")
        lines += [
            f"from {module} import {node.name} as Class{number}",
            f"def make_{number}(*anything):",
            f"    return Class{number}(*anything)",
        ]
    return "\n".join(lines) + "\n"


def signatures(tree):
    """{class: {method: names of its arguments}} of a module."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            found[node.name] = {
                method.name: [argument.arg for argument in method.args.args] for method in methods
            }
    return found


def _name(node):
    return node.id if isinstance(node, ast.Name) else None
