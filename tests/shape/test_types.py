"""What MicroPython lacks is refused before a board finds out."""

import ast
import os
import subprocess

import pytest

from host_sim.machine import job, result
from host_sim.machine.start import LOADING_BYTES
from host_sim.run import interpreter
from tests.shape import rules
from tests.tools import backends, check_types

pytestmark = pytest.mark.xdist_group(
    "types"
)  # one worker: they share the laid out stubs and mypy's cache


@pytest.mark.parametrize(
    ("snippet", "message"),
    [
        (
            "import json\n\n\ndef f(x):\n    return json.dumps(x, indent=2)\n",
            'Unexpected keyword argument "indent"',
        ),
        (
            "import json\n\n\ndef f(x):\n    return json.dumps(x, sort_keys=True)\n",
            'Unexpected keyword argument "sort_keys"',
        ),
        (
            "import time\n\n\ndef f():\n    return time.monotonic()\n",
            'Module has no attribute "monotonic"',
        ),
        (
            "import machine\n\n\ndef f():\n    machine.Pin(3).flip()\n",
            '"Pin" has no attribute "flip"',
        ),
        ("import fractions\n", 'library stub for module named "fractions"'),
        ("def f(x):\n    return g(x)\n", 'Name "g" is not defined'),
    ],
)
def test_the_stubs_refuse_what_the_board_has_not(snippet, message, tmp_path):
    file = tmp_path / "snippet.py"
    file.write_text(snippet)
    assert any(message in line for line in check_types.on_micropython([str(file)]))


@pytest.mark.parametrize(
    ("port", "snippet", "message"),
    [
        (
            "esp32",
            "from esp32 import RMT\n\n\ndef f():\n    RMT(0).flip()\n",
            '"RMT" has no attribute "flip"',
        ),
        ("esp32", "import pyb\n", 'library stub for module named "pyb"'),
        (
            "stm32",
            "import stm\n\n\ndef f():\n    return stm.TIM99\n",
            'Module has no attribute "TIM99"',
        ),
        (
            "stm32",
            "from machine import Pin\n\n\ndef f():\n    return Pin.AF9_TIM1\n",
            'has no attribute "AF9_TIM1"',
        ),
        ("stm32", "import esp32\n", 'library stub for module named "esp32"'),
    ],
)
def test_the_stubs_of_each_port_refuse_what_that_port_has_not(port, snippet, message, tmp_path):
    file = tmp_path / "snippet.py"
    file.write_text(snippet)
    assert any(message in line for line in check_types.on_micropython([str(file)], port))


def test_each_backend_is_checked_with_the_stubs_of_its_own_port():
    checked = {port: set(check_types.files_of(port)) for port in check_types.PORTS}
    for port, files in checked.items():
        assert f"hal/{port}.py" in files
        assert "hal/board_hal.py" in files
        assert not [
            path
            for path in files
            for other in check_types.PORTS
            if other != port and path.startswith(f"hal/{other}")
        ]


def test_the_stubs_let_good_firmware_be(tmp_path):
    file = tmp_path / "snippet.py"
    file.write_text("import json\n\n\ndef f(x):\n    return json.dumps(x, separators=(',', ':'))\n")
    assert check_types.on_micropython([str(file)]) == []


@pytest.mark.parametrize(
    ("snippet", "name"),
    [
        ("x = 'a_b'.removeprefix('a')", ".removeprefix"),
        ("x = y.bit_length()", ".bit_length"),
        ("try:\n    pass\nexcept FileNotFoundError:\n    pass", "FileNotFoundError"),
        ("x = format(5, 'x')", "format"),
    ],
)
def test_built_in_names_that_micropython_lacks_are_refused(snippet, name):
    assert [text for _, text in check_types.lacking("firmware/x.py", ast.parse(snippet))] == [
        f"MicroPython has no {name}"
    ]


def test_a_method_of_ours_may_bear_such_a_name():
    snippet = "class Title:\n    def title(self):\n        return self.title()\n"
    assert list(check_types.lacking("firmware/x.py", ast.parse(snippet))) == []


@pytest.mark.parametrize("folder", ["boards", "firmware", "hal", "host_sim"])
def test_every_file_for_micropython_is_imported_by_it_within_the_heap(folder):
    files = [
        path
        for path in check_types.micropython_files()
        if path not in rules.WIRINGS and not rules.needs_a_board(path)
    ]
    files = [path for path in files if path.startswith(folder + "/")]
    modules = sorted(
        path[: -len(".py")].replace("/", ".") for path in files if not path.endswith("__init__.py")
    )
    environment = {**os.environ, "MICROPYPATH": f"{rules.ROOT}{os.pathsep}.frozen"}
    # Collecting often while it loads, as the simulator does.
    code = f"import gc\ngc.threshold({LOADING_BYTES})\n"
    code += "".join(f"import {module}\n" for module in modules)
    done = subprocess.run(
        [*interpreter.find("micropython"), "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("snippet", "refused"),
    [
        ("def f(x):\n    return x\n", True),
        ("def f(x: int) -> int:\n    return x\n", False),
        ("def f(x: int) -> str:\n    return x\n", True),
    ],
)
def test_where_cpython_alone_runs_a_function_without_annotations_is_refused(
    snippet, refused, tmp_path
):
    file = tmp_path / "snippet.py"
    file.write_text(snippet)
    assert bool(check_types.on_the_host([str(file)])) == refused


# The HAL contract


def contract(suffix):
    return ast.parse((rules.ROOT / f"hal/contract.{suffix}").read_text(encoding="utf-8"))


def constants(tree):
    targets = [
        target
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return {target.id for target in targets}


def test_the_contract_that_mypy_reads_is_the_one_that_the_pump_runs_with():
    said, typed = contract("py"), contract("pyi")
    assert constants(typed) == constants(said)
    assert backends.signatures(typed) == backends.signatures(said)


def test_each_attribute_of_the_contract_is_explained_in_its_words():
    words = {node.name: ast.get_docstring(node) for node in contract("py").body if is_class(node)}
    for node in contract("pyi").body:
        if is_class(node) and node.name != "Hal":
            attributes = [
                inner.target.id for inner in node.body if isinstance(inner, ast.AnnAssign)
            ]
            assert [name for name in attributes if name not in words[node.name]] == []


def is_class(node):
    return isinstance(node, ast.ClassDef)


def test_a_backend_takes_its_arguments_by_the_names_of_the_contract():
    promised = backends.signatures(contract("py"))
    found = backends.classes(check_types.micropython_files())
    assert len(found) > 15
    for path, node in found:
        own = backends.signatures(ast.Module([node], []))[node.name]
        for base in node.bases:
            for name, arguments in promised.get(base.id, {}).items():
                assert own.get(name, arguments) == arguments, f"{path}: {node.name}.{name}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("counts_per_rev = 4096", 'abstract attributes "angle" and "moved_counts"'),
        (
            "def moved_counts(self):\n        return 0",
            'abstract attributes "angle" and "counts_per_rev"',
        ),
        (
            "def moved_counts(self, turns):\n        return 0",
            'Signature of "moved_counts" incompat',
        ),
        ("counts_per_rev = '4096'", 'defined the type as "int"'),
    ],
)
@pytest.mark.parametrize("port", check_types.PORTS)
def test_a_backend_that_does_not_keep_the_contract_is_refused(port, body, message, tmp_path):
    file = tmp_path / "snippet.py"
    file.write_text(
        f"from hal.contract import Motion\n\n\nclass Encoder(Motion):\n    {body}\n\n\n"
        "def make():\n    return Encoder()\n"
    )
    told = check_types.on_micropython(["hal/contract.py", str(file)], port)
    assert any(message in line for line in told)


def test_each_class_of_each_backend_is_made_once_where_mypy_looks():
    text = backends.text(check_types.micropython_files())
    for name in ("PioStepDriver", "BurstDriver", "SimStepDriver", "SimClock", "BoardPower"):
        assert f"import {name} as" in text


# The job


def fields_in_stub(name):
    """{class: its fields} of a .pyi of the simulated machine."""
    tree = ast.parse((rules.ROOT / f"host_sim/machine/{name}.pyi").read_text(encoding="utf-8"))
    return {
        node.name: [inner.target.id for inner in node.body if isinstance(inner, ast.AnnAssign)]
        for node in tree.body
        if is_class(node)
    }


def test_the_job_that_mypy_reads_has_the_keys_of_the_job():
    fields = fields_in_stub("job")
    assert fields["Truth"] == [row.name for row in job.TRUTH]
    assert fields["Job"] == [row.name for row in job.JOB]
    assert fields["Row"] == list(job.Row._fields)


def test_the_result_that_mypy_reads_has_the_fields_of_the_result():
    assert fields_in_stub("result")["Result"] == list(result.FIELDS)
