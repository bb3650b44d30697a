"""UF2, the format that the RP2040's boot loader takes as a file [microsoft/uf2, README]."""

import struct

MAGIC_1, MAGIC_2, MAGIC_END = 0x0A324655, 0x9E5D5157, 0x0AB16F30
HAS_FAMILY = 0x2000
RP2040 = 0xE48BFF56
PAYLOAD = 256
FLASH_START = 0x10000000


def pack(image, start=FLASH_START):
    """The UF2 file of a binary image that belongs at address `start`."""
    pages = [image[at : at + PAYLOAD].ljust(PAYLOAD, b"\x00") for at in range(0, len(image), PAYLOAD)]
    return b"".join(_block(page, start + n * PAYLOAD, n, len(pages)) for n, page in enumerate(pages))


def unpack(data):
    """(start address, image) of a UF2 file as `pack` writes it. Raises ValueError if it is none."""
    image, start = b"", None
    for at in range(0, len(data), 512):
        first, second, flags, address, size, number, _, family = struct.unpack_from("<8I", data, at)
        (last,) = struct.unpack_from("<I", data, at + 508)
        start = address if start is None else start
        if (first, second, last, flags, family) != (MAGIC_1, MAGIC_2, MAGIC_END, HAS_FAMILY, RP2040):
            raise ValueError(f"block at byte {at} is not a UF2 block for the RP2040")
        if number != at // 512 or address != start + len(image):
            raise ValueError(f"block {at // 512}: number {number} at address {address:#x} is out of order")
        image += data[at + 32 : at + 32 + size]
    return start, image


def _block(page, address, number, count):
    head = struct.pack("<8I", MAGIC_1, MAGIC_2, HAS_FAMILY, address, PAYLOAD, number, count, RP2040)
    return head + page + bytes(512 - len(head) - PAYLOAD - 4) + struct.pack("<I", MAGIC_END)
