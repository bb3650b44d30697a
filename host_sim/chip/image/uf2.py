"""UF2, the format that the boot loader of RP2040 and RP2350 takes as a file [UF2]."""

import struct

MAGIC_1, MAGIC_2, MAGIC_END = 0x0A324655, 0x9E5D5157, 0x0AB16F30
HAS_FAMILY = 0x2000
RP2040, RP2350 = 0xE48BFF56, 0xE48BFF59  # families; the RP2350 by its secure Arm cores
PAYLOAD = 256
FLASH_START = 0x10000000
BLOCK = 512
DRIVES = {RP2040: "RPI-RP2", RP2350: "RP2350"}  # family: Board-ID of its boot loader's drive


def pack(image: bytes, start: int = FLASH_START, family: int = RP2040) -> bytes:
    """The UF2 file of a binary image that belongs at address `start` of a chip of that family."""
    pages = [
        image[at : at + PAYLOAD].ljust(PAYLOAD, b"\x00") for at in range(0, len(image), PAYLOAD)
    ]
    return b"".join(
        _block(page, start + n * PAYLOAD, n, len(pages), family) for n, page in enumerate(pages)
    )


def read(data: bytes) -> tuple[int, int]:
    """(family, bytes of the image) of a UF2 file. ValueError if it is none, or not whole."""
    if not data or len(data) % BLOCK:
        raise ValueError(f"no UF2 file: {len(data)} bytes are no whole blocks of {BLOCK}")
    families, size = set(), 0
    for at in range(0, len(data), BLOCK):
        first, second, flags, _, held, number, count, family = struct.unpack_from("<8I", data, at)
        (last,) = struct.unpack_from("<I", data, at + BLOCK - 4)
        if (first, second, last) != (MAGIC_1, MAGIC_2, MAGIC_END) or not flags & HAS_FAMILY:
            raise ValueError(f"no UF2 file: the block at byte {at} is none")
        if (number, count) != (at // BLOCK, len(data) // BLOCK):
            raise ValueError(f"a UF2 file with a piece missing: block {number} of {count} there")
        families.add(family)
        size += held
    if len(families) > 1:
        raise ValueError("a UF2 file for several chips")
    return families.pop(), size


def _block(page: bytes, address: int, number: int, count: int, family: int) -> bytes:
    head = struct.pack("<8I", MAGIC_1, MAGIC_2, HAS_FAMILY, address, PAYLOAD, number, count, family)
    return head + page + bytes(BLOCK - len(head) - PAYLOAD - 4) + struct.pack("<I", MAGIC_END)
