"""The parts of the carrier that talk to the chip: rotor encoder and stepper driver, as their
datasheets describe them.
"""

from collections.abc import Callable

TURN = 4096
_MAGNET = 0x20


class As5600:
    """Magnetic rotor encoder on I2C, address 0x36 [AS5600: 0x0B STATUS, 0x0C/0D RAW ANGLE, 0x0E/0F
    ANGLE].

    counts(): counts that the rotor has turned, int; dead(): it does not answer any more.
    """

    ADDRESS = 0x36

    def __init__(self, counts: Callable[[], int], dead: Callable[[], bool] = lambda: False) -> None:
        self._counts = counts
        self._dead = dead
        self._pointer = 0

    def write(self, data: bytes) -> None:
        self._pointer = data[0]

    def read(self) -> bytes | None:
        if self._dead():
            return None
        high, low = divmod(self._counts() % TURN, 256)
        registers = {0x0B: _MAGNET, 0x0C: high, 0x0D: low, 0x0E: high, 0x0F: low}
        return bytes(registers.get(at, 0) for at in range(self._pointer, 0x10))


class Tmc2209:
    """Stepper driver on its single-wire UART [TMC2209 4.1: datagrams; 5: registers]. It answers
    what has a right CRC.

    registers: what was written; `lose_power()` forgets it all and says so in GSTAT.
    """

    echo = True
    GSTAT, IFCNT = 0x01, 0x02
    _SYNC, _MASTER, _WRITE = 0x05, 0xFF, 0x80

    def __init__(self, address: int = 0) -> None:
        self._address = address
        self.registers: dict[int, int] = {}
        self.lose_power()

    def lose_power(self) -> None:
        self.registers = {self.GSTAT: 1, self.IFCNT: 0}

    def write(self, data: bytes) -> bytes:
        """Take what was on the wire; returns the reply."""
        if (
            len(data) < 4
            or data[0] != self._SYNC
            or data[1] != self._address
            or crc8(data[:-1]) != data[-1]
        ):
            return b""
        register = data[2] & ~self._WRITE
        if data[2] & self._WRITE:
            self._set(register, int.from_bytes(data[3:7], "big"))
            return b""
        reply = bytes([self._SYNC, self._MASTER, register]) + self.registers.get(
            register, 0
        ).to_bytes(4, "big")
        return reply + bytes([crc8(reply)])

    def _set(self, register: int, value: int) -> None:
        self.registers[register] = (
            self.registers.get(register, 0) & ~value if register == self.GSTAT else value
        )
        self.registers[self.IFCNT] = (self.registers[self.IFCNT] + 1) % 256


def crc8(data: bytes) -> int:
    """CRC8-ATM, x^8 + x^2 + x + 1, bits of a byte from the least on [TMC2209 4.2]."""
    crc = 0
    for byte in data:
        for bit in range(8):
            crc = (crc << 1 ^ (7 if (crc >> 7) ^ (byte >> bit) & 1 else 0)) & 0xFF
    return crc
