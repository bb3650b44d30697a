"""What lies where in the flash of an RP2040 or RP2350 behind the firmware: file system, events,
journal. `_boot.py` of our image mounts the file system with it.

    mount()              # before anything else runs
    mount(anew=True)     # at the console: makes an empty file system first

A file system that cannot be mounted is left as it is. MicroPython's own `_boot.py` would make a new
one over all of the flash, and over the journal with it.
"""

import rp2

from hal.rp2_flash import SECTOR_BYTES, FlashRegion

JOURNAL_SECTORS = 32
EVENT_SECTORS = 128
_SECTORS = 4  # ioctl: how many the storage area has
_SUPERBLOCKS = 2

_state = {"ours": False}


def mount(anew=False):
    """True if the file system is there. Blank flash gets a new one."""
    import vfs  # only here: nobody else needs it

    _state["ours"] = True
    storage = rp2.Flash(start=0, len=_store_sectors() * SECTOR_BYTES)
    if anew or _is_blank(storage):
        vfs.VfsLfs2.mkfs(storage, progsize=256)
    try:
        vfs.mount(vfs.VfsLfs2(storage, progsize=256), "/")  # type: ignore[abstract]
    except OSError:
        return False  # the store says why: each read of it fails
    return True


def regions():
    """(journal, events), two Mediums; (None, None) where another image mounted a file system that
    may lie over them.
    """
    if not _state["ours"]:
        return None, None
    first = _store_sectors()
    events = FlashRegion(first, EVENT_SECTORS)
    return FlashRegion(first + EVENT_SECTORS, JOURNAL_SECTORS), events


def _store_sectors():
    return rp2.Flash().ioctl(_SECTORS, 0) - EVENT_SECTORS - JOURNAL_SECTORS


def _is_blank(storage):
    data = bytearray(SECTOR_BYTES)
    for block in range(_SUPERBLOCKS):
        storage.readblocks(block, data)
        if data.count(b"\xff") != SECTOR_BYTES:
            return False
    return True
