"""Records: how a piece of the journal lies on flash, so that half of it is never taken for whole.

    length u16, kind u8, version u8, sequence u32, payload, CRC-32 of all that; little-endian

A record begins at a multiple of ALIGN and lies across pages only if it is longer than one. The
sequence rises by one with each record of a ring, so that a hole is seen.
"""

import binascii
import struct
from collections import namedtuple

from hal.contract import FLASH_PAGE

ALIGN = 16  # the unit over which other flash chips keep an error-correcting code
VERSION = 3  # of this format
_HEAD = "<HBBI"
HEAD_BYTES = 8
_CRC_BYTES = 4
ERASED = b"\xff" * FLASH_PAGE
_NO_SEQUENCE = 0xFFFFFFFF  # erased flash reads so
_LOOKED_AT = memoryview(bytearray(FLASH_PAGE))  # a new page each time takes a third of a recovery

# next_at: where in the sector the record behind it may begin
Record = namedtuple("Record", ("kind", "sequence", "payload", "next_at"))


def pack(kind, sequence, payload):
    """The bytes of a record: kind 0 to 254, sequence below 2**32 - 1, payload up to 65,000
    bytes.
    """
    data = struct.pack(_HEAD, len(payload), kind, VERSION, sequence) + payload
    return data + struct.pack("<I", binascii.crc32(data) & 0xFFFFFFFF)


def place(at, payload_bytes, sector_bytes):
    """Where in its sector a record of that payload goes, at `at` or behind; None if it has no
    room.
    """
    size = HEAD_BYTES + payload_bytes + _CRC_BYTES
    over_page = at % FLASH_PAGE
    if over_page and over_page + size > FLASH_PAGE:
        at += FLASH_PAGE - over_page
    return at if at + size <= sector_bytes else None


def head(medium, sector, at):
    """(payload length, kind, version, sequence) of what may be a record: nothing is checked."""
    return struct.unpack(_HEAD, medium.read(sector * medium.sector_bytes + at, HEAD_BYTES))


def read(medium, sector, at):
    """The whole Record that begins there, None if there is none of this format."""
    if at + HEAD_BYTES + _CRC_BYTES > medium.sector_bytes:
        return None
    length, kind, version, sequence = head(medium, sector, at)
    if version != VERSION or sequence == _NO_SEQUENCE:
        return None
    data = _checked(medium, sector, at, HEAD_BYTES + length)
    if data is None:
        return None
    return Record(kind, sequence, data[HEAD_BYTES:], aligned(at + len(data) + _CRC_BYTES))


def in_page(page, at, page_at):
    """The whole Record that begins at byte `at` of a page, which begins at `page_at` of its sector;
    None if there is none that ends in the page.
    """
    end = at + HEAD_BYTES
    if end + _CRC_BYTES > FLASH_PAGE:
        return None
    length, kind, version, sequence = struct.unpack_from(_HEAD, page, at)
    end += length
    if version != VERSION or sequence == _NO_SEQUENCE or end + _CRC_BYTES > FLASH_PAGE:
        return None
    crc = binascii.crc32(memoryview(page)[at:end]) & 0xFFFFFFFF
    if crc != struct.unpack_from("<I", page, end)[0]:
        return None
    return Record(kind, sequence, page[at + HEAD_BYTES : end], page_at + aligned(end + _CRC_BYTES))


def is_foreign(medium, sector):
    """Whether the sector begins with a whole record of another format."""
    length, _, version, sequence = head(medium, sector, 0)
    if version == VERSION or sequence == _NO_SEQUENCE:
        return False
    return _is_whole(medium, sector, HEAD_BYTES + length)


def begins_with(medium, sector, kind):
    """Whether the sector begins with a whole record of this format and kind."""
    length, found, version, sequence = head(medium, sector, 0)
    if found != kind or version != VERSION or sequence == _NO_SEQUENCE:
        return False
    return _is_whole(medium, sector, HEAD_BYTES + length)


def _is_whole(medium, sector, size):
    """Whether behind the first `size` bytes of a sector their checksum follows."""
    if size + _CRC_BYTES > medium.sector_bytes:
        return False
    at, crc = sector * medium.sector_bytes, 0
    end = at + size
    while at < end:
        piece = _LOOKED_AT[: min(FLASH_PAGE, end - at)]
        medium.read_into(at, piece)
        crc = binascii.crc32(piece, crc)
        at += len(piece)
    return medium.read(end, _CRC_BYTES) == struct.pack("<I", crc & 0xFFFFFFFF)


def _checked(medium, sector, at, size):
    """That many bytes, None unless the checksum behind them is theirs."""
    if at + size + _CRC_BYTES > medium.sector_bytes:
        return None
    data = medium.read(sector * medium.sector_bytes + at, size + _CRC_BYTES)
    crc = struct.unpack_from("<I", data, size)[0]
    data = data[:size]
    return data if crc == binascii.crc32(data) & 0xFFFFFFFF else None


def write(medium, sector, at, data):
    """Program the bytes of a record page by page, and read them back. False if the flash does not
    hold them.
    """
    at += sector * medium.sector_bytes
    done = 0
    if at % FLASH_PAGE + len(data) <= FLASH_PAGE:  # as nearly always: in one piece
        medium.program(at, data)
        done = len(data)
    while done < len(data):
        step = min(FLASH_PAGE - (at + done) % FLASH_PAGE, len(data) - done)
        medium.program(at + done, data[done : done + step])
        done += step
    return medium.read(at, len(data)) == data


def is_erased(medium, sector, at=0):
    """Whether the sector holds nothing but ones from `at` on."""
    while at < medium.sector_bytes:
        if not rest_is_erased(medium, sector, at):
            return False
        at += FLASH_PAGE - at % FLASH_PAGE
    return True


def rest_is_erased(medium, sector, at):
    """Whether nothing but ones lies from `at` to the end of its page."""
    page, ones = _LOOKED_AT, ERASED
    if at % FLASH_PAGE:
        page, ones = page[at % FLASH_PAGE :], ones[at % FLASH_PAGE :]
    medium.read_into(sector * medium.sector_bytes + at, page)
    return page == ones


def aligned(at):
    """The next multiple of ALIGN, `at` itself if it is one."""
    return -(-at // ALIGN) * ALIGN
