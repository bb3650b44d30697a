"""Programs for MicroPython on an RP2040 that make step pulses with a state machine, as
engines.PEERS takes them. The ideas are in public use (docs/step_engines.md names where); the
programs are ours.

Each is written as well as its idea allows: the state machine runs undivided, and what its program
takes is subtracted from the delay.
"""

from fractions import Fraction

from host_sim.chip.emulator.chip import HZ

SM_NEEDS = """
import rp2, time
from array import array
from machine import Pin
"""
# For engines that count their steps themselves; the address is where to look.
COUNTER = """
import uctypes
from array import array
counted = array("I", (0,))
print(uctypes.addressof(counted))
"""
# A move is two words: pulses less one, then the delay between them.
MOVES = """
@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW, fifo_join=rp2.PIO.JOIN_TX)
def steps():
    wrap_target()
    pull(block).side(0)
    mov(y, osr).side(0)
    pull(block).side(0)
    label("pulse")
    mov(x, osr).side(1)[%(high)d]%(each)s
    label("low")
    jmp(x_dec, "low").side(0)
    jmp(y_dec, "pulse").side(0)%(after)s
    wrap()
machine = rp2.StateMachine(0, steps, sideset_base=Pin(2))
"""
PLAIN = MOVES % {"high": 15, "each": "", "after": ""}
PULSE_TICKS = 18  # what the program takes from pulse to pulse in addition to the delay
SEAM_TICKS = 3  # what it takes in addition from one move to the next
MOVES_PER_S = 4

# Python puts a move when it hears that the last is over.
ONE_BY_ONE = """
move = array("I", (%(move_pulses)d - 1, %(move_ticks)d))
def follow(_):
    machine.put(move)
machine.irq(follow, hard=True)
machine.active(1)
machine.put(move)
while True:
    time.sleep(1)
"""

# Moves wait in the FIFO before they are due.
AHEAD = """
move = array("I", (%(move_pulses)d - 1, %(move_ticks)d))
machine.active(1)
while True:
    while machine.tx_fifo() <= 6:
        machine.put(move)
    time.sleep_ms(100)
"""

# Moves wait in two buffers; Python fills one while the other is read.
BY_DMA = """
WORDS = 16
move = (%(move_pulses)d - 1, %(move_ticks)d)
buffers = [array("I", move * (WORDS // 2)) for _ in range(2)]
filled = [True, True]
now = 0
idle = True
dma = rp2.DMA()
def begin():
    dma.config(read=buffers[now], count=WORDS, trigger=True)
def follow(_):
    global now, idle
    filled[now] = False
    now = 1 - now
    if filled[now]:
        begin()
    else:
        idle = True
dma.config(write=machine, ctrl=dma.pack_ctrl(inc_write=False, treq_sel=0, irq_quiet=False))
dma.irq(follow, hard=True)
machine.active(1)
while True:
    for n in range(2):
        if not filled[n]:
            for at in range(WORDS):
                buffers[n][at] = move[at & 1]
            filled[n] = True
    if idle:
        idle = False
        begin()
    time.sleep_ms(200)
"""

# The state machine steps, and Python counts.
COUNT = """
def count(_):
    counted[0] += 1
machine.irq(count, hard=True)
"""

# The state machine says when, and Python steps.
STEP = """
@rp2.asm_pio()
def pace():
    wrap_target()
    mov(x, y)
    pull(noblock)
    mov(y, osr)
    mov(x, osr)
    label("wait")
    jmp(x_dec, "wait")
    irq(rel(0))
    wrap()
step = Pin(2, Pin.OUT, value=0)
def pulse(_):
    step.on()
    step.off()
    counted[0] += 1
machine = rp2.StateMachine(0, pace)
machine.irq(pulse, hard=True)
machine.put(%(pace_ticks)d)
machine.active(1)
while True:
    time.sleep(1)
"""
PACE_TICKS = 6  # what the program takes from one interrupt to the next in addition to the delay

# Another rate: what `move` and `put` above take from now on; what waits in the FIFO leaves first.
TURN_MOVES = """
def turn():
    global move
    move = array("I", (%(move_pulses)d - 1, %(move_ticks)d))
"""
# The buffers are given up. A move is two words, and no half of one may stay behind.
TURN_DMA = """
def turn():
    global move, now, idle
    move = (%(move_pulses)d - 1, %(move_ticks)d)
    dma.irq(None)
    while dma.count & 1:
        pass
    dma.active(0)
    filled[0] = filled[1] = False
    now = 0
    idle = True
    dma.irq(follow, hard=True)
"""
TURN_STEP = """
def turn():
    machine.put(%(pace_ticks)d)
"""

COUNTING = ("irq_counts", "irq_steps")
RIVALS = {
    "pio_moves": SM_NEEDS
    + MOVES % {"high": 15, "each": "", "after": "\n    irq(rel(0)).side(0)"}
    + ONE_BY_ONE,
    "pio_fifo": SM_NEEDS + PLAIN + AHEAD,
    "pio_dma": SM_NEEDS + PLAIN + BY_DMA,
    "irq_counts": SM_NEEDS
    + MOVES % {"high": 14, "each": "\n    irq(rel(0)).side(1)", "after": ""}
    + COUNT
    + AHEAD,
    "irq_steps": SM_NEEDS + STEP,
}
TURNS = {
    "pio_moves": TURN_MOVES,
    "pio_fifo": TURN_MOVES,
    "pio_dma": TURN_DMA,
    "irq_steps": TURN_STEP,
}


def numbers(hz: Fraction) -> dict[str, int]:
    """What the programs take for a rate: pulses of a move, and delays in ticks of 8 ns."""
    ticks = round(HZ / hz)
    return {
        "move_pulses": max(1, round(hz / MOVES_PER_S)),
        "move_ticks": ticks - PULSE_TICKS,
        "pace_ticks": ticks - PACE_TICKS,
    }
