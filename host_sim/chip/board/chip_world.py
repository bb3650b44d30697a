"""The bench around the emulated chip: the one plant on its pins, the scenario's commands on its
link, faults and samples.

What `host_sim/machine/world.py` does for a simulated machine is done here for a chip that has a
time of its own: the plant is brought up to date whenever the chip reads the encoder, sends
something or switches the motor, and after every slice. Until the pump says how old its clock is, it
is 0: what the scenario wants at 0 happens when the pump has come up.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware.link.far_end import FarEnd
from host_sim.chip.board.carrier import Carrier
from host_sim.chip.emulator.chip import CYCLES_PER_MS
from host_sim.machine.backend import INPUT_PINS, build_hal
from host_sim.machine.clock import SimClock
from host_sim.machine.job import Job
from host_sim.machine.schedule import Schedule
from host_sim.plant.plant import Plant

SLICE_MS = 500  # the longest that an input of the chip lags behind the world
QUIET_MS = 2  # this long after its last byte the pump has sent everything
BOOT_MS = 5000
FIRST_PASS_MS = 100  # after its first event the pump is at rest
REPLY_MS = 2000
NOT_YET = 1 << 60  # cycles: later than any run lasts
NOT_HERE = {
    "clock_lost": "the board's wall clock is in its RAM, without a cell that could fail",
    "power_cut": "the board's memory is in RAM, and nothing of the pump would outlive it",
    "flash_cut": "the board's memory is in RAM, and nothing of the pump would outlive it",
    "reset": "the board's memory is in RAM, and nothing of the pump would outlive it",
}


class PumpSilentError(Exception):
    """The pump on the chip does not do what a pump does: it does not come up, or it does not
    answer.
    """


class PinDriver:
    """What a simulated step driver reports to the recorder, and what a fault does to it, on the
    parts themselves.
    """

    def __init__(self, carrier: Carrier, tick_hz: int) -> None:
        self.tick_hz = tick_hz
        self._carrier = carrier

    def emitted(self) -> int:
        return self._carrier.chip.steps

    total = emitted  # it is powered up once

    def lose_settings(self) -> None:
        self._carrier.driver.lose_power()


class ChipWorld:
    """carrier: the chip on its board, not powered yet; recorder(hal, plant): makes the far end of
    the link.
    """

    def __init__(
        self,
        job: Job,
        board: dict[str, Any],
        image: Path | str,
        make_recorder: Callable[[Any, Plant], Any],
    ) -> None:
        self.plant = Plant(job.truth, job.seed)
        self.carrier = Carrier(
            board, image, self._moved_counts, self._is_dead, timer_ms=job.raw_ms, seed=job.seed
        )
        self.chip = self.carrier.chip
        self.clock = SimClock(0, job.truth.crystal_ppb)
        driver = PinDriver(self.carrier, board["tick_hz"])
        self.hal = build_hal(board, self.clock, driver, self.plant, job.seed)
        self.recorder = make_recorder(self.hal, self.plant)
        self.zero = NOT_YET  # the cycle at which the pump's clock was 0
        self._config = job.config
        self._schedule = Schedule(job, self.hal, self.plant, self.recorder)
        self._pins: dict[str, bool] = {}  # name of an input: active?
        self._supply_mv: int | None = None
        self._heard_at: int | None = None
        self.carrier.on_motor = self._switch_motor

    def play(self, progress: Callable[[int], None]) -> None:
        """Provision, power on, and run the scenario to its end; `progress(true ms)` as it goes."""
        self.come_up()
        while not self._schedule.over:
            self._run_to(self.clock.pump_ms(self._schedule.agenda.next_ms()))
            self._do_what_is_due()
            progress(self.clock.true_ms())
        self._await_status()

    def come_up(self) -> None:
        """Provision, power on, and do what is due at 0."""
        self.carrier.provision(self._config)
        self._drive_pins()
        self.carrier.power_on()
        self._await_boot()
        self._do_what_is_due()

    def run_until(self, true_ms: int) -> None:
        """Run to an instant, with all that is due on the way: for who leads the time himself."""
        self._note_news()
        while self.clock.true_ms() < true_ms:
            due_ms = min(true_ms, self._schedule.agenda.next_ms())
            self._run_to(max(self.clock.pump_ms(due_ms), self.clock.ms + 1))
            self._do_what_is_due()

    def let_fail(self, fault: dict[str, Any]) -> None:
        """A fault (plant/faults.py) begins now."""
        self._schedule.begin_fault(self.clock.true_ms(), fault)
        self._drive_pins()

    def let_recover(self, fault: dict[str, Any]) -> None:
        """A fault that began so ends now."""
        self._schedule.end_fault(fault)
        self._drive_pins()

    def ms_of(self, cycle: int) -> int:
        """The pump's time at a cycle, ms, rounded down."""
        return (cycle - self.zero) // CYCLES_PER_MS

    # -- time

    def _run_to(self, ms: int) -> None:
        """Let the chip run to an instant of the pump's time, with what it sends and what it sees on
        the way.
        """
        while self.clock.ms < ms:
            until_ms = min(ms, self.clock.ms + (SLICE_MS if self._heard_at is None else QUIET_MS))
            self.chip.run_until(self.zero + until_ms * CYCLES_PER_MS, stop=("link",))
            self._sync()
            if self._heard_at is not None and self.chip.cycles - self._heard_at > CYCLES_PER_MS:
                self._note_news()
        self._note_news()

    def _sync(self) -> None:
        """Bring clock and plant to where the chip is, and its inputs to where the plant is."""
        self._bring_plant_to(self.chip.cycles, self.chip.steps)
        self._drive_pins()

    def _bring_plant_to(self, cycle: int, steps: int) -> None:
        self.clock.advance_to(max(self.clock.ms, self.ms_of(cycle)))
        self.plant.advance(self.clock.true_ms(), steps)

    def _switch_motor(self, cycle: int, steps: int, on: bool) -> None:
        self._bring_plant_to(cycle, steps)
        self.plant.motor.enable(on)

    def _moved_counts(self) -> int:
        self._bring_plant_to(self.chip.cycles, self.chip.steps)
        return self.plant.sensed_counts()

    def _is_dead(self) -> bool:
        return self.hal.motion is not None and self.hal.motion.dead

    def _drive_pins(self) -> None:
        active = self.hal.inputs.read()
        for name, bit in INPUT_PINS.items():
            if self.hal.inputs.present & bit and self._pins.get(name) != bool(active & bit):
                self._pins[name] = bool(active & bit)
                self.carrier.set_input(name, self._pins[name])
        if self.plant.supply_mv != self._supply_mv:
            self._supply_mv = self.plant.supply_mv
            self.carrier.set_supply(self._supply_mv)

    # -- the link

    def _hear(self, cycle: int, data: bytes) -> None:
        self._heard_at = cycle
        self.recorder.hear(data)

    def _note_news(self) -> None:
        """What the pump said is noted with a row of the trace, as soon as it has said it all."""
        self._heard_at = None
        if self.recorder.unsampled:
            self.recorder.sample(self.clock.true_ms())
        if self.hal.link.waiting:
            self.chip.send(self.hal.link.read())

    def _await_boot(self) -> None:
        """Wait for the pump's first event. How old its clock is shows the status, which a pump at
        rest looks at when it is asked: events of the power-up come after the journal was read.
        """
        events: list[list[int]] = []
        came: list[tuple[int, bytes]] = []
        far_end = FarEnd(self.chip.send, self._chip_ms, 1, events.append, read=self._run_until_news)

        def hear(cycle: int, data: bytes) -> None:
            came.append((cycle, data))
            far_end.hear(data)

        self.chip.on_link = hear
        if not far_end.wait(lambda: events, BOOT_MS):
            raise PumpSilentError(
                f"the pump has not come up within {BOOT_MS} ms of power on: no event on its link"
            )
        self.chip.run_ms(FIRST_PASS_MS)
        told, asked = len(came), self.chip.cycles
        now_ms = far_end.ask({"do": "status"}, BOOT_MS)["now_ms"]
        self.chip.on_link = self._hear
        self.zero = asked - now_ms * CYCLES_PER_MS
        for cycle, data in came[:told]:
            self._hear(cycle, data)

    def _chip_ms(self) -> int:
        return self.chip.cycles // CYCLES_PER_MS

    def _run_until_news(self, until_ms: int) -> bytes:
        """Let the chip run until it sends something; that goes its own way."""
        self.chip.run_until(until_ms * CYCLES_PER_MS, stop=("link",))
        return b""

    # -- the scenario

    def _do_what_is_due(self) -> None:
        schedule = self._schedule
        while not schedule.over and self.clock.pump_ms(schedule.agenda.next_ms()) <= self.clock.ms:
            schedule.do_next()
        if schedule.over:
            schedule.finish()
        self._note_news()
        self._drive_pins()

    def _await_status(self) -> None:
        self._note_news()
        end_ms = self.clock.ms + REPLY_MS
        while not self.recorder.answered and self.clock.ms < end_ms:
            self._run_to(self.clock.ms + 1)
        if not self.recorder.answered:
            raise PumpSilentError(
                f"the pump has not answered to `status` within {REPLY_MS} ms of its time"
            )
