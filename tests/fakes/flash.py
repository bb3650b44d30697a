"""Flash of a fake chip as MicroPython shows it: `rp2.Flash` [MicroPython 1.29,
docs/library/rp2.Flash.rst] and `esp32.Partition` [docs/library/esp32.rst, ports/esp32/
esp32_partition.c], block devices over parts of one area.
"""

from types import ModuleType

BLOCK = 4096
PAGE = 256
BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 4, 5, 6  # ioctl


class FlashArea:
    """The storage of a chip; its content is bytes, all ones at first.

    failing: the operations that fail from now on, of "read", "program", "erase"; whole_pages: does
    the chip program nothing but whole pages?
    """

    def __init__(self, sectors, whole_pages=True):
        self.bytes = bytearray(b"\xff" * (sectors * BLOCK))
        self.failing = ()
        self.whole_pages = whole_pages

    def do(self, what):
        if what in self.failing:
            raise OSError(5)


class Device:
    """A block device over `size` bytes of an area, from `start` on."""

    def __init__(self, area, start, size):
        if start % BLOCK or size % BLOCK or not size or start + size > len(area.bytes):
            raise ValueError
        self._area, self._start, self._size = area, start, size

    def _place(self, block, offset, size):
        at = block * BLOCK + offset
        if at < 0 or at + size > self._size:
            raise AssertionError(f"{size} bytes at {at} are outside this device")
        return self._start + at

    def readblocks(self, block, buffer, offset=0):
        self._area.do("read")
        at = self._place(block, offset, len(buffer))
        buffer[:] = self._area.bytes[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            for number in range(len(buffer) // BLOCK):
                self.ioctl(BLOCK_ERASE, block + number)
            offset = 0
        self._area.do("program")
        at = self._place(block, offset, len(buffer))
        if self._area.whole_pages and (at % PAGE or len(buffer) % PAGE):
            raise ValueError("the chip programs whole pages")
        for place, byte in enumerate(buffer):
            self._area.bytes[at + place] &= byte

    def ioctl(self, operation, argument):
        if operation == BLOCK_COUNT:
            return self._size // BLOCK
        if operation == BLOCK_SIZE:
            return BLOCK
        if operation == BLOCK_ERASE:
            self._area.do("erase")
            at = self._place(argument, 0, BLOCK)
            self._area.bytes[at : at + BLOCK] = b"\xff" * BLOCK
            return 0
        return None


def rp2_flash(area):
    """The class `rp2.Flash` over the storage that MicroPython leaves."""

    class Flash(Device):
        def __init__(self, *, start=0, len=None):
            super().__init__(area, start, whole - start if len is None else len)

    whole = len(area.bytes)
    return Flash


def rp2_module(area):
    """A module `rp2` with nothing but its flash."""
    module = ModuleType("rp2")
    module.Flash = rp2_flash(area)
    return module


def esp32_partition(area, table):
    """The class `esp32.Partition`; table: {label: (start, size)} of the data partitions."""

    class Partition(Device):
        TYPE_APP, TYPE_DATA = 0, 1

        def __init__(self, label):
            super().__init__(area, *table[label])
            self._label = label

        @classmethod
        def find(cls, type=TYPE_APP, subtype=0xFF, label=None, block_size=BLOCK):
            if type != cls.TYPE_DATA or subtype != 0xFF or block_size != BLOCK:
                return []
            return [cls(name) for name in table if label in (None, name)]

        def info(self):
            """(type, subtype, address, size, label, encrypted)"""
            return (1, 0x06, self._start, self._size, self._label, False)

    return Partition
