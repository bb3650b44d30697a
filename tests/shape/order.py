"""Order: a dict has none on MicroPython, where CPython keeps that of insertion (CPython only).

What both interpreters run may go through a dict or a set only where nobody can see in which order.
"""

import ast

ON_BOTH = ("firmware/", "hal/", "host_sim/machine/", "host_sim/plant/")
_VIEWS = ("items", "keys", "values")
_GOES_THROUGH = ("list", "tuple", "zip", "enumerate", "map", "filter", "iter", "join", "next")
_MAKES = ("dict", "set", "frozenset")
_LITERALS = (ast.Dict, ast.DictComp, ast.Set, ast.SetComp)
TABLES = ("TABLE", "SECTIONS", "MODES", "NAMES", "ENTER_FROM", "WAY_OUT")

# (file, what stands there): why the order cannot be seen
HARMLESS = {
    ("firmware/link/frames.py", "json.dumps(payload)"): "a reader of JSON knows no order",
    ("firmware/link/execute.py", "json.dumps(payload)"): "compared within one interpreter alone",
    ("host_sim/machine/job.py", "json.dumps(values, sort_keys=True, separators=(',', ':'))"): (
        "sorted"
    ),
    ("host_sim/machine/job.py", "json.dumps(entry, sort_keys=True, separators=(',', ':'))"): (
        "sorted"
    ),
    ("host_sim/machine/recorder.py", "json.dumps(note)"): "a list of numbers and texts",
}


def the_order_of_a_dict_is_not_seen(path, tree):
    """No loop, comprehension, list, join or JSON text over a dict, unless it is sorted."""
    if not path.startswith(ON_BOTH):
        return
    known = _dicts_by_name(tree)
    for scope in ast.walk(tree):
        if isinstance(scope, (ast.FunctionDef, ast.Module)):
            looked_up = known | _looked_up_in(scope)
            for node in _own_nodes(scope):
                for line, source in _gone_through(node):
                    if _is_dict(source, looked_up) and not _is_harmless(path, source):
                        text = ast.unparse(source)
                        yield line, f"the order of {text} can be seen: go through sorted({text})"


def _own_nodes(scope):
    """All nodes of a function or module, without those of functions within it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)


def _gone_through(node):
    """(line, what a node goes through one by one)"""
    if isinstance(node, ast.For):
        yield node.lineno, node.iter
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for part in node.generators:
            yield part.iter.lineno, part.iter
    elif isinstance(node, ast.Starred):
        yield node.lineno, node.value
    elif isinstance(node, ast.Call):
        name = _name_of(node.func)
        if name in ("dump", "dumps"):
            yield node.lineno, node
        elif name in _GOES_THROUGH:
            yield from ((node.lineno, argument) for argument in node.args)


def _is_dict(node, known):
    if isinstance(node, _LITERALS):
        return True
    if isinstance(node, ast.Call):
        name = _name_of(node.func)
        is_view = name in _VIEWS and isinstance(node.func, ast.Attribute)
        return is_view or name in (*_MAKES, "dump", "dumps")
    return _name_of(node) in known


def _is_harmless(path, node):
    return (path, ast.unparse(node)) in HARMLESS


def _dicts_by_name(tree):
    """Names, and attributes of self, that hold a dict or a set anywhere in the file; and tables of
    other files, which are written in capitals.
    """
    found = set(TABLES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_dict(node.value, ()):
            found |= {_name_of(target) for target in node.targets}
        elif isinstance(node, ast.AnnAssign) and "dict" in ast.unparse(node.annotation):
            found.add(_name_of(node.target))
    return found - {None}


def _looked_up_in(scope):
    """Names that a function looks something up in, by a key that is text or by `in`, or asks for
    being a dict; not those that it uses as a list too.
    """
    found, lists = set(), set()
    for node in _own_nodes(scope):
        if isinstance(node, ast.Compare) and isinstance(node.ops[-1], (ast.In, ast.NotIn)):
            if isinstance(node.comparators[-1], ast.Name):
                found.add(node.comparators[-1].id)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            by_text = isinstance(node.slice.value, str)
            (found if by_text else lists).add(_name_of(node.value))
        elif isinstance(node, ast.Call) and _name_of(node.func) == "isinstance":
            kinds = ast.unparse(node.args[1])
            found |= {_name_of(node.args[0])} if "dict" in kinds else set()
            lists |= {_name_of(node.args[0])} if "list" in kinds else set()
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.ListComp)):
            lists |= {_name_of(target) for target in node.targets}
    return found - lists - {None}


def _name_of(node):
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None
