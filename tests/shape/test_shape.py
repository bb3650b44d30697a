"""The shape of the house: who may import whom, no floats in firmware, no swallowed errors, no long
files.

Every rule runs over the project, and over snippets that break it, so that a rule that sees nothing
fails too."""

import ast
import inspect

import pytest

from tests.shape import arrows, errors, numbers, order, ownership, rules, sizes

SUBJECTS = (arrows, numbers, errors, sizes, ownership, order)

BREACHES = {
    arrows.firmware_imports_only_itself_and_the_contract: [
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
    arrows.a_room_imports_only_from_rooms_below_it: [
        ("firmware/units.py", "from firmware.books import ledger"),
        ("firmware/guard/gate.py", "from firmware.motion.planner import Planner"),
        ("firmware/link/status.py", "from firmware import pump"),
        ("host_sim/judge/expect.py", "from host_sim.report import page"),
        ("bench/plan/plan.py", "import bench.weigh.weigh"),
        ("bench/garden/tree.py", "import math"),
    ],
    arrows.firmware_takes_only_constants_and_the_error_from_the_contract: [
        ("firmware/motion/meter.py", "from hal.contract import LEVEL_LOW, Hal"),
        ("firmware/motion/meter.py", "from hal.contract import *"),
    ],
    arrows.firmware_main_wires_firmware_boards_and_hal: [
        ("firmware/main.py", "import host_sim.machine.backend")
    ],
    arrows.boards_import_nothing: [("boards/rpi_pico.py", "import struct")],
    arrows.hal_imports_only_the_machine_and_hal: [("hal/rp2.py", "from firmware import units")],
    arrows.the_contract_imports_nothing: [("hal/contract.py", "import time")],
    arrows.the_simulator_does_not_know_the_bench: [
        ("host_sim/run/run.py", "from bench import balance"),
        ("host_sim/run/run.py", "from . import clock"),
    ],
    arrows.the_simulators_inside_runs_on_micropython: [
        ("host_sim/machine/clock.py", "import tqdm"),
        ("host_sim/plant/head.py", "from fractions import Fraction"),
        ("host_sim/machine/world.py", "from host_sim import scenario"),
        ("host_sim/machine/start.py", "import host_sim.run.run"),
    ],
    arrows.the_bench_knows_the_frame_format_and_nothing_else_of_the_pump: [
        ("bench/client.py", "from firmware.motion.meter import Meter"),
        ("bench/client.py", "import hal.contract"),
        ("bench/client.py", "from host_sim.machine.world import World"),
    ],
    arrows.the_programmer_drives_a_pump_from_outside: [
        ("clepsydra/pump/remote_pump.py", "from firmware.pump import Pump"),
        ("clepsydra/link/wires.py", "import hal.contract"),
        ("clepsydra/link/targets.py", "from host_sim.machine.world import World"),
    ],
    arrows.only_hal_touches_the_machine: [
        ("host_sim/run/run.py", "import time"),
        ("host_sim/run/run.py", "from time import monotonic"),
        ("firmware/pump.py", "def f():\n    import machine"),
        ("bench/client.py", "import_module('utime')"),
        ("bench/balances/poller.py", "import time"),
        ("bench/balances/host_clock.py", "import machine"),
    ],
    numbers.firmware_has_no_floats: [
        ("firmware/motion/meter.py", "x = 0.5"),
        ("firmware/motion/meter.py", "x = 1e3"),
        ("firmware/motion/meter.py", "x = a / b"),
        ("firmware/motion/meter.py", "a /= b"),
        ("firmware/motion/meter.py", "x = float(a)"),
        ("firmware/motion/meter.py", "x = map(float, a)"),
        ("firmware/motion/meter.py", "x = 10 ** -3"),
    ],
    errors.nothing_is_guarded_by_assert: [("hal/rp2.py", "assert x > 0, 'x'")],
    errors.no_import_falls_back: [
        ("host_sim/run/run.py", "try:\n    import a\nexcept ImportError:\n    a = None")
    ],
    errors.no_error_is_swallowed: [
        ("host_sim/run/run.py", "try:\n    f()\nexcept:\n    raise"),
        ("host_sim/run/run.py", "try:\n    f()\nexcept Exception:\n    pass"),
        (
            "firmware/link/frames.py",
            "for x in y:\n    try:\n        f()\n    except BaseException as e:\n        continue",
        ),
    ],
    ownership.nobody_assigns_to_another_objects_attributes: [
        ("firmware/alarms/signals.py", "self.ledger.booked_steps += 3"),
        ("firmware/alarms/signals.py", "pump.state = 3"),
        ("firmware/alarms/signals.py", "a, (self.b, other.c) = row"),
        ("firmware/alarms/signals.py", "self.alarms.table[3] = 4"),
        ("firmware/alarms/signals.py", "for other.x in y: pass"),
        ("firmware/alarms/signals.py", "del other.x"),
    ],
    order.the_order_of_a_dict_is_not_seen: [
        ("firmware/alarms/signals.py", "for code, row in alarm_table.TABLE.items(): f(code)"),
        ("firmware/alarms/signals.py", "for code in alarm_table.TABLE: f(code)"),
        ("firmware/link/status.py", "d = {1: 2}\nfor key in d: f(key)"),
        ("firmware/link/status.py", "self.d = dict(a)\nreturn_ = [key for key in self.d]"),
        ("firmware/config.py", "def f(section):\n    for key in section: g(section['a'])"),
        ("firmware/config.py", "def f(a):\n    if 1 in a: f(1)\n    for key in a: g(key)"),
        ("firmware/config.py", "text = ', '.join({'a': 1})"),
        ("firmware/config.py", "rows = list(faults.values())"),
        ("hal/inputs.py", "pins = {1, 2}\nfor pin in pins: f(pin)"),
        ("host_sim/plant/faults.py", "f(*d.values())"),
        ("host_sim/machine/result.py", "json.dump({name: 1 for name in names}, file)"),
    ],
    sizes.a_hal_class_has_at_most_7_methods: [
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
        found += [f"{path}:{line}: {what}" for line, what in rule(path, rules.tree_of(path))]
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


def test_every_order_said_to_be_harmless_is_still_there():
    texts = {path: ast.unparse(rules.tree_of(path)) for path, _ in order.HARMLESS}
    assert [row for row in order.HARMLESS if row[1] not in texts[row[0]]] == []


def test_every_rule_is_run():
    functions = [
        value
        for subject in SUBJECTS
        for value in vars(subject).values()
        if inspect.isfunction(value) and value.__module__ == subject.__name__
    ]
    written = {
        function
        for function in functions
        if list(inspect.signature(function).parameters) == ["path", "tree"]
    }
    assert written == set(BREACHES)


def length_of(path):
    return len((rules.ROOT / path).read_text(encoding="utf-8").splitlines())


def test_wirings_and_files_stay_short():
    found = [sizes.too_long(path, length_of(path)) for path in rules.all_files()]
    assert not any(found), "\n".join(["", *filter(None, found)])


def test_half_of_the_product_files_and_nearly_all_are_shorter_still():
    paths = [path for path in rules.product_files() if not path.endswith("__init__.py")]
    found = sizes.too_long_as_a_whole([length_of(path) for path in paths])
    assert not found, "\n".join(["", *found])


def test_files_that_grow_together_are_named():
    assert not sizes.too_long_as_a_whole([110] * 94 + [260] * 6)
    assert sizes.too_long_as_a_whole([111] * 94 + [260] * 6) == [
        "the median is 111 lines, past 110"
    ]
    assert sizes.too_long_as_a_whole([110] * 94 + [261] * 6) == [
        "the 95th percentile is 261 lines, past 260"
    ]


def test_a_long_file_is_named():
    assert "host_sim/report/page.py" in sizes.too_long("host_sim/report/page.py", 301)
    assert "firmware/main.py" in sizes.too_long("firmware/main.py", 60)
    assert sizes.too_long("host_sim/report/page.py", 300) is None
    assert sizes.too_long("host_sim/machine/start.py", 59) is None
    assert sizes.too_long("tests/unit/firmware/link/test_frames.py", 350) is None
    assert "test_frames.py" in sizes.too_long("tests/unit/firmware/link/test_frames.py", 351)


def test_no_product_files_import_each_other_in_a_circle():
    graph = ownership.import_graph()
    assert "firmware/units.py" in graph["firmware/pump.py"]
    assert not ownership.circle(graph), " -> ".join(ownership.circle(graph))


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c"]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, []),
        ({"a": {"a"}}, ["a"]),
    ],
)
def test_a_circle_is_found(graph, found):
    assert ownership.circle(graph) == found


def test_no_two_product_files_of_one_name_mean_different_things():
    assert not ownership.shared_names(rules.product_files())
    same = ["firmware/motion/meter.py", "bench/weigh/meter.py"]
    assert ownership.shared_names([*same, "bench/plan/plan.py"]) == {"meter.py": same}
