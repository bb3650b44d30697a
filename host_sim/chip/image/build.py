"""Builds the image that is flashed: MicroPython for RP2040 or RP2350, with our modules frozen in.

    python -m host_sim.chip.image.build rpi_pico      # Clepsydra: build/chip/rpi_pico/firmware.*
    python -m host_sim.chip.image.build stock         # MicroPython as it comes, for comparison

The first writes firmware.uf2 and firmware.bin.

Fetched and compiled once (build/chip/sources, build/chip/compiled); an image whose inputs have not
changed is left alone, and a change of our modules costs ten seconds.
"""

import ast
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boards import check as boards
from boards.check_problems import meant
from host_sim.chip.emulator.process import BoardError, ChipError
from host_sim.chip.image import checksum, code_in_ram, frozen_functions, sources, toolchain, uf2
from host_sim.chip.image import our_interpreter as interpreter
from host_sim.shared import ending, source_version

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "chip"
STOCK = "stock"
# chip: (MicroPython's board, family in the UF2 file). Only the RP2040 is emulated.
CHIPS = {"rp2040": ("RPI_PICO", uf2.RP2040), "rp2350": ("RPI_PICO2", uf2.RP2350)}
OURS = ("firmware", "hal", "boards")
FROZEN = "frozen_content.c"  # of MicroPython's build: our modules
OUTPUTS = ("firmware.bin", "firmware.elf", "firmware.elf.map", FROZEN)
# asyncio: `make perf-chip` measures a rival with it
STOCK_MODULES = 'freeze("$(PORT_DIR)/modules")\ninclude("$(MPY_DIR)/extmod/asyncio")\n'
# Of the port's own modules all but its _boot.py, which formats what it cannot mount
PORT_MODULES = 'module("rp2.py", base_path="$(PORT_DIR)/modules")\n'
# A host that opens the port sends Ctrl-C: a pump that is just coming up must not end in the console
# for it. MicroPython switches it on again at each script, and in the console.
DEAF = "import micropython\n\nmicropython.kbd_intr(-1)\n\n"
MOUNT = "hal/rp2_mount.py"  # outside the package in the image: its docstring says why


def build(name: str) -> Path:
    """Build the image of a board, or the stock one, if it is not there yet; returns the folder with
    firmware.bin and firmware.uf2.
    """
    out, chip = BUILD / name, chip_of(name)  # a wrong name is refused before anything is fetched
    with one_build_at_a_time():
        toolchain.install()
        tree = sources.fetch(BUILD / "sources")
        manifest = _manifest(name)
        key, main = _key(name, manifest), main_of(name)
        if current(name) is None or built_main(name) != main:
            print(f"building the image {name} ...")
            shutil.rmtree(out, ignore_errors=True)
            code_in_ram.lay_out(tree, chip, name == STOCK)
            compiled = _compile(tree, manifest, chip, name == STOCK)
            out.mkdir(parents=True)
            for file in OUTPUTS:
                shutil.copy(compiled / file, out / file)
            image = (out / "firmware.bin").read_bytes()
            if name != STOCK:
                image = checksum.stored(image)
                (out / "firmware.bin").write_bytes(image)
            (out / "firmware.uf2").write_bytes(uf2.pack(image, family=CHIPS[chip_of(name)][1]))
            (out / "main.py").write_text(main, encoding="utf-8")
            (out / "key").write_text(key, encoding="utf-8")
    return out


def current(name: str) -> Path | None:
    """The folder of an image that is built and whose modules have not changed since; None if there
    is none. It may have been built at another commit.
    """
    out = BUILD / name
    if not (out / "key").is_file() or (name != STOCK and not (ROOT / "firmware/main.py").is_file()):
        return None
    return out if (out / "key").read_text(encoding="utf-8") == _key(name, _manifest(name)) else None


def built_main(name: str) -> str | None:
    """The text of main.py in an image that is built; None if there is none."""
    path = BUILD / name / "main.py"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def board_modules(board: str) -> list[str]:
    """Our files that a board's image needs, as paths from the root: what firmware.main and the
    board's backend import.
    """
    backend = board_data(board)["backend"]
    wanted, found = [f"boards.{board}", f"hal.{backend}", "firmware.main"], set()
    while wanted:
        module = wanted.pop()
        path = Path(*module.split(".")).with_suffix(".py")
        if path not in found and (ROOT / path).is_file():
            found.add(path)
            wanted += _imports(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    found |= {Path(package, "__init__.py") for package in OURS}
    return sorted(path.as_posix() for path in found)


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def board_data(name: str) -> dict[str, Any]:
    """What a board file says. Raises ChipError if there is none of that name."""
    path = ROOT / "boards" / f"{name}.py"
    if not path.is_file():
        there = f"{meant(name, boards.names())}there are {', '.join(boards.names())}"
        raise BoardError(f"board {name!r}: there is no boards/{name}.py: {there}")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            return ast.literal_eval(node.value)
    raise ChipError(f"board {name!r}: boards/{name}.py sets no BOARD")


def chip_of(name: str) -> str:
    """The chip that an image is built for. Raises ChipError if none is built for it."""
    chip = "rp2040" if name == STOCK else board_data(name)["chip"]
    if chip not in CHIPS:
        raise BoardError(
            f"board {name!r} has the chip {chip}: images are built for {' and '.join(CHIPS)} only; "
            "`make flash` puts the files on it"
        )
    return chip


def _manifest(name: str) -> str:
    chip_of(name)
    if name == STOCK:
        return STOCK_MODULES
    frozen = "".join(
        f'module("{path}", base_path="{ROOT}", opt=0)\n' for path in board_modules(name)
    )
    main = BUILD / "main"
    main.mkdir(parents=True, exist_ok=True)
    (main / "main.py").write_text(main_of(name), encoding="utf-8")
    (main / "_boot.py").write_text(boot_of(name), encoding="utf-8")
    folder, file = MOUNT.split("/")
    return (
        f'{PORT_MODULES}{frozen}module("{file}", base_path="{ROOT / folder}")\n'
        f'module("_boot.py", base_path="{main}")\nmodule("main.py", base_path="{main}")\n'
    )


def boot_of(board: str) -> str:
    """The text of the `_boot.py` of a board's image: MicroPython runs it before all else."""
    sectors = board_data(board)["flash"]["store_sectors"]
    return f"{DEAF}import rp2_mount\n\nrp2_mount.mount({sectors})\ndel rp2_mount\n"


def main_of(board: str) -> str:
    """The text of a board's own main.py: its name, and what its firmware was built from. That of
    the stock image is empty.
    """
    if board == STOCK:
        return ""
    commit, dirty = source_version.of_tree(OURS)
    return (
        f'{DEAF}import firmware.main\n\nfirmware.main.main("{board}", commit="{commit}", '
        f"dirty={dirty}, mark={checksum.MARK!r})\n"
    )


def _key(name: str, manifest: str) -> str:
    digest = hashlib.sha256(manifest.encode())
    digest.update(sources.versions(BUILD / "sources").encode())
    if name != STOCK:
        for path in (*board_modules(name), MOUNT):
            digest.update((ROOT / path).read_bytes())
        digest.update(boot_of(name).encode())
        digest.update(" ".join(code_in_ram.IN_RAM).encode())
        for setting in (*sorted(interpreter.FOLDER.iterdir()), Path(frozen_functions.__file__)):
            digest.update(setting.read_bytes())
    return digest.hexdigest()


def _compile(tree: Path, manifest: str, chip: str, stock: bool) -> Path:
    board = CHIPS[chip][0]
    compiled, logs = BUILD / f"compiled_{STOCK if stock else chip}", BUILD / "logs"
    logs.mkdir(exist_ok=True)
    interpreter.forget_if_changed(compiled)
    jobs = f"-j{os.cpu_count()}"
    # so that the same sources give the same image
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    path = BUILD / "manifest.py"
    path.write_text(manifest, encoding="utf-8")
    toolchain.run(
        ["make", "-C", tree / "mpy-cross", jobs], log=logs / "mpy-cross.log", env=environment
    )
    settings = {
        "PICO_NO_PICOTOOL": 1,
        "MICROPY_BOARD": board,
        "MICROPY_BOARD_DIR": interpreter.board_folder(tree, board, BUILD, stock),
        "CLEPSYDRA_INTERPRETER": interpreter.FOLDER,
        "MICROPY_FROZEN_MANIFEST": path,
    }
    configure: list[Path | str] = [
        "cmake",
        "-S",
        tree / "ports/rp2",
        "-B",
        compiled,
        *(f"-D{key}={value}" for key, value in settings.items()),
    ]
    toolchain.run(configure, log=logs / "cmake.log", env=environment)
    # They are not made anew for a module that is gone from the manifest, or is another of its name.
    for name in (FROZEN, "frozen_mpy/_boot.mpy"):
        (compiled / name).unlink(missing_ok=True)
    if not stock:
        target = "BUILD_FROZEN_CONTENT"  # which leaves alone what is younger than the modules
        toolchain.run(["make", "-C", compiled, target], log=logs / "frozen.log", env=environment)
        content = (compiled / FROZEN).read_text(encoding="utf-8")
        laid = frozen_functions.in_flash(content, interpreter.FOLDER / "frozen.h")
        (compiled / FROZEN).write_text(laid, encoding="utf-8")
    toolchain.run(["make", "-C", compiled, jobs], log=logs / "make.log", env=environment)
    return compiled


@contextmanager
def one_build_at_a_time() -> Iterator[None]:
    """One build at a time."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(names: Sequence[str]) -> int:
    try:
        for name in names or [STOCK]:
            folder = build(name)
            size = (folder / "firmware.bin").stat().st_size
            print(f"{name}: {folder.relative_to(ROOT)}/firmware.uf2, image of {size:,} bytes")
    except ChipError as error:
        print(f"make: {error}", file=sys.stderr)
        return error.status
    return ending.DONE


if __name__ == "__main__":
    sys.exit(ending.status_of("make", lambda: main(sys.argv[1:])))
