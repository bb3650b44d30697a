"""The checksum of an image: what the build stores, the board finds."""

import struct
import zlib

import pytest

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import checksum
from tests.contract.faked import BOARDS

FLASH = 0x1000_0000


@pytest.fixture(scope="module")
def bench():
    return BOARDS["rpi_pico"](0)


def found(bench, image, built):
    """What a board says of an image in its flash. built: as it left the build."""
    at = built.index(checksum.NAME)
    mark = image[at : at + len(checksum.MARK)]
    bench.image[:] = [(FLASH, image.ljust(1 << 24, b"\xff")), (FLASH + at, mark)]
    return bench.backend.image_is_whole(mark)


BUILT = checksum.stored(bytes(range(256)) * 5 + checksum.MARK + bytes(range(200)) * 7)


def test_what_was_built_is_whole_also_where_more_lies_behind_it(bench):
    assert found(bench, BUILT, BUILT) is True
    assert found(bench, BUILT + b"\xff" * 300, BUILT) is True


def test_one_flipped_bit_anywhere_is_found(bench):
    at = BUILT.index(checksum.NAME)
    for place in (0, 7, at - 1, at + 20, at + 25, len(BUILT) - 1):
        for bit in (0, 7):
            damaged = bytearray(BUILT)
            damaged[place] ^= 1 << bit
            assert found(bench, bytes(damaged), BUILT) is False, place


def test_without_a_checksum_nothing_is_said(bench):
    bare = b"code" * 9 + checksum.MARK
    assert found(bench, bare, bare) is None


def test_the_checksum_is_that_of_the_image_with_zeros_in_its_place():
    bare = b"code" * 9 + checksum.MARK + b"more"
    size, crc = struct.unpack("<II", checksum.stored(bare)[-12:-4])
    assert (size, crc) == (len(bare), zlib.crc32(bare))


@pytest.mark.parametrize("image", [b"code", checksum.MARK * 2])
def test_an_image_without_one_mark_is_no_image_of_ours(image):
    with pytest.raises(ChipError, match="once is wanted"):
        checksum.stored(image)
