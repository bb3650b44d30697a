"""The fake chips bite: what the documentation does not promise raises or goes wrong, as on the
chip.
"""

import pytest

from tests.fakes import esp32, f405, parts
from tests.fakes.chip import Chip, UndocumentedError, WatchdogReset
from tests.fakes.machine import machine_module

MS = 80_000


class S3:
    def __init__(self):
        self.chip = Chip(esp32.SOURCE_HZ, 0, range(49))
        pins = self.chip.pins
        self.parts = parts.Parts(
            self.chip, (pins[4], 1), (pins[6], 1), (pins[7], 1), parts.ANYWHERE
        )
        self.machine = machine_module(self.chip, self.parts)
        module = esp32.esp32_module(self.chip)
        self.PCNT = module.PCNT
        self.RMT = module.RMT

    def rmt(self, **options):
        return self.RMT(pin=self.machine.Pin(4), resolution_hz=1_000_000, **options)

    def edges(self):
        return len(self.parts.edges)


PULSE = ([500, 500], [0, 1])


def test_write_pulses_blocks_until_the_transmission_before_has_ended():
    s3 = S3()
    rmt = s3.rmt()
    rmt.loop_count(10)
    rmt.write_pulses(*PULSE)
    rmt.write_pulses(*PULSE)
    assert (s3.chip.now, s3.edges()) == (10 * MS, 10)


def test_another_loop_count_stops_what_runs_and_the_same_does_not():
    s3 = S3()
    rmt = s3.rmt()
    rmt.loop_count(10)
    rmt.write_pulses(*PULSE)
    rmt.loop_count(10)
    s3.chip.run_to(5 * MS - 1)
    assert s3.edges() == 5
    rmt.loop_count(3)
    s3.chip.run_to(100 * MS)
    assert s3.edges() == 5


def test_active_false_lets_the_turn_be_finished_and_spoils_wait_done():
    s3 = S3()
    rmt = s3.rmt()
    rmt.loop_count(10)
    rmt.write_pulses(*PULSE)
    s3.chip.run_to(4 * MS + 1)
    rmt.active(False)
    s3.chip.run_to(100 * MS)
    assert (s3.edges(), rmt.wait_done()) == (5, False)


@pytest.mark.parametrize(
    ("durations", "loops", "error"),
    [
        ([32_768, 1], 0, ValueError),
        ([0, 1], 0, ValueError),
        ([1] * 128, 2, UndocumentedError),
        ([1] * 3, 2, UndocumentedError),
        ([1] * 2, 1024, UndocumentedError),
        ([1] * 100, 0, UndocumentedError),
    ],
)
def test_levels_that_the_rmt_cannot_hold_are_refused(durations, loops, error):
    rmt = S3().rmt(num_symbols=96 if loops else 48)
    rmt.loop_count(loops)
    with pytest.raises(error):
        rmt.write_pulses(durations, [0] * len(durations))


def test_there_are_four_blocks_of_memory_and_deinit_gives_them_back():
    s3 = S3()
    held = [s3.rmt(num_symbols=96), s3.rmt(num_symbols=96)]
    with pytest.raises(OSError, match="free channel"):
        s3.rmt()
    held[0].deinit()
    with pytest.raises(OSError, match="deinitialized"):
        held[0].loop_count(1)
    s3.rmt(num_symbols=96)


def test_a_counter_on_the_rmts_own_pin_silences_it():
    s3 = S3()
    rmt = s3.rmt()
    s3.PCNT(0, pin=s3.machine.Pin(4), rising=s3.PCNT.INCREMENT)
    rmt.write_pulses(*PULSE)
    s3.chip.run_to(10 * MS)
    assert s3.edges() == 1  # the pull-up's


def test_the_counter_returns_to_zero_at_its_maximum_and_passes_over_glitches():
    s3 = S3()
    counter = s3.PCNT(
        0, pin=s3.machine.Pin(5, s3.machine.Pin.IN), rising=s3.PCNT.INCREMENT, max=3, filter=80
    )
    pin = s3.chip.pins[5]
    counter.irq(lambda it: it.irq().flags(), s3.PCNT.IRQ_MAX)
    counter.start()
    pin.outside = 0
    pin.update()
    seen = []
    for width in (80, 80, 79, 80, 80):
        for level in (1, 0):
            pin.outside = level
            pin.update()
            s3.chip.busy(width)
        seen.append(counter.value())
    assert seen == [1, 2, 2, 0, 1]


def test_a_scheduled_callback_waits_until_python_looks():
    s3 = S3()
    came = []
    timer = s3.machine.Timer(-1)
    timer.init(mode=timer.ONE_SHOT, period=5, callback=lambda _: came.append(s3.chip.now))
    s3.chip.busy(20 * MS)
    assert came == []
    s3.chip.idle_to(21 * MS)
    assert came == [20 * MS]


def test_a_watchdog_that_nobody_feeds_bites():
    s3 = S3()
    dog = s3.machine.WDT(timeout=100)
    s3.chip.busy(99 * MS)
    dog.feed()
    s3.chip.busy(99 * MS)
    with pytest.raises(WatchdogReset):
        s3.chip.busy(MS)


class F405:
    def __init__(self):
        names = [f"{port}{number}" for port in "ABCD" for number in range(16)]
        self.chip = Chip(84_000_000, 0, names)
        self.blocks = f405.timers(self.chip)
        pins = self.chip.pins
        self.parts = parts.Parts(
            self.chip, (pins["A0"], 1), (pins["A1"], 1), (pins["A4"], 0), parts.ANYWHERE
        )
        self.machine = machine_module(
            self.chip, self.parts, f405.alternates(self.chip, self.blocks)
        )
        self.stm = f405.stm_module(self.blocks, self.parts)
        self.pyb = f405.pyb_module(self.blocks)

    def register(self, timer, name):
        return getattr(self.stm, timer) + getattr(self.stm, "TIM_" + name)


def test_a_timer_without_a_clock_an_unknown_bit_and_an_unknown_address_are_refused():
    f4 = F405()
    with pytest.raises(UndocumentedError, match="no clock"):
        f4.stm.mem32[f4.register("TIM2", "CR1")] = 1
    f4.pyb.Timer(2, prescaler=0, period=99)
    for name, value in (("CR1", 0x08), ("SMCR", 0x100), ("CCMR1", 0x30), ("CR2", 0x80)):
        with pytest.raises(UndocumentedError):
            f4.stm.mem32[f4.register("TIM2", name)] = value
    with pytest.raises(UndocumentedError, match="address"):
        f4.stm.mem32[0x4000_0000 + 0x4C] = 0


def test_a_preloaded_period_takes_over_at_the_next_update():
    f4 = F405()
    f4.pyb.Timer(2, prescaler=0, period=99)
    f4.stm.mem32[f4.register("TIM2", "ARR")] = 49
    f4.chip.run_to(99)
    assert f4.stm.mem32[f4.register("TIM2", "CNT")] == 99
    f4.chip.run_to(149)
    assert f4.stm.mem32[f4.register("TIM2", "CNT")] == 49
    f4.chip.run_to(150)
    assert f4.stm.mem32[f4.register("TIM2", "CNT")] == 0


def test_a_period_set_below_the_counter_is_not_forgiven():
    f4 = F405()
    f4.pyb.Timer(2, prescaler=0, period=99)
    f4.stm.mem32[f4.register("TIM2", "CR1")] = 1
    f4.chip.run_to(60)
    with pytest.raises(UndocumentedError, match="beyond ARR"):
        f4.stm.mem32[f4.register("TIM2", "ARR")] = 49


def test_a_gated_timer_stands_while_its_master_is_low():
    f4 = F405()
    f4.pyb.Timer(2, prescaler=0, period=99)
    f4.stm.mem32[f4.register("TIM2", "SMCR")] = 0x35
    f4.chip.run_to(1000)
    assert f4.stm.mem32[f4.register("TIM2", "CNT")] == 0


def test_only_the_pins_that_have_a_channel_take_it():
    f4 = F405()
    pin = f4.machine.Pin
    with pytest.raises(ValueError, match="AF1_TIM2"):
        pin("B0", pin.ALT, alt=pin.AF1_TIM2)
    with pytest.raises(ValueError, match="invalid pin"):
        pin("E0")


def test_files_are_there_when_they_are_closed():
    medium = parts.Medium("")
    os = medium.os_module()
    os.mkdir("/store")
    with medium.open("/store/a", "wb") as file:
        file.write(b"1")
        assert "/store/a" not in medium.files
    assert medium.open("/store/a", "rb").read() == b"1"
    with pytest.raises(OSError):
        os.mkdir("/store")
    with pytest.raises(OSError):
        medium.open("/elsewhere/a", "wb")
