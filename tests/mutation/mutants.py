"""Small mistakes that a programmer could make, one at a time, in a module's syntax tree (CPython
only).

for mutant in mutants_of("firmware/guard/gate.py", source):
    mutant.source, mutant.line, mutant.function, mutant.before, mutant.after
"""

import ast
import copy
import difflib
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
}
CALLS = {"min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    function: str  # "" at module level
    before: str  # the changed lines as ast.unparse writes them
    after: str
    source: str

    @property
    def key(self):
        """What a proof of equivalence is matched with: all but the line number, which moves."""
        return self.path, self.function, self.before, self.after

    def __str__(self):
        shown = [f"{self.path}:{self.line}: in {self.function or 'the module'}"]
        shown += [f"    - {line}" for line in self.before.splitlines()]
        shown += [f"    + {line}" for line in self.after.splitlines()]
        return "\n".join(shown)


def mutants_of(path, source):
    """Every mutant of the module, in the order of its lines."""
    tree = ast.parse(source)
    original = ast.unparse(tree)
    found = []
    for index, node in enumerate(ast.walk(tree)):
        for change in range(len(changes(node))):
            broken = copy.deepcopy(tree)
            target = list(ast.walk(broken))[index]
            replacement = changes(target)[change]()
            if replacement is not target:
                _Swap(target, replacement).visit(broken)
            found.append(
                _mutant(path, tree, node, original, ast.unparse(ast.fix_missing_locations(broken)))
            )
    return sorted(found, key=lambda mutant: mutant.line)


def changes(node):
    """Functions that each make one mistake in `node`: they change it in place and answer it, or
    answer what replaces it.
    """
    if isinstance(node, ast.Compare):
        return [
            _setter(node, "ops", [*node.ops[:place], wrong(), *node.ops[place + 1 :]])
            for place, operator in enumerate(node.ops)
            for wrong in COMPARISONS[type(operator)]
        ]
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        wrongs = [_setter(node, "op", wrong()) for wrong in ARITHMETIC.get(type(node.op), ())]
        return wrongs + ([ast.Pass] if isinstance(node, ast.AugAssign) else [])
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return [_setter(node, "op", other)] + [_answer(value) for value in node.values]
    if isinstance(node, ast.UnaryOp):
        return [_answer(node.operand)]
    if isinstance(node, (ast.If, ast.While, ast.IfExp)) and isinstance(
        node.test, (ast.Name, ast.Attribute, ast.Call)
    ):
        return [_setter(node, "test", ast.UnaryOp(ast.Not(), node.test))]
    if isinstance(node, ast.Constant):
        return _constant_changes(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        return [_setter(node, "func", ast.Name(CALLS[node.func.id], ast.Load()))]
    return _statement_changes(node)


def _constant_changes(node):
    if isinstance(node.value, bool):
        return [_setter(node, "value", not node.value)]
    if isinstance(node.value, int):
        return [_setter(node, "value", node.value + 1), _setter(node, "value", node.value - 1)]
    return []  # texts are for people


def _statement_changes(node):
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        return [_setter(node, "value", ast.Constant(None))]
    deletable = isinstance(node, ast.Assign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    )
    return [ast.Pass] if deletable else []


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _setter(node, field, value):
    def change():
        setattr(node, field, value)
        return node

    return change


def _answer(node):
    return lambda: node


class _Swap(ast.NodeTransformer):
    def __init__(self, target, replacement):
        self.target, self.replacement = target, replacement

    def visit(self, node):
        return self.replacement if node is self.target else self.generic_visit(node)


def _mutant(path, tree, node, original, broken):
    old, new = original.splitlines(), broken.splitlines()
    edits = [
        edit
        for edit in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if edit[0] != "equal"
    ]
    before = "\n".join(line.strip() for _, start, end, _, _ in edits for line in old[start:end])
    after = "\n".join(line.strip() for _, _, _, start, end in edits for line in new[start:end])
    line = getattr(node, "lineno", 1)
    return Mutant(path, line, _function_at(tree, line), before, after, broken)


def _function_at(tree, line):
    """Class.function around the line, innermost last."""
    names = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and node.lineno <= line <= node.end_lineno
    ]
    return ".".join(names)
