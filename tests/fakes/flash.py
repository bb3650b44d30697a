"""`rp2.Flash` of a fake RP2040 [MicroPython 1.29, docs/library/rp2.Flash.rst]: block devices over
parts of one storage area.
"""

from types import ModuleType

BLOCK = 4096
PAGE = 256


class Rp2Flash:
    """The storage area of a chip; its content is bytes, all ones at first."""

    def __init__(self, sectors):
        self.bytes = bytearray(b"\xff" * (sectors * BLOCK))

    def rp2_module(self):
        area = self.bytes

        class Flash:
            """A block device over a part of the area; `start` and `len` are bytes."""

            def __init__(self, *, start=0, len=None):
                size = area_size() - start if len is None else len
                if start % BLOCK or size % BLOCK or start + size > area_size():
                    raise ValueError
                self._start, self._size = start, size

            def readblocks(self, block, buffer, offset=0):
                at = self._start + block * BLOCK + offset
                buffer[:] = area[at : at + len(buffer)]

            def writeblocks(self, block, buffer, offset=None):
                if offset is None:
                    for number in range(len(buffer) // BLOCK):
                        self.ioctl(6, block + number)
                    offset = 0
                at = self._start + block * BLOCK + offset
                if at % PAGE or len(buffer) % PAGE:
                    raise ValueError("the chip programs whole pages")
                for place, byte in enumerate(buffer):
                    area[at + place] &= byte

            def ioctl(self, operation, argument):
                if operation == 4:
                    return self._size // BLOCK
                if operation == 5:
                    return BLOCK
                if operation == 6:
                    at = self._start + argument * BLOCK
                    area[at : at + BLOCK] = b"\xff" * BLOCK
                    return 0
                return None

        def area_size():
            return len(area)

        module = ModuleType("rp2")
        module.Flash = Flash
        return module
