"""The shape of the house: who may import whom, no floats in firmware, no swallowed errors, no long files.

Every rule runs over the project, and over snippets that break it, so that a rule that sees nothing fails too."""

import ast
import inspect

import pytest

from tests.shape import rules

BREACHES = {
    rules.firmware_imports_only_itself_and_the_contract: [
        ("firmware/meter.py", "import os"),
        ("firmware/meter.py", "import machine"),
        ("firmware/meter.py", "from hal import rp2"),
        ("firmware/meter.py", "from boards.rpi_pico import BOARD"),
        ("firmware/meter.py", "from host_sim.clock import Clock"),
        ("firmware/meter.py", "from . import units"),
        ("firmware/meter.py", "def f():\n    import math"),
        ("firmware/meter.py", "math = __import__('math')"),
        ("firmware/meter.py", "module = __import__(name)"),
    ],
    rules.firmware_takes_only_constants_and_the_error_from_the_contract: [
        ("firmware/meter.py", "from hal.contract import LEVEL_LOW, Hal"),
        ("firmware/meter.py", "from hal.contract import *"),
    ],
    rules.firmware_main_wires_firmware_boards_and_hal: [("firmware/main.py", "import host_sim.backend")],
    rules.boards_import_nothing: [("boards/rpi_pico.py", "import struct")],
    rules.hal_imports_only_the_machine_and_hal: [("hal/rp2.py", "from firmware import units")],
    rules.the_contract_imports_nothing: [("hal/contract.py", "import time")],
    rules.the_simulator_does_not_know_the_bench: [
        ("host_sim/run.py", "from bench import balance"),
        ("host_sim/run.py", "from . import clock"),
    ],
    rules.the_simulators_inside_runs_on_micropython: [
        ("host_sim/clock.py", "import tqdm"),
        ("host_sim/plant/head.py", "from fractions import Fraction"),
        ("host_sim/world.py", "from host_sim import scenario"),
        ("host_sim/main.py", "import host_sim.run"),
    ],
    rules.the_bench_knows_the_frame_format_and_nothing_else_of_the_pump: [
        ("bench/client.py", "from firmware.meter import Meter"),
        ("bench/client.py", "import hal.contract"),
        ("bench/client.py", "from host_sim.world import World"),
    ],
    rules.only_hal_touches_the_machine: [
        ("host_sim/run.py", "import time"),
        ("host_sim/run.py", "from time import monotonic"),
        ("firmware/pump.py", "def f():\n    import machine"),
        ("bench/client.py", "import_module('utime')"),
        ("bench/balances/poller.py", "import time"),
        ("bench/balances/host_clock.py", "import machine"),
    ],
    rules.firmware_has_no_floats: [
        ("firmware/meter.py", "x = 0.5"),
        ("firmware/meter.py", "x = 1e3"),
        ("firmware/meter.py", "x = a / b"),
        ("firmware/meter.py", "a /= b"),
        ("firmware/meter.py", "x = float(a)"),
        ("firmware/meter.py", "x = map(float, a)"),
        ("firmware/meter.py", "x = 10 ** -3"),
    ],
    rules.nothing_is_guarded_by_assert: [("hal/rp2.py", "assert x > 0, 'x'")],
    rules.no_import_falls_back: [("host_sim/run.py", "try:\n    import a\nexcept ImportError:\n    a = None")],
    rules.no_error_is_swallowed: [
        ("host_sim/run.py", "try:\n    f()\nexcept:\n    raise"),
        ("host_sim/run.py", "try:\n    f()\nexcept Exception:\n    pass"),
        ("firmware/link.py", "for x in y:\n    try:\n        f()\n    except BaseException as e:\n        continue"),
    ],
    rules.a_hal_class_has_at_most_7_methods: [("hal/contract.py", "class A:\n" + "".join(f"    def m{i}(self): ...\n" for i in range(8)))],
}

FINE = """
import json
from firmware import units
from firmware.meter import Meter
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
    assert not list(rule("firmware/meter.py", ast.parse(FINE)))


def test_every_rule_is_run():
    functions = [value for value in vars(rules).values() if inspect.isfunction(value) and value.__module__ == rules.__name__]
    written = {function for function in functions if list(inspect.signature(function).parameters) == ["path", "tree"]}
    assert written == set(BREACHES)


def test_wirings_and_files_stay_short():
    lengths = {path: len((rules.ROOT / path).read_text(encoding="utf-8").splitlines()) for path in rules.all_files()}
    found = [text for path, lines in lengths.items() if (text := rules.too_long(path, lines))]
    assert not found, "\n".join(["", *found])
    assert all(lengths.get(path, 0) > rules.FILE_LINES for path in rules.LONG_FILES), "a file in LONG_FILES is not long any more"


def test_a_long_file_is_named():
    assert "host_sim/report.py" in rules.too_long("host_sim/report.py", 301)
    assert "firmware/main.py" in rules.too_long("firmware/main.py", 60)
    assert rules.too_long("host_sim/report.py", 300) is None
    assert rules.too_long("host_sim/main.py", 59) is None
    assert rules.too_long("tests/unit/test_link.py", 301) is None
    assert "tests/unit/test_link.py" in rules.too_long("tests/unit/test_link.py", 401)
