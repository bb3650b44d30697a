"""Who may write to whom, circles of imports, files of one name (CPython only)."""

import ast

from tests.shape.rules import PRODUCT, file_of, imports, product_files, tree_of


def nobody_assigns_to_another_objects_attributes(path, tree):
    """In firmware an object changes only itself; others are asked to, by a method."""
    if not path.startswith("firmware/") or path == "firmware/main.py":
        return
    for node in ast.walk(tree):
        for target in _targets(node):
            if isinstance(target, ast.Attribute) and not _is_self(target.value):
                yield target.lineno, f"assigns to {ast.unparse(target)}: ask its owner, by a method"


def _targets(node):
    """What a statement assigns to, tuples taken apart."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        waiting = list(node.targets)
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For)):
        waiting = [node.target]
    else:
        waiting = []
    while waiting:
        target = waiting.pop()
        if isinstance(target, (ast.Tuple, ast.List)):
            waiting += target.elts
        elif isinstance(target, (ast.Starred, ast.Subscript)):
            waiting.append(target.value)
        else:
            yield target


def _is_self(node):
    return isinstance(node, ast.Name) and node.id == "self"


# Files of one name that mean the same: why they are named alike.
SAME_MEANING = {
    "errors.py": "the named exceptions of a house",
    "reservoir.py": "what the books hold, and what the plant holds in truth",
    "page.py": "the page of a report",
    "figures.py": "the drawings of a report",
    "terminal.py": "the lines of a report",
    "words.py": "the wording of a report",
    "flow.py": "the flow, analysed and reported",
    "boluses.py": "the boluses, analysed and reported",
    "speed.py": "a measurement against the clock",
    "plan.py": "the command, and what it does",
    "rehearse.py": "the command, and what it does",
    "weigh.py": "the command, and what it does",
}


def shared_names(paths):
    """{name: paths} of product files of one name for which no common meaning is stated."""
    found = {}
    for path in paths:
        found.setdefault(path.rpartition("/")[2], []).append(path)
    known = ("__init__.py", "__main__.py", *SAME_MEANING)
    return {name: same for name, same in found.items() if len(same) > 1 and name not in known}


def import_graph():
    """{product file: the product files that it imports}"""
    graph = {}
    for path in product_files():
        modules = [module for _, module in imports(tree_of(path))]
        found = {file_of(module) for module in modules if module.split(".")[0] in PRODUCT}
        graph[path] = found - {None, path}
    return graph


def circle(graph):
    """A list of nodes, each of which leads to the next and the last to the first; [] if none."""
    finished, way = set(), []

    def visit(node):
        if node in way:
            return way[way.index(node) :]
        if node in finished:
            return []
        way.append(node)
        for following in sorted(graph.get(node, ())):
            found = visit(following)
            if found:
                return found
        finished.add(way.pop())
        return []

    for node in sorted(graph):
        found = visit(node)
        if found:
            return found
    return []
