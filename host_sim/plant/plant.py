"""Ties motor, head, reservoir, line and the drug in it together; moves only when it is given the
time and the pulses so far.
"""

from host_sim.plant.head import Head
from host_sim.plant.line import Line
from host_sim.plant.motor import Motor
from host_sim.plant.reservoir import Reservoir
from host_sim.plant.syringe import Syringe
from host_sim.plant.way_to_tip import WayToTip

MS_PER_DAY = 86_400_000
FORESEEN_MS = 600_000  # no wait of a pump is half as long
SIPHON_PA = 4903  # a head of 0.5 m of water


class Plant:
    """truth: what the world is, a Truth of the job (host_sim/machine/job.py)."""

    def __init__(self, truth, seed=1):
        self.motor = Motor(truth.pull_in_hz)
        self.line = Line(truth.compliance_pl_per_pa, truth.line_tau_ms, truth.occlusion_pa)
        self.reservoir = Reservoir(
            truth.fill_pl,
            truth.residual_pl,
            truth.level_switch_pl,
            truth.conc_ng_per_ml,
            truth.barrel_pl or 1 << 62,
        )
        self.head = _head(truth, seed)
        self.screw = None if truth.rollers else self.head  # of a syringe
        self.motor.stops = self.screw is not None
        self.way = WayToTip(truth, self.reservoir, self.line)
        self._pl_per_pa, self._line_tau_ms = truth.compliance_pl_per_pa, truth.line_tau_ms
        self.supply_mv = truth.supply_mv
        self.counts_per_rev = truth.counts_per_rev
        self.steps_per_rev = truth.steps_per_rev
        self._pl_per_rev = truth.pl_per_rev
        self.rotor_steps = 0
        self.pulled_counts = 0  # so far a foreign magnet has pulled the angle that is sensed
        self.now_ms = 0
        self._emitted = 0
        self._past_pl_per_day = 0  # flows by itself
        self._past_owed = 0  # of a pL of that, in pL / day * ms

    def advance(self, now_ms, emitted):
        """Bring the world to `now_ms` (true time), when `emitted` pulses in all have gone out."""
        flow = emitted - self._emitted  # first in pulses, then in steps, then in pL
        if flow:
            self._emitted = emitted
            if not self.motor.faithful:
                flow = self.motor.follow(flow)
                if self.screw is not None:
                    flow = self.screw.turn(flow, self.reservoir)
            self.rotor_steps += flow
            flow = self.head.push(self.rotor_steps, now_ms)
            if flow < 0 and self.screw is not None:  # the line is off, and the plunger draws in
                self.refill(-flow, 0)
                flow = 0
            flow = self.reservoir.draw(flow)
        if now_ms > self.now_ms:
            if self.screw is not None and self.screw.loose:
                flow += self._siphon(now_ms - self.now_ms)
            if self._past_pl_per_day:
                flow += self._run_past(now_ms - self.now_ms)
            self.line.advance(flow, now_ms - self.now_ms)
            self.now_ms = now_ms
            if self.way.mixed and now_ms >= self.way.due_ms:
                self.way.settle(now_ms)

    def _siphon(self, ms):
        """What a loose plunger lets through the line by the height of the syringe alone, pL."""
        pulled_pl = 0 if self.line.shut else SIPHON_PA * ms * self._pl_per_pa // self._line_tau_ms
        pulled_pl = self.reservoir.draw(pulled_pl)
        self.screw.slide(pulled_pl)
        return pulled_pl

    def let_past(self, pl_per_day):
        """From now on this rate flows by itself, whatever the rotor does: it does not close the
        tube. 0: it does.
        """
        self._past_pl_per_day = pl_per_day
        self.reservoir.runs_by_itself(pl_per_day * FORESEEN_MS // MS_PER_DAY)

    def _run_past(self, ms):
        """What has flowed by itself, pL."""
        due_pl, self._past_owed = divmod(self._past_pl_per_day * ms + self._past_owed, MS_PER_DAY)
        return self.reservoir.draw(due_pl)

    def turn(self, steps):
        """The rotor is turned from outside, so many steps (>= 0) forwards at once."""
        self.rotor_steps += steps
        flow = self.reservoir.draw(self.head.push(self.rotor_steps, self.now_ms))
        self.line.stored_pl += flow

    def refill(self, fill_pl, withdrawn_pl, conc_ng_per_ml=None):
        """A person refills the reservoir, as Reservoir.refill says."""
        self.way.settle(self.now_ms)
        self.reservoir.refill(fill_pl, withdrawn_pl, conc_ng_per_ml)
        self.way.settle(self.now_ms)

    def flush(self, aspirated_pl, injected_pl, conc_ng_per_ml):
        """A person aspirates the catheter at its port, where no drug comes from the body, and then
        injects.
        """
        self.way.settle(self.now_ms)
        self.way.flush(aspirated_pl, injected_pl, conc_ng_per_ml)

    def let_air_in(self, pl):
        """The head draws so much air before it draws fluid again."""
        self.way.settle(self.now_ms)
        self.reservoir.put_air(pl)
        self.way.settle(self.now_ms)

    def tip_ng(self):
        """Drug that came out of the tip, where it lies, since power-up, ng."""
        self.way.settle(self.now_ms)
        return self.way.tip_ng

    def count_anew(self):
        """From now on the pulses are counted from 0: the pump has started anew."""
        self._emitted = 0

    def pl_of_steps(self, steps):
        """The most that `steps` can draw, roughly: twice the mean, and a turn for the pulsation."""
        return (2 * steps // self.steps_per_rev + 1) * self._pl_per_rev

    def moved_counts(self):
        """What a perfect encoder on the rotor has counted."""
        return self.rotor_steps * self.counts_per_rev // self.steps_per_rev

    def sensed_counts(self):
        """What the encoder on the rotor has counted."""
        return self.moved_counts() + self.pulled_counts


def _head(truth, seed):
    if not truth.rollers:
        return Syringe(truth.pl_per_rev, truth.steps_per_rev, truth.backlash_steps)
    return Head(
        truth.pl_per_rev,
        truth.steps_per_rev,
        truth.rollers,
        truth.pulsation_ppt,
        truth.roller_spread_ppt,
        seed,
    )
