"""Lets the real firmware go through a therapy on the simulated machine, in this process, and keeps
the Record of it.

    record = drive(draw.hostile(seed))
"""

import json
import random

import numpy as np

from firmware import config as firmware_config
from firmware.pump import Pump
from host_sim.machine.backend import WatchdogReset, build_hal
from host_sim.machine.clock import SimClock
from host_sim.machine.job import make_job, make_truth
from host_sim.machine.sim_power import LeftForConsole
from host_sim.machine.world import SimulationEnd
from host_sim.plant.plant import Plant
from tests.campaign.bench import BOARD, CampaignWorld, Driver, Mishaps, PowerCut, RotorSensor
from tests.campaign.kept import KeptMemory
from tests.campaign.record import Life, Record
from tests.campaign.staging import in_stages


class FarEnd:
    """Stands where the recorder of the simulator stands: keeps the bytes that come."""

    unsampled = False

    def __init__(self, life, clock):
        self._life = life
        self._clock = clock

    def hear(self, data):
        self._life.heard.append((self._clock.ms, bytes(data)))

    def ask_status(self):
        pass

    def sample(self, true_ms):
        pass

    def send(self, payload):
        pass


class Drive:
    """A therapy on its way, over all its power-ups."""

    def __init__(self, therapy):
        self.therapy = therapy
        self.record = Record(therapy, [])
        self._memory = KeptMemory()
        self._truth = make_truth(**therapy.truth)
        self._plant = Plant(self._truth, seed=therapy.seed % 1000 + 1)
        self._entries = list(therapy.entries)
        self._lasting = []  # faults that the last power-up left
        self._failing_reads = 0

    def run(self):
        base_ms, off_ms, cause = 0, 0, 0
        while base_ms < self.therapy.duration_ms:
            cut = self._live(Life(base_ms, off_ms, cause))
            if cut is None:
                break
            off_ms, cause, ended_ms = cut["off_ms"], cut["cause"], cut["at_ms"]
            base_ms = ended_ms + off_ms
        return self.record

    def _live(self, life):
        """One power-up; the cut that ended it, None at the end of the therapy."""
        self.record.lives.append(life)
        world, hal, mishaps = self._machine(life)
        cut = None
        try:
            stored = firmware_config.read(hal.store, "rpi_pico", BOARD["limits"])
            Pump(hal, stored, self._memory).run()
        except PowerCut as power_cut:
            (cut,) = power_cut.args
        except SimulationEnd:
            pass
        except (WatchdogReset, LeftForConsole) as error:
            life.error = repr(error)
        except Exception as error:  # noqa: BLE001 whatever leaves the firmware is what we look for
            life.error = _where(error)
        world.note()
        _close(life, hal, self.therapy)
        if cut is not None:
            cut = dict(cut, at_ms=hal.clock.true_ms())
            self._memory.power_lost(hal.clock.ms)
            self._plant.motor.enable(False)
            self._plant.advance(cut["at_ms"] + cut["off_ms"], hal.driver.emitted())
            self._plant._emitted = 0
            self._lasting = [(fault, ends_ms) for fault, ends_ms, _ in mishaps.pending]
            mishaps.set_times(1)
        return cut

    def _machine(self, life):
        therapy, plant = self.therapy, self._plant
        clock = SimClock(therapy.raw_ms, self._truth.crystal_ppb)
        clock._true_base = life.base_ms
        driver = Driver(clock, plant.motor, BOARD["tick_hz"])
        driver.tap = []
        number = len(self.record.lives)
        hal = build_hal(BOARD, clock, driver, plant, therapy.seed % 1000 + number)
        hal.motion = RotorSensor(plant, therapy.noise, f"sensor {therapy.seed} {number}")
        hal.power.was_reset_by(life.cause)
        hal.store.write("config.json", json.dumps(therapy.config).encode())
        hal.store.fail_reads(self._failing_reads)
        self._failing_reads = 0
        life.sounds, life.lamps = _noted(hal.sounder, clock), _noted(hal.lamp, clock)
        job = make_job(
            config=therapy.config, truth=self._truth, duration_ms=therapy.duration_ms, seed=1
        )
        world = CampaignWorld(hal, plant, job, FarEnd(life, clock), life, therapy)
        if therapy.slow:
            world.slow_down(random.Random(f"slow {therapy.seed} {number}"))
        mishaps = Mishaps(hal, plant, world)
        self._schedule(life, world, hal, mishaps)
        return world, hal, mishaps

    def _schedule(self, life, world, hal, mishaps):
        """What is to come from this power-up on. What is sent to a dark pump is lost."""
        plant, clock = self._plant, hal.clock
        for fault, ends_ms in self._lasting:
            if ends_ms is None or ends_ms > life.base_ms:
                mishaps.begin(fault, ends_ms)

        def send(at_ms, data):
            data = in_stages(data)
            life.sent.append((clock.ms, data))
            hal.link.send_to_pump(data)

        def fill(at_ms, fill_pl):
            plant.reservoir.refill(fill_pl, plant.reservoir.volume_pl)
            life.filled.append((clock.ms, fill_pl))
            world.note()

        def fault(at_ms, fault):
            if fault["kind"] == "store_silent":
                self._failing_reads = fault["reads"]
            lasts_ms = fault.get("lasts_ms")
            mishaps.begin(fault, None if lasts_ms is None else at_ms + lasts_ms)

        def cut(at_ms, what):
            raise PowerCut(what)

        does = {"bytes": send, "fill": fill, "fault": fault, "cut": cut}
        # The agenda takes the latest first in no time.
        for at_ms, what, argument in reversed(self._entries):
            if at_ms >= life.base_ms:
                world._agenda.add_first(at_ms, does[what], argument)
        world._judge()


def drive(therapy):
    """The Record of a therapy."""
    return Drive(therapy).run()


def _noted(signal, clock):
    """The list to which a sounder or a lamp adds each change of its pattern."""
    changes, at_once = [], signal.play

    def play(pattern):
        if not changes or changes[-1][1] != pattern:
            changes.append((clock.ms, pattern))
        at_once(pattern)

    signal.play = signal.show = play
    return changes


def _close(life, hal, therapy):
    """The end of a life: what left the pin."""
    life.end_ms = hal.clock.ms
    life.underruns = hal.driver.underruns()
    per_us = BOARD["tick_hz"] // 1_000_000
    end_tick = life.end_ms * BOARD["tick_hz"] // 1000
    instants, directions = [], []
    for start, pulses, ticks in hal.driver.tap:
        count = min(abs(pulses), max(0, (end_tick - start) // ticks))
        if count:
            instants.append(start + ticks * np.arange(1, count + 1, dtype=np.int64))
            directions.append(np.full(count, 1 if pulses > 0 else -1, dtype=np.int8))
    for tick, pulses in hal.driver.slipped:
        instants.append(np.full(pulses, tick, dtype=np.int64))
        directions.append(np.ones(pulses, dtype=np.int8))
    ticks = np.concatenate(instants) if instants else np.zeros(0, dtype=np.int64)
    order = np.argsort(ticks, kind="stable")
    life.pulses_us = -(-ticks // per_us)[order]  # up: one that is still to leave has not left
    life.directions = (
        np.concatenate(directions)[order] if directions else np.zeros(0, dtype=np.int8)
    )


def _where(error):
    """An error and the place in the code that raised it."""
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
    return f"{type(error).__name__}: {error} ({place})"
