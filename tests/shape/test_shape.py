"""The shape of the house: who may import whom, no floats in firmware, no swallowed errors, no long
files.

Every rule runs over the project, and over snippets that break it, so that a rule that sees nothing
fails too."""

import ast
import inspect

import pytest

from tests.shape import rules

BREACHES = {
    rules.firmware_imports_only_itself_and_the_contract: [
        ("firmware/motion/meter.py", "import os"),
        ("firmware/motion/meter.py", "import machine"),
        ("firmware/motion/meter.py", "from hal import rp2"),
        ("firmware/motion/meter.py", "from boards.rpi_pico import BOARD"),
        ("firmware/motion/meter.py", "from host_sim.machine.clock import Clock"),
        ("firmware/motion/meter.py", "from . import units"),
        ("firmware/motion/meter.py", "def f():\n    import math"),
        ("firmware/motion/meter.py", "math = __import__('math')"),
        ("firmware/motion/meter.py", "module = __import__(name)"),
    ],
    rules.a_room_imports_only_from_rooms_below_it: [
        ("firmware/units.py", "from firmware.books import ledger"),
        ("firmware/guard/gate.py", "from firmware.motion.planner import Planner"),
        ("firmware/link/status.py", "from firmware import pump"),
        ("host_sim/judge/expect.py", "from host_sim.report import page"),
        ("bench/plan/plan.py", "import bench.weigh.weigh"),
        ("bench/garden/tree.py", "import math"),
    ],
    rules.firmware_takes_only_constants_and_the_error_from_the_contract: [
        ("firmware/motion/meter.py", "from hal.contract import LEVEL_LOW, Hal"),
        ("firmware/motion/meter.py", "from hal.contract import *"),
    ],
    rules.firmware_main_wires_firmware_boards_and_hal: [
        ("firmware/main.py", "import host_sim.machine.backend")
    ],
    rules.boards_import_nothing: [("boards/rpi_pico.py", "import struct")],
    rules.hal_imports_only_the_machine_and_hal: [("hal/rp2.py", "from firmware import units")],
    rules.the_contract_imports_nothing: [("hal/contract.py", "import time")],
    rules.the_simulator_does_not_know_the_bench: [
        ("host_sim/run/run.py", "from bench import balance"),
        ("host_sim/run/run.py", "from . import clock"),
    ],
    rules.the_simulators_inside_runs_on_micropython: [
        ("host_sim/machine/clock.py", "import tqdm"),
        ("host_sim/plant/head.py", "from fractions import Fraction"),
        ("host_sim/machine/world.py", "from host_sim import scenario"),
        ("host_sim/machine/start.py", "import host_sim.run.run"),
    ],
    rules.the_bench_knows_the_frame_format_and_nothing_else_of_the_pump: [
        ("bench/client.py", "from firmware.motion.meter import Meter"),
        ("bench/client.py", "import hal.contract"),
        ("bench/client.py", "from host_sim.machine.world import World"),
    ],
    rules.only_hal_touches_the_machine: [
        ("host_sim/run/run.py", "import time"),
        ("host_sim/run/run.py", "from time import monotonic"),
        ("firmware/pump.py", "def f():\n    import machine"),
        ("bench/client.py", "import_module('utime')"),
        ("bench/balances/poller.py", "import time"),
        ("bench/balances/host_clock.py", "import machine"),
    ],
    rules.firmware_has_no_floats: [
        ("firmware/motion/meter.py", "x = 0.5"),
        ("firmware/motion/meter.py", "x = 1e3"),
        ("firmware/motion/meter.py", "x = a / b"),
        ("firmware/motion/meter.py", "a /= b"),
        ("firmware/motion/meter.py", "x = float(a)"),
        ("firmware/motion/meter.py", "x = map(float, a)"),
        ("firmware/motion/meter.py", "x = 10 ** -3"),
    ],
    rules.nothing_is_guarded_by_assert: [("hal/rp2.py", "assert x > 0, 'x'")],
    rules.no_import_falls_back: [
        ("host_sim/run/run.py", "try:\n    import a\nexcept ImportError:\n    a = None")
    ],
    rules.no_error_is_swallowed: [
        ("host_sim/run/run.py", "try:\n    f()\nexcept:\n    raise"),
        ("host_sim/run/run.py", "try:\n    f()\nexcept Exception:\n    pass"),
        (
            "firmware/link/frames.py",
            "for x in y:\n    try:\n        f()\n    except BaseException as e:\n        continue",
        ),
    ],
    rules.a_hal_class_has_at_most_7_methods: [
        ("hal/contract.py", "class A:\n" + "".join(f"    def m{i}(self): ...\n" for i in range(8)))
    ],
}

FINE = """
import json
from firmware import units
from firmware.motion.meter import Meter
from hal.contract import LEVEL_LOW, HalError

def rate(a, b):
    try:
        return a // b ** 2
    except ZeroDivisionError:
        raise HalError("b is 0")
"""


@pytest.mark.parametrize("rule", BREACHES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule):
    found = []
    for path in rules.product_files():
        tree = ast.parse((rules.ROOT / path).read_text(encoding="utf-8"), path)
        found += [f"{path}:{line}: {what}" for line, what in rule(path, tree)]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("rule", "path", "snippet"),
    [(rule, path, snippet) for rule, snippets in BREACHES.items() for path, snippet in snippets],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_rule_sees_what_breaks_it(rule, path, snippet):
    assert list(rule(path, ast.parse(snippet)))


@pytest.mark.parametrize("rule", BREACHES, ids=lambda rule: rule.__name__)
def test_the_rule_lets_good_firmware_be(rule):
    assert not list(rule("firmware/motion/meter.py", ast.parse(FINE)))


def test_every_rule_is_run():
    functions = [
        value
        for value in vars(rules).values()
        if inspect.isfunction(value) and value.__module__ == rules.__name__
    ]
    written = {
        function
        for function in functions
        if list(inspect.signature(function).parameters) == ["path", "tree"]
    }
    assert written == set(BREACHES)


def test_wirings_and_files_stay_short():
    lengths = {
        path: len((rules.ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in rules.all_files()
    }
    found = [text for path, lines in lengths.items() if (text := rules.too_long(path, lines))]
    assert not found, "\n".join(["", *found])
    assert all(lengths.get(path, 0) > rules.FILE_LINES for path in rules.LONG_FILES), (
        "a file in LONG_FILES is not long any more"
    )


def test_a_long_file_is_named():
    assert "host_sim/report/page.py" in rules.too_long("host_sim/report/page.py", 301)
    assert "firmware/main.py" in rules.too_long("firmware/main.py", 60)
    assert rules.too_long("host_sim/report/page.py", 300) is None
    assert rules.too_long("host_sim/machine/start.py", 59) is None
    assert rules.too_long("tests/unit/firmware/link/test_frames.py", 301) is None
    assert "tests/unit/firmware/link/test_frames.py" in rules.too_long(
        "tests/unit/firmware/link/test_frames.py", 401
    )
