"""The drug on its way from the reservoir through tubing and catheter to the tip, in attograms
(reservoir.py).

    way.settle(now_ms)      # what has flowed since the last call is where it belongs
    way.tip_ng              # out of the tip, where it lies, since power-up

The line is a list of slugs, first in first out: volume, concentration, and the variance of the
front that leads it (dispersion.py). What the line stores under pressure is in the tubing. Where
something is lost between tubing and catheter, plug flow says what; at the tip the fronts are as
wide as they have grown. What the plant moves to and fro counts once: only flow beyond the farthest
so far brings or takes fluid.

Nothing is worked out for each step. While one fluid fills the line, a call now and then is enough;
while there are fronts in it (`mixed`), the plant calls every EVERY_MS, over which the flow's mean
is what shears a front.
"""

from host_sim.plant.dispersion import FAR, Growth, root, spread_pl

AG_PER_NG = 1_000_000_000
EVERY_MS = 60_000
AIR = -1  # in the place of a concentration
_PL, _CONC, _VARIANCE = 0, 1, 2  # of a slug; of a front that has passed the tip: how far it is,
# its step in concentration, and its variance


class WayToTip:
    """truth: a Truth (job.py) with tubing_pl, catheter_pl, bore_nm, and what both hold.

    mixed: there are fronts in it; due_ms: then `settle` is due at this instant
    tip_ag: came out of the tip where it lies; lost_ag: lost where tubing and catheter join;
        strayed_ag: came out of a tip that does not lie where it should. All since power-up
    """

    def __init__(self, truth, reservoir, line):
        self.tip_ag = self.lost_ag = self.strayed_ag = 0
        self.due_ms = 0
        self._reservoir = reservoir
        self._line = line
        tubing, catheter = truth.tubing_pl, truth.catheter_pl
        self._tubing = [[tubing, truth.holds_tubing_ng_per_ml, 0]] if tubing else []
        self._catheter = [[catheter, truth.holds_catheter_ng_per_ml, 0]] if catheter else []
        slugs = self._catheter + self._tubing
        self._at_tip = slugs[0][_CONC] if slugs else reservoir.conc_ng_per_ml
        self._growth = Growth(truth.bore_nm if slugs else 0)
        self._passed = []  # fronts beyond the tip, as long as they are felt there
        self._plug_ag = 0  # past the tip by plug flow
        self._past_ag = 0  # and with the fronts as wide as they are
        self._came_pl = self._aired_pl = self._lost_pl = self._left_pl = self._strayed_pl = 0
        self._at_ms = 0
        self._hear_arrival = None
        self._judge()

    @property
    def tip_ng(self):
        """Out of the tip, where it lies, by the last `settle`, ng."""
        return self.tip_ag // AG_PER_NG

    def tell_arrivals(self, hear):
        """hear(ms, ng/mL) when a front reaches the tip with drug behind it."""
        self._hear_arrival = hear

    def settle(self, now_ms):
        """Move what has flowed by now."""
        reservoir, line = self._reservoir, self._line
        came_pl = max(0, reservoir.drawn_pl() - self._came_pl)
        air_pl, self._aired_pl = reservoir.aired_pl - self._aired_pl, reservoir.aired_pl
        lost_pl, self._lost_pl = line.leaked_pl - self._lost_pl, line.leaked_pl
        left_pl = max(0, line.outlet_pl + line.strayed_pl - self._left_pl)
        strayed_pl = min(left_pl, max(0, line.strayed_pl - self._strayed_pl))
        self._came_pl += came_pl
        self._left_pl += left_pl
        self._strayed_pl += strayed_pl
        air_pl = min(air_pl, came_pl)
        if self.mixed and now_ms > self._at_ms:
            self._grow(left_pl, now_ms - self._at_ms)
        _append(self._tubing, air_pl, AIR, 0)
        _append(self._tubing, came_pl - air_pl, reservoir.conc_ng_per_ml, 0)
        for pl, conc, _ in _take(self._tubing, lost_pl):
            self.lost_ag += pl * _drug(conc)
        for pl, conc, variance in _take(self._tubing, left_pl):
            _append(self._catheter, pl, conc, variance)
        self._leave(left_pl, now_ms)
        self._count(left_pl, strayed_pl)
        self._at_ms = now_ms
        self.due_ms = now_ms + EVERY_MS
        if air_pl or self._line.air_pl:
            line.hold_air(sum([slug[_PL] for slug in self.slugs() if slug[_CONC] == AIR]))
        self._judge()

    def flush(self, aspirated_pl, injected_pl, conc):
        """The catheter is drawn off at its upper end, water follows from the tip, and then so much
        goes in there.
        """
        catheter = self._catheter
        held_pl = sum([slug[_PL] for slug in catheter])
        left_pl = max(0, held_pl - aspirated_pl)
        kept = _take(catheter, left_pl)
        catheter[:] = [[held_pl - left_pl, 0, 0]] if held_pl > left_pl else []
        for pl, held, variance in kept:
            _append(catheter, pl, held, variance)
        _append(catheter, injected_pl, conc, 0)
        for pl, held, _ in _take(catheter, injected_pl):
            self.tip_ag += pl * _drug(held)
        self._at_tip = catheter[0][_CONC] if catheter else self._at_tip
        self._passed = []
        self._plug_ag = self._past_ag = 0
        self._judge()

    def slugs(self):
        """[[pL, ng/mL or AIR, variance of the front that leads it]], from the tip to the head."""
        return self._catheter + self._tubing

    def held_ag(self):
        """The drug in it by the last `settle`, ag."""
        held = sum([slug[_PL] * _drug(slug[_CONC]) for slug in self.slugs()])
        return held + self._plug_ag - self._past_ag

    def _leave(self, left_pl, now_ms):
        """So much goes past the tip, by plug flow."""
        catheter, before_pl = self._catheter, left_pl
        for front in self._passed:
            front[_PL] += left_pl
        for pl, conc, variance in _take(catheter, left_pl):
            if conc != self._at_tip:
                step = _drug(conc) - _drug(self._at_tip)
                self._at_tip = conc
                if variance:
                    self._passed.append([left_pl, step, variance])
                if conc > 0 and self._hear_arrival:
                    passed_ms = now_ms - self._at_ms
                    gone_pl = before_pl - left_pl
                    self._hear_arrival(self._at_ms + passed_ms * gone_pl // before_pl, conc)
            self._plug_ag += pl * _drug(conc)
            left_pl -= pl
        self._passed = [f for f in self._passed if f[_PL] < FAR * root(f[_VARIANCE])]

    def _grow(self, flow_pl, dt_ms):
        """The fronts widen while that flows. None crosses a bubble."""
        grown = self._growth.of(flow_pl, dt_ms)
        before = self._at_tip
        for slug in self.slugs():
            if before not in (AIR, slug[_CONC]) and slug[_CONC] != AIR:
                slug[_VARIANCE] += grown
            before = slug[_CONC]

    def _count(self, left_pl, strayed_pl):
        """What is past the tip with the fronts as wide as they are; none comes back."""
        past_ag, before, distance_pl = self._plug_ag, self._at_tip, 0
        for pl, conc, variance in self.slugs():
            if conc != before:
                past_ag += (_drug(conc) - _drug(before)) * spread_pl(variance, distance_pl)
            distance_pl += pl
            before = conc
        for distance_pl, step, variance in self._passed:
            past_ag += step * spread_pl(variance, distance_pl)
        more_ag = max(0, past_ag - self._past_ag)
        self._past_ag += more_ag
        if left_pl:
            strayed_ag = more_ag * strayed_pl // left_pl
        else:  # by diffusion alone
            strayed_ag = more_ag if self._line.dislodged else 0
        self.strayed_ag += strayed_ag
        self.tip_ag += more_ag - strayed_ag

    def _judge(self):
        conc = self._reservoir.conc_ng_per_ml
        self.mixed = bool(
            self._passed
            or self._reservoir.air_pl
            or self._at_tip != conc
            or any(slug[_CONC] != conc for slug in self.slugs())
        )


def _drug(conc):
    return 0 if conc == AIR else conc


def _append(slugs, pl, conc, variance):
    """More fluid comes in behind the last slug."""
    if pl and slugs and slugs[-1][_CONC] == conc:
        slugs[-1][_PL] += pl
    elif pl:
        slugs.append([pl, conc, variance])


def _take(slugs, pl):
    """[(pL, ng/mL, variance)] of so much from the front of the slugs, which loses it."""
    taken = []
    while pl and slugs:
        first = slugs[0]
        piece_pl = min(pl, first[_PL])
        taken.append((piece_pl, first[_CONC], first[_VARIANCE]))
        first[_PL] -= piece_pl
        pl -= piece_pl
        if first[_PL]:
            first[_VARIANCE] = 0  # its front is in the piece
        else:
            slugs.pop(0)
    return taken
