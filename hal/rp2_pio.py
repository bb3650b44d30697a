# mypy: disable-error-code="name-defined"
"""The two PIO programs of the step engine, for RP2040 and RP2350 at divider 1 (8 ns at 125 MHz).

`steps` eats segments of two words: pulses * 2 + direction level, then the interval less what the
program itself takes. From one rising edge to the next it takes PULSE_TICKS in addition to its
countdown, within a segment and over a seam alike; a segment without pulses takes WAIT_TICKS in
addition. With nothing queued it raises its interrupt flag and rests.

`edges` counts what really is at the pin: X goes down with each rising edge while the direction pin
is low, Y while it is high. In between it is stalled, and may be asked for X and Y by `exec` at any
time: the edge it waits for is a level that lasts 30 cycles.
"""

import rp2

PULSE_TICKS = 39  # also the shortest interval
WAIT_TICKS = 10
MAX_PULSES = (1 << 31) - 2  # one less than what 31 bits hold: all ones is "nothing there"
FIFO_WORDS = 8

# For `exec`; bits 12 .. 8 are side-set and delay, so these leave STEP low.
PULL = 0x8080  # noblock
PUSH = 0x8000  # noblock
X_IS_ALL_ONES = 0xA02B  # mov(x, invert(null))
Y_IS_ALL_ONES = 0xA04B
X_TO_ISR_INVERTED = 0xA0C9  # mov(isr, invert(x))
Y_TO_ISR_INVERTED = 0xA0CA


@rp2.asm_pio(
    sideset_init=rp2.PIO.OUT_LOW,
    out_init=rp2.PIO.OUT_LOW,
    out_shiftdir=rp2.PIO.SHIFT_RIGHT,
    fifo_join=rp2.PIO.JOIN_TX,
)
def steps():
    nop().side(0)[15]  # from a start to the first pulse it is as long as from one pulse to the next
    nop().side(0)[12]
    wrap_target()
    # X is all ones here: a countdown leaves it so, and `stop` sets it. An empty FIFO gives X to
    # `pull`.
    label("segment")
    pull(noblock).side(0)
    mov(y, osr).side(0)
    jmp(x_not_y, "go").side(0)
    irq(rel(0)).side(0)
    pull(block).side(0)
    label("go")
    out(pins, 1).side(0)
    out(y, 31).side(0)
    pull(block).side(0)
    jmp(y_dec, "pulse").side(0)
    mov(x, osr).side(0)
    label("wait")
    jmp(x_dec, "wait").side(0)
    jmp("segment").side(0)
    label("next")
    nop().side(0)[6]  # as long as the way over a seam
    label("pulse")
    mov(x, osr).side(0)
    label("low")
    jmp(x_dec, "low").side(0)
    nop().side(1)[13]  # 240 ns high in all; the TMC2209 wants 100 ns [TMC2209 3.5]
    jmp(y_dec, "next").side(1)[15]
    wrap()


@rp2.asm_pio()
def edges():
    wrap_target()
    label("low")
    wait(0, pin, 0)
    wait(1, pin, 0)
    jmp(pin, "backwards")
    jmp(x_dec, "low")
    jmp("low")  # X went from 0 to all ones
    label("backwards")
    jmp(y_dec, "low")
    wrap()
