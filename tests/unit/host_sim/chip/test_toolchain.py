"""What the emulated chip needs is installed by root, and told in one command to everybody else."""

import pytest

from host_sim.chip.emulator import process
from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import toolchain

MISSING = ("arm-none-eabi-gcc", "i686-linux-gnu-gcc", "node", "npm")


@pytest.fixture
def bare(monkeypatch):
    """A machine without cross-compilers and node; what would be run is kept in a list."""
    ran = []
    monkeypatch.setattr(
        toolchain.shutil,
        "which",
        lambda name: None if name in MISSING else f"/usr/bin/{name}",
    )
    monkeypatch.setattr(toolchain, "run", lambda command, **_: ran.append(command) or "")
    return ran


def test_whoever_is_not_root_is_told_the_one_command_that_installs_all_that_is_missing(
    bare, monkeypatch
):
    monkeypatch.setattr(toolchain.os, "geteuid", lambda: 1000)
    with pytest.raises(ChipError) as error:
        toolchain.install()
    (command,) = [line.strip() for line in str(error.value).splitlines() if "apt-get" in line]
    assert command.startswith("sudo apt-get install -y ")
    wanted = {
        "gcc-arm-none-eabi",
        "gcc-i686-linux-gnu",
        "libc6-dev-i386-cross",
        "libnewlib-arm-none-eabi",
        "libstdc++-arm-none-eabi-newlib",
        "nodejs",
        "npm",
    }
    assert set(command.split()[5:]) == wanted
    assert bare == []


def test_root_has_them_installed_and_then_the_emulator_from_its_lock_file(bare, monkeypatch):
    monkeypatch.setattr(toolchain.os, "geteuid", lambda: 0)
    monkeypatch.setattr(toolchain, "_installed_version", lambda: None)
    toolchain.install()
    assert [command[:2] for command in bare] == [
        ["apt-get", "update"],
        ["apt-get", "install"],
        ["npm", "ci"],
    ]


def test_without_the_emulator_a_chip_says_what_is_missing_and_how_to_get_it(monkeypatch):
    monkeypatch.setattr(process.shutil, "which", lambda name: None)
    with pytest.raises(ChipError, match="not installed: no `node` on the PATH; run `make chip`"):
        process.Process(lambda question: {})


def test_a_command_that_fails_is_told_with_the_end_of_what_it_said():
    with pytest.raises(ChipError, match=r"(?s)`sh -c echo one; exit 3` ended with status 3:\none"):
        toolchain.run(["sh", "-c", "echo one; exit 3"])
