"""hal/rp2_mount.py over a real littlefs on a simulated flash, in the MicroPython subset:
tests/unit/hal/test_mount.py runs it on the unix port, which has littlefs.

    MICROPYPATH=.:.frozen micropython tests/rigs/mount_rig.py blank|cuts|damaged|whole|full

Prints what it found, one fact a line.
"""

import io
import sys

import vfs

from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS, PowerCut, SimFlash

STORE, ALL = 16, 24  # sectors
PAGE = 256


class Flash:
    """`rp2.Flash` over a SimFlash."""

    medium = None

    def __init__(self, start=0, len=None):
        self._base = start // 4096
        self._sectors = ALL - self._base if len is None else len // 4096

    def readblocks(self, block, buffer, offset=0):
        at = (self._base + block) * 4096 + offset
        buffer[:] = Flash.medium.read(at, len(buffer))

    def writeblocks(self, block, buffer, offset=0):
        at = (self._base + block) * 4096 + offset
        for page in range(0, len(buffer), PAGE):
            Flash.medium.program(at + page, bytes(buffer[page : page + PAGE]))

    def ioctl(self, operation, argument):
        if operation == 4:
            return self._sectors
        if operation == 5:
            return 4096
        if operation == 6:
            Flash.medium.erase(self._base + argument)
        return 0


class Vfs:
    """`vfs`, whose root is free."""

    VfsLfs2 = vfs.VfsLfs2
    system = None

    @staticmethod
    def mount(system, path):
        Vfs.system = system

    @staticmethod
    def umount(path):
        Vfs.system = None


class Rp2:
    Flash = Flash


sys.modules["rp2"] = Rp2
sys.modules["vfs"] = Vfs
from hal import rp2_mount  # noqa: E402


def new_chip():
    Flash.medium = SimFlash(io.BytesIO(), ALL)


def power_up():
    """What `_boot.py` does after a reset; the sectors of the file system that is mounted."""
    Vfs.system = None
    rp2_mount.file_system_sectors = 0
    rp2_mount.mount(STORE)
    return rp2_mount.file_system_sectors


def content():
    return Flash.medium.read(0, ALL * 4096)


def put(name, data):
    with Vfs.system.open(name, "wb") as file:
        file.write(data)


def got(name):
    with Vfs.system.open(name, "rb") as file:
        return file.read()


def blank():
    new_chip()
    print("made", power_up())
    Vfs.system.mkdir("/store")
    put("/store/config.json", b"kept")
    before = content()
    print("again", power_up(), got("/store/config.json"), content() == before)


def cuts():
    """The first power-up, cut at each operation in each mode: the next makes the file system."""
    tried = 0
    for mode in set(PROGRAM_CUTS + ERASE_CUTS):
        operation = 1
        while True:
            new_chip()
            Flash.medium.cut_at(operation, mode)
            try:
                power_up()
                break
            except PowerCut:
                Flash.medium.mend()
            tried += 1
            found = power_up()
            put("/config.json", bytes(900))
            if found != STORE or power_up() != STORE or got("/config.json") != bytes(900):
                print("lost after", mode, operation)
            operation += 1
    print("cuts", tried)


def damaged():
    """A file system that holds something, and whose first sectors are gone: not one bit changes."""
    for damage in (b"\x00" * PAGE, b"littlefs" * 32, bytes(range(256))):
        new_chip()
        power_up()
        Vfs.system.mkdir("/store")
        put("/store/config.json", bytes(3000))
        for number in (0, 1):
            Flash.medium.erase(number)
            Flash.medium.program(number * 4096, damage)
        before = content()
        print("damaged", power_up(), content() == before)
    for _ in range(2):
        rp2_mount.make()
        print("made by hand", rp2_mount.file_system_sectors, list(Vfs.system.ilistdir("/")))


def whole():
    """A file system over all the storage, as stock MicroPython makes it."""
    new_chip()
    vfs.VfsLfs2.mkfs(Flash(), progsize=PAGE)
    print("empty", power_up())
    new_chip()
    vfs.VfsLfs2.mkfs(Flash(), progsize=PAGE)
    Vfs.system = vfs.VfsLfs2(Flash(), progsize=PAGE)
    put("/main.py", b"mine")
    before = content()
    print("in use", power_up(), got("/main.py"), content() == before)


def full():
    """A store that is full has not reached the sectors behind it."""
    new_chip()
    power_up()
    try:
        for number in range(ALL):
            put("/%d" % number, bytes(4000))
    except OSError as error:
        print("full", error.args[0])
    behind = Flash.medium.read(STORE * 4096, (ALL - STORE) * 4096)
    print("behind it", behind == b"\xff" * len(behind))


{"blank": blank, "cuts": cuts, "damaged": damaged, "whole": whole, "full": full}[sys.argv[1]]()
