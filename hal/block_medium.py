"""Medium on a block device of MicroPython over flash: `rp2.Flash`, `esp32.Partition`."""

from hal.contract import FLASH_PAGE, HalError, Medium

SECTOR_BYTES = 4096
_ERASE = 6  # ioctl
_ONES = b"\xff" * FLASH_PAGE


class BlockMedium(Medium):
    """device: has readblocks, writeblocks and ioctl over `sectors` blocks of SECTOR_BYTES; nobody
    else writes to it.
    """

    program_ms = 3  # [W25Q16JV 9.6]

    def __init__(self, device, sectors):
        self.sectors = sectors
        self.sector_bytes = SECTOR_BYTES
        self._device = device
        self._page = bytearray(FLASH_PAGE)

    def read(self, at, size):
        data = bytearray(size)
        self.read_into(at, data)
        return bytes(data)

    def read_into(self, at, data):
        try:
            self._device.readblocks(at // SECTOR_BYTES, data, at % SECTOR_BYTES)
        except OSError as error:
            raise HalError(
                "flash: %d bytes at %d cannot be read: error %s" % (len(data), at, error)
            )

    def program(self, at, data):
        over_page = at % FLASH_PAGE
        end = over_page + len(data)
        if not data or end > FLASH_PAGE or at >= self.sectors * SECTOR_BYTES:
            raise HalError("flash: %d bytes at %d are not within a page" % (len(data), at))
        # An RP2040 programs whole pages. Ones leave what is there as it is.
        page = self._page
        page[:] = _ONES
        page[over_page:end] = data
        try:
            self._device.writeblocks(at // SECTOR_BYTES, page, at % SECTOR_BYTES - over_page)
        except OSError as error:
            raise HalError("flash: the page of %d takes no bytes: error %s" % (at, error))

    def erase(self, number):
        if not 0 <= number < self.sectors:
            raise HalError("flash: sector %d of %d" % (number, self.sectors))
        try:
            self._device.ioctl(_ERASE, number)
        except OSError as error:
            raise HalError("flash: sector %d cannot be erased: error %s" % (number, error))
