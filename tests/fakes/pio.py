"""State machines of an RP2040's PIO at divider 1, each instruction at its cycle [RP2040 datasheet
3.4, 3.5].

Only what the backend's programs use; the rest raises. A countdown (`jmp x--` to itself) is gone
through in one event.
"""

from tests.fakes.chip import UndocumentedError

ALL_ONES = 0xFFFF_FFFF
SYNCHRONISER = 2  # cycles from a pad to a state machine that waits for it
JMP, WAIT, IN, OUT, PUSH_PULL, MOV, IRQ, SET = range(8)


class Pad:
    """A pin that a state machine drives."""

    def __init__(self, pin):
        self.pin = pin
        self.level = 0

    def set(self, level):
        self.level = level
        self.pin.update()


class Machine:
    """One state machine; `pins` by name: side (the side-set pin), out, wait, jump."""

    def __init__(self, chip, number):
        self.chip = chip
        self.number = number
        self.enabled = False
        self.handler = None
        self.program = None
        self.tx, self.rx = [], []
        self.restart()

    def load(self, program, side, out, wait, jump):
        self.enabled = False
        self.program = program
        self.side = self._pad(side)
        self.out = self._pad(out)
        self.wait_pin, self.jump_pin = wait, jump
        self.tx, self.rx = [], []
        self.x = self.y = self.osr = self.isr = 0
        self.restart()
        if wait is not None:
            wait.listeners.append(lambda level: self._pin_changed())

    def _pad(self, pin):
        if pin is None:
            return None
        pad = Pad(pin)
        pin.give_to(pad)
        return pad

    def restart(self):
        """Program counter, delay and stalls; FIFOs, X and Y stay as they are."""
        self.pc = 0
        self.event = None
        self.stalled = None
        self.skipped = False

    def activate(self, on):
        if on and not self.enabled:
            if self.skipped:
                raise UndocumentedError(
                    "a machine that was stopped within a countdown goes on without a restart"
                )
            self._next_at(self.chip.now + 1)
        if not on:
            self.chip.cancel(self.event)
            self.event = None
        self.enabled = bool(on)

    def put(self, word):
        if len(self.tx) >= self.program.tx_words:
            raise UndocumentedError("put() would block")
        self.tx.append(word & ALL_ONES)
        if self.stalled == "pull":
            self._resume(self.chip.now + 1)

    def exec(self, word):
        if word >> 13 == JMP:
            raise UndocumentedError("exec of a jmp: use restart()")
        stalled = self.stalled
        self._set_side(word)
        self._execute(word)
        self.stalled = stalled

    # -- the program runs

    def _next_at(self, tick):
        self.event = self.chip.at(tick, self._step)

    def _resume(self, tick):
        if self.enabled:
            self.stalled = None
            self._next_at(tick)

    def _pin_changed(self):
        if self.stalled == "wait" and self._waits_for() == self.wait_pin.level:
            self._resume(self.chip.now + SYNCHRONISER)

    def _waits_for(self):
        return self.program.words[self.pc] >> 7 & 1

    def _step(self):
        word = self.program.words[self.pc]
        self._set_side(word)
        before = self.pc
        skipped = self._countdown(word) if word >> 13 == JMP and word & 0x1F == self.pc else 0
        if not skipped:
            self.pc = self.program.wrap_target if self.pc == self.program.wrap else self.pc + 1
            self._execute(word)
        if self.stalled:
            self.pc = before
            return
        delay = word >> 8 & (31 >> self.program.side_bits)
        self.skipped = skipped > 0
        self._next_at(self.chip.now + (skipped or 1) * (1 + delay))

    def _countdown(self, word):
        """Turns of a jump to itself that can be gone through at once, all but the last."""
        if word >> 5 & 7 != 2:
            raise UndocumentedError("only x counts down on the spot")
        turns, self.x = self.x, 0
        return turns

    def _set_side(self, word):
        if self.program.side_bits:
            level = word >> 12 & 1
            if self.side.level != level:
                self.side.set(level)

    def _execute(self, word):
        argument = word & 0xFF
        (
            self._jmp,
            self._wait,
            self._refuse,
            self._out,
            self._push_pull,
            self._mov,
            self._irq,
            self._refuse,
        )[word >> 13](argument)

    def _refuse(self, argument):
        raise UndocumentedError(f"instruction with argument {argument:#x}")

    def _jmp(self, argument):
        condition = argument >> 5
        if condition == 0:
            jumps = True
        elif condition == 2:
            jumps, self.x = self.x != 0, (self.x - 1) & ALL_ONES
        elif condition == 4:
            jumps, self.y = self.y != 0, (self.y - 1) & ALL_ONES
        elif condition == 5:
            jumps = self.x != self.y
        elif condition == 6:
            jumps = self.jump_pin.level == 1
        else:
            self._refuse(argument)
        if jumps:
            self.pc = argument & 0x1F

    def _wait(self, argument):
        if argument & 0x7F != 0x20:
            self._refuse(argument)
        if self.wait_pin.level != argument >> 7:
            self.stalled = "wait"

    def _out(self, argument):
        count = argument & 0x1F or 32
        value = self.osr & ((1 << count) - 1)
        self.osr >>= count
        if argument >> 5 == 0:
            self.out.set(value & 1)
        elif argument >> 5 == 2:
            self.y = value
        else:
            self._refuse(argument)

    def _push_pull(self, argument):
        blocks = argument >> 5 & 1
        if argument & 0x80:
            if self.tx:
                self.osr = self.tx.pop(0)
            elif blocks:
                self.stalled = "pull"
            else:
                self.osr = self.x
        elif len(self.rx) < 4:
            self.rx.append(self.isr)
            self.isr = 0
        else:
            raise UndocumentedError("push into a full FIFO")

    def _mov(self, argument):
        source = {1: self.x, 2: self.y, 3: 0, 6: self.isr, 7: self.osr}[argument & 7]
        name = {1: "x", 2: "y", 6: "isr"}[argument >> 5]
        setattr(self, name, source ^ ALL_ONES if argument >> 3 & 3 == 1 else source)

    def _irq(self, argument):
        if argument != 0x10:
            self._refuse(argument)
        if self.handler is not None:
            self.handler(self)
