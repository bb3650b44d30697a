"""The real pump on the simulated machine, in this process: build, send commands, run, look at what
happened. CPython only.

    bench = BenchPump(made_pump_config(), [(0, {"do": "start"})], duration_ms=60_000).run()
    bench.emitted(), bench.heard, bench.looks

Wired as host_sim/machine/start.py does it; the far end of the link keeps what it hears in memory
instead of in files.
"""

import json
from collections import namedtuple
from contextlib import nullcontext

from boards.rpi_pico import BOARD
from firmware import config as firmware_config
from firmware.books.journal import memory_of
from firmware.link.far_end import FarEnd
from firmware.pump import Pump
from host_sim.machine.backend import build_machine
from host_sim.machine.sim_flash import SimFlash
from host_sim.machine.world import SimulationEnd, World
from tests.rigs.config import UL, made_config, made_job, made_truth
from tests.rigs.heap_file import HeapFile
from tests.rigs.slow_pass import SlowPass

SECTORS = 32  # of the journal
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MONDAY_S = 1_767_571_200  # 2026-01-05 00:00
JUST_BEFORE_THE_WRAP_MS = (1 << 30) - 1000

# What came over the link, in order: an event (payload None) or the reply to a command, and the
# instant it was heard.
Heard = namedtuple("Heard", "at_ms payload reply event")
Event = namedtuple("Event", "seq at_ms wall_s code a b c")
# After a pass: what the driver and the books say.
Look = namedtuple("Look", "at_ms emitted pending booked missed by_source ends_ms infusing")


def made_pump_config(pl_per_rev=10_000_000, steps_per_rev=3200, program=None, **changes):
    """A sound configuration with much in the reservoir, and that may stand still; `changes` update
    its sections.
    """
    config = made_config(
        program or {"mode": "continuous", "rate_pl_per_day": 500 * UL},
        head={"pl_per_rev": pl_per_rev, "steps_per_rev": steps_per_rev},
        drug=changes.pop("drug", {}),
        limits={"stopped_limit_s": 30 * 86_400, "supply_min_mv": 0},
        reservoir={
            "capacity_pl": 10**15,
            "fill_pl": 10**15,
            "low_pl": 2,
            "residual_pl": 1,
            "level_tolerance_pl": 10**14,
        },
    )
    for section, change in changes.items():
        config[section].update(change)
    return config


class Listener(FarEnd):
    """Stands where the recorder stands: sends the commands, keeps replies and events in memory."""

    unsampled = False

    def __init__(self, hal):
        super().__init__(
            hal.link.send_to_pump, hal.clock.now_ms, 1000, self._keep_event, self._keep_reply
        )
        self.heard = []
        self._clock = hal.clock

    def ask_status(self):
        self.send({"do": "status"})

    def sample(self, true_ms):
        pass

    def _keep_event(self, event):
        self.heard.append(Heard(self._clock.ms, None, None, Event(*event)))

    def _keep_reply(self, command, reply):
        self.heard.append(Heard(self._clock.ms, command, reply, None))


class BenchWorld(World):
    """May wake the pump late: `late_ms` is gone through over and over, one for each wait."""

    late_ms = ()
    _late = 0

    def wait_until_ms(self, deadline_ms, watch):
        super().wait_until_ms(deadline_ms, watch)
        if self.late_ms:
            late = self.late_ms[self._late % len(self.late_ms)]
            self._late += 1
            if late and not self.over():
                self.hang(late)


class BenchPump:
    """commands, faults: [(t_ms, payload)], sorted; raw_ms: the raw ticks at power-up; late_ms: how
    late each wake-up comes; slow: a random.Random, with which time passes inside the passes too.
    """

    def __init__(
        self,
        config,
        commands=(),
        duration_ms=60_000,
        faults=(),
        raw_ms=0,
        late_ms=(),
        tap=False,
        memory=None,
        flash=None,
        events=None,
        slow=None,
    ):
        self.config = config
        truth = made_truth(config, occlusion_pa=10**12, pulsation_ppt=0, roller_spread_ppt=0)
        self.flash = flash or SimFlash(HeapFile(), SECTORS)
        self.hal, plant = build_machine(
            BOARD, truth, raw_ms=raw_ms, journal=self.flash, events=events
        )
        self.hal.store.write("config.json", json.dumps(config).encode())
        self.tap = self.hal.driver.tap = [] if tap else None
        self.far_end = Listener(self.hal)
        self.heard = self.far_end.heard
        job = made_job(config, duration_ms, commands, faults)
        self.world = BenchWorld(self.hal, plant, job, self.far_end)
        self.world.late_ms = late_ms
        self.looks = []
        self.memory = memory or memory_of(self.hal)
        self.pump = Pump(self.hal, firmware_config.read(self.hal.store), self.memory)
        self._slow = None if slow is None else SlowPass(self.hal, self.world, slow)

    def run(self, look=True):
        """To the end; `look` keeps a Look at every pass."""
        pump, clock = self.pump, self.hal.clock
        try:
            while True:
                with self._slow or nullcontext():
                    deadline_ms = pump.step(clock.now_ms())
                if look:
                    self._look()
                clock.wait_until_ms(deadline_ms, pump.safety.watch)
        except SimulationEnd:
            return self

    def _look(self):
        driver, ledger = self.hal.driver, self.pump.books.ledger
        emitted = driver.emitted()  # first: a short stretch that was held begins
        ends_ms = driver.ends_tick // (driver.tick_hz // 1000)
        look = Look(
            self.hal.clock.ms,
            emitted,
            driver.pending(),
            ledger.booked_steps,
            ledger.missed_steps,
            tuple(ledger.by_source),
            ends_ms,
            self.pump.delivery.active,
        )
        self.looks.append(look)

    def emitted(self):
        return self.hal.driver.emitted()

    def events(self, *codes):
        return [
            heard.event
            for heard in self.heard
            if heard.event and (not codes or heard.event.code in codes)
        ]

    def replies(self):
        return [heard for heard in self.heard if heard.payload is not None]
