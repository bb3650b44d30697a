"""The simulated machine of a campaign: what the simulator has, and more that can go wrong with it.
Everything that the oracle judges is noted here, at the machine, never asked of the firmware.
"""

import random

from boards.rpi_pico import BOARD as PICO
from hal.contract import BUTTON, DOOR, LEVEL_LOW, OCCLUSION
from host_sim.machine.backend import SimMotion
from host_sim.machine.step_driver import SimStepDriver
from host_sim.machine.world import World
from host_sim.plant.faults import KINDS, Rig
from tests.rigs.slow_pass import MOST_MS, SlowPass

BOARD = dict(PICO, pins=dict(PICO["pins"], door="^!19"))  # the Pico's carrier, with a door switch


class PowerCut(BaseException):
    """The power goes, or the chip is reset. Not an Exception: no handler may swallow it."""


class Driver(SimStepDriver):
    """times: so many pulses leave for each one that was queued."""

    times = 1

    def __init__(self, *arguments):
        SimStepDriver.__init__(self, *arguments)
        self.slipped = []  # (tick, pulses)

    def queue(self, pulses, ticks):
        SimStepDriver.queue(
            self, pulses * self.times, max(1, ticks // self.times) if pulses else ticks
        )

    def slip(self, pulses):
        """Pulses out of nowhere, counted at the pin."""
        self.slipped.append((self._clock.ms * self._ticks_per_ms, pulses))
        self._before += pulses
        self._emitted += pulses


class RotorSensor(SimMotion):
    """A sensor with the faults of one. It counts from the power-up on.

    noise: {"rms_counts", "bent_counts"}, or None
    """

    def __init__(self, plant, noise, seed):
        super().__init__(plant)
        self.wrong_by = 0  # counts that the next reading is off
        self.stuck = False
        self._chance = random.Random(seed)
        self._noise = noise
        self._base = plant.moved_counts()
        self._last = 0

    def moved_counts(self):
        counts = SimMotion.moved_counts(self)
        if counts is None or self.stuck:
            return None if counts is None else self._last
        counts -= self._base
        if self._noise:
            counts += _bent(counts, self.counts_per_rev, self._noise["bent_counts"])
            counts += round(self._chance.gauss(0, self._noise["rms_counts"]))
        wrong_by, self.wrong_by = self.wrong_by, 0
        self._last = counts + wrong_by
        return self._last


def _bent(counts, per_rev, bent):
    """The error of a magnet out of centre: a triangle over a turn."""
    place = counts % per_rev
    half = per_rev // 2
    return bent * (place if place < half else per_rev - place) * 2 // per_rev


class CampaignWorld(World):
    """Notes what happens, lets passes take time, and wakes the pump late.

    life: the record.Life that is written
    """

    def __init__(self, hal, plant, job, far_end, life, therapy):
        self._late_ms = therapy.late_ms
        self._late = 0
        self._watched = therapy.watched or therapy.noise is not None
        self.life = life
        self._seen = self._noted_inputs = None
        self._supply_mv = None
        World.__init__(self, hal, plant, job, far_end)
        self._slow = None

    def slow_down(self, chance):
        self._slow = SlowPass(self._hal, self, chance)

    def wait_until_ms(self, deadline_ms, watch):
        slow = self._slow
        if slow:
            self.life.slow_ms, slow._left_ms = slow.passed_ms, 0
        self.note()
        World.wait_until_ms(self, deadline_ms, watch)
        if self._late_ms:
            late_ms = self._late_ms[self._late % len(self._late_ms)]
            self._late += 1
            if late_ms and not self.over():
                self.hang(late_ms)
        self.note()
        self.life.last_pass_ms = self._clock.ms
        if slow:
            slow._left_ms = MOST_MS

    def watch_closely(self):
        """What the simulator cannot foresee may have happened: the machine looks every 4 s."""
        self._watched = True

    def note(self):
        """What the world looks like now."""
        plant = self._plant
        seen = (self._driver._emitted, plant.rotor_steps, plant.reservoir.volume_pl)
        if seen != self._seen:
            self._seen = seen
            self.life.looks.append((self._clock.ms, *seen))
        self.note_switches()

    def note_switches(self):
        plant, ms, inputs = self._plant, self._clock.ms, self._hal.inputs
        # As the world sees them: asking the HAL may take time here.
        bits = type(inputs).read(inputs)
        if bits != self._noted_inputs:
            self._noted_inputs = bits
            seen = [1 if bits & bit else 0 for bit in (LEVEL_LOW, OCCLUSION, DOOR, BUTTON)]
            self.life.inputs.append((ms, *seen))
        if plant.supply_mv != self._supply_mv:
            self._supply_mv = plant.supply_mv
            self.life.supply.append((ms, plant.supply_mv))

    def _pass_until(self, ms):
        World._pass_until(self, ms)
        self.note()

    def _must_look(self):
        return World._must_look(self) or self._watched

    def _judge(self):
        World._judge(self)
        if self._watched or self._hal.motion.stuck:
            self._unseen_ms = 0


class Mishaps:
    """Faults of one power-up. Those that last go on over the next.

    pending: [[fault, true ms at which it ends or None, the function that ends it]]
    """

    def __init__(self, hal, plant, world):
        self.hal, self.plant, self.world = hal, plant, world
        self.rig = Rig(hal, plant, self._later)
        self.pending = []

    def _later(self, ms, what):
        self.world.at(self.hal.clock.true_ms() + ms, lambda at_ms, _: what())

    def begin(self, fault, ends_ms):
        """A fault begins, and ends by itself at a true instant, if that is not None."""
        kind = fault["kind"]
        self._note(fault, "begins")
        if kind in OWN:
            self.world.watch_closely()
            begins, ends = OWN[kind]
            begins(self, fault)
            end = ends and (lambda: ends(self, fault))
        else:
            KINDS[kind].begins(self.rig, fault)
            ends = KINDS[kind].ends
            end = ends and (lambda: ends(self.rig, fault))
        self.world.note()
        if end is None:
            return
        entry = [fault, ends_ms, end]
        self.pending.append(entry)
        if ends_ms is not None:
            self.world.at(ends_ms, self._end, entry)

    def _end(self, at_ms, entry):
        self.pending.remove(entry)
        entry[2]()
        # Another of the same kind may still hold.
        for fault, _, _ in self.pending:
            if fault["kind"] == entry[0]["kind"]:
                self._again(fault)
        self._note(entry[0], "ends")
        self.world.note()

    def _again(self, fault):
        kind = fault["kind"]
        if kind in OWN:
            OWN[kind][0](self, fault)
        else:
            KINDS[kind].begins(self.rig, fault)

    def _note(self, fault, what):
        self.world.life.mishaps.append((self.hal.clock.ms, fault["kind"], what, dict(fault)))

    # What the simulator has no fault for

    def set_times(self, times):
        """The rotor turns so many times as far as the pulses say."""
        motor = self.plant.motor
        if times == 1:
            motor.__dict__.pop("follow", None)
            motor.__dict__.pop("_judge", None)
            motor._judge()
        else:
            follow = type(motor).follow
            motor.follow = lambda pulses: follow(motor, pulses) * times
            motor._judge = lambda: None
            motor.faithful = False


def _silence(rig, on):
    rig.hal.driver.ailing = 1 if on else 0


# kind: (what begins it, what ends it or None)
OWN = {
    "driver_silent": (
        lambda rig, fault: rig.hal.driver.fall_silent(),
        lambda rig, fault: _silence(rig, False),
    ),
    "driver_off": (
        lambda rig, fault: rig.hal.driver.switch_off(),
        lambda rig, fault: _silence(rig, False),
    ),
    "button": (
        lambda rig, fault: rig.hal.inputs.force(BUTTON, True),
        lambda rig, fault: rig.hal.inputs.force(BUTTON, None),
    ),
    "one_wrong_angle": (
        lambda rig, fault: setattr(rig.hal.motion, "wrong_by", fault["counts"]),
        None,
    ),
    "sensor_stuck": (
        lambda rig, fault: setattr(rig.hal.motion, "stuck", True),
        lambda rig, fault: setattr(rig.hal.motion, "stuck", False),
    ),
    "turned": (lambda rig, fault: rig.plant.turn(fault["steps"]), None),
    "overturns": (
        lambda rig, fault: rig.set_times(fault["times"]),
        lambda rig, fault: rig.set_times(1),
    ),
    "slip": (lambda rig, fault: rig.hal.driver.slip(fault["pulses"]), None),
    "runaway": (
        lambda rig, fault: setattr(rig.hal.driver, "times", fault["times"]),
        lambda rig, fault: setattr(rig.hal.driver, "times", 1),
    ),
    "store_silent": (lambda rig, fault: rig.hal.store.fail_reads(fault["reads"]), None),
}
