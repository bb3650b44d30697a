"""State machines on the emulated chip keep the system clock's time, to the cycle, as rp2040js alone
does not.
"""

from itertools import pairwise

import pytest

CYCLES_PER_S = 125_000_000

# A pulse every x + 14 cycles of the state machine, with x as it was put.
PULSES = """
import rp2, machine, time, gc
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def pulses():
    pull()
    mov(y, osr)
    wrap_target()
    set(pins, 1)    [9]
    set(pins, 0)
    mov(x, y)
    label("wait")
    jmp(x_dec, "wait")
    wrap()
machine.Pin(3, machine.Pin.OUT, value=1)
sm = rp2.StateMachine(0, pulses, freq=%d, set_base=machine.Pin(2))
sm.put(%d)
sm.active(1)
"""


def rising(chip):
    return [cycle for cycle in chip.edge_cycles() if cycle > 0]


def periods(edges):
    return {b - a for a, b in pairwise(edges)}


@pytest.mark.parametrize(
    ("divider", "freq"), [(1, 125_000_000), (125, 1_000_000), (62.5, 2_000_000), (65535, 1908)]
)
def test_the_clock_divider_is_kept_to_the_cycle(on_stock, divider, freq):
    chip, repl = on_stock()
    repl.run(PULSES % (freq, 87) + "time.sleep_ms(700)")
    exact = 100 * CYCLES_PER_S * 256 // freq / 256 if divider != 65535 else 100 * chip_divider(freq)
    edges = rising(chip)
    assert len(edges) > 12
    assert periods(edges) == {exact}


def chip_divider(freq):
    """What MicroPython makes of a frequency: a divider in 1/256 [RP2040 3.7, CLKDIV]."""
    return CYCLES_PER_S * 256 // freq / 256


def test_garbage_collection_and_a_flash_write_do_not_move_a_pulse(on_stock):
    chip, repl = on_stock()
    repl.run(
        PULSES % (125_000_000, 6237)
        + "for n in range(20): gc.collect()\nwith open('x', 'w') as f: f.write('x' * 9000)"
    )
    edges = rising(chip)
    assert any(operation[1] == "erase" for operation in chip.flash_log())
    assert len(edges) > 1000
    assert periods(edges) == {6250}


def test_the_pulses_are_counted_with_the_level_of_dir(on_stock):
    chip, repl = on_stock(watch=[3])
    turns = []
    chip.on_change = lambda cycle, steps, pin, level: turns.append((cycle, level))
    repl.run(
        PULSES % (125_000_000, 124_987)
        + "time.sleep_ms(10)\nmachine.Pin(3).value(0)\ntime.sleep_ms(30)\nsm.active(0)"
    )
    turned, level = turns[-1]
    signs = [1 if edge < turned else -1 for edge in rising(chip)]
    assert level == 0 and signs.count(1) >= 10 and signs.count(-1) >= 29
    assert chip.steps == sum(signs)


COUNTER = """
@rp2.asm_pio()
def counter():
    wrap_target()
    wait(1, pin, 0)
    jmp(x_dec, "low")
    label("low")
    wait(0, pin, 0)
    wrap()
count = rp2.StateMachine(4, counter, freq=125_000_000, in_base=machine.Pin(2))
count.exec("set(x, 0)")
count.active(1)
def counted():
    count.exec("mov(isr, x)")
    count.exec("push(noblock)")
    return -count.get() & 0xffffffff
"""


def test_a_second_state_machine_counts_every_edge_of_the_first_at_1_mhz(on_stock):
    chip, repl = on_stock()
    repl.run(
        PULSES.replace("sm.active(1)", COUNTER + "sm.active(1)") % (125_000_000, 112)
        + "time.sleep_ms(20)\nsm.active(0)"
    )
    # sleep_ms counts whole ticks of a millisecond: it may last up to one less.
    assert int(repl.run("print(counted())")) == chip.steps > 19_000
    assert periods(rising(chip)) == {125}


def test_a_wait_of_an_hour_is_jumped_over_and_ends_on_its_cycle(on_stock):
    chip, repl = on_stock()
    repl.run(PULSES % (CYCLES_PER_S, 4_000_000_000) + "sm.put(0)")
    chip.run_until(chip.cycles + 3 * 4_000_000_013)
    edges = rising(chip)
    assert len(edges) == 4
    assert periods(edges) == {4_000_000_013}


STALE = """
@rp2.asm_pio()
def idle():
    pull()
    mov(x, osr)
sm = rp2.StateMachine(0, idle, freq=125_000_000)
sm.active(1)
sm.put(1)
sm.active(0)
"""


def test_a_stopped_state_machine_that_stalls_takes_no_word(on_stock):
    _, repl = on_stock()
    code = STALE + "sm.put(7)\nsm.put(8)\nprint(sm.tx_fifo())\nsm.active(1)\nprint(sm.tx_fifo())"
    assert repl.run("import rp2, machine" + code).split() == ["2", "0"]


def test_a_restarted_state_machine_keeps_stale_words_and_joining_the_fifos_clears_them(on_stock):
    _, repl = on_stock()
    clear = (
        "\nbits = 1 << 31\nfor n in range(2): machine.mem32[0x50200000 + 0xd0 + 0x1000] = bits\n"
        "print(sm.tx_fifo())"
    )
    printed = repl.run(
        "import rp2, machine"
        + STALE
        + "for n in range(4): sm.put(n)\nsm.restart()\nprint(sm.tx_fifo())"
        + clear
    )
    assert printed.split() == ["4", "0"]


def test_an_instruction_that_is_forced_on_a_stalled_machine_takes_the_place_of_the_stall(on_stock):
    _, repl = on_stock()
    code = """
import rp2, machine
@rp2.asm_pio()
def answer():
    pull()
    mov(isr, osr)
    push()
    label("aside")
    set(x, 21)
    mov(isr, x)
    push()
sm = rp2.StateMachine(0, answer, freq=125_000_000)
sm.active(1)
# jmp to the fourth instruction; the register is its program counter
sm.exec(machine.mem32[0x502000d4] + 3)
print(sm.get())
sm.put(5)
print(sm.get())
"""
    assert repl.run(code).split() == ["21", "5"]
