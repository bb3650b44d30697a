"""The simulator as a bench for the contract cases.

Another backend brings a class with the same attributes.
"""

from boards.rpi_pico import BOARD
from host_sim.machine.backend import WatchdogReset, build_machine
from host_sim.machine.sim_power import LeftForConsole
from host_sim.machine.step_driver import pulse_ticks
from host_sim.machine.world import World
from tests.rigs.config import made_config, made_job, made_truth

CONFIG = made_config({"mode": "minimum"})
TRUTH = made_truth(CONFIG)


class Ear:
    """A far end of the link that only keeps what it hears."""

    unsampled = False

    def __init__(self):
        self.heard = b""

    def hear(self, data):
        self.heard += data

    def sample(self, true_ms):
        pass


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
        self.hal, self.plant = build_machine(board, TRUTH, raw_ms=raw_ms)
        self.hal.driver.tap = []
        self._ear = Ear()
        self.world = World(self.hal, self.plant, made_job(CONFIG), self._ear)

    def pass_ms(self, ms):
        """Let time pass, whatever wakes the pump meanwhile."""
        end_ms = self.hal.clock.now_ms() + ms
        while self.hal.clock.now_ms() < end_ms:
            self.hal.clock.wait_until_ms(
                min(end_ms, self.hal.clock.now_ms() + 300_000), lambda: False
            )

    def hang(self, ms):
        """The CPU is busy for so long and neither waits nor feeds."""
        self.world.hang(ms)

    def later(self, after_ms, do):
        """Let do() happen while the pump waits."""
        self.world.at(self.hal.clock.now_ms() + after_ms, lambda at_ms, _: do())

    def send(self, data):
        self.hal.link.send_to_pump(data)

    def set_input(self, bit, active):
        self.hal.inputs.force(bit, active)

    def hold_rotor(self, on):
        self.plant.motor.hold(on)

    def kill_encoder(self, on):
        if on:
            self.hal.motion.die()
        else:
            self.hal.motion.revive()

    def reset_driver(self):
        """The stepper driver loses its supply for a moment, and with it its settings."""
        self.hal.driver.lose_settings()

    def fill_medium(self):
        self.hal.store.fill_up()

    def lose_wall_clock(self):
        self.hal.clock.lose_wall()

    def leave_link(self):
        """Nobody listens any more."""
        self.hal.link.listen(None)

    def pulse_ticks(self, from_ms, to_ms):
        """The tick of each pulse that left in [from_ms, to_ms)."""
        per_ms = self.hal.driver.tick_hz // 1000
        return list(pulse_ticks(self.hal.driver.tap, from_ms * per_ms, to_ms * per_ms))

    @property
    def sent(self):
        """All that the pump has sent."""
        return self._ear.heard
