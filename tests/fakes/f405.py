"""The modules `stm` and `pyb` of a fake STM32F405: timers 2, 4 and 8 by their registers [RM0090 17
and 18], a backup register.

Modelled: counting up by the internal clock, gated by a trigger, or by a trigger's edges; compare on
channel 1; preload of ARR and CCR1; update and OC1REF as trigger output; channel 1 on a pin. Any
other bit raises, and so does a register whose timer has no clock yet.
"""

from types import ModuleType

from tests.fakes.chip import UndocumentedError
from tests.fakes.machine import whole

OFFSETS = {
    "CR1": 0,
    "CR2": 4,
    "SMCR": 8,
    "CCMR1": 24,
    "CCER": 32,
    "CNT": 36,
    "PSC": 40,
    "ARR": 44,
    "CCR1": 52,
}
BASES = {2: 0x40000000, 4: 0x40000800, 8: 0x40010400}
WIDTHS = {2: 32, 4: 16, 8: 16}
TRIGGERS = {(2, 3): 4, (4, 1): 2, (2, 1): 8, (4, 3): 8}  # (slave, ITR): master [RM0090 table 97]
RTC, BACKUP = 0x40002800, 156
ALLOWED = {"CR1": 0x81, "CR2": 0x70, "SMCR": 0x77, "CCMR1": 0xFF, "CCER": 0x01}
RESYNC = 2  # clocks from a gate that closes to a counter that stands


class TimerBlock:
    """One timer. Its counter is brought up to the present whenever somebody looks."""

    def __init__(self, chip, number):
        self.chip = chip
        self.number = number
        self.top = (1 << WIDTHS[number]) - 1
        self.clock_on = False
        self.registers = dict.fromkeys(OFFSETS, 0)
        self.registers["ARR"] = self.top
        self.period, self.compare = self.top, 0  # what the preload registers have handed over
        self.slaves = []
        self.gate_open = False
        self.oc1ref = 0
        self.pin = None
        self._since = 0
        self._event = None
        self._closing = None

    @property
    def level(self):
        return self.oc1ref if self.registers["CCER"] else 0

    def write(self, name, value):
        if not self.clock_on:
            raise UndocumentedError(f"TIM{self.number} has no clock")
        if value & ~ALLOWED.get(name, self.top) or name == "PSC":
            raise UndocumentedError(
                f"TIM{self.number}_{name} = {value:#x}: bits that are not modelled, or do not exist"
            )
        self.catch_up()
        self.registers[name] = value
        if name == "ARR" and not self.registers["CR1"] & 0x80:
            self.period = value
        if name == "CCR1" and not self.registers["CCMR1"] & 0x08:
            self.compare = value
        if name == "CNT" and value > self.period:
            raise UndocumentedError(f"TIM{self.number}_CNT = {value} is beyond ARR")
        self.settle()

    def read(self, name):
        if not self.clock_on:
            raise UndocumentedError(f"TIM{self.number} has no clock")
        self.catch_up()
        return self.registers[name]

    def _counts_time(self):
        mode = self.registers["SMCR"] & 7
        if mode not in (0, 5, 7):
            raise UndocumentedError(f"TIM{self.number} slave mode {mode}")
        return self.registers["CR1"] & 1 and (mode == 0 or (mode == 5 and self.gate_open))

    def catch_up(self):
        if self._counts_time():
            self.registers["CNT"] += self.chip.now - self._since
        self._since = self.chip.now

    def settle(self):
        """OC1REF, and when the counter next comes to something."""
        self._show(self._reference())
        self.chip.cancel(self._event)
        self._event = None
        if self._counts_time():
            count = self.registers["CNT"]
            ahead = [mark - count for mark in (self.compare, self.period + 1) if mark > count]
            if not ahead:
                raise UndocumentedError(
                    f"TIM{self.number} counts beyond ARR: only after 2**32 does it come round"
                )
            self._event = self.chip.at(self.chip.now + min(ahead), self._reached)

    def _reference(self):
        below = self.registers["CNT"] < self.compare
        mode = self.registers["CCMR1"] & 0x70
        if self.registers["CCMR1"] & 0x03:
            return 0  # channel 1 is an input
        if mode not in (0x00, 0x40, 0x60, 0x70):
            raise UndocumentedError(f"TIM{self.number} output mode {mode:#x}")
        return {0x00: self.oc1ref, 0x40: 0, 0x60: int(below), 0x70: int(not below)}[mode]

    def _reached(self):
        self.catch_up()
        if self.registers["CNT"] > self.period:
            self._update()
        self.settle()

    def _update(self):
        self.registers["CNT"] = 0
        self.period, self.compare = self.registers["ARR"], self.registers["CCR1"]
        self._show(self._reference())
        if self.registers["CR2"] & 0x70 == 0x20:
            for slave in self.slaves:
                slave.clocked(self)

    def clocked(self, master):
        """A trigger's rising edge, from another timer or (None) from channel 1."""
        source = self.registers["SMCR"] >> 4 & 7
        wanted = TRIGGERS.get((self.number, source)) if source < 4 else None
        if (
            self.registers["SMCR"] & 7 != 7
            or not self.registers["CR1"] & 1
            or wanted != (master and master.number)
        ):
            return
        if master is None and (source != 5 or self.registers["CCMR1"] & 0x03 != 1):
            return
        self.registers["CNT"] += 1
        if self.registers["CNT"] > self.period:
            self._update()
        self.settle()

    def _show(self, reference):
        if reference == self.oc1ref:
            return
        self.oc1ref = reference
        if self.registers["CR2"] & 0x70 == 0x40:
            for slave in self.slaves:
                if TRIGGERS.get((slave.number, slave.registers["SMCR"] >> 4 & 7)) == self.number:
                    slave.gated(bool(reference))
        if self.pin is not None and self.pin.peripheral is self:
            self.pin.update()

    def gated(self, is_open):
        self.chip.cancel(self._closing)
        if is_open:
            self.catch_up()
            self.gate_open = True
            self.settle()
        else:
            self._closing = self.chip.at(self.chip.now + RESYNC, self._close)

    def _close(self):
        self.catch_up()
        self.gate_open = False
        self.settle()

    def edge(self, level):
        """Channel 1 as an input; its filter is far shorter than what comes here."""
        if level:
            self.clocked(None)


class Memory:
    def __init__(self, blocks, words):
        self._places = {
            BASES[number] + offset: (block, name)
            for number, block in blocks.items()
            for name, offset in OFFSETS.items()
        }
        self._words = words

    def __getitem__(self, address):
        if address in self._words:
            return self._words[address]
        block, name = self._place(address)
        return block.read(name)

    def __setitem__(self, address, value):
        whole("word", value, 0, (1 << 32) - 1)
        if address in self._words:
            self._words[address] = value
            return
        block, name = self._place(address)
        block.write(name, value)

    def _place(self, address):
        if address not in self._places:
            raise UndocumentedError(f"address {address:#x}")
        return self._places[address]


def timers(chip):
    """The timers by number, with who triggers whom."""
    blocks = {number: TimerBlock(chip, number) for number in BASES}
    for (slave, _), master in TRIGGERS.items():
        blocks[master].slaves.append(blocks[slave])
    return blocks


def alternates(chip, blocks):
    """What Pin(mode=ALT) connects, where it does [ports/stm32/boards/stm32f405_af.csv]."""

    def output(name):
        if name not in ("A0", "A5", "A15"):
            raise ValueError(f"AF1_TIM2 is not for {name}")
        blocks[2].pin = chip.pins[name]
        chip.pins[name].give_to(blocks[2])

    def counted(name):
        if name != "C6":
            raise ValueError(f"AF3_TIM8 is not for {name}")
        chip.pins[name].listeners.append(blocks[8].edge)

    return {"AF1_TIM2": output, "AF3_TIM8": counted}


def stm_module(blocks, parts):
    module = ModuleType("stm")
    for name, offset in OFFSETS.items():
        setattr(module, "TIM_" + name, offset)
    for number, base in BASES.items():
        setattr(module, f"TIM{number}", base)
    module.RTC, module.RTC_BKP19R = RTC, BACKUP
    module.mem32 = Memory(blocks, parts.backup)
    return module


def pyb_module(blocks):
    module = ModuleType("pyb")
    module.freq = lambda: (168_000_000, 168_000_000, 42_000_000, 84_000_000)

    class Timer:
        """Turns the clock on, sets prescaler and period, and starts it, with ARR preloaded
        [ports/stm32/timer.c].
        """

        def __init__(self, id, *, prescaler, period):
            if id not in blocks:
                raise UndocumentedError(f"Timer({id}) is not modelled")
            block = blocks[id]
            if prescaler:
                raise UndocumentedError("a prescaler is not modelled")
            block.clock_on = True
            block.write("ARR", whole("period", period, 0, min(block.top, 0x3FFFFFFF)))
            block.period = period
            block.write("CNT", 0)
            block.write("CR1", 0x81)

    module.Timer = Timer
    return module
