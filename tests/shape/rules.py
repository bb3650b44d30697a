"""What the rules of the house look at (CPython only): files, their rooms, their imports.

The rules themselves stand by subject in arrows.py, numbers.py, errors.py and sizes.py. Each is a
function of a path from the repository root and its parsed source, and yields (line, what is wrong).
"""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("firmware", "hal", "boards", "host_sim", "bench", "clepsydra")

WIRINGS = ("firmware/main.py", "host_sim/machine/start.py")
# The folders of the simulator that MicroPython runs, and CPython too.
SIM_ON_BOTH = ("host_sim/machine/", "host_sim/plant/")


def product_files():
    return _files(PRODUCT)


def all_files():
    return _files((*PRODUCT, "tests"))


def _files(folders):
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


@functools.cache
def tree_of(path):
    """The syntax tree of a file of the project, parsed once."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def imports(tree):
    """(line, module) of every import, `from a import b` as a.b where that may be a module, and of
    __import__("text").
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module in PRODUCT or (ROOT / module.replace(".", "/")).is_dir():
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module
        elif isinstance(node, ast.Call) and name_of(node.func) in ("__import__", "import_module"):
            first = node.args[0] if node.args else None
            yield node.lineno, first.value if isinstance(first, ast.Constant) else "?computed"


def name_of(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def runs_on_both(path):
    """Files of the simulator that MicroPython runs."""
    return path.startswith(SIM_ON_BOTH)


def needs_a_board(path):
    """Files of the HAL that only a board's MicroPython can import."""
    return path.startswith("hal/") and path not in (
        "hal/__init__.py",
        "hal/contract.py",
        "hal/ticks.py",
    )


def is_board(path):
    return path.startswith("boards/") and not path.startswith(("boards/__init__", "boards/check"))


# The rooms of each house, from the ground up: a room imports from the rooms below it and from
# itself. Rooms that stand on one line do not know each other.
ROOMS = (
    ("hal",),
    ("firmware/*",),  # the pump's vocabulary: units, errors, events, states
    ("firmware/therapy",),
    ("firmware/config",),
    ("firmware/books",),
    ("firmware/guard",),
    ("firmware/settings",),
    ("firmware/motion",),
    ("firmware/alarms",),
    ("firmware/link",),
    ("firmware/parts",),
    ("firmware/line_changes",),
    ("firmware/plan_changes",),
    ("firmware/refill_changes",),
    ("firmware/therapy_changes",),
    ("firmware/power_up",),
    ("firmware/pump",),
    ("firmware/main",),
    ("boards",),
    ("host_sim/plant",),
    ("host_sim/machine",),
    ("host_sim/shared",),
    ("host_sim/scenario",),
    ("host_sim/chip",),
    ("host_sim/chip/emulator",),
    ("host_sim/chip/image", "host_sim/chip/board"),
    ("host_sim/chip/measure", "host_sim/run"),
    ("host_sim/judge",),
    ("host_sim/live",),
    ("host_sim/report",),
    ("host_sim/campaign",),
    ("host_sim",),
    ("bench/shared",),
    ("bench/inputs",),
    ("bench/metrology",),
    ("bench/reduction",),
    ("bench/balances",),
    ("bench/analyse", "bench/plan", "bench/calibrate", "bench/weigh"),
    ("bench/report", "bench/rehearse"),
    ("bench/proof", "bench/commands"),
    ("bench",),
    ("clepsydra/errors",),
    ("clepsydra/amounts", "clepsydra/files"),
    ("clepsydra/link",),
    ("clepsydra/pump",),
    ("clepsydra/prescription",),
    ("clepsydra/show",),
    ("clepsydra/paper",),
    ("clepsydra/doctor",),
    ("clepsydra/wiring",),
    ("clepsydra/new_era", "clepsydra/notify"),
    ("clepsydra/verbs",),
    ("clepsydra/on_balance",),
    ("clepsydra/bench_verbs",),
    ("clepsydra/page",),
    ("clepsydra",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}


def room_of(path):
    """The room of ROOMS that a product file is in: a file of its own, its folder, or "folder/*"."""
    folder, _, name = path.rpartition("/")
    for room in (f"{folder}/{name.removesuffix('.py')}", f"{folder}/*", folder):
        if room in FLOOR_OF:
            return room
    return None


def file_of(module):
    """The product file that a dotted name leads to, or None: `firmware.units.MS_PER_S` too."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        path = "/".join(parts[:end])
        for found in (f"{path}.py", f"{path}/__init__.py"):
            if (ROOT / found).is_file():
                return found
    return None
