"""The file system of our image, made and mounted by hal/rp2_mount.py over the littlefs of
MicroPython's unix port; tests/chip/test_mount_on_chip.py has the image itself.
"""

import os
import subprocess

import pytest

from host_sim.run import interpreter
from tests.rigs.patience import HANGS_S
from tests.shape.rules import ROOT


def rig(case):
    """The lines that a case of tests/rigs/mount_rig.py prints."""
    command = [interpreter.find("micropython")[0], "-X", "heapsize=4m", "tests/rigs/mount_rig.py"]
    done = subprocess.run(
        [*command, case],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": ".:.frozen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_on_a_blank_chip_a_short_file_system_is_made_and_from_then_on_mounted_as_it_is():
    assert rig("blank") == ["made 16", "again 16 b'kept' True"]


def test_a_power_cut_within_any_operation_of_the_first_power_up_is_made_good_at_the_next():
    (line,) = rig("cuts")
    what, count = line.split()
    assert what == "cuts" and int(count) >= 30


def test_a_damaged_file_system_is_not_formatted_nor_mounted_and_a_person_can_make_a_new_one():
    assert rig("damaged") == ["damaged 0 True"] * 3 + ["made by hand 16 []"] * 2


@pytest.mark.parametrize("line", ["empty 16", "in use 24 b'mine' True"])
def test_one_over_the_whole_storage_is_made_anew_if_it_is_empty_and_mounted_as_it_is_if_not(line):
    assert line in rig("whole")


def test_a_full_file_system_leaves_the_sectors_behind_it_alone():
    assert rig("full") == ["full 28", "behind it True"]
