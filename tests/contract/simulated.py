"""The simulator as a bench for the contract cases. Another backend brings a class with the same attributes."""

from boards.rpi_pico import BOARD
from hal.contract import DRIVER_RESET
from host_sim.backend import LeftForConsole, WatchdogReset, build_hal
from host_sim.clock import SimClock
from host_sim.plant.plant import Plant
from host_sim.step_driver import SimStepDriver, pulse_ticks
from host_sim.world import World

TRUTH = {
    "pl_per_rev": 10_000_000,
    "steps_per_rev": 3200,
    "counts_per_rev": 4096,
    "rollers": 6,
    "fill_pl": 20_000_000_000,
    "residual_pl": 500_000_000,
    "level_switch_pl": 2_000_000_000,
    "compliance_pl_per_pa": 1000,
    "line_tau_ms": 2000,
    "occlusion_pa": 100_000,
    "pulsation_ppt": 100,
    "roller_spread_ppt": 10,
    "crystal_ppb": 0,
    "supply_mv": 5000,
}


class Ear:
    """A far end of the link that only keeps what it hears."""

    unsampled = False

    def __init__(self):
        self.heard = b""

    def hear(self, data):
        self.heard += data

    def sample(self, true_ms):
        pass


def job(duration_ms=10**12, commands=(), faults=()):
    limits = {"max_rate_pl_per_day": 24_000_000_000}
    wanted = {"config": {"limits": limits}, "commands": list(commands), "faults": list(faults)}
    wanted.update({"duration_ms": duration_ms, "trace_every_ms": 10**12})
    return wanted


class SimulatedBench:
    """hal, and what a person or a rig could do to the pump and see of it.

    reset: the exception that stands for a watchdog reset, left: that for a reset into the console
    pulse_error_us: pulses may be so far from their instants when the CPU takes no time
    input_ms: inputs are debounced for so long
    """

    reset = WatchdogReset
    left = LeftForConsole
    pulse_error_us = 0
    input_ms = 0

    def __init__(self, raw_ms, board=BOARD):
        self.plant = Plant(TRUTH)
        clock = SimClock(raw_ms)
        driver = SimStepDriver(clock, self.plant.motor, board["tick_hz"])
        driver.tap = []
        self.hal = build_hal(board, clock, driver, self.plant)
        self._ear = Ear()
        self.world = World(self.hal, self.plant, job(), self._ear)

    def pass_ms(self, ms):
        """Let time pass, whatever wakes the pump meanwhile."""
        end_ms = self.hal.clock.now_ms() + ms
        while self.hal.clock.now_ms() < end_ms:
            self.hal.clock.wait_until_ms(min(end_ms, self.hal.clock.now_ms() + 300_000), lambda: False)

    def hang(self, ms):
        """The CPU is busy for so long and neither waits nor feeds."""
        self.world.hang(ms)

    def later(self, after_ms, do):
        """Let do() happen while the pump waits."""
        self.world.at(self.hal.clock.now_ms() + after_ms, lambda at_ms, _: do())

    def send(self, data):
        self.hal.link.waiting += data

    def set_input(self, bit, active):
        self.hal.inputs.force(bit, active)

    def hold_rotor(self, on):
        self.plant.motor.hold(on)

    def kill_encoder(self, on):
        self.hal.motion.dead = on

    def reset_driver(self):
        """The stepper driver loses its supply for a moment, and with it its settings."""
        self.hal.driver.ailing = DRIVER_RESET

    def fill_medium(self):
        self.hal.store.failing = True

    def lose_wall_clock(self):
        self.hal.clock.lose_wall()

    def leave_link(self):
        """Nobody listens any more."""
        self.hal.link.listener = None

    def pulse_ticks(self, from_ms, to_ms):
        """The tick of each pulse that left in [from_ms, to_ms)."""
        per_ms = self.hal.driver.tick_hz // 1000
        return list(pulse_ticks(self.hal.driver.tap, from_ms * per_ms, to_ms * per_ms))

    @property
    def sent(self):
        """All that the pump has sent."""
        return self._ear.heard
