"""The module `machine` of a fake chip, as far as the backends use it [MicroPython 1.29,
docs/library/machine*.rst].

What the documentation does not know raises: other names of arguments, values out of range, a pin
that is not there.
"""

from types import ModuleType

from tests.fakes.chip import ChipReset, UndocumentedError

IN, OUT, ALT = 0, 1, 2
PULL_UP, PULL_DOWN = 1, 2
RISING, FALLING = 1, 2
ENODEV = 19


def machine_module(chip, parts, alternates=None):
    """parts: what hangs on the chip, see parts.py; alternates: of an STM32, {"AF1_TIM2":
    connect(pin name)}.
    """
    module = ModuleType("machine")
    module.PWRON_RESET, module.HARD_RESET, module.WDT_RESET = 1, 2, 3
    module.reset_cause = lambda: parts.reset_cause
    module.reset = lambda: _reset()
    module.unique_id = lambda: parts.unique_id
    bound = {"chip": chip, "parts": parts}
    for base in (Pin, Timer, WDT, PWM, ADC, I2C, SPI, UART, RTC):
        setattr(module, base.__name__, type(base.__name__, (base,), dict(bound)))
    for at, (name, connect) in enumerate((alternates or {}).items()):
        setattr(module.Pin, name, 16 + at)
        module.Pin.alternates[16 + at] = connect
    return module


def _reset():
    raise ChipReset


def whole(what, value, least, most):
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{what}: {value!r} is outside {least} .. {most}")
    return value


class Pin:
    IN, OUT, ALT = IN, OUT, ALT
    PULL_UP, PULL_DOWN = PULL_UP, PULL_DOWN
    IRQ_RISING, IRQ_FALLING = RISING, FALLING
    alternates = {}

    def __init__(self, id, mode=None, pull=-1, *, value=None, alt=None):
        if id not in self.chip.pins:
            raise ValueError(f"invalid pin {id!r}")
        self.name = id
        self.state = state = self.chip.pins[id]
        if value is not None:
            state.out = int(bool(value))
        if mode is None:
            return
        if mode not in (IN, OUT, ALT) or (mode == ALT) != (alt is not None):
            raise UndocumentedError(f"mode {mode!r} with alt {alt!r}")
        state.is_output = mode == OUT
        state.pull_up = pull == PULL_UP
        state.give_to(None)  # a mode takes the pad back from any peripheral
        if mode == ALT:
            self.alternates[alt](id)
        state.update()

    def value(self, level=None):
        if level is None:
            return self.state.level
        self.state.out = int(bool(level))
        self.state.update()
        return None

    def irq(self, handler=None, trigger=RISING | FALLING):
        self.state.handler = handler and (
            handler,
            self,
            bool(trigger & RISING),
            bool(trigger & FALLING),
        )


class Timer:
    ONE_SHOT, PERIODIC = 0, 1
    ids = range(-1, 0)

    def __init__(self, id=-1):
        if id not in self.ids:
            raise ValueError(f"Timer({id}) doesn't exist")
        self._event = None

    def init(self, *, mode=PERIODIC, period=-1, callback=None, hard=False):
        if hard or mode != self.ONE_SHOT or callback is None:
            raise UndocumentedError("only soft one-shot timers work on every port")
        whole("period", period, 1, (1 << 30) - 1)
        self.deinit()
        self._event = self.chip.at(
            self.chip.now + self.chip.ms(period), lambda: self.chip.schedule(callback, self)
        )

    def deinit(self):
        self.chip.cancel(self._event)


class WDT:
    longest_ms = 32_000

    def __init__(self, id=0, timeout=5000):
        self._ticks = self.chip.ms(whole("timeout", timeout, 1, self.longest_ms))
        self.feed()

    def feed(self):
        self.chip.reset_at = self.chip.now + self._ticks


class PWM:
    def __init__(self, pin):
        self.parts.pwm[pin.name] = self
        self.duty = 0

    def freq(self, hz):
        self.hz = whole("freq", hz, 1, 40_000_000)

    def duty_u16(self, duty):
        self.duty = whole("duty_u16", duty, 0, 65_535)


class ADC:
    def __init__(self, pin):
        self._name = pin.name

    def read_u16(self):
        return self.parts.adc[self._name]


class I2C:
    """Ids and pins are looked up in `parts.buses`: a port with fixed buses takes none."""

    def __init__(self, id, *, scl=None, sda=None, freq=400_000, timeout=50_000):
        names = (sda and sda.name, scl and scl.name)
        if names not in self.parts.buses["i2c"].get(id, ()):
            raise ValueError(f"I2C({id}) has no pins {names}")
        whole("freq", freq, 1, 1_000_000)

    def readfrom_mem_into(self, address, register, buffer):
        data = self.parts.i2c_read(address, register, len(buffer))
        if data is None:
            raise OSError(ENODEV)
        buffer[:] = data


class SPI:
    """Of a port with fixed buses: no pins are given. What hangs on it is `parts.spi[id]`."""

    def __init__(self, id, baudrate=1_000_000, *, polarity=0, phase=0, bits=8):
        if id not in self.parts.spi:
            raise ValueError(f"SPI({id}) doesn't exist")
        whole("baudrate", baudrate, 1, 40_000_000)
        if (polarity, phase) not in ((0, 0), (1, 1)) or bits != 8:
            raise UndocumentedError("the FRAM knows modes 0 and 3")
        self._device = self.parts.spi[id]

    def write(self, data):
        for byte in data:
            self._device.clock(byte)

    def readinto(self, buffer, write=0x00):
        buffer[:] = bytes(self._device.clock(write) for _ in buffer)


class UART:
    def __init__(self, id, baudrate=9600, *, tx=None, rx=None):
        names = (tx and tx.name, rx and rx.name)
        if names not in self.parts.buses["uart"].get(id, ()):
            raise ValueError(f"UART({id}) has no pins {names}")
        whole("baudrate", baudrate, 9600, 500_000)
        self._waiting = b""

    def write(self, data):
        self._waiting += bytes(data) + self.parts.driver_chip.hear(
            bytes(data)
        )  # one wire: it hears itself
        return len(data)

    def any(self):
        return len(self._waiting)

    def read(self, count=-1):
        taken = self._waiting if count < 0 else self._waiting[:count]
        self._waiting = self._waiting[len(taken) :]
        return taken or None


class RTC:
    def memory(self, data=None):
        if data is None:
            return self.parts.rtc_memory
        whole("length", len(data), 0, 2048)
        self.parts.rtc_memory = bytes(data)
        return None
