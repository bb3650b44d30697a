"""Packs a release into build/release/, and publishes nothing (CPython only).

    make release                    # after `make check`, `make test` and `make chip`
    make release RELEASE_SKIP_CHECKS=1      # the packing alone, to try it

There are then: sdist and wheel; a UF2 image for each board with an RP2040 or RP2350 (that of an
RP2350 is built, not emulated); a folder of compiled modules with its package.json for each board
that takes files, for `mpremote mip install`; NOTES.md, cut from the changelog; SHA256SUMS of them
all.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from boards import check
from firmware import version
from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build, flash

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "release"
EMULATED = "rp2040"


class ReleaseError(Exception):
    """Nothing that could be released was packed; the text says why, and what to do."""


def notes(changelog, text=version.TEXT):
    """What the changelog says of a version, or of what is to become it."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        title, _, body = section.partition("\n")
        unreleased = title.startswith("[Unreleased]") and f"To become {text}." in body
        if title.startswith(f"[{text}]") or unreleased:
            links = re.search(r"^\[[^\]]+\]: ", body, flags=re.MULTILINE)
            body = body[: links.start()] if links else body
            return f"# Clepsydra {text}\n\n{body.replace(f'To become {text}.', '').strip()}\n"
    raise ReleaseError(f"CHANGELOG.md has no section for {text}: write one, `## [{text}]`")


def package(board, folder):
    """The board's modules, compiled, in a folder that `mpremote mip install` takes; its path."""
    place = folder / f"mip-{board}"
    flash.compiled(board, place)
    files = sorted(
        path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()
    )
    urls = [[name, name] for name in files]
    text = json.dumps({"version": version.TEXT, "urls": urls, "deps": []}, indent=1)
    (place / "package.json").write_text(text + "\n", encoding="utf-8")
    return place


def takers_of_files():
    """The boards whose RAM holds a pump from files."""
    return [name for name in check.names() if build.board_data(name)["chip"] not in flash.TOO_SMALL]


def images(folder):
    """Build and copy the image of each board that has one; yields a line on each."""
    for board in check.names():
        chip = build.board_data(board)["chip"]
        if chip not in build.CHIPS:
            continue
        name = f"clepsydra-{version.TEXT}-{board}.uf2"
        shutil.copy(build.build(board) / "firmware.uf2", folder / name)
        tried = "" if chip == EMULATED else ": image built, not emulated"
        yield f"{name}{tried}"


def distributions(folder):
    """sdist and wheel, by the pinned build backend."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ReleaseError(f"sdist and wheel were not built:\n{done.stdout}{done.stderr}")


def sums(folder):
    """SHA-256 of every file in the folder, as `sha256sum --check` reads it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    rows = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in paths
    ]
    return "".join(rows)


def pack(folder=OUT):
    """Pack everything; prints a line on each part. Raises ReleaseError or ChipError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    (folder / "NOTES.md").write_text(text, encoding="utf-8")
    distributions(folder)
    for line in images(folder):
        print(line)
    for board in takers_of_files():
        print(f"{package(board, folder).name}/package.json")
    (folder / "SHA256SUMS").write_text(sums(folder), encoding="utf-8")
    print(f"packed into {folder.relative_to(ROOT)}; nothing is published")


def main():
    try:
        pack()
    except (ReleaseError, ChipError, flash.FlashError) as error:
        print(f"make: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
