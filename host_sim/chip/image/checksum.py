"""The checksum of an image: where it lies, and how it gets there (hal/rp2_image.py reads it).

image = checksum.stored(image)
"""

import struct
import zlib

from host_sim.chip.emulator.process import ChipError

NAME = b"clepsydra image "
MARK = NAME + bytes(8)  # the length and the CRC-32 are written over the zeros


def stored(image: bytes) -> bytes:
    """The same image with its length and CRC-32 in the mark. Raises ChipError where the mark is not
    there just once.
    """
    if image.count(MARK) != 1:
        raise ChipError(f"the image has its mark {image.count(MARK)} times, once is wanted")
    at = image.index(MARK) + len(NAME)
    return image[:at] + struct.pack("<II", len(image), zlib.crc32(image)) + image[at + 8 :]
