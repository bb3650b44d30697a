"""Walks through a therapy, cuts the power at every flash operation of it in every way, lets a pump
come up from what the flash then holds, and compares that with the truth.

    tally = Tally(every=1, twice_every=40, thrice_every=50)
    walked(EVERY_KIND, seed=1, tally=tally)
    tally.recoveries, tally.most_overbooked

A violation is a WrongMemory that says where and how.
"""

import io
import json
from collections import Counter

from firmware import states
from firmware.alarms.alarm_table import THERAPY_INTERRUPTED
from firmware.books.windows import AHEAD_MS
from firmware.therapy.restart import daily_dose_ng
from hal.contract import OCCLUSION
from tests.cuts.script import AGAIN, CAP_1H_NG, CONC_NG_PER_ML, CONFIG
from tests.cuts.truth import DAY_MS, HOUR_MS, MINUTE_MS, Truth
from tests.rigs.cut_flash import CutFlash
from tests.rigs.pump import PL_PER_STEP, Bench

SECTORS = 4
STEPS_PER_REV, COUNTS_PER_REV = 3200, 4096  # the rotor follows each pulse
LATER_MS = tuple(minute * MINUTE_MS for minute in (0, 7, 29, 58, 62))
# A dose leaves a window so late, at the most: it counts by the bucket in which its stretch ends
LATE_MS = {HOUR_MS: AHEAD_MS + 2 * MINUTE_MS, DAY_MS: AHEAD_MS + 10 * MINUTE_MS}
CAP_STEPS = CAP_1H_NG * 10**9 // (PL_PER_STEP * CONC_NG_PER_ML)
# What one cut may book too much (decision 0130): what was queued, what may be queued at once
# where the queue is thrown away for a change of rate, and a reservation, which is the blind
# allowance or a fiftieth of the hourly cap
BLIND_STEPS = CONFIG["limits"]["blind_pl"] // PL_PER_STEP
MOST_RESERVED = max(BLIND_STEPS, CAP_STEPS // 50) + 1
MOST_OVERBOOKED = 2 * (BLIND_STEPS + 2) + MOST_RESERVED
KNOWN = ("program", "fill", "ids", "bolus")  # one record each: old or new as a whole
HOLD = (states.EMPTY, states.FAULT)


class WrongMemory(Exception):
    """A cut after which the pump knows something wrong."""


class Tally:
    """every: of the cuts one in so many is tried; twice_every: of those tried one in so many is cut
    again while the pump comes back from it, and thrice_every of these once more
    """

    def __init__(self, every=1, twice_every=1000, thrice_every=1000):
        self.every = every
        self._again_every = (twice_every, thrice_every, 0)
        self.cuts = 0
        self.recoveries = 0
        self.of_depth = Counter()
        self.at_opening = 0  # of the recoveries, after a cut of an erase or of an opening record
        self.most_overbooked = 0
        self.in_flight = Counter()  # "old" or "new": what a command that was not answered left

    def goes_on(self, depth):
        """Whether the cut that was tried last, of this depth, is cut again."""
        every = self._again_every[depth - 1]
        return every and self.of_depth[depth] % every == 0


class CutBench(Bench):
    """Tells its walk where each pass begins and ends."""

    def __init__(self, walk, **setup):
        self.walk = walk
        Bench.__init__(self, **setup)

    def step(self):
        self.walk.pass_begins(self)
        Bench.step(self)
        self.walk.pass_ends()


class Walk:
    """flash: a CutFlash, from which the pump comes up; truth: until now; fill_pl: of the real
    reservoir; depth: how many cuts come before those that are tried here, and this one
    """

    def __init__(self, flash, truth, fill_pl, first_id, tally, depth=1):
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
        revived = _revived(flash.copy(), first_id, truth).pump
        self._found_before = _known(revived)
        self._unproven = revived.books.ledger.emitted_steps - truth.steps()  # by earlier cuts
        flash.judge = self._judge
        self._bench = CutBench(self, **_setup(flash, first_id, fill_pl, truth))

    # The therapy

    def play(self, script):
        for n, (what, argument) in enumerate(script):
            self._where = "%d %s %s" % (n, what, argument)
            getattr(self, "_" + what)(argument)
        return self

    def _wait(self, ms):
        self._bench.run_for(ms=ms)

    def _send(self, payload):
        fields = dict(payload)
        self._bench.send(fields.pop("do"), **fields)

    def _start(self, _):
        demand = self._bench.pump.demand
        stated_ng = daily_dose_ng(demand.program, CONC_NG_PER_ML)
        self._bench.send("start", confirm_dose_ng_per_day=stated_ng)

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
        if bench.hal.driver.tap is None:
            bench.hal.driver.tap = []

    def pass_ends(self):
        """What the cuts of this pass have left is what was known before it or after it."""
        after = _known(self._bench.pump)
        for where, found, answered in self._pending:
            kept = [found[name] for name in KNOWN]
            before = self._found_before
            if kept == [after[name] for name in KNOWN]:
                self._tally.in_flight["new"] += kept != [before[name] for name in KNOWN]
            elif kept == [before[name] for name in KNOWN] and not answered:
                self._tally.in_flight["old"] += 1
            else:
                raise WrongMemory(f"{where}: {found}, was {before}, would be {after}")
            if found["held"] not in (before["held"], after["held"]):
                raise WrongMemory(f"{where}: {found['held']}, was {before}, would be {after}")
        self._pending = []
        self._found_before = after
        self._ran = self._bench.pump.state.moves()
        self._rests = not self._bench.pump.delivery.active
        self._reserved_steps = self._bench.pump.memory.reserved_steps

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
        bench = _revived(cut, first_id, self._truth_now())
        self._compare(where, bench, self._truth_now())
        if tally.goes_on(self._depth):
            self._cut_again(cut, first_id)

    def _next_id(self):
        return self._bench.far_end.last_id + 1

    def _truth_now(self):
        """The same for all cuts of one operation."""
        operation = self._flash.operations
        if self._now is None or self._now[0] != operation:
            self._now = operation, self._truth.after(self._bench)
        return self._now[1]

    def _cut_again(self, cut, first_id):
        truth, flash = self._truth_now(), CutFlash.of(cut)
        fill_pl = 5 * 10**9 if self._bench is None else self._bench.plant.reservoir.volume_pl
        Walk(flash, truth, fill_pl, first_id, self._tally, self._depth + 1).play(AGAIN)

    def _compare(self, where, bench, truth):
        pump, tally = bench.pump, self._tally
        if pump.memory_error is not None or pump.memory.trouble is not None:
            raise WrongMemory(f"{where}: {pump.memory_error or pump.memory.trouble}")
        ledger = pump.books.ledger
        if sum(ledger.by_source) + ledger.unproven_steps != ledger.emitted_steps:
            raise WrongMemory(f"{where}: the sources do not sum up")
        over = ledger.emitted_steps - truth.steps()
        most = self._unproven + (0 if self._is_at_rest() else MOST_OVERBOOKED)
        if not 0 <= over <= most:
            raise WrongMemory(f"{where}: {over} steps booked beyond {truth.steps()} that left")
        tally.most_overbooked = max(tally.most_overbooked, over - self._unproven)
        self._compare_windows(where, bench, truth, over)
        cut = bench.flash
        if cut.overwrites or cut.weak_uses:
            raise WrongMemory(f"{where}: {cut.overwrites} overwrites, {cut.weak_uses} weak uses")
        if bench.emitted():
            raise WrongMemory(f"{where}: pulses without a start")
        if truth.steps() and not pump.restart.unconfirmed:
            raise WrongMemory(f"{where}: the dose would return by itself")
        found = _known(pump)
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

    def _compare_windows(self, where, bench, truth, over):
        windows, now_ms = bench.pump.books.windows, bench.clock.ms
        # The pump's time is that of its last record: so much of what has passed it forgets.
        behind_ms = truth.before_ms - bench.pump.memory._found.last_ms
        for window, window_ms in ((windows.hour, HOUR_MS), (windows.day, DAY_MS)):
            # What left between two records counts from the later one on: that is one reservation.
            most = truth.within(window_ms + LATE_MS[window_ms] + behind_ms) + over + MOST_RESERVED
            for ahead_ms in LATER_MS:
                counted_ng = window.total_ng(now_ms + ahead_ms)
                least = truth.within(window_ms, ahead_ms)
                if not dose_ng(least) - 1 <= counted_ng <= dose_ng(most) + 1:
                    line = f"{counted_ng} ng in {window_ms} ms, {ahead_ms} ahead"
                    raise WrongMemory(f"{where}: {line}, for {least} to {most} steps")


def dose_ng(steps):
    """Of steps at the nominal volume, with a concentration of CONC_NG_PER_ML."""
    return steps * PL_PER_STEP * CONC_NG_PER_ML // 10**9


def _setup(flash, first_id, fill_pl, truth):
    sections = {name: CONFIG[name] for name in ("drug", "head", "limits", "reservoir")}
    return dict(
        sections,
        program=CONFIG["program"],
        flash=flash,
        first_id=first_id,
        truth={"fill_pl": fill_pl},
        rotor_at=truth.steps() * COUNTS_PER_REV // STEPS_PER_REV,
        start=False,
    )


def _revived(flash, first_id, truth):
    """The pump that comes up from a flash."""
    return Bench(**_setup(flash, first_id, 10 * 10**9, truth))


def _known(pump):
    """What a person has set, and what stops the pump."""
    fill = pump.books.reservoir.snapshot(0)
    last = pump.command_ids.last_bolus
    return {
        "program": json.dumps(pump.kept_program.section, sort_keys=True),
        "fill": (fill["fill_pl"], fill["emitted_at_fill_pl"]),
        "ids": tuple(done.number for done in pump.command_ids._done),
        "bolus": None if last is None else last.number,
        "held": (pump.state.now in HOLD, tuple(sorted(pump.state.faults))),
    }


def walked(script, seed, tally, every_byte=False):
    """The walk through a script, on a flash that has been around its ring before: from the first
    record on a sector has to be erased.
    """
    flash = CutFlash(io.BytesIO(), SECTORS, seed=seed, every_byte=every_byte)
    for power_up in range(SECTORS + 1):
        _revived(flash, 1 + power_up, Truth())
    walk = Walk(flash, Truth(), 20 * 10**9, 1000, tally)
    walk.play(script)
    return walk
