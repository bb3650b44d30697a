"""The wheel: one top-level name, and a first drop from `/` beside packages of others that have the
names of parts of the house.
"""

import ast
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile

import pytest

import hatch_build
from host_sim.live import running
from tests.rigs.patience import HANGS_S
from tests.shape import rules

FOREIGN = ("bench", "hal", "boards")
FIRST_DROP = """
import bench, boards, hal
import clepsydra
assert (bench.MARK, boards.MARK, hal.MARK) == ("foreign",) * 3
with clepsydra.connect() as pump:
    print(pump.status().state, pump.identity().board)
    pump.stop()
import bench as again
assert again.MARK == "foreign" and "firmware" not in __import__("sys").modules
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of an environment with the wheel; what it depends on comes from this one."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: `make setup` installs it")
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=rules.ROOT
    )
    place = folder / "venv"
    venv.create(place)
    (wheel,) = folder.glob("*.whl")
    there = ("--python", str(place / "bin" / "python"))  # pip itself is not what is tried here
    run(sys.executable, "-m", "pip", *there, "install", "--no-deps", "--no-index", str(wheel))
    packages = next(place.glob("lib/python3*/site-packages"))
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for name in FOREIGN:
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text("MARK = 'foreign'\n")
    return folder


def run(*command, typed=None, **options):
    done = subprocess.run(
        command,
        input=typed,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=HANGS_S,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
def test_the_wheel_has_one_top_level_name(installed):
    (wheel,) = installed.glob("*.whl")
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"clepsydra"}
    assert "clepsydra/page/templates/base.html" in zipfile.ZipFile(wheel).namelist()


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
def test_first_drop_from_anywhere_beside_packages_of_others(installed, monkeypatch):
    monkeypatch.setenv(running.ENVIRONMENT, str(installed / "runtime"))
    bin_folder = installed / "venv" / "bin"
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "CLEPSYDRA_PUMP": "sim"}
    environment.pop("PYTHONPATH", None)

    def clepsydra(*arguments, typed=""):
        return run(str(bin_folder / "clepsydra"), *arguments, typed=typed, cwd="/", env=environment)

    assert "STOPPED" in clepsydra("status")
    clepsydra("clock", "set", typed="y\n")
    assert "INFUSING" in clepsydra("start", typed="y\n")
    said = run(str(bin_folder / "python"), "-c", FIRST_DROP, cwd="/", env=environment)
    assert said == "INFUSING rpi_pico\n"
    assert "flex_week" in clepsydra("sim", "list")
    assert "mt-sics" in clepsydra("bench", "weigh", "--help")
    assert "has ended" in clepsydra("sim", "end")


def test_the_house_imports_its_parts_by_from_as_the_packing_needs_it():
    for path in rules.product_files():
        for node in ast.walk(rules.tree_of(path)):
            if isinstance(node, ast.Import):
                tops = {alias.name.split(".")[0] for alias in node.names}
                assert not tops & set(hatch_build.HOUSE), f"{path}:{node.lineno}"


def test_the_imports_of_the_house_are_put_under_one_name_and_no_others():
    source = (
        "from firmware.errors import X\n    from bench import y\n"
        'a = import_module("boards." + n)\nfrom benchmark import z\nimport json\n# from firmware\n'
    )
    assert hatch_build.rewritten(source) == (
        "from clepsydra.parts.firmware.errors import X\n    from clepsydra.parts.bench import y\n"
        'a = import_module("clepsydra.parts.boards." + n)\nfrom benchmark import z\nimport json\n'
        "# from firmware\n"
    )
