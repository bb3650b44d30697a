"""An FRAM of the MB85RS family on a fake SPI [MB85RS2MTA]: 3 bytes of address, of which the chip
looks at as many as it needs; a read or a write goes on from the last byte to the first.

The latch that lets a write pass is set by WREN and falls with each write, at the edge that lets the
chip go. A chip that nobody speaks to leaves the line alone, which reads as ones. What a command
does beyond its last byte is not documented and raises.
"""

from tests.fakes.chip import UndocumentedError

WREN, WRITE, READ, RDSR, RDID = 0x06, 0x02, 0x03, 0x05, 0x9F
LATCH, PROTECTED = 0x02, 0x0C  # of the status
ID = bytes([0x04, 0x7F, 0x48, 0x03])
BYTES = 262_144


class Fram:
    """A new one holds anything. absent: it does not answer; after_bytes: power fails when so many
    more bytes of data have been written.
    """

    def __init__(self):
        self.memory = bytearray(i * 7 & 0xFF for i in range(256)) * (BYTES // 256)
        self.status = 0
        self.absent = False
        self.after_bytes = None
        self._selected = False
        self._heard = b""
        self._told = 0

    def select(self, level):
        """The select line: active low."""
        if not level:
            self._selected, self._heard, self._told = True, b"", 0
        elif self._selected:
            self._selected = False
            self._let_go()

    def clock(self, byte):
        """Eight clocks: the byte that the chip puts on the line."""
        if not self._selected or self.absent:
            return 0xFF
        answers = len(self._heard) >= self._answers_after()
        if answers:
            answer = self._answer()
            self._told += 1
            return answer
        self._heard += bytes([byte])
        if self._heard[0] == WRITE and len(self._heard) > 4:
            self._put(byte)
        return 0xFF

    def _answers_after(self):
        if not self._heard:
            return 1
        return {READ: 4, RDSR: 1, RDID: 1}.get(self._heard[0], 1 << 30)

    def _answer(self):
        command, told = self._heard[0], self._told
        if command == READ:
            return self.memory[(self._address() + told) % BYTES]
        if command == RDSR:
            return self.status
        if told >= len(ID):
            raise UndocumentedError("an id of more than 4 bytes")
        return ID[told]

    def _address(self):
        return int.from_bytes(self._heard[1:4], "big") % BYTES

    def _put(self, byte):
        if not self.status & LATCH or self.status & PROTECTED:
            return
        if self.after_bytes is not None:
            if not self.after_bytes:
                return
            self.after_bytes -= 1
        self.memory[(self._address() + len(self._heard) - 5) % BYTES] = byte

    def _let_go(self):
        if self.absent or not self._heard:
            return
        if self._heard[0] == WREN:
            if len(self._heard) > 1:
                raise UndocumentedError("bytes behind WREN")
            self.status |= LATCH
        elif self._heard[0] == WRITE:
            self.status &= ~LATCH
        elif self._heard[0] not in (READ, RDSR, RDID):
            raise UndocumentedError(f"command 0x{self._heard[0]:02x}")
