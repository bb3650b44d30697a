"""The rules of the house as functions over the syntax tree (CPython only).

Each rule is called with a path from the repository root and its parsed source, and yields (line,
what is wrong).
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("firmware", "hal", "boards", "host_sim", "bench")

# What MicroPython brings on every board and firmware may lean on.
FIRMWARE_MODULES = {"json", "binascii", "struct", "gc", "collections"}
# Digests identify what a person is shown: only the link computes them.
LINK_MODULES = {"hashlib"}
# What MicroPython's unix port brings, for the half of the simulator that runs there.
UNIX_PORT_MODULES = FIRMWARE_MODULES | {
    "sys",
    "os",
    "io",
    "math",
    "random",
    "array",
    "collections",
    "hashlib",
    "heapq",
    "micropython",
}
# Only a backend touches the machine and its clock.
MACHINE_MODULES = {"machine", "time", "rp2", "esp32", "pyb", "stm", "utime", "umachine"}

# The one file of the bench that reads the computer's clock; all else is handed a clock, and runs in
# virtual time as well.
BENCH_CLOCK = "bench/balances/host_clock.py"

WIRINGS = ("firmware/main.py", "host_sim/machine/start.py")
WIRING_LINES = 60
FILE_LINES = 300
TEST_LINES = 400  # a table of bad input is long, and better in one piece
LONG_FILES: dict[str, str] = {}  # path: why it is better in one piece
CONTRACT_METHODS = 7

# What the programs on the host have in common: units in text, tables of keys, an output folder of
# one's own, how a report looks.
SHARED_ON_THE_HOST = "host_sim.shared"

# The folders of the simulator that MicroPython runs, and CPython too.
SIM_ON_BOTH = ("host_sim/machine/", "host_sim/plant/")


def product_files():
    return _files(PRODUCT)


def all_files():
    return _files((*PRODUCT, "tests"))


def _files(folders):
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


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
        elif isinstance(node, ast.Call) and _name(node.func) in ("__import__", "import_module"):
            first = node.args[0] if node.args else None
            yield node.lineno, first.value if isinstance(first, ast.Constant) else "?computed"


def _name(node):
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


# ---- import arrows -------------------------------------------------------------------------------


# The rooms of each house, from the ground up: a room imports from the rooms below it and from itself.
# Rooms that stand on one line do not know each other.
ROOMS = (
    ("hal",),
    ("firmware/*",),  # the pump's vocabulary: units, errors, events, states
    ("firmware/therapy",),
    ("firmware/config",),
    ("firmware/books",),
    ("firmware/guard",),
    ("firmware/motion",),
    ("firmware/alarms",),
    ("firmware/link",),
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
    ("host_sim/report",),
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
)
_FLOOR_OF = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}


def room_of(path):
    """The room of ROOMS that a product file is in: a file of its own, its folder, or "folder/*"."""
    folder, _, name = path.rpartition("/")
    for room in (f"{folder}/{name.removesuffix('.py')}", f"{folder}/*", folder):
        if room in _FLOOR_OF:
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


def a_room_imports_only_from_rooms_below_it(path, tree):
    here = room_of(path)
    if here is None:
        if not path.startswith("tests/"):
            yield 1, "this file is in no room of ROOMS"
        return
    for line, module in imports(tree):
        target = file_of(module) if module.split(".")[0] in PRODUCT else None
        there = room_of(target) if target else None
        if there and there != here and _FLOOR_OF[there] >= _FLOOR_OF[here]:
            yield line, f"{here} imports {module} of {there}, which is not below it"


def firmware_imports_only_itself_and_the_contract(path, tree):
    if not path.startswith("firmware/") or path == "firmware/main.py":
        return
    allowed = FIRMWARE_MODULES | (LINK_MODULES if path.startswith("firmware/link/") else set())
    for line, module in imports(tree):
        if not (module.startswith(("firmware.", "hal.contract")) or module in allowed):
            yield (
                line,
                f"firmware imports {module}: it may import firmware, hal.contract and {', '.join(sorted(FIRMWARE_MODULES))}",
            )


def firmware_takes_only_constants_and_the_error_from_the_contract(path, tree):
    if not path.startswith("firmware/") or path == "firmware/main.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "hal.contract":
            for alias in node.names:
                if not (alias.name.isupper() or alias.name == "HalError"):
                    yield (
                        node.lineno,
                        f"firmware takes {alias.name} from hal.contract: it is handed a HAL object",
                    )


def firmware_main_wires_firmware_boards_and_hal(path, tree):
    if path != "firmware/main.py":
        return
    for line, module in imports(tree):
        if module.split(".")[0] not in (
            "firmware",
            "boards",
            "hal",
            "?computed",
            *FIRMWARE_MODULES,
        ):
            yield line, f"the wiring imports {module}"


def boards_import_nothing(path, tree):
    if is_board(path):
        for line, module in imports(tree):
            yield line, f"a board file imports {module}: it is data, no logic"


def hal_imports_only_the_machine_and_hal(path, tree):
    if not path.startswith("hal/"):
        return
    for line, module in imports(tree):
        if module.split(".")[0] in ("firmware", "boards", "host_sim", "bench", "tests"):
            yield line, f"hal imports {module}: arrows point down only"


def the_contract_imports_nothing(path, tree):
    if path == "hal/contract.py":
        for line, module in imports(tree):
            yield line, f"the contract imports {module}"


def the_simulator_does_not_know_the_bench(path, tree):
    if not path.startswith("host_sim/"):
        return
    for line, module in imports(tree):
        if module.split(".")[0] in ("bench", "tests") or module.startswith("."):
            yield (
                line,
                f"host_sim imports {module}: it may import firmware, hal, boards and itself, by full name",
            )


def the_simulators_inside_runs_on_micropython(path, tree):
    if not runs_on_both(path):
        return
    for line, module in imports(tree):
        inside = module.startswith("host_sim.") and runs_on_both(module.replace(".", "/") + ".py")
        board_by_name = module == "?computed" and path in WIRINGS
        if not (
            inside
            or board_by_name
            or module.startswith(("firmware.", "hal.", "boards."))
            or module in UNIX_PORT_MODULES
        ):
            yield line, f"{module} does not run on MicroPython, this file must"


def the_bench_knows_the_frame_format_and_nothing_else_of_the_pump(path, tree):
    if not path.startswith("bench/"):
        return
    for line, module in imports(tree):
        top = module.split(".")[0]
        allowed = module.startswith(("firmware.link.frames", SHARED_ON_THE_HOST + "."))
        if top in ("firmware", "hal", "boards", "host_sim", "tests") and not allowed:
            yield (
                line,
                f"bench imports {module}: it may import firmware.link.frames and {SHARED_ON_THE_HOST}",
            )


def only_hal_touches_the_machine(path, tree):
    if path.startswith("hal/"):
        return
    for line, module in imports(tree):
        if module.split(".")[0] in MACHINE_MODULES and (path, module) != (BENCH_CLOCK, "time"):
            yield (
                line,
                f"imports {module}: only backends in hal/ may (wall time on the host: timeit.default_timer)",
            )


# ---- numbers -------------------------------------------------------------------------------------


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


# ---- errors --------------------------------------------------------------------------------------


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
        elif _name(node.type) in ("Exception", "BaseException") and all(
            _does_nothing(statement) for statement in node.body
        ):
            yield node.lineno, f"except {_name(node.type)} that does nothing"


def _does_nothing(statement):
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return text or isinstance(statement, (ast.Pass, ast.Continue))


# ---- size ----------------------------------------------------------------------------------------


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
    if lines > most and path not in LONG_FILES:
        return f"{path} has {lines} lines, past {most}: split it, or say in LONG_FILES why not"
    return None
