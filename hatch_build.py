"""Packs the wheel: one top-level name, `clepsydra`, and the rest of the house inside it.

    python -m hatchling build -t wheel

Its folder `house` holds the sources as they are. Children run there: the simulated pump on
MicroPython, live pumps. Its folder `parts` holds what the client itself imports, with each import
of the house put under `clepsydra.parts`: a package of somebody else that is called `bench` or `hal`
is left alone, and does no harm. An editable install packs nothing: it leads to the repository.
"""

import re
import shutil
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HOUSE = ("firmware", "hal", "boards", "host_sim", "bench")
SKIPPED = ("__pycache__", "node_modules")
_IMPORT = re.compile(rf"^(\s*from )({'|'.join(HOUSE)})\b", re.MULTILINE)
_BY_NAME = re.compile(rf'(import_module\(")({"|".join(HOUSE)})\b')
# Where children are started: there the sources are as they are
CHILDREN = "host_sim/run/run.py"
_ROOT = "ROOT = Path(__file__).resolve().parents[2]"
_HOUSE_ROOT = 'ROOT = Path(__file__).resolve().parents[3] / "house"'


class HouseInside(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        stage = Path(self.root) / "build" / "wheel" / "clepsydra"
        lay_out(Path(self.root), stage)
        build_data["force_include"][str(stage)] = "clepsydra"


def lay_out(root, stage):
    """The package as it is packed."""
    shutil.rmtree(stage, ignore_errors=True)
    for path in files(root / "clepsydra"):
        put(path, stage / path.relative_to(root / "clepsydra"), rewritten)
    for name in HOUSE:
        for path in files(root / name):
            place = path.relative_to(root)
            put(path, stage / "house" / place)
            put(path, stage / "parts" / place, rewritten)
    (stage / "parts" / "__init__.py").write_text('"""The house, for the client."""\n')
    children = stage / "parts" / CHILDREN
    text = children.read_text(encoding="utf-8")
    if text.count(_ROOT) != 1:
        raise ValueError(f"{CHILDREN} has no line {_ROOT!r}: say here where its children start")
    children.write_text(text.replace(_ROOT, _HOUSE_ROOT), encoding="utf-8")


def files(folder):
    """All that belongs to the sources, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(SKIPPED) & set(path.parts) and path.suffix != ".pyc":
            yield path


def put(path, place, change=None):
    place.parent.mkdir(parents=True, exist_ok=True)
    if change and path.suffix == ".py":
        place.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        shutil.copyfile(path, place)


def rewritten(source):
    """A module's text with the house's imports under clepsydra.parts."""
    source = _IMPORT.sub(r"\1clepsydra.parts.\2", source)
    return _BY_NAME.sub(r"\1clepsydra.parts.\2", source)
