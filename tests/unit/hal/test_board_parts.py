"""The parts that every board's HAL shares, over the fake chip of the Pico: driver chip, encoder,
inputs, signals, link.
"""

import itertools

import pytest

from hal.contract import (
    DRIVER_OFF,
    DRIVER_RESET,
    DRIVER_SILENT,
    DRIVER_SOUND,
    OCCLUSION,
    PATTERN_HIGH,
    PATTERN_LOW,
    PATTERN_MEDIUM,
    PATTERN_OFF,
)
from tests.contract.faked import BOARDS
from tests.fakes.parts import crc

GSTAT, CHOPCONF, IHOLD_IRUN = 0x01, 0x6C, 0x10


@pytest.fixture
def bench():
    return BOARDS["rpi_pico"](0)


class Line:
    """The wire to the driver chip: loses what `loses(number)` says, and may answer garbage."""

    def __init__(self, chip, loses=lambda number: False, garbles=lambda number: False):
        self._chip, self._loses, self._garbles = chip, loses, garbles
        self.frames = 0

    def hear(self, data):
        self.frames += 1
        reply = b"" if self._loses(self.frames) else self._chip.hear(data)
        return (
            bytes([reply[0] ^ 0x10]) + reply[1:] if reply and self._garbles(self.frames) else reply
        )


def rewire(bench, **how):
    chip = bench.parts.driver_chip
    chip.lose_settings()
    bench.parts.driver_chip = Line(chip, **how)
    return chip


# -- driver chip


def test_at_boot_the_driver_chip_has_its_microsteps_and_currents(bench):
    registers = bench.parts.driver_chip.registers
    assert registers[CHOPCONF] >> 24 & 15 == 4  # 16 microsteps
    assert (
        registers[IHOLD_IRUN] & 0x1F1F == 12 << 8 | 2
    )  # 398 mA and 92 mA: at or just below what the board file says
    assert registers[GSTAT] == 0


def test_writes_that_get_lost_are_written_again(bench):
    chip = rewire(bench, loses=lambda number: number % 4 == 2)
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_SOUND
    assert chip.registers[CHOPCONF] >> 24 & 15 == 4


def test_a_driver_chip_that_takes_no_writes_is_silent_however_well_it_answers(bench):
    chip = rewire(bench)
    hear = chip.hear
    chip.hear = lambda data: b"" if data[2] & 0x80 else hear(data)
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_SILENT


def test_a_garbled_answer_is_asked_for_again(bench):
    rewire(bench, garbles=lambda number: number % 3 == 0)
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_SOUND


def test_a_line_that_is_dead_is_silent_and_comes_back_at_the_next_start(bench):
    chip = bench.parts.driver_chip
    bench.parts.driver_chip = Line(chip, loses=lambda number: True)
    assert bench.hal.driver.trouble() == DRIVER_SILENT
    bench.parts.driver_chip = chip
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_SOUND


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (1, DRIVER_RESET),
        (2, DRIVER_OFF),
        (3, DRIVER_RESET),
        (4, DRIVER_OFF),  # the charge pump has too little voltage
        (5, DRIVER_RESET),
        (6, DRIVER_OFF),
        (7, DRIVER_RESET),
        (8, DRIVER_SOUND),  # reserved bits mean nothing
        (12, DRIVER_OFF),
    ],
)
def test_what_the_driver_chip_says_of_itself_is_told(bench, state, told):
    bench.parts.driver_chip.registers[GSTAT] = state
    assert bench.hal.driver.trouble() == told


def test_the_crc_of_the_backend_is_that_of_the_wire(bench):
    backend_crc = bench.loaded["hal.tmc2209"].crc8
    for data in (b"", b"\x05", bytes(range(40)), b"\x05\x00\x6c\x10\x00\x00\x53"):
        assert backend_crc(data) == crc(data)


def test_a_driver_chip_that_is_off_is_off_at_each_start_until_its_voltage_is_back(bench):
    chip = bench.parts.driver_chip
    chip.charge_pump_low = True
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_OFF
    chip.charge_pump_low = False
    assert bench.hal.driver.trouble() == DRIVER_SOUND


def test_a_start_lets_the_driver_chip_let_go_of_a_short_circuit_that_is_over(bench):
    chip = bench.parts.driver_chip
    chip.short_circuit()
    assert bench.hal.driver.trouble() == DRIVER_OFF
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_SOUND
    assert chip.registers[CHOPCONF] & 15 == 3


# -- encoder


# trace: S17.3
@pytest.mark.parametrize(
    ("status", "good"),
    [
        (0x20, True),
        (0x00, False),  # no magnet
        (0x30, False),  # too weak
        (0x28, False),  # too strong
        (0x38, False),
        (0xFF, False),  # a bus that reads all ones
        (0x10, False),
        (0xE0, True),  # reserved bits mean nothing
    ],
)
def test_an_angle_counts_only_with_a_magnet_of_the_right_strength(bench, status, good):
    bench.parts.i2c_read = lambda address, register, length: bytes([status] + [0] * (length - 1))
    assert (bench.hal.motion.moved_counts() is not None) == good


@pytest.mark.slow
def test_turns_are_counted_on_however_long_a_wait_is(bench):
    driver = bench.hal.driver
    driver.enable(True)
    driver.queue(
        64_000, bench.hal.driver.tick_hz // 6400
    )  # 20 turns, 2 a second: half a turn in 0.25 s
    bench.pass_ms(10_000)
    assert bench.hal.motion.moved_counts() == 20 * 4096


def test_turns_backwards_are_counted_too(bench):
    driver = bench.hal.driver
    driver.enable(True)
    driver.queue(-16_000, bench.hal.driver.tick_hz // 3200)
    bench.pass_ms(5_000)
    assert bench.hal.motion.moved_counts() == -5 * 4096


@pytest.mark.parametrize("off", range(-2000, 2048, 250))
@pytest.mark.parametrize("steps", [0, 640, 1280])
def test_one_wrong_angle_counts_no_turn_more_or_less(bench, off, steps):
    motion, driver, good = bench.hal.motion, bench.hal.driver, bench.parts.i2c_read

    def turn():
        driver.queue(steps, driver.tick_hz // 3200)
        bench.pass_ms(1000)

    def wrong(address, register, length):
        bench.parts.i2c_read = good
        status, high, low = good(address, register, length)
        angle = (high << 8 | low) + off & 4095
        return bytes([status, angle >> 8, angle & 255])

    driver.enable(True)
    turn()
    motion.moved_counts()
    bench.parts.i2c_read = wrong
    motion.moved_counts()
    assert motion.moved_counts() == steps * 4096 // 3200
    turn()
    assert motion.moved_counts() == 2 * steps * 4096 // 3200


def test_without_a_magnet_there_is_no_angle(bench):
    bench.parts.i2c_read = lambda address, register, length: bytes(length)
    assert bench.hal.motion.moved_counts() is None


# -- inputs


def edges(bench, *levels, every_ms=2):
    for level in levels:
        bench.set_input(OCCLUSION, level)
        bench.chip.run_to(bench.chip.now + bench.chip.ms(every_ms))
        bench.chip.run_scheduled()


# trace: GIP 2.3.2
def test_a_spike_shorter_than_the_debounce_time_is_not_seen(bench):
    for _ in range(20):
        edges(bench, True, False)
        bench.pass_ms(100)
        assert bench.hal.inputs.read() == 0


# trace: key debounce
def test_a_chattering_contact_is_seen_once_it_has_settled(bench):
    edges(bench, True, False, True, False, True)
    assert bench.hal.inputs.read() == 0
    bench.pass_ms(25)
    assert bench.hal.inputs.read() == OCCLUSION


def test_a_contact_that_chatters_for_ever_is_taken_as_it_is_after_half_a_second(bench):
    seen = []
    for level in itertools.islice(itertools.cycle((True, False)), 300):
        edges(bench, level)
        seen.append(bench.hal.inputs.read())
    assert OCCLUSION in seen[: 510 // 2]


def test_an_edge_whose_interrupt_was_missed_is_found_by_looking(bench):
    pin, level = bench.output("occlusion")
    pin.handler = None
    pin.outside = level
    bench.hal.inputs.read()
    bench.pass_ms(25)
    assert bench.hal.inputs.read() == OCCLUSION


# -- signals


def switchings(bench, pattern, ms):
    """[(ms, sounds?)] of the sounder while the pump waits."""
    found, tone = [], bench.parts.pwm[15]
    set_duty = tone.duty_u16
    tone.duty_u16 = lambda duty: (
        found.append((bench.hal.clock.now_ms(), duty > 0)),
        set_duty(duty),
    )
    start = bench.hal.clock.now_ms()
    bench.hal.sounder.play(pattern)
    bench.pass_ms(ms)
    return [(at - start, on) for at, on in found]


def test_a_high_alarm_is_a_burst_of_ten_pulses_again_and_again(bench):
    seen = switchings(bench, PATTERN_HIGH, 20_000)
    starts = [at for at, on in seen if on]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    burst = [250, 250, 500, 250, 950, 250, 250, 500, 250]
    assert gaps[:9] == burst
    assert gaps[9] > 2500  # between two bursts
    assert gaps[10:19] == burst


@pytest.mark.parametrize(("pattern", "pulses"), [(PATTERN_MEDIUM, 3), (PATTERN_LOW, 1)])
def test_lower_priorities_have_shorter_bursts(bench, pattern, pulses):
    seen = switchings(bench, pattern, 4000)
    assert sum(on for _, on in seen) == pulses


def test_silence_is_at_once_and_stays(bench):
    switchings(bench, PATTERN_HIGH, 1000)
    bench.hal.sounder.play(PATTERN_OFF)
    assert bench.parts.pwm[15].duty == 0
    bench.pass_ms(10_000)
    assert bench.parts.pwm[15].duty == 0


def test_a_steady_lamp_wakes_nobody(bench):
    bench.hal.lamp.show(PATTERN_LOW)
    assert bench.chip.pins[25].level == 1
    assert bench.hal.lamp.poll() is None


# -- link


def test_the_interrupt_character_is_a_byte_like_others(bench):
    assert bench.console.interrupt == -1


def test_more_than_one_pass_takes_ends_the_next_wait_at_once(bench):
    bench.send(bytes(range(256)) * 3)
    got = b""
    for _ in range(3):
        before = bench.hal.clock.now_ms()
        bench.hal.clock.wait_until_ms(before + 60_000, lambda: False)
        assert bench.hal.clock.now_ms() == before
        got += bench.hal.link.read()
    assert got == bytes(range(256)) * 3
