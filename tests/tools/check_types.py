"""Types: the firmware against the MicroPython stubs, the host's programs against CPython's own
(CPython only).

    python -m tests.tools.check_types

What MicroPython runs (firmware, hal, board files, the inside of the simulator) is checked with the
stubs of the RP2 port in the place of CPython's library, so that `json.dumps(x, indent=2)` or
`time.monotonic()` is an error; what the HAL has for other ports, and what they share, with the
stubs of those. The stubs keep CPython's str, bytes, list ..., so what MicroPython lacks of these is
asked of the interpreter itself: see `lacking`. Not seen by either: arguments that MicroPython's own
methods do not take ("a".split(maxsplit=1)), and what the board's build lacks beside the unix port.
The stories run on the interpreter for that.
"""

import ast
import builtins
import functools
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from mypy import api

from host_sim.run import interpreter
from tests.shape import rules
from tests.tools import backends, port_stubs
from tests.tools.cross_compile import modules

ROOT = Path(__file__).parents[2]
STUBS = ("micropython-rp2-rpi-pico-stubs", "micropython-stdlib-stubs")
TYPINGS = ROOT / "build" / "typings"
PORTS = ("rp2", "esp32", "stm32")
BUILTIN_TYPES = ("str", "bytes", "bytearray", "int", "list", "dict", "tuple", "set", "frozenset")

OPTIONS = [
    "--check-untyped-defs",  # MicroPython has no typing: what it runs bears no annotations
    "--no-strict-optional",  # so an attribute that starts as None would count as None for ever
    "--disable-error-code=var-annotated",
    "--explicit-package-bases",
    "--follow-imports=silent",
    "--no-error-summary",
    "--hide-error-context",
]


def micropython_files():
    """What MicroPython runs, as paths from the root."""
    inside = [
        path
        for path in rules.product_files()
        if path.startswith(("firmware/", "hal/")) or rules.runs_on_both(path)
    ]
    return inside + [path for path in rules.product_files() if rules.is_board(path)]


def host_files():
    inside = set(micropython_files())
    return [path for path in rules.product_files() if path not in inside]


def files_of(port):
    """What is checked with the stubs of a port."""
    if port == "rp2":
        others = [path for other in PORTS[1:] for path in own(other)]
        return [path for path in micropython_files() if path not in others]
    return [path for path in modules(port) if path.startswith("hal/")]


def backends_of(files):
    """A file that makes one of each class of a backend in `files`: see tests/tools/backends.py."""
    TYPINGS.mkdir(parents=True, exist_ok=True)
    path = TYPINGS / "make_backends.py"
    path.write_text(backends.text(files))
    return str(path)


def own(port):
    return [
        path for path in rules.product_files() if path.startswith((f"hal/{port}.", f"hal/{port}_"))
    ]


def lay_out_stubs(port):
    """The stubs of a port in a folder of their own, as mypy wants a typeshed; returns it.

    They come with the pinned packages.
    """
    place = TYPINGS / port
    stamp = place / "versions.json"
    versions = json.dumps(
        [*((name, metadata.version(name)) for name in STUBS), port_stubs.pins().get(port)]
    )
    if stamp.exists() and stamp.read_text() == versions:
        return place
    shutil.rmtree(place, ignore_errors=True)
    for name in STUBS if port == "rp2" else STUBS[1:]:
        for file in metadata.files(name) or ():
            if file.suffix == ".pyi" or file.name == "VERSIONS":
                target = place / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
    if port != "rp2":
        shutil.copytree(
            port_stubs.folder(port),
            place,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("*.dist-info"),
        )
    stamp.write_text(versions)
    return place


def mypy(files, *options):
    """The errors in these files, as lines; not those within the stubs themselves.

    Where a .pyi lies beside a file, that is what everybody is checked against: mypy would take the
    file itself if it were named.
    """
    read = [f"{path}i" if (ROOT / f"{path}i").exists() else path for path in files]
    out, problems, _ = api.run([*OPTIONS, *options, *read])
    if problems:
        return problems.splitlines()
    stubs = tuple(f"build/typings/{port}/" for port in PORTS)
    return [line for line in out.splitlines() if not line.startswith(stubs)]


def on_micropython(files, port="rp2"):
    """What the stubs of a port refuse in files that MicroPython runs."""
    place = lay_out_stubs(port)
    os.environ["MYPYPATH"] = str(place)
    try:
        return mypy(
            files,
            f"--custom-typeshed-dir={place}",
            "--python-version=3.10",
            f"--cache-dir=build/mypy/{port}",
        )
    finally:
        del os.environ["MYPYPATH"]


def on_the_host(files):
    """What mypy refuses in files for CPython alone: every function there bears annotations."""
    return mypy(
        files,
        "--disallow-untyped-defs",
        "--cache-dir=build/mypy/host",
        "--ignore-missing-imports",
    )


@functools.cache
def names_micropython_lacks():
    """(builtins, attributes of the built-in types) that CPython has and the interpreter here has
    not.
    """
    types = ", ".join(BUILTIN_TYPES)
    code = (
        "import builtins; print(dir(builtins)); "
        f"print([name for t in ({types}) for name in dir(t)])"
    )
    done = subprocess.run(
        [*interpreter.find("micropython"), "-c", code], capture_output=True, text=True, check=True
    )
    there, attributes = (set(ast.literal_eval(line)) for line in done.stdout.splitlines())
    ours = {
        name
        for kind in BUILTIN_TYPES
        for name in dir(getattr(builtins, kind))
        if not name.startswith("_")
    }
    return {name for name in dir(builtins) if not name.startswith("_")} - there, ours - attributes


def lacking(path, tree):
    """(line, text) of each built-in, or method of a built-in type, that MicroPython has not, unless
    the file defines that name.
    """
    functions, attributes = names_micropython_lacks()
    own = {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    own |= {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    own |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in attributes - own:
            yield node.lineno, f"MicroPython has no .{node.attr}"
        elif isinstance(node, ast.Name) and node.id in functions - own:
            yield node.lineno, f"MicroPython has no {node.id}"


def main():
    inside = micropython_files()
    found = []
    for port in PORTS:
        files = files_of(port)
        found += [f"{line} [{port}]" for line in on_micropython([*files, backends_of(files)], port)]
    for path in inside:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"), path)
        found += [f"{path}:{line}: error: {text}" for line, text in lacking(path, tree)]
    host = host_files()
    found += on_the_host(host)
    counted = f"{len(inside)} files against the MicroPython stubs, {len(host)} against CPython's"
    print("\n".join([*found, f"{counted}: {len(found)} messages"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
