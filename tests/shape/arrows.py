"""Who may import whom (CPython only)."""

import ast

from tests.shape.rules import (
    FLOOR_OF,
    PRODUCT,
    WIRINGS,
    file_of,
    imports,
    is_board,
    room_of,
    runs_on_both,
)

# What MicroPython brings on every board and firmware may lean on.
FIRMWARE_MODULES = {"json", "binascii", "struct", "gc", "collections"}
# Digests identify what a person is shown, and texts come in parts: only the link needs them.
LINK_MODULES = {"hashlib", "io"}
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

# What the programs on the host have in common: units in text, tables of keys, an output folder of
# one's own, how a report looks.
SHARED_ON_THE_HOST = "host_sim.shared"

# What a person's programmer takes of the house.
PROGRAMMER_TAKES = (
    "firmware.link.",
    "firmware.therapy.",
    "firmware.alarms.alarm_table",
    "firmware.config",
    "firmware.events",
    "firmware.errors",
    "firmware.states",
    "firmware.civil",
    "firmware.syringe_geometry",
    "firmware.units",
    "firmware.version",
    "host_sim.shared",
    "host_sim.live",
    "host_sim.run.interpreter",
    "host_sim.run.run",
    "host_sim.chip.image",
    "host_sim.scenario.",
    "host_sim.__main__",
    "boards.check",
    "bench.",
)


def a_room_imports_only_from_rooms_below_it(path, tree):
    here = room_of(path)
    if here is None:
        if not path.startswith("tests/"):
            yield 1, "this file is in no room of ROOMS"
        return
    for line, module in imports(tree):
        target = file_of(module) if module.split(".")[0] in PRODUCT else None
        there = room_of(target) if target else None
        if there and there != here and FLOOR_OF[there] >= FLOOR_OF[here]:
            yield line, f"{here} imports {module} of {there}, which is not below it"


def firmware_imports_only_itself_and_the_contract(path, tree):
    if not path.startswith("firmware/") or path == "firmware/main.py":
        return
    allowed = FIRMWARE_MODULES | (LINK_MODULES if path.startswith("firmware/link/") else set())
    for line, module in imports(tree):
        if not (module.startswith(("firmware.", "hal.contract")) or module in allowed):
            yield (
                line,
                (
                    f"firmware imports {module}: it may import firmware, hal.contract and "
                    f"{', '.join(sorted(FIRMWARE_MODULES))}"
                ),
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
                (
                    f"host_sim imports {module}: it may import firmware, hal, boards and itself, "
                    "by full name"
                ),
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
                (
                    f"bench imports {module}: it may import firmware.link.frames and "
                    f"{SHARED_ON_THE_HOST}"
                ),
            )


def the_programmer_drives_a_pump_from_outside(path, tree):
    """It takes the pump's words, its wire and its programs, and starts a simulated one; it reaches
    into none.
    """
    if not path.startswith("clepsydra/"):
        return
    for line, module in imports(tree):
        top = module.split(".")[0]
        if top in ("hal", "tests") or (
            top in ("firmware", "boards", "host_sim", "bench")
            and not module.startswith(PROGRAMMER_TAKES)
        ):
            yield line, f"clepsydra imports {module}: it may import {', '.join(PROGRAMMER_TAKES)}"


def only_hal_touches_the_machine(path, tree):
    if path.startswith("hal/"):
        return
    for line, module in imports(tree):
        if module.split(".")[0] in MACHINE_MODULES and (path, module) != (BENCH_CLOCK, "time"):
            yield (
                line,
                (
                    f"imports {module}: only backends in hal/ may (wall time on the host: "
                    "timeit.default_timer)"
                ),
            )
