"""Journal and events of an ESP32: the partitions `journal` and `events`, where the partition table
of its image has them; else files.
"""

from esp32 import Partition

from hal.block_medium import SECTOR_BYTES, BlockMedium
from hal.file_medium import file_media

_SIZE = 3  # in what Partition.info() gives


def media():
    """(journal, events). Both are partitions or both are files."""
    found = [_partition(label) for label in ("journal", "events")]
    if None in found:
        return file_media()
    return tuple(BlockMedium(part, part.info()[_SIZE] // SECTOR_BYTES) for part in found)


def _partition(label):
    found = Partition.find(Partition.TYPE_DATA, label=label)
    return found[0] if found else None
