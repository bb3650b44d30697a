"""The module `rp2` of a fake RP2040 or RP2350 [MicroPython 1.29, docs/library/rp2*.rst]: the
assembler, and state machines.

The assembler is written to the documentation of `asm_pio` and the encoding in the RP2040 datasheet
3.4.
"""

from types import FunctionType, ModuleType

from tests.fakes.chip import UndocumentedError
from tests.fakes.pio import Machine

CALL_CYCLES = 100  # less than MicroPython takes for any call
SOURCES = {"pins": 0, "x": 1, "y": 2, "null": 3, "pindirs": 4, "isr": 6, "osr": 7}
CONDITIONS = {"not_x": 1, "x_dec": 2, "not_y": 3, "y_dec": 4, "x_not_y": 5}
PIN = 6  # both a condition and a source of wait


class Program:
    """words; wrap_target, wrap; side_bits of each word; tx_words: depth of the transmit FIFO."""

    def __init__(self, side_bits, joined):
        self.side_bits = side_bits
        self.tx_words = 8 if joined else 4
        self.words = []
        self.wrap_target, self.wrap = 0, None


class Assembler:
    """Two passes over the function: the first for the labels."""

    def __init__(self, program):
        self.program = program
        self.labels = {}
        self.names = {**SOURCES, **CONDITIONS, "pin": PIN, "block": 0x20, "noblock": 0}
        self.names.update(invert=lambda source: source | 8, rel=lambda number: number | 0x10)
        for name in (
            "label",
            "wrap_target",
            "wrap",
            "nop",
            "jmp",
            "wait",
            "out",
            "pull",
            "push",
            "mov",
            "irq",
        ):
            self.names[name] = getattr(self, name)

    def run(self, function):
        for _ in range(2):
            self.program.words.clear()
            FunctionType(function.__code__, self.names)()
        if self.program.wrap is None:
            self.program.wrap = len(self.program.words) - 1
        return self.program

    def word(self, word):
        self.program.words.append(word)
        return self

    def side(self, level):
        self.program.words[-1] |= level << (13 - self.program.side_bits)
        return self

    def __getitem__(self, delay):
        if not 0 <= delay <= 31 >> self.program.side_bits:
            raise ValueError(f"a delay of {delay}")
        self.program.words[-1] |= delay << 8
        return self

    def label(self, name):
        self.labels[name] = len(self.program.words)

    def wrap_target(self):
        self.program.wrap_target = len(self.program.words)

    def wrap(self):
        self.program.wrap = len(self.program.words) - 1

    def nop(self):
        return self.mov(SOURCES["y"], SOURCES["y"])

    def jmp(self, condition, label=None):
        condition, label = (0, condition) if label is None else (condition, label)
        return self.word(condition << 5 | self.labels.get(label, 0))

    def wait(self, level, source, index):
        return self.word(0x2000 | level << 7 | {PIN: 1}[source] << 5 | index)

    def out(self, destination, bits):
        return self.word(0x6000 | destination << 5 | bits & 0x1F)

    def pull(self, block):
        return self.word(0x8080 | block)

    def push(self, block):
        return self.word(0x8000 | block)

    def mov(self, destination, source):
        return self.word(0xA000 | destination << 5 | source)

    def irq(self, number):
        return self.word(0xC000 | number)


class PIO:
    OUT_LOW, SHIFT_RIGHT, JOIN_TX = 2, 1, 1

    def __init__(self, number):
        pass

    def remove_program(self):
        pass


def asm_pio(*, sideset_init=None, out_init=None, out_shiftdir=0, fifo_join=0):
    if out_init is not None and out_shiftdir != PIO.SHIFT_RIGHT:
        raise UndocumentedError("this machine shifts right only")
    program = Program(0 if sideset_init is None else 1, fifo_join == PIO.JOIN_TX)
    return lambda function: Assembler(program).run(function)


def rp2_module(chip):
    module = ModuleType("rp2")
    machines = {}

    class StateMachine:
        def __init__(
            self,
            number,
            program=None,
            *,
            sideset_base=None,
            out_base=None,
            in_base=None,
            jmp_pin=None,
        ):
            self._machine = machines.setdefault(number, Machine(chip, number))
            if program is not None:
                states = [pin and pin.state for pin in (sideset_base, out_base, in_base, jmp_pin)]
                self._machine.load(program, *states)

        def active(self, on):
            self._machine.activate(on)
            chip.busy(CALL_CYCLES)

        def restart(self):
            chip.cancel(self._machine.event)
            self._machine.restart()

        def exec(self, word):
            chip.busy(CALL_CYCLES)
            self._machine.exec(word)

        def put(self, words):
            for word in words:
                self._machine.put(word)

        def get(self):
            if not self._machine.rx:
                raise UndocumentedError("get() would block")
            return self._machine.rx.pop(0)

        def tx_fifo(self):
            return len(self._machine.tx)

        def irq(self, handler, *, hard=False):
            self._machine.handler = (
                handler if hard else lambda machine: chip.schedule(handler, machine)
            )

    module.PIO, module.StateMachine, module.asm_pio = PIO, StateMachine, asm_pio
    return module
