"""Builds the 32-bit witness: MicroPython's unix port with the numbers of a board, from the sources
of the image.

    python -m host_sim.chip.image.witness       # build/chip/witness32/micropython

Small integers of 31 bits, ticks that wrap at 2**30, single floats: what the pump works out must not
depend on them. The interpreter of `make sim` has 64 bits and doubles.
"""

import hashlib
import os
import sys
from pathlib import Path

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build, sources, toolchain
from host_sim.shared import ending, witness32

VARIANT = Path(__file__).parent / witness32.NAME
CROSS = "i686-linux-gnu-"
# Debian's assembler for this target counts floats in 80 bits unless it is told to use SSE. Static,
# since the loader of 32-bit programs is not everywhere.
SETTINGS = (
    f"VARIANT_DIR={VARIANT}",
    f"VARIANT={witness32.NAME}",
    f"CROSS_COMPILE={CROSS}",
    "COPT=-O2 -DNDEBUG",
    "CFLAGS_EXTRA=-Wno-error -msse2 -mfpmath=sse",
    "LDFLAGS_EXTRA=-static",
)


def make() -> Path:
    """Build the witness if it is not there yet; returns its path. Raises ChipError."""
    with build.one_build_at_a_time():
        toolchain.install()
        tree = sources.fetch(build.BUILD / "sources")
        key, key_file = _key(), witness32.PATH.parent / "key"
        if not witness32.PATH.is_file() or not _holds(key_file, key):
            print(f"building {witness32.NAME} ...")
            jobs, logs = f"-j{os.cpu_count()}", build.BUILD / "logs"
            logs.mkdir(exist_ok=True)
            toolchain.run(["make", "-C", tree / "mpy-cross", jobs], log=logs / "mpy-cross.log")
            toolchain.run(
                [
                    "make",
                    "-C",
                    tree / "ports/unix",
                    jobs,
                    *SETTINGS,
                    f"BUILD={witness32.PATH.parent}",
                ],
                log=logs / f"{witness32.NAME}.log",
            )
            key_file.write_text(key, encoding="utf-8")
    return witness32.PATH


def is_current() -> bool:
    """Whether it is built, and from what is here now."""
    there = witness32.PATH.is_file() and (build.BUILD / "sources" / sources.DONE).is_file()
    return there and _holds(witness32.PATH.parent / "key", _key())


def _key() -> str:
    """What it is built from."""
    digest = hashlib.sha256(sources.versions(build.BUILD / "sources").encode())
    for path in sorted(VARIANT.iterdir()):
        digest.update(path.read_bytes())
    digest.update(" ".join(SETTINGS[2:]).encode())
    return digest.hexdigest()


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main() -> int:
    try:
        print(f"{witness32.NAME}: {make().relative_to(build.ROOT)}")
    except ChipError as error:
        print(f"make: {error}", file=sys.stderr)
        return error.status
    return ending.DONE


if __name__ == "__main__":
    sys.exit(ending.status_of("make", main))
