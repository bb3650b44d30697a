"""Mounts the file system of our image of an RP2040 or RP2350: one that leaves the end of the
storage to the journal and the events, and that is never formatted where something is.

    import rp2_mount; rp2_mount.mount(192)      # _boot.py of the image, and nothing else
    import rp2_mount; rp2_mount.make()          # a person, at the console: every file is lost

The build freezes this file as the module `rp2_mount`, beside the package `hal`: if it were imported
from there, the files that `make flash` puts on the board would not be found before the frozen ones.
"""

import rp2
import vfs

SECTOR_BYTES = 4096
PROGRAM_BYTES = 256  # the flash programs whole pages
_SECTORS = 4  # ioctl
_ROOT_SECTORS = 2  # all that an empty littlefs has written to

# How many sectors the mounted file system covers, 0 if none is mounted: hal/rp2_flash.py asks.
file_system_sectors = 0
_store_sectors = 0


def mount(store_sectors):
    """Mount the file system of the first `store_sectors` of the storage.

    One over the whole storage, of an image before ours, is mounted as it is if it holds anything.
    On storage that never held anything a file system is made. What cannot be mounted stays as it
    is, and nothing is mounted: the pump comes up and reports that its store is not there.
    """
    global _store_sectors
    _store_sectors = store_sectors
    store, whole = rp2.Flash(len=store_sectors * SECTOR_BYTES), rp2.Flash()
    system = _opened(store)
    if system is not None:
        _put_in_place(system, store)
        return
    system = _opened(whole)
    if _is_blank(whole) if system is None else _is_empty(system):
        make()
    elif system is not None:
        _put_in_place(system, whole)


def make():
    """Make a new, empty file system and mount it. Journal and events are not touched."""
    store = rp2.Flash(len=_store_sectors * SECTOR_BYTES)
    if file_system_sectors:
        vfs.umount("/")
    vfs.VfsLfs2.mkfs(store, progsize=PROGRAM_BYTES)
    _put_in_place(_littlefs(store), store)


def _opened(device):
    """The littlefs on a device, None if there is none of just that size, or a damaged one."""
    try:
        return _littlefs(device)
    except OSError:
        return None


def _littlefs(device):
    # The stubs hold it for a block device.
    return vfs.VfsLfs2(device, progsize=PROGRAM_BYTES)  # type: ignore[abstract]


def _put_in_place(system, device):
    global file_system_sectors
    vfs.mount(system, "/")
    file_system_sectors = device.ioctl(_SECTORS, 0)


def _is_empty(system):
    return not any(True for _ in system.ilistdir("/"))


def _is_blank(whole):
    """Whether nothing was ever stored. The first sectors do not count: a power cut while the very
    first file system is made leaves half of it there, and whatever is stored takes a third one.
    """
    ones = b"\xff" * SECTOR_BYTES
    sector = bytearray(SECTOR_BYTES)
    for number in range(_ROOT_SECTORS, whole.ioctl(_SECTORS, 0)):
        whole.readblocks(number, sector)
        if sector != ones:
            return False
    return True
