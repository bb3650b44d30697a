"""What building and running the emulated chip needs on this machine, and installing it.

    python -m host_sim.chip.image.toolchain       # installs what is missing

Debian packages are installed as root, the emulator from its lock file.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from host_sim.chip.emulator.process import MODULES, ChipError

HERE = Path(__file__).resolve().parents[1] / "emulator"
# command that must be there: the Debian package that brings it
COMMANDS = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "cmake": "cmake",
    "make": "make",
    "gcc": "gcc",
    "i686-linux-gnu-gcc": "gcc-i686-linux-gnu",
    "g++": "g++",
    "node": "nodejs",
    "npm": "npm",
    "dpkg-source": "dpkg-dev",
    "xz": "xz-utils",
    "bzip2": "bzip2",
}
# C and C++ libraries of the cross-compilers: a file of theirs, the package, and whose it is
LIBRARIES = {
    "nano.specs": ("libnewlib-arm-none-eabi", "arm-none-eabi-gcc"),
    "libstdc++_nano.a": ("libstdc++-arm-none-eabi-newlib", "arm-none-eabi-gcc"),
    "libc.a": ("libc6-dev-i386-cross", "i686-linux-gnu-gcc"),
}
_FLAGS = {"arm-none-eabi-gcc": ("-mcpu=cortex-m0plus", "-mthumb")}


def missing_packages() -> list[str]:
    """The Debian packages that are not there yet."""
    found = [package for command, package in COMMANDS.items() if shutil.which(command) is None]
    return found + [
        package
        for name, (package, compiler) in LIBRARIES.items()
        if not _has_library(compiler, name)
    ]


def install() -> None:
    """Install what is missing.

    Raises ChipError with the one command to run if that cannot be done from here.
    """
    packages = missing_packages()
    if packages:
        _install_packages(packages)
    if _installed_version() != _wanted_version():
        print("installing the emulator ...")
        run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=HERE)


def run(command: Sequence[Path | str], log: Path | None = None, **options: Any) -> str:
    """Run a command to its end, its output into the file `log`.

    Raises ChipError with the end of it if it fails.
    """
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    if log:
        Path(log).write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise ChipError(
            f"`{' '.join(map(str, command))}` ended with status {done.returncode}:\n{tail}"
        )
    return done.stdout


def _install_packages(packages: Sequence[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ChipError(
            "the emulated chip needs Debian packages that are not here. Install them with:\n"
            f"    sudo {' '.join(command)}"
        )
    print(f"installing {' '.join(packages)} ...")
    run(["apt-get", "update", "-q"])
    run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def _has_library(compiler: str, name: str) -> bool:
    if shutil.which(compiler) is None:
        return False
    command = [compiler, *_FLAGS.get(compiler, ()), f"-print-file-name={name}"]
    return os.path.isabs(run(command).strip())


def _wanted_version() -> str:
    return _version(HERE / "package-lock.json", ("packages", "node_modules/rp2040js", "version"))


def _installed_version() -> str | None:
    return _version(MODULES / "package.json", ("version",)) if MODULES.is_dir() else None


def _version(path: Path, keys: Sequence[str]) -> str:
    value = json.loads(path.read_text(encoding="utf-8"))
    for key in keys:
        value = value[key]
    return value


if __name__ == "__main__":
    try:
        install()
    except ChipError as error:
        print(f"make: {error}", file=sys.stderr)
        sys.exit(error.status)
