"""Walks through a therapy, cuts the power at every flash operation of it in every way, lets a pump
come up from what the flash then holds, and compares that with the truth.

    tally = Tally(every=1, twice_every=40, thrice_every=50)
    walked(THERAPIES["basal"], seed=1, tally=tally)
    tally.recoveries, tally.most_overbooked, tally.carried_out

A violation is a WrongMemory that says where and how.
"""

import io
from hashlib import sha256 as sha256_hex

from firmware.alarms.alarm_table import THERAPY_INTERRUPTED
from firmware.config import NAME
from firmware.link.canonical import canonical
from firmware.link.far_end import SET_PROGRAM, staged
from firmware.link.identity import CONFIG
from firmware.therapy.restart import daily_dose_ng
from hal.contract import OCCLUSION
from host_sim.machine.sim_power import LeftForConsole, PowerLost
from tests.cuts.bounds import WrongMemory, compare_windows, most_steps
from tests.cuts.known import KNOWN, known, same
from tests.cuts.power_up import revived_from, setup
from tests.cuts.truth import Truth
from tests.rigs.cut_flash import CutFlash
from tests.rigs.pump import Bench

SECTORS = 4


class CutBench(Bench):
    """Tells its walk where each pass begins and ends."""

    def __init__(self, walk, **made):
        self.walk = walk
        Bench.__init__(self, **made)

    def step(self):
        self.walk.pass_begins(self)
        Bench.step(self)
        self.walk.pass_ends()


class Walk:
    """flash: a CutFlash, from which the pump comes up; truth: until now; fill_pl: of the real
    reservoir; stored: the bytes of the stored configuration; depth: how many cuts come before those
    that are tried here, and this one
    """

    def __init__(self, therapy, flash, truth, fill_pl, first_id, stored, tally, depth=1):
        self._therapy = therapy
        self._stored = stored
        self._most_overbooked, self._most_reserved = most_steps(therapy.config)
        self._tally = tally
        self._depth = depth
        self._where = "power-up"
        self._come_up(flash, truth, fill_pl, first_id)

    def _come_up(self, flash, truth, fill_pl, first_id):
        self._truth = truth
        self._flash = flash
        self._bench = None
        self._now = None  # (flash operation, Truth as of then)
        self._pending = []  # what was found in the cuts of this pass
        self._ran = False  # the motor ran when the last pass ended
        self._rests = True  # nothing was queued then, and nothing has been reserved since
        self._reserved_steps = 0
        revived = revived_from(self._therapy, flash.copy(), first_id, truth, self._stored)
        self._found_before = known(revived)
        emitted_steps = revived.pump.books.ledger.emitted_steps
        self._unproven = emitted_steps - truth.steps()  # by earlier cuts
        flash.judge = self._judge
        made = setup(self._therapy, flash, first_id, fill_pl, truth, self._stored)
        self._bench = CutBench(self, **made)

    # The therapy

    def play(self, script):
        for n, (what, argument) in enumerate(script):
            self._where = "%d %s %s" % (n, what, argument)
            getattr(self, "_" + what)(argument)
        return self

    def _wait(self, ms):
        self._bench.run_for(ms=ms)

    def _uncut(self, ms):
        self._flash.judge = None
        self._bench.run_for(ms=ms)
        self._flash.judge = self._judge

    def _send(self, payload):
        fields = dict(payload)
        reply = self._bench.send(fields.pop("do"), **fields)
        if reply["ok"]:
            done = payload["do"]
            self._tally.carried_out.add("confirm" if done == SET_PROGRAM else done)
        return reply

    def _confirm(self, asked):
        """A person sees the consequence, and states it."""
        field, payload = asked
        self._send(dict(payload, **{field: self._send(payload)["consequence_ng"]}))

    def _start(self, fields):
        pump = self._bench.pump
        stated_ng = daily_dose_ng(pump.demand.program, pump.books.epoch.conc_ng_per_ml)
        self._send(dict(fields, do="start", confirm_dose_ng_per_day=stated_ng))

    def _store(self, name):
        """Another configuration is stored, with which the pump comes up."""
        text = canonical(dict(self._therapy.config, name=name)).decode()
        sha256 = sha256_hex(text.encode()).hexdigest()
        for part in staged(CONFIG, text, sha256):
            told = self._send(part)
        self._leave({"do": "confirm", "digest": told["digest"]})

    def _leave(self, payload):
        """The pass does not end: what is in the store and what is in the journal are two."""
        try:
            self._send(payload)
        except (PowerLost, LeftForConsole):
            self._tally.carried_out.add(payload["do"])
        else:
            raise WrongMemory(f"{self._where}: it did not leave")
        bench, truth = self._bench, self._truth.after(self._bench)
        self._stored = bench.hal.store.read(NAME)
        revived = revived_from(
            self._therapy, self._flash.copy(), self._next_id(), truth, self._stored
        )
        self._judge_pass(known(revived), apart=True)
        self._outage(None)

    def _occlude(self, on):
        self._bench.press(OCCLUSION, on)

    def _outage(self, _):
        """A cut between two flash operations, after which the therapy goes on."""
        bench, truth = self._bench, self._truth.after(self._bench)
        fill_pl, next_id = bench.plant.reservoir.volume_pl, self._next_id()
        self._come_up(CutFlash.of(self._flash), truth, fill_pl, next_id)

    # Where it stands

    def pass_begins(self, bench):
        self._bench = bench
        bench.far_end.replies = []
        if bench.hal.driver.tap is None:
            bench.hal.driver.tap = []

    def pass_ends(self):
        self._judge_pass(known(self._bench))
        self._ran = self._bench.pump.state.moves()
        self._rests = not self._bench.pump.delivery.active
        self._reserved_steps = self._bench.pump.memory.reserved_steps

    def _judge_pass(self, after, apart=False):
        """What the cuts of this pass have left is what was known before it or after it. apart:
        part by part, not all together.
        """
        before = self._found_before
        for where, found, answered in self._pending:
            if same(found, after):
                self._tally.in_flight["new"] += not same(found, before)
            elif same(found, before) and not answered:
                self._tally.in_flight["old"] += 1
            elif not apart or answered or not _part_by_part(found, before, after):
                wrong = [name for name in KNOWN if not same(found, after, (name,))]
                told = [(name, found[name], before[name], after[name]) for name in wrong]
                raise WrongMemory(f"{where}: (what, found, before, after) {told}, {answered=}")
            if found["held"] not in (before["held"], after["held"]):
                raise WrongMemory(f"{where}: {found['held']}, was {before}, would be {after}")
        self._pending = []
        self._found_before = after

    # A cut

    def _judge(self, cut):
        tally = self._tally
        tally.cuts += 1
        if tally.cuts % tally.every:
            return
        tally.recoveries += 1
        tally.at_opening += self._flash.opens
        tally.of_depth[self._depth] += 1
        where = f"depth {self._depth}, {self._where}, operation {self._flash.operations}"
        first_id = 1 + (1 << 30) + self._depth if self._bench is None else self._next_id()
        stored = self._stored if self._bench is None else self._bench.hal.store.read(NAME)
        bench = revived_from(self._therapy, cut, first_id, self._truth_now(), stored)
        self._compare(where, bench, self._truth_now())
        if tally.goes_on(self._depth):
            self._cut_again(cut, first_id, stored)

    def _next_id(self):
        return self._bench.far_end.last_id + 1

    def _truth_now(self):
        """The same for all cuts of one operation."""
        operation = self._flash.operations
        if self._now is None or self._now[0] != operation:
            self._now = operation, self._truth.after(self._bench)
        return self._now[1]

    def _cut_again(self, cut, first_id, stored):
        therapy, tally = self._therapy, self._tally
        truth, flash = self._truth_now(), CutFlash.of(cut)
        fill_pl = 5 * 10**9 if self._bench is None else self._bench.plant.reservoir.volume_pl
        walk = Walk(therapy, flash, truth, fill_pl, first_id, stored, tally, self._depth + 1)
        walk.play(therapy.again)

    def _compare(self, where, bench, truth):
        pump, tally = bench.pump, self._tally
        if pump.memory_error is not None or pump.memory.trouble is not None:
            raise WrongMemory(f"{where}: {pump.memory_error or pump.memory.trouble}")
        ledger = pump.books.ledger
        if sum(ledger.by_source) + ledger.unproven_steps != ledger.emitted_steps:
            raise WrongMemory(f"{where}: the sources do not sum up")
        over = ledger.emitted_steps - truth.steps()
        most = self._unproven + (0 if self._is_at_rest() else self._most_overbooked)
        if not 0 <= over <= most:
            raise WrongMemory(f"{where}: {over} steps booked beyond {truth.steps()} that left")
        tally.most_overbooked = max(tally.most_overbooked, over - self._unproven)
        # What left between two records counts from the later one on: that is one reservation.
        compare_windows(where, bench, truth, over + self._most_reserved, self._therapy)
        cut = bench.flash
        if cut.overwrites or cut.weak_uses:
            raise WrongMemory(f"{where}: {cut.overwrites} overwrites, {cut.weak_uses} weak uses")
        if bench.emitted():
            raise WrongMemory(f"{where}: pulses without a start")
        if truth.steps() and not pump.restart.unconfirmed:
            raise WrongMemory(f"{where}: the dose would return by itself")
        found = known(bench)
        told = pump.alarms.latched >> THERAPY_INTERRUPTED & 1
        if self._ran and self._bench.pump.state.moves() and not told:
            raise WrongMemory(f"{where}: a therapy has ended in silence")
        answered = self._bench is not None and bool(self._bench.far_end.replies)
        self._pending.append((where, found, answered))

    def _is_at_rest(self):
        """Nothing is queued, and nothing has been reserved in this pass."""
        if self._bench is not None:
            reserved_steps = self._bench.pump.memory.reserved_steps
            self._rests = self._rests and reserved_steps <= self._reserved_steps
        return self._rests


def _part_by_part(found, before, after):
    return all(same(found, before, (name,)) or same(found, after, (name,)) for name in KNOWN)


def walked(therapy, seed, tally, every_byte=False):
    """The walk through a therapy, on a flash that has been around its ring before: from the first
    record on a sector has to be erased.
    """
    stored = canonical(therapy.config)
    flash = CutFlash(io.BytesIO(), SECTORS, seed=seed, every_byte=every_byte)
    for power_up in range(SECTORS + 1):
        revived_from(therapy, flash, 1 + power_up, Truth(), stored)
    walk = Walk(
        therapy, flash, Truth(), therapy.config["reservoir"]["fill_pl"], 1000, stored, tally
    )
    walk.play(therapy.script)
    return walk
