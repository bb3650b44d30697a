"""What is around the state machines on the emulated chip: flash, resets, power, buses, pins, sleep,
the USB link.
"""

import pytest

from host_sim.chip.emulator.repl import Repl

CYCLES_PER_MS = 125_000
SECTOR_ERASE_MS = {False: 45, True: 400}  # [W25Q16JV 9.6] typical, worst
ERASE = """
import rp2, time
flash = rp2.Flash()
before = time.ticks_us()
flash.ioctl(6, 100)
print(time.ticks_diff(time.ticks_us(), before))
"""


@pytest.mark.parametrize("worst", [False, True], ids=["typical", "worst"])
def test_a_flash_erase_stops_the_cpu_for_its_real_time(on_stock, worst):
    chip, repl = on_stock()
    chip.slow_flash(worst)
    assert (
        SECTOR_ERASE_MS[worst] * 1000 <= int(repl.run(ERASE)) < SECTOR_ERASE_MS[worst] * 1000 + 300
    )
    (operation,) = [entry for entry in chip.flash_log() if entry[0] > CYCLES_PER_MS * 150]
    assert operation[1] == "erase" and operation[3:] == [
        4096,
        SECTOR_ERASE_MS[worst] * CYCLES_PER_MS,
    ]


def test_files_survive_a_power_cut_and_ram_does_not(on_stock, tmp_path):
    chip, repl = on_stock()
    repl.run("with open('kept', 'w') as f: f.write('here')\nlost = 1")
    chip.cut_power()
    chip.run_ms(100)
    chip.power_on()
    repl = Repl(chip)
    assert repl.run("print(open('kept').read(), 'lost' in globals())").split() == ["here", "False"]
    chip.save_flash(tmp_path / "flash")
    assert (tmp_path / "flash").stat().st_size == 2 * 1024 * 1024


def test_after_a_power_cut_within_any_flash_operation_the_file_is_the_old_one_or_the_new(on_stock):
    chip, repl = on_stock()
    write = "with open('dose', 'w') as f: f.write('%s')"
    repl.run(write % ("old" * 300))
    cuts = 0
    while True:
        chip.cut_power_in_flash(ahead=cuts, done_ppt=500)
        repl.start(write % ("new" * 300))
        chip.run_ms(1000)
        if chip.on:
            break  # it was done before so many operations
        cuts += 1
        chip.power_on()
        repl = Repl(chip)
        assert repl.run("print(open('dose').read())").strip() in ("old" * 300, "new" * 300)
    assert cuts > 3


def test_the_watchdog_resets_the_chip_and_scratch_registers_and_reason_are_kept(on_stock):
    chip, repl = on_stock()
    repl.run(
        "import machine\nmachine.mem32[0x4005800c] = 0x1234567\nwdt = machine.WDT(timeout=1500)"
    )
    fed = chip.cycles
    repl.start("while True: pass")
    chip.run_ms(1700)
    ((at, reason),) = chip.state()["resets"]
    assert reason == 1
    assert abs(at - fed - 1500 * CYCLES_PER_MS) < 5 * CYCLES_PER_MS
    repl = Repl(chip)
    code = (
        "import machine\n"
        "print(machine.reset_cause() == machine.WDT_RESET, hex(machine.mem32[0x4005800c]))"
    )
    assert repl.run(code).split() == ["True", "0x1234567"]


def test_a_program_that_hangs_still_serves_its_interrupts(on_stock):
    chip, repl = on_stock(watch=[25])
    beats = []
    repl.run(
        "import machine\nled = machine.Pin(25, machine.Pin.OUT)\n"
        "t = machine.Timer(period=10, callback=lambda t: led.toggle())"
    )
    chip.on_change = lambda cycle, *_: beats.append(cycle)
    chip.run_ms(100)
    assert len(beats) >= 9
    chip.hang()
    chip.run_ms(10)
    del beats[:]
    chip.run_ms(100)
    assert not beats  # a soft timer's callback is run by the program
    assert not chip.take() and chip.send(b"print(1)\r\n") is None
    chip.run_ms(100)
    assert not chip.take()


def test_a_sleeping_program_costs_no_cycles_with_the_cable_plugged_in(on_stock):
    chip, repl = on_stock()
    repl.start("import time\ntime.sleep_ms(60_000)")
    chip.run_ms(10)
    before = chip.state()
    chip.run_ms(50_000)
    after = chip.state()
    assert after["busy"] - before["busy"] < 50_000 * CYCLES_PER_MS // 1000


def test_sleep_is_never_cut_short_by_an_alarm_that_rings_early(on_stock):
    _, repl = on_stock(flash_waits=False)  # so that the interpreter is soon back
    code = """
import time
for n in range(1, 300):
    start = time.ticks_us()
    time.sleep_us(1000 + n)
    late = time.ticks_diff(time.ticks_us(), start) - 1000 - n
    assert 0 <= late < 100, late
"""
    repl.run(code)


class Loop:
    """Answers each message with its bytes reversed."""

    echo = True

    def __init__(self):
        self.heard = []

    def write(self, data):
        self.heard.append(data)
        return data[::-1]


def test_the_uart_takes_the_time_of_its_bits_and_hears_its_own_echo(on_stock):
    device = Loop()
    _, repl = on_stock(uarts={1: device})
    code = """
import machine, time
uart = machine.UART(1, 40_000, tx=machine.Pin(8), rx=machine.Pin(9))
t = time.ticks_us()
uart.write(bytes(range(8)))
uart.flush()
print(time.ticks_diff(time.ticks_us(), t))
time.sleep_ms(10)
print(list(uart.read()))
"""
    took, _, heard = repl.run(code).partition("\n")
    assert 1900 <= int(took) <= 2400  # 80 bits of 25 us
    assert heard.strip() == str([*range(8), *reversed(range(8))])
    assert device.heard == [bytes(range(8))]


def test_a_uart_write_longer_than_the_fifo_ends(on_stock):
    device = Loop()
    _, repl = on_stock(uarts={1: device})
    repl.run(
        "import machine\nuart = machine.UART(1, 115_200, tx=machine.Pin(8), rx=machine.Pin(9))\n"
        "uart.write(bytes(200))\nuart.flush()"
    )
    assert sum(map(len, device.heard)) >= 199  # the last may still be on the wire


class Sensor:
    """A register file of 16 bytes."""

    def __init__(self):
        self.at = 0

    def write(self, data):
        self.at = data[0]

    def read(self):
        return bytes(range(self.at, 16))


def test_i2c_devices_answer_at_their_address_and_take_the_time_of_their_bits(on_stock):
    _, repl = on_stock(i2c={(0, 0x36): Sensor()}, flash_waits=False)
    code = """
import machine, time
bus = machine.I2C(0, sda=machine.Pin(12), scl=machine.Pin(13), freq=400_000)
t = time.ticks_us()
print(list(bus.readfrom_mem(0x36, 12, 2)))
print(time.ticks_diff(time.ticks_us(), t))
try:
    bus.readfrom_mem(0x37, 12, 2)
except OSError as error:
    print(error)
"""
    read, took, refused = repl.run(code).strip().split("\n")
    assert read == "[12, 13]"
    assert 110 <= int(took) <= 300  # 47 bits at 400 kHz, and the interpreter
    assert refused == "[Errno 5] EIO"


def test_a_pin_reads_its_pull_until_something_outside_drives_it_and_its_edge_wakes(on_stock):
    chip, repl = on_stock()
    code = """
import machine
p = machine.Pin(16, machine.Pin.IN, machine.Pin.PULL_UP)
edges = []
p.irq(lambda p: edges.append(p.value()), machine.Pin.IRQ_FALLING)
"""
    repl.run(code)
    assert repl.run("print(p.value())").strip() == "1"
    chip.drive(16, 0)
    assert repl.run("print(p.value(), edges)").strip() == "0 [0]"
    chip.drive(16, None)
    assert repl.run("print(p.value(), edges)").strip() == "1 [0]"


def test_a_tone_begins_and_ends_as_its_duty_says_however_long_it_was_silent(on_stock):
    # An edge is seen when the instruction ends in which it falls: within a wait that is later.
    chip, repl = on_stock(watch=[15], flash_waits=False)
    beats = []
    chip.on_change = lambda cycle, steps, pin, level: beats.append(cycle)
    repl.run(
        "import machine, time\ntone = machine.PWM(machine.Pin(15))\ntone.freq(2000)\n"
        "tone.duty_u16(0)\ntime.sleep_ms(500)"
    )
    del beats[:]
    repl.run("tone.duty_u16(32768)\ntime.sleep_ms(100)\ntone.duty_u16(0)")
    assert 399 <= len(beats) <= 410  # two edges a period of 0.5 ms
    assert {b - a for a, b in zip(beats[2:], beats[3:])} == {31_250}
    del beats[:]
    chip.run_ms(500)
    assert len(beats) <= 1


def test_the_adc_reads_what_it_is_told(on_stock):
    chip, repl = on_stock()
    chip.set_adc(3, 1000)
    assert int(repl.run("import machine; print(machine.ADC(29).read_u16())")) >> 4 == 1000


def test_a_chip_that_nobody_listens_to_stops_sending_and_goes_on_when_heard(on_stock):
    chip, repl = on_stock()
    chip.listen(False)
    chip.send(b"for n in range(3): print('x' * 30)\x04")
    chip.run_ms(5)
    assert not chip.take()
    chip.listen(True)
    chip.run_ms(100)
    assert b"x" * 30 in chip.take()


def test_without_a_cable_no_port_opens_and_with_one_it_does_at_the_next_boot(make_chip):
    chip = make_chip(on=False)
    chip.plug(False)
    chip.power_on()
    chip.run_ms(500)
    assert chip.state()["usb_open"] is False
    chip.cut_power()
    chip.plug(True)
    chip.power_on()
    assert Repl(chip).run("print(1)").strip() == "1"


def test_soft_floats_are_right(on_stock):
    _, repl = on_stock()
    import math

    arithmetic = "1.5 + 2.25, 2 / 3, 3.0 ** 0.5, int(1e9), float(2 ** 40), round(-2.7)"
    functions = "math.sin(1), math.exp(1), math.atan2(1, -1), 1e10 > 1e9"
    found = eval(repl.run(f"import math\nprint([{arithmetic}, {functions}])"))
    true = [
        3.75,
        2 / 3,
        3**0.5,
        10**9,
        2.0**40,
        -3,
        math.sin(1),
        math.exp(1),
        math.atan2(1, -1),
        True,
    ]
    assert found == pytest.approx(true, rel=1e-6)


COUNT_FLASH_READS = """
import machine
HITS, ACCESSES = 0x1400_000C, 0x1400_0010  # XIP_CTRL [RP2040 2.6.3.7]
def spin(n):
    total = 0
    for k in range(n):
        total += k
    return total
def counted(n):
    machine.mem32[ACCESSES] = machine.mem32[HITS] = 0
    spin(n)
    hits = machine.mem32[HITS]
    return machine.mem32[ACCESSES], hits
"""
MISS_CYCLES = 40  # xip.mjs


def busy_in(chip, repl, code):
    """(CPU cycles that a piece of code takes, what it prints), USB and prompt included."""
    before = chip.state()["busy"]
    printed = repl.run(code)
    return chip.state()["busy"] - before, printed


def test_a_read_of_the_flash_that_the_cache_does_not_hold_makes_the_cpu_wait(make_chip):
    spent = {}
    for waits in (False, True):
        chip = make_chip(step=2, direction=3, flash_waits=waits)
        repl = Repl(chip)
        repl.run(COUNT_FLASH_READS)
        spent[waits] = busy_in(chip, repl, "print(*counted(3000))")
    accesses, hits = map(int, spent[True][1].split())
    assert 0 < hits < accesses
    # The loop, and the prompt around it, wait for the misses and for nothing else.
    assert spent[True][0] - spent[False][0] >= MISS_CYCLES * (accesses - hits)


def test_the_counters_of_the_cache_count_the_reads_of_the_code_that_runs(on_stock):
    _chip, repl = on_stock()
    repl.run(COUNT_FLASH_READS)
    short, long = (int(repl.run(f"print(counted({n})[0])")) for n in (1000, 9000))
    assert 7 * short < long < 9.5 * short


def test_a_program_of_a_flash_page_empties_the_cache(on_stock):
    _chip, repl = on_stock()
    repl.run(COUNT_FLASH_READS)
    code = """
import rp2
flash, page = rp2.Flash(), bytearray(b"\\xff" * 256)
def misses():
    reads, hits = counted(20)
    return reads - hits
misses()
warm = misses()
flash.writeblocks(100, page, 0)
print(warm, misses())
"""
    warm, cold = map(int, repl.run(code).split())
    assert cold > warm + 50
