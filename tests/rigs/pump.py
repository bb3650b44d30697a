"""A bench for stories: the real pump on the simulated machine, on CPython and on MicroPython.

    @at_any_tick
    def test_a_stop_cancels_the_bolus():
        bench = Bench(rate_pl_per_day=500 * UL)
        bench.send("bolus", volume_pl=25 * UL, duration_ms=600_000)
        bench.run_for(minutes=5)
        bench.send("stop")
        assert bench.state() == "STOPPED"

Wired as host_sim/machine/start.py does it, with the same loop; the world is what the configuration
believes unless `truth` says otherwise.
"""

import gc
import json
import sys

from boards.rpi_pico import BOARD
from firmware import config
from firmware import events as event_codes
from firmware.alarms import alarm_table
from firmware.books.journal import memory_of
from firmware.books.store_notes import MARK
from firmware.pump import Pump
from firmware.therapy.restart import daily_dose_ng
from firmware.version import UNKNOWN
from hal.contract import POWER_ON
from hal.ticks import TICKS_PERIOD
from host_sim.machine.backend import build_machine
from host_sim.machine.schedule import fill_withdraw
from host_sim.machine.sim_flash import SimFlash
from host_sim.machine.step_driver import SimStepDriver
from host_sim.machine.world import World
from host_sim.plant.faults import Rig, begin
from tests.rigs.config import ML, UL, made_config, made_job, made_truth  # noqa: F401 ML is for the stories
from tests.rigs.doses import sent
from tests.rigs.heap_file import HeapFile
from tests.rigs.listener import Listener

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
MONDAY_S = 1_767_571_200  # 2026-01-05 00:00
PL_PER_STEP = 3125
SECTORS = 4  # of the journal: few, since they lie in the heap
FIRST_ID = 1_000_000  # stories that write their own frames number them below
_JUST_BEFORE_THE_WRAP_MS = TICKS_PERIOD - 1000
_MANY_PASSES = 100  # at one instant: the pump turns on the spot

_raw = {"ms": 0}  # the raw ticks at power-up of the benches to come


def _make_room():
    """A board-like heap holds two benches hardly, three never. CPython has room, and would look
    through all that other tests have left.
    """
    if sys.implementation.name == "micropython":
        gc.collect()


def at_any_tick(story):
    """The story runs twice: with the raw ticks starting at 0, and 1 s before they wrap."""
    return _told(story, (0, _JUST_BEFORE_THE_WRAP_MS))


def over_a_wrap(story):
    """A story of more than 13 days runs once: after 12.4 days the raw ticks wrap a second time."""
    return _told(story, (_JUST_BEFORE_THE_WRAP_MS,))


def _told(story, starts):
    def told():
        for raw_ms in starts:
            _raw["ms"] = raw_ms
            _make_room()
            try:
                story()
            except Exception:
                print("raw ticks start at %d ms" % raw_ms)
                raise
            finally:
                _raw["ms"] = 0

    return told


class RunawayDriver(SimStepDriver):
    """times: so many pulses leave for each one that was queued."""

    times = 1

    def queue(self, pulses, ticks):
        SimStepDriver.queue(
            self, pulses * self.times, max(1, ticks // self.times) if pulses else ticks
        )

    def slip(self, pulses):
        """Pulses out of nowhere, counted at the pin."""
        self._before += pulses
        self._emitted += pulses


class Bench:
    """rate_pl_per_day: of a continuous program, or program: a whole section. start: clock set (if
    wall_s is not None) and delivery started. stored: what the store holds in place of the
    configuration, None for nothing.
    cause: of the reset. flash: goes on from the journal on it. memory: in place of a journal.
    events: the flash of the event ring, None for a board without one. held: inputs that are active
        at power-up. blobs: (name, bytes) of what else the store holds. store_full: it takes nothing
        more. clock_stands, encoder_dead: from power-up on. rotor_at: its angle
    at power-up, counts. Other keywords change sections of the
    configuration."""

    def __init__(
        self,
        rate_pl_per_day=500 * UL,
        program=None,
        start=True,
        wall_s=MONDAY_S,
        truth=None,
        stored=True,
        cause=POWER_ON,
        memory=None,
        flash=None,
        events=None,
        board=BOARD,
        first_id=FIRST_ID,
        held=0,
        blobs=(),
        store_full=False,
        build=UNKNOWN,
        clock_stands=False,
        encoder_dead=False,
        rotor_at=0,
        **changes,
    ):
        _make_room()
        self.config = made_config(
            program or {"mode": "continuous", "rate_pl_per_day": rate_pl_per_day}, **changes
        )
        truth = made_truth(self.config, **(truth or {}))
        self.flash = flash or SimFlash(HeapFile(), SECTORS)
        self.hal, self.plant = build_machine(
            board,
            truth,
            raw_ms=_raw["ms"],
            driver=RunawayDriver,
            journal=self.flash,
            events=events,
        )
        self.clock = self.hal.clock
        if held:
            self.hal.inputs.force(held, True)
        self.hal.power.was_reset_by(cause)
        for name, blob in blobs:
            self.hal.store.write(name, blob)
        stored = json.dumps(self.config).encode() if stored is True else stored
        if stored is not None:
            self.hal.store.write("config.json", stored)
        self.hal.store.fill_up(store_full)
        self._rotor_at = rotor_at
        if self.hal.motion:
            self.hal.motion.stands_at(rotor_at)
        if clock_stands:
            self.clock.stand()
        if encoder_dead:
            self.hal.motion.die()
        self.far_end = Listener(self.hal, first_id)
        self.hal.link.listen(self.far_end.hear)
        self.world = World(self.hal, self.plant, made_job(self.config), self.far_end)
        self._rig = Rig(self.hal, self.plant, self._later)
        self.memory = memory or memory_of(self.hal)
        self.pump = Pump(self.hal, config.read(self.hal.store), self.memory, build)
        self._spins = 0
        self.step()
        if start:
            if wall_s is not None:
                self.ok("set_clock", wall_s=wall_s)
            self.ok("start")

    # Time

    def step(self):
        """One pass of the pump, now."""
        self._deadline_ms = self.pump.step(self.clock.now_ms())

    def run_for(self, ms=0, s=0, minutes=0, hours=0, days=0):
        """The pump's own loop for so long, and a pass at the end of it."""
        end_ms = self.clock.ms + ms + 1000 * (s + 60 * (minutes + 60 * (hours + 24 * days)))
        while self.clock.ms < end_ms:
            before_ms = self.clock.ms
            self.clock.wait_until_ms(min(self._deadline_ms, end_ms), self.pump.safety.watch)
            self.step()
            self._spins = 0 if self.clock.ms > before_ms else self._spins + 1
            assert self._spins < _MANY_PASSES, "the pump turns on the spot at %d ms" % self.clock.ms

    def now_ms(self):
        return self.clock.ms

    def due_ms(self):
        """When the pump wants its next pass at the latest."""
        return self._deadline_ms

    def hang(self, ms):
        """The CPU is busy for so long; what is queued goes on."""
        self.world.hang(ms)
        self.step()

    def restart(self, **changes):
        """Another bench that goes on from this one's journal, as after a power cut, not started.
        The reservoir holds what it held.
        """
        program = changes.pop("program", self.config["program"])
        names = "drug head limits reservoir pump service patient_bolus line"
        sections = {name: self.config[name] for name in names.split()}
        sections["start"] = False
        sections["first_id"] = self.far_end.last_id + 1  # another host begins at another number
        sections.update(changes)
        truth = {"fill_pl": self.plant.reservoir.volume_pl}
        truth.update(sections.pop("truth", {}))
        blob = self.hal.store.read(MARK)
        sections.setdefault("blobs", () if blob is None else ((MARK, blob),))
        sections.setdefault("rotor_at", self._rotor_at + self.plant.moved_counts())
        events = sections.pop("events", self.hal.events)
        return Bench(program=program, truth=truth, flash=self.flash, events=events, **sections)

    # What is done to the pump

    def send(self, do, **fields):
        """Send a command; the pump wakes, and this is its reply."""
        fields["do"] = do
        if do in ("refill", "empty") and "withdrawn_pl" in fields:
            fill_withdraw(self.plant, fields)
        self.far_end.replies = []
        number = self.far_end.send(sent(fields, self.pump.books.epoch.conc_ng_per_ml))
        self.step()
        replies = self.far_end.replies
        assert [reply["id"] for reply in replies] == [number], replies
        return replies[0]

    def ok(self, do, **fields):
        """Send a command that must be carried out."""
        reply = self.send(do, **fields)
        assert reply["ok"] == 1, reply
        return reply

    def refill_to(self, content_pl):
        """Draw off all that the books expect, and inject what makes it content_pl."""
        residual_pl = self.config["reservoir"]["residual_pl"]
        withdrawn_pl = max(0, self.pump.books.left_pl() - residual_pl)
        self.ok("refill", withdrawn_pl=withdrawn_pl, fill_pl=content_pl - residual_pl)

    def start_again(self):
        """Start after a restart: the dose of the program is stated."""
        demand, epoch = self.pump.demand, self.pump.books.epoch
        stated_ng = daily_dose_ng(demand.program, epoch.conc_ng_per_ml)
        self.ok("start", confirm_dose_ng_per_day=stated_ng)

    def refused(self, do, **fields):
        """Send a command that must be refused; the error's name."""
        reply = self.send(do, **fields)
        assert reply["ok"] == 0, reply
        return reply["error"]

    def send_bytes(self, data):
        """Send bytes; the replies that they bring."""
        self.far_end.replies = []
        self.hal.link.send_to_pump(data)
        self.step()
        return self.far_end.replies

    def _later(self, ms, what):
        self.world.at(self.clock.true_ms() + ms, lambda at_ms, _: what())

    def fault(self, kind, lasts_ms=None, **keys):
        """Something goes wrong now, and mends itself after lasts_ms."""
        keys["kind"] = kind
        now_ms = self.clock.true_ms()
        ends = begin(self._rig, keys)
        self.world.at(now_ms, _nothing)  # the world looks anew at what has changed
        if lasts_ms is not None:
            self.world.at(now_ms + lasts_ms, lambda at_ms, argument: ends(self._rig, keys))

    def press(self, bit, on=True):
        """Hold an input, or let it follow the world again."""
        self.hal.inputs.force(bit, True if on else None)
        self.step()

    # What is seen of it

    def status(self):
        return self.ok("status")

    def state(self):
        return self.status()["state"]

    def alarms(self, column=None):
        """Names of the alarms that are signalled; with column 1, 2 or 3 of those that are active,
        latched, acknowledged.
        """
        return [
            alarm_table.TABLE[row[0]].name
            for row in self.status()["alarms"]
            if column is None or row[column]
        ]

    def events(self, *names, since_ms=0):
        """The events of these names (events.py), in their order."""
        codes = [getattr(event_codes, name) for name in names]
        return [
            event
            for event in self.far_end.events
            if event.code in codes and event.at_ms >= since_ms
        ]

    def raised(self, alarm):
        """The instants at which an alarm was raised, ms."""
        code = getattr(alarm_table, alarm)
        return [event.at_ms for event in self.events("ALARM_RAISED") if event.a == code]

    def rate(self):
        """Permitted rate, pL/day."""
        return self.status()["permitted_pl_per_day"]

    def emitted(self):
        """Pulses that have left the pin."""
        return self.hal.driver.emitted()

    def sound(self):
        return self.hal.sounder.pattern

    def lamp(self):
        return self.hal.lamp.pattern


ACTIVE, LATCHED, ACKNOWLEDGED = 1, 2, 3  # columns of `alarms`


def _nothing(at_ms, argument):
    pass


def records_of(pump, now_ms):
    """{record kind: snapshot} of all that a pump keeps."""
    return {kind: keeper.snapshot(now_ms) for kind, keeper in pump.keepers()}


def steps_at(rate_pl_per_day, ms):
    """Whole steps of a steady rate in so many ms."""
    return rate_pl_per_day * ms // (86_400_000 * PL_PER_STEP)
