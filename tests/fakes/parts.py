"""What hangs on a fake chip: rotor with its encoder, driver chip, file system, console; and the
modules that reach them.
"""

from random import Random
from types import ModuleType

from tests.fakes.fram import Fram

TURN = 4096  # counts of the AS5600
STEPS = 3200  # microsteps of a turn
AS5600 = 0x36
FULL = 28  # ENOSPC
NOT_THERE, THERE = 2, 17


class AnyPair:
    """The pins of a bus that can go anywhere."""

    def __contains__(self, names):
        return None not in names and names[0] != names[1]


ANYWHERE = {"i2c": {0: AnyPair(), 1: AnyPair()}, "uart": {1: AnyPair(), 2: AnyPair()}}


class Parts:
    """step, direction, enable: (pin state, its active level)."""

    def __init__(self, chip, step, direction, enable, buses):
        self.chip = chip
        self.buses = buses
        self.reset_cause = 1
        self.unique_id = bytes.fromhex("e660583883724f32")  # of a Pico, eight bytes
        self.rtc_memory = b""
        self.backup = {}
        self.pwm = {}
        self.adc = {}
        self.edges = []  # ticks of the rising edges of STEP
        self.held = False
        self.encoder_dead = False
        self.driver_chip = DriverChip()
        self.fram = Fram()
        self.spi = {2: self.fram}
        self._direction, self._enable = direction, enable
        self._steps = 0  # of the rotor, from anywhere
        step[0].listeners.append(self._step)

    def _step(self, level):
        if not level:
            return
        self.edges.append(self.chip.now)
        pin, active = self._enable
        if pin.level == active and not self.held:
            pin, active = self._direction
            self._steps += -1 if pin.level == active else 1

    def i2c_read(self, address, register, length):
        if address != AS5600 or self.encoder_dead:
            return None
        angle = self._steps * TURN // STEPS % TURN
        registers = {0x0B: 0x20, 0x0C: angle >> 8, 0x0D: angle & 0xFF}
        return bytes(registers[register + at] for at in range(length))


class DriverChip:
    """A TMC2209 on its UART: replies to reads, counts the writes it takes [TMC2209 4.1].

    charge_pump_low: GSTAT shows it as long as it is so, whatever is written.
    """

    def __init__(self):
        self.charge_pump_low = False
        self._shorted = False
        self.lose_settings()

    def lose_settings(self):
        """Its supply was gone for a moment."""
        self.registers = {0x01: 0x01}  # GSTAT: reset

    def short_circuit(self):
        """It has switched itself off, and stays so until it is told to be off [TMC2209 5.5.3]."""
        self._shorted = True
        self.registers[0x01] |= 2

    def hear(self, data):
        if len(data) < 4 or crc(data[:-1]) != data[-1] or data[:2] != b"\x05\x00":
            return b""
        register = data[2] & 0x7F
        value = self.registers.get(register, 0)
        if data[2] & 0x80:
            written = int.from_bytes(data[3:7], "big")
            self._shorted = self._shorted and not (register == 0x6C and not written & 15)
            held = 2 if self._shorted else 0
            self.registers[register] = value & (~written | held) if register == 0x01 else written
            self.registers[0x02] = (self.registers.get(0x02, 0) + 1) & 0xFF
            return b""
        if register == 0x01 and self.charge_pump_low:
            value |= 4
        reply = bytes([0x05, 0xFF, register]) + value.to_bytes(4, "big")
        return reply + bytes([crc(reply)])


def crc(data):
    """Polynomial x**8 + x**2 + x + 1 over the bits as they come on the wire, the least significant
    first.
    """
    rest = 0
    for bit in (byte >> at & 1 for byte in data for at in range(8)):
        top = rest >> 7 ^ bit
        rest = rest << 1 & 0xFF ^ (0x07 if top else 0)
    return rest


class Medium:
    """A littlefs: what was written is there when the file is closed, or not at all."""

    def __init__(self, mounted_at):
        self.files = {}
        self.folders = {mounted_at}
        self.full = False

    def os_module(self):
        module = ModuleType("os")
        module.urandom = Random(1).randbytes

        def mkdir(path):
            if path in self.folders:
                raise OSError(THERE)
            if path.rpartition("/")[0] not in self.folders:
                raise OSError(NOT_THERE)
            self.folders.add(path)

        def stat(path):
            if path not in self.folders and path not in self.files:
                raise OSError(NOT_THERE)
            return 0, 0, 0, 0, 0, 0, len(self.files.get(path, b"")), 0, 0, 0

        def rename(old, new):
            self.files[new] = self._take(old)

        module.mkdir, module.stat, module.rename, module.remove = mkdir, stat, rename, self._take
        return module

    def _take(self, path):
        if path not in self.files:
            raise OSError(NOT_THERE)
        return self.files.pop(path)

    def open(self, path, mode):
        reads = mode in ("rb", "r+b")
        if path.rpartition("/")[0] not in self.folders or (reads and path not in self.files):
            raise OSError(NOT_THERE)
        return OpenFile(self, path, mode)


class OpenFile:
    """A file in binary: read from, replaced ("wb"), or changed ("r+b")."""

    def __init__(self, medium, path, mode):
        self._medium, self._path, self._mode = medium, path, mode
        self._data = b"" if mode == "wb" else medium.files[path]
        self._at = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self._mode != "rb" and kind is None:
            self._medium.files[self._path] = self._data

    def seek(self, offset, whence=0):
        self._at = len(self._data) if whence == 2 else offset
        return self._at

    def read(self, size=-1):
        end = len(self._data) if size < 0 else self._at + size
        piece = self._data[self._at : end]
        self._at += len(piece)
        return piece

    def write(self, data):
        if self._medium.full:
            raise OSError(FULL)
        if self._at > len(self._data):
            raise OSError(22)
        self._data = self._data[: self._at] + bytes(data) + self._data[self._at + len(data) :]
        self._at += len(data)
        return len(data)


class Console:
    """The board's console: sys.stdin.buffer and sys.stdout.buffer, as `select.poll` sees them."""

    def __init__(self):
        self.incoming = b""
        self.sent = b""
        self.listened_to = True

    @property
    def buffer(self):
        return self

    def readinto(self, buffer):
        if len(self.incoming) < len(buffer):
            raise BlockingIOError("the pump would hang here until a byte comes")
        buffer[:] = self.incoming[: len(buffer)]
        self.incoming = self.incoming[len(buffer) :]
        return len(buffer)

    def write(self, data):
        if not self.listened_to:
            raise BlockingIOError("the pump would hang here until somebody reads")
        self.sent += bytes(data)
        return len(data)

    def ready(self, events):
        return events & (1 * bool(self.incoming) | 4 * self.listened_to)
