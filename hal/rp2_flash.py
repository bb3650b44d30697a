"""Medium on the flash of an RP2040 or RP2350, beside the file system: `rp2.Flash` over a region of
its own.

The file system must not reach into it: our image mounts a shorter one.
"""

import rp2

from hal.contract import FLASH_PAGE, HalError, Medium

SECTOR_BYTES = 4096
_ERASE = 6  # ioctl
_ONES = b"\xff" * FLASH_PAGE


class FlashRegion(Medium):
    """first_sector: counted from where the storage area begins; sectors: how many."""

    def __init__(self, first_sector, sectors):
        self.sectors = sectors
        self.sector_bytes = SECTOR_BYTES
        self._flash = rp2.Flash(start=first_sector * SECTOR_BYTES, len=sectors * SECTOR_BYTES)
        self._page = bytearray(FLASH_PAGE)

    def read(self, at, size):
        data = bytearray(size)
        self._flash.readblocks(at // SECTOR_BYTES, data, at % SECTOR_BYTES)
        return bytes(data)

    def program(self, at, data):
        over_page = at % FLASH_PAGE
        end = over_page + len(data)
        if not data or end > FLASH_PAGE or at >= self.sectors * SECTOR_BYTES:
            raise HalError("flash: %d bytes at %d are not within a page" % (len(data), at))
        # The chip programs whole pages. Ones leave what is there as it is.
        page = self._page
        page[:] = _ONES
        page[over_page:end] = data
        self._flash.writeblocks(at // SECTOR_BYTES, page, at % SECTOR_BYTES - over_page)

    def erase(self, number):
        if not 0 <= number < self.sectors:
            raise HalError("flash: sector %d of %d" % (number, self.sectors))
        self._flash.ioctl(_ERASE, number)
