"""The type stubs of the ports beside rp2, each in a folder of its own, as pinned in pyproject.toml
(CPython only).

    python -m tests.tools.port_stubs       # `make setup` does it

All stub packages bring files of the same names (machine.pyi ...), so only one can be installed as
usual.
"""

import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
FOLDER = Path(sys.prefix) / "port_stubs"


def pins():
    """{port: "package==version"}"""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["tool"]["clepsydra"]["port_stubs"]


def folder(port):
    """Where the stubs of a port are; installs them if those that are pinned are not there."""
    pin = pins()[port]
    place = FOLDER / pin
    if not place.is_dir():
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-deps",
        ]
        subprocess.run([*command, "--target", str(place), pin], check=True)
    return place


if __name__ == "__main__":
    for name in pins():
        folder(name)
