"""Boards whose chip cannot be emulated, as benches for the contract cases: the real backend over
fake chip modules.
"""

import importlib
import sys
from types import ModuleType

import pytest

from boards import check
from boards.check_chips import CHIPS
from hal.contract import BUTTON, DOOR, LEVEL_LOW, OCCLUSION, PLUNGER, QUIET, SERVICE, STOP
from tests.fakes import esp32, f405, flash, parts, python_modules, rp2
from tests.fakes.chip import Chip, ChipReset, WatchdogReset
from tests.fakes.machine import machine_module

SHARED = ("hal.contract", "hal.ticks")  # touch no machine, and the cases hold their classes
INPUTS = {
    OCCLUSION: "occlusion",
    LEVEL_LOW: "level_low",
    BUTTON: "patient_button",
    DOOR: "door",
    QUIET: "quiet",
    STOP: "stop",
    PLUNGER: "plunger",
    SERVICE: "service",
}


def load(name, fakes):
    """The module `name` of the HAL over fake modules, afresh; all of the HAL that it brings, by
    name.
    """
    package = importlib.import_module("hal")
    saved = take_out(package, fakes)
    sys.modules.update(fakes)
    try:
        importlib.import_module(name)
    finally:
        loaded = take_out(package, fakes)
        sys.modules.update(saved)
    return loaded


def take_out(package, fakes):
    """Forget the modules of the HAL and those that are faked; returns them."""
    names = [
        name
        for name in sys.modules
        if name in fakes or (name.startswith("hal.") and name not in SHARED)
    ]
    for name in names:
        package.__dict__.pop(name[4:], None)
    return {name: sys.modules.pop(name) for name in names}


def pin_name(pin):
    name = str(pin).lstrip("^!")
    return int(name) if name.isdigit() else name


class FakedBench:
    """See SimulatedBench. A subclass for each chip brings clock, parts and modules of its port; one
    for each board its data.
    """

    reset = WatchdogReset
    left = ChipReset
    input_ms = 55  # the stop is debounced longest
    flash_sectors = 256

    def __init__(self, raw_ms):
        self.console = parts.Console()
        self.chip = Chip(self.hz, raw_ms, self.pin_names)
        pins = self.board["pins"]
        self.parts = parts.Parts(
            self.chip, *map(self.output, ("step", "direction", "enable")), self.buses
        )
        self.step = pin_name(pins["step"])
        if "step_sense" in pins:
            self.chip.wire(self.step, pin_name(pins["step_sense"]))
        self.medium = parts.Medium(self.mounted_at)
        self.flash = flash.FlashArea(self.flash_sectors)
        fakes = self.port_modules()
        fakes.update(
            time=python_modules.time_module(self.chip),
            select=python_modules.select_module(self.chip),
        )
        fakes.update(
            sys=python_modules.sys_module(self.console),
            micropython=python_modules.micropython_module(self.console),
        )
        fakes.update(os=self.medium.os_module(), gc=python_modules.gc_module())
        fakes["sys"].modules = self.modules_at_boot()
        loaded = load("hal." + self.board["backend"], fakes)
        for name in ("hal.file_store", "hal.file_medium"):
            if name in loaded:
                loaded[name].open = self.medium.open
        self.loaded = loaded
        self.backend = loaded["hal." + self.board["backend"]]
        self.set_input_levels()
        cause, self.maintenance = self.backend.boot(self.board)
        self._zero = self.chip.now  # of the pump's clock
        self.hal = self.backend.build(self.board, cause)

    def modules_at_boot(self):
        """What `_boot.py` has imported."""
        return {}

    def output(self, name):
        """(pin state, its active level) of a function of the board file."""
        pin = self.board["pins"][name]
        return self.chip.pins[pin_name(pin)], 0 if "!" in str(pin) else 1

    def set_input_levels(self):
        for bit in INPUTS:
            self.set_input(bit, False)
        self.set_level("service", False)

    def pass_ms(self, ms):
        """What is more than 6 h ahead passes in hops of 5 min, the longest that a pump waits: two
        weeks would take seconds else.
        """
        end_ms = self.hal.clock.now_ms() + ms
        while end_ms - self.hal.clock.now_ms() > 6 * 3_600_000:
            self.chip.reset_at = None
            self.chip.idle_to(self.chip.now + self.chip.ms(300_000))
            self.hal.watchdog.feed()
        while self.hal.clock.now_ms() < end_ms:
            self.hal.clock.wait_until_ms(
                min(end_ms, self.hal.clock.now_ms() + 300_000), lambda: False
            )

    def hang(self, ms):
        self.chip.busy(self.chip.ms(ms))

    def later(self, after_ms, do):
        self.chip.at(self.chip.now + self.chip.ms(after_ms), do)

    def send(self, data):
        self.console.incoming += data

    def set_input(self, bit, active):
        self.set_level(INPUTS[bit], active)

    def set_level(self, name, active):
        if name in self.board["pins"]:
            pin, active_level = self.output(name)
            pin.outside = active_level if active else 1 - active_level
            pin.update()

    def hold_rotor(self, on):
        self.parts.held = on

    def kill_encoder(self, on):
        self.parts.encoder_dead = on

    def reset_driver(self):
        self.parts.driver_chip.lose_settings()

    def fill_medium(self):
        self.medium.full = True

    def before_each_burst(self, do):
        """Of a board that makes bursts: call do() before each is started."""
        module, name = self.generator
        pulses = getattr(self.loaded[module], name)
        start = pulses.start

        def start_after(*arguments):
            do()
            start(*arguments)

        pulses.start = start_after

    def lose_wall_clock(self):
        pytest.skip("this board's wall clock is lost with its power only")

    def leave_link(self):
        self.console.listened_to = False

    def pulse_ticks(self, from_ms, to_ms):
        ticks = [
            (edge - self._zero) * self.hal.driver.tick_hz // self.chip.hz
            for edge in self.parts.edges
        ]
        per_ms = self.hal.driver.tick_hz // 1000
        return [tick for tick in ticks if from_ms * per_ms <= tick < to_ms * per_ms]

    @property
    def sent(self):
        return self.console.sent


class Esp32S3Bench(FakedBench):
    hz = esp32.SOURCE_HZ
    pulse_error_us = 10  # a pulse is 10 us long and ends on its instant
    pin_names = CHIPS["esp32s3"]["pins"]
    mounted_at = ""
    buses = parts.ANYWHERE
    generator = ("hal.esp32_pulses", "RmtPulses")

    partitions = {"journal": (0, 32 * flash.BLOCK), "events": (32 * flash.BLOCK, 128 * flash.BLOCK)}

    def port_modules(self):
        machine = machine_module(self.chip, self.parts)
        machine.Timer.ids = range(4)  # a virtual -1 came with 1.29
        module = esp32.esp32_module(self.chip)
        module.Partition = flash.esp32_partition(self.flash, self.partitions)
        return {"machine": machine, "esp32": module}


class Stm32F405Bench(FakedBench):
    hz = 84_000_000
    pulse_error_us = 0
    pin_names = CHIPS["stm32f405"]["pins"]
    mounted_at = "/flash"
    buses = {
        "i2c": dict.fromkeys((1, 2), ((None, None),)),
        "uart": dict.fromkeys((1, 2, 3, 4, 6), ((None, None),)),
    }  # with pins of their own
    generator = ("hal.stm32_pulses", "TimerPulses")

    def port_modules(self):
        for word in (0, 1):  # BKP19R and the one before it
            self.parts.backup[f405.RTC + f405.BACKUP - 4 * word] = 0
        if "fram" in self.board:
            select = self.chip.pins[self.board["pins"]["fram_select"]]
            select.listeners.append(self.parts.fram.select)
        blocks = f405.timers(self.chip)
        machine = machine_module(self.chip, self.parts, f405.alternates(self.chip, blocks))
        return {
            "machine": machine,
            "stm": f405.stm_module(blocks, self.parts),
            "pyb": f405.pyb_module(blocks),
        }


class Rp2040Bench(FakedBench):
    hz = 125_000_000
    pulse_error_us = 0
    pin_names = CHIPS["rp2040"]["pins"]
    mounted_at = ""
    buses = {
        "i2c": {
            bus: [(sda, scl) for sda, scl in CHIPS["rp2040"]["i2c"] if sda // 2 % 2 == bus]
            for bus in (0, 1)
        },
        "uart": {
            bus: [(tx, rx) for tx, rx in CHIPS["rp2040"]["uart"] if (tx + 4) // 8 % 2 == bus]
            for bus in (0, 1)
        },
    }
    supply_mv = 5000
    scratch = 0x4005_800C  # SCRATCH0 of the watchdog [RP2040 4.7]
    flash_sectors = CHIPS["rp2040"]["storage_sectors"]
    image = [(0, b"")]  # [(address, bytes)] of the flash that can be read, see uctypes_module
    our_image = True  # has mounted a short file system; stock MicroPython's covers the storage

    def __init__(self, raw_ms):
        super().__init__(raw_ms)
        self._zero = self.chip.now - self.chip.now % self.chip.ms(
            1
        )  # what was done since then took some microseconds
        self.chip.run_to(self._zero + self.chip.ms(1))

    def port_modules(self):
        if "supply" in self.board:
            full_mv = self.board["supply"]["full_mv"] * self.board["supply"]["divider"]
            self.parts.adc[self.board["pins"]["supply_sense"]] = self.supply_mv * 65_535 // full_mv
        self.image = list(self.image)
        machine = machine_module(self.chip, self.parts)
        machine.mem32 = {self.scratch: 0}
        machine.freq = lambda: self.hz
        module = rp2.rp2_module(self.chip)
        module.Flash = flash.rp2_flash(self.flash)
        uctypes = python_modules.uctypes_module(self.image)
        return {"machine": machine, "rp2": module, "uctypes": uctypes}

    def modules_at_boot(self):
        record = ModuleType("rp2_mount")
        record.file_system_sectors = self.board["flash"]["store_sectors"]
        return {"rp2_mount": record} if self.our_image else {}


class Rp2350Bench(Rp2040Bench):
    hz = 150_000_000
    scratch = 0x400D_800C  # [RP2350 12.9]
    flash_sectors = CHIPS["rp2350"]["storage_sectors"]


OF_CHIP = {
    "rp2040": Rp2040Bench,
    "rp2350": Rp2350Bench,
    "esp32s3": Esp32S3Bench,
    "stm32f405": Stm32F405Bench,
}


def bench_of(name):
    """The bench class of a board."""
    board = importlib.import_module(f"boards.{name}").BOARD
    return type(f"Bench of {name}", (OF_CHIP[board["chip"]],), {"board": board})


BOARDS = {name: bench_of(name) for name in check.names()}
