"""Journal and events of an RP2040 or RP2350: regions of its flash behind the file system, where our
image has mounted a short one (hal/rp2_mount.py); files where the file system covers the storage.
"""

import sys

import rp2

from hal.block_medium import SECTOR_BYTES, BlockMedium
from hal.file_medium import file_media

_MOUNT = "rp2_mount"  # as the image names hal/rp2_mount.py


class FlashRegion(BlockMedium):
    """first_sector: counted from where the storage area begins; sectors: how many."""

    def __init__(self, first_sector, sectors):
        device = rp2.Flash(start=first_sector * SECTOR_BYTES, len=sectors * SECTOR_BYTES)
        BlockMedium.__init__(self, device, sectors)


def media_of(flash):
    """(journal, events) of a board whose file has this section `flash`.

    The `_boot.py` of stock MicroPython leaves no record: its file system covers all the storage.
    """
    mounted = sys.modules.get(_MOUNT)
    store = flash["store_sectors"]
    if mounted is None or mounted.file_system_sectors > store:
        return file_media()
    events = FlashRegion(store, flash["event_sectors"])
    return FlashRegion(store + flash["event_sectors"], flash["journal_sectors"]), events
