"""Journal and events on a ferroelectric memory of the carrier, at an SPI: it needs no erase, and is
never busy.
"""

from hal.contract import FLASH_PAGE, HalError, Medium
from hal.pins import Output

SECTOR_BYTES = 4096
SPI_HZ = 10_000_000  # the part takes four times as much
# part: (what RDID answers, bytes) [MB85RS2MTA, RDID]
PARTS = {"mb85rs2mta": (b"\x04\x7f\x48\x03", 262_144)}
_WRITE_ENABLE, _WRITE, _READ, _READ_STATUS, _READ_ID = 0x06, 0x02, 0x03, 0x05, 0x9F
# Of the status: WPEN and the protected blocks, which stay set for ever, and the latch that lets one
# write pass [MB85RS2MTA, status register]
_PROTECTION_AND_LATCH = 0x8E
_LATCH = 0x02
_ONES = b"\xff" * FLASH_PAGE


def media_of(fram, pins, spi):
    """(journal, events) of a board whose file has this section `fram`; spi: a machine.SPI in mode
    0. The events take what the journal leaves.
    """
    chip = FramChip(spi, Output("!" + pins["fram_select"]), fram["part"])
    sectors = chip.bytes // SECTOR_BYTES
    journal = fram["journal_sectors"]
    return FramRegion(chip, 0, journal), FramRegion(chip, journal, sectors - journal)


class FramChip:
    """select: an Output, active while the chip is spoken to. Each read and each write asks first
    who is there: a bus without a chip reads as ones, and ones look like a journal that is new.
    """

    def __init__(self, spi, select, part):
        self._spi, self._select = spi, select
        self._name = part
        self._id, self.bytes = PARTS[part]
        self._found = bytearray(len(self._id))
        self._status = bytearray(1)

    def read(self, at, size):
        self._need_chip()
        data = bytearray(size)
        self._exchange(_address(_READ, at), data)
        return bytes(data)

    def write(self, at, data):
        """HalError unless the chip has told that it takes it."""
        self._need_chip()
        self._exchange(bytes([_WRITE_ENABLE]), None)
        self._exchange(bytes([_READ_STATUS]), self._status)
        if self._status[0] & _PROTECTION_AND_LATCH != _LATCH:
            raise HalError("fram: takes no bytes: its status is 0x%02x" % self._status[0])
        self._exchange(_address(_WRITE, at) + data, None)

    def _need_chip(self):
        self._exchange(bytes([_READ_ID]), self._found)
        if self._found != self._id:
            raise HalError("fram: no %s answers: its id is %r" % (self._name, bytes(self._found)))

    def _exchange(self, sent, into):
        """A command from its first bit to its last: a write takes effect when the chip is let
        go.
        """
        self._select.set(True)
        try:
            self._spi.write(sent)
            if into is not None:
                self._spi.readinto(into)
        except OSError as error:
            raise HalError("fram: the SPI does not work: error %s" % error)
        finally:
            self._select.set(False)


class FramRegion(Medium):
    """Sectors `first_sector` and on of a FramChip. It would take any byte; here it does as flash
    does, so that one format fits both.
    """

    program_ms = 3  # of Python; the chip is never busy

    def __init__(self, chip, first_sector, sectors):
        self.sectors = sectors
        self.sector_bytes = SECTOR_BYTES
        self._chip = chip
        self._base = first_sector * SECTOR_BYTES

    def read(self, at, size):
        return self._chip.read(self._base + at, size)

    def program(self, at, data):
        size = len(data)
        if not size or at % FLASH_PAGE + size > FLASH_PAGE or at >= self.sectors * SECTOR_BYTES:
            raise HalError("fram: %d bytes at %d are not within a page" % (size, at))
        old = self._chip.read(self._base + at, size)
        self._chip.write(self._base + at, bytes([a & b for a, b in zip(old, data)]))

    def erase(self, number):
        if not 0 <= number < self.sectors:
            raise HalError("fram: sector %d of %d" % (number, self.sectors))
        base = self._base + number * SECTOR_BYTES
        for page in range(0, SECTOR_BYTES, FLASH_PAGE):
            self._chip.write(base + page, _ONES)


def _address(command, at):
    return bytes([command, at >> 16, at >> 8 & 0xFF, at & 0xFF])
