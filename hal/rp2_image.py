"""The image in the flash of an RP2040 or RP2350: is it what was built?

The build writes the length of the image and its CRC-32 into the last eight bytes of a mark, a
constant of the image's main.py. The CRC is that of the image with these eight bytes as zeros.
"""

import binascii
import struct

import uctypes

_FLASH = 0x1000_0000  # where the flash is read [RP2040 2.6.3, RP2350 2.2]
_WINDOW_BYTES = 1 << 24  # of flash that can be read there
SUM_BYTES = 8


def is_whole(mark):
    """True or False; None where the mark holds no checksum. mark: in flash, as main.py has it."""
    size, wanted = struct.unpack("<II", mark[-SUM_BYTES:])
    if not size:
        return None
    sum_at = uctypes.addressof(mark) + len(mark) - SUM_BYTES
    after_at = sum_at + SUM_BYTES
    if not after_at - _FLASH <= size <= _WINDOW_BYTES:
        return False
    crc = binascii.crc32(uctypes.bytearray_at(_FLASH, sum_at - _FLASH))
    crc = binascii.crc32(bytes(SUM_BYTES), crc)
    rest = uctypes.bytearray_at(after_at, _FLASH + size - after_at)
    return binascii.crc32(rest, crc) == wanted
