"""The sources of the image, from Debian packages alone: MicroPython, and the libraries that it
takes in as submodules.
"""

import shutil
import subprocess
from pathlib import Path

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image.toolchain import run

SUITE = "trixie"  # MicroPython 1.25.0 with the pico-sdk and tinyusb that it builds with
SOURCE_PACKAGES = {"micropython": "1.25.0", "mbedtls": "3.6"}  # the versions begin so
BINARY_PACKAGES = {"pico-sdk-source": "2.1.1", "tinyusb-source": "0.18.0"}
DONE = ".complete"


def fetch(folder: Path) -> Path:
    """Lay the tree of MicroPython out in `folder`/tree, once; returns its path.

    Needs the network the first time.
    """
    folder = Path(folder)
    tree = folder / "tree"
    if (folder / DONE).is_file():
        return tree
    print("fetching the sources of MicroPython ...")
    packages = _download(folder)
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    _unpack(folder / "packages", "micropython_*.orig.tar.*", tree)
    for name in ("mbedtls", "pico-sdk", "tinyusb"):
        shutil.rmtree(tree / "lib" / name, ignore_errors=True)
    (tree / "lib/mbedtls").mkdir()
    _unpack(folder / "packages", "mbedtls_*.orig.tar.*", tree / "lib/mbedtls")
    for deb in sorted((folder / "packages").glob("*.deb")):
        run(["dpkg-deb", "-x", deb, folder / "unpacked"])
    for name in ("pico-sdk", "tinyusb"):
        shutil.move(folder / "unpacked/usr/src" / name, tree / "lib" / name)
    (
        tree / "lib/micropython-lib/README.md"
    ).touch()  # all that the port asks of that submodule, unless a manifest requires one
    (folder / DONE).write_text("\n".join(packages) + "\n", encoding="utf-8")
    return tree


def versions(folder: Path) -> str:
    """What was fetched, as text."""
    return (Path(folder) / DONE).read_text(encoding="utf-8")


def _download(folder: Path) -> list[str]:
    packages = folder / "packages"
    shutil.rmtree(packages, ignore_errors=True)
    packages.mkdir(parents=True)
    apt = _private_apt(folder / "apt")
    run([*apt, "update"], log=folder / "apt.log")
    run(
        [*apt, "source", "--download-only", *SOURCE_PACKAGES],
        log=folder / "source.log",
        cwd=packages,
    )
    run([*apt, "download", *BINARY_PACKAGES], log=folder / "download.log", cwd=packages)
    names = sorted(path.name for path in packages.iterdir())
    for name, version in {**SOURCE_PACKAGES, **BINARY_PACKAGES}.items():
        if not any(file.startswith(f"{name}_{version}") for file in names):
            raise ChipError(
                f"sources: {name} {version} is wanted, and {SUITE} has: {', '.join(names)}"
            )
    return names


def _private_apt(state: Path) -> list[str]:
    """apt-get with lists of its own, so that nothing of the machine's changes."""
    (state / "lists/partial").mkdir(parents=True, exist_ok=True)
    site = _mirror()
    (state / "sources.list").write_text(
        f"deb {site} {SUITE} main\ndeb-src {site} {SUITE} main\n", encoding="utf-8"
    )
    options = {
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::Lists": state / "lists",
        "APT::Sandbox::User": "root",
    }
    return [
        "apt-get",
        "-q",
        *(part for key, value in options.items() for part in ("-o", f"{key}={value}")),
    ]


def _mirror() -> str:
    """The Debian mirror that this machine uses already."""
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN) $(COMPONENT) $(LABEL)"],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        site, *rest = line.split()
        if rest == ["Debian", "main", "Debian"]:
            return site
    raise ChipError(
        "sources: apt-get knows no Debian mirror here (`apt-get indextargets`); "
        "the image is built on Debian, after `apt-get update`"
    )


def _unpack(folder: Path, pattern: str, into: Path) -> None:
    archives = sorted(folder.glob(pattern))
    if len(archives) != 1:
        raise ChipError(f"sources: {len(archives)} files {pattern} in {folder}, one is wanted")
    run(["tar", "xf", archives[0], "-C", into, "--strip-components=1"])
