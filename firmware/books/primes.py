"""Primes: what a prime counts, and what an interrupted one leaves to be done. A part of
fluid_line.py.

In a prime drug counts from half of the volume between its front and the tip on: the middle of a
tube is faster than its wall (S2). That stands beside the dose windows, by which the basal is held
to the tip dose (S9).
"""

from firmware.books.slugs import CONC, FROM, NEVER_PL, Slugs
from firmware.least_volumes import COUNTED_24H_MS
from firmware.units import PL_PER_ML

_MOST_PRIMED = 8


class Primes(Slugs):
    """prime_to_pl: the drawn volume at which the prime that runs is over, 0 without one
    half_pl, prime_conc: from where on it counts, and at which ng/mL
    primed: [ng, ms at which it was over] of each prime of the last 24 h
    short: 1 since a prime was interrupted, until the drug is at the tip or the line is stated anew
    missing: (pL, hours by the program until then) when that was looked at last
    unbridged: 1 where a bridge was dropped with it, until another or its consequence is confirmed
    tube_pl, tube_conc: up to there water in the tubing goes by bridge, at the rate of this
        concentration ahead of it; 0 without
    """

    def __init__(self, conc_ng_per_ml):
        Slugs.__init__(self, conc_ng_per_ml)
        self.half_pl = self.prime_to_pl = self.prime_conc = 0
        self.primed = []
        self.short = self.unbridged = 0
        self.missing = 0, 0
        self.tube_pl = self.tube_conc = 0

    def at_tip(self, drawn_pl):
        """As Slugs; within a prime by plug flow, since it counts beside that."""
        if drawn_pl < self.prime_to_pl:
            conc, until_pl = self.plug_at(drawn_pl)
            return conc, min(until_pl, self.prime_to_pl)
        return Slugs.at_tip(self, drawn_pl)

    def rate_at(self, drawn_pl):
        """As Slugs; water in the tubing behind an old drug goes at the rate of that."""
        if drawn_pl < self.tube_pl:
            conc, until_pl = self.at_tip(drawn_pl)
            return conc or self.tube_conc, min(until_pl, self.tube_pl)
        return Slugs.rate_at(self, drawn_pl)

    def front_pl(self, drawn_pl):
        """What has to be drawn until any drug is at the tip, by plug flow; unknown is none."""
        left_pl = 0
        for volume_pl, conc in self.content(drawn_pl):
            if conc:
                break
            left_pl += volume_pl
        return left_pl

    def begin_prime(self, front_pl, drawn_pl, volume_pl):
        """A prime begins: so much is drawn, and the drug's front is so far from the tip."""
        self.half_pl = drawn_pl + front_pl // 2
        self.prime_to_pl = drawn_pl + volume_pl
        self.prime_conc = self.highest()

    def priming_ng(self, drawn_pl):
        """What the prime that runs counts by then, beside the tip dose."""
        counted_pl = min(drawn_pl, self.prime_to_pl) - self.half_pl
        return max(0, -(-counted_pl * self.prime_conc // PL_PER_ML))

    def prime_over(self, drawn_pl, complete, bridged, now_ms):
        """The prime is over, complete or not; bridged: a bridge was to follow."""
        ng = self.priming_ng(drawn_pl)
        self._counted_ag += ng * PL_PER_ML
        primed = [row for row in self.primed if now_ms - row[1] <= COUNTED_24H_MS] + [[ng, now_ms]]
        if len(primed) > _MOST_PRIMED:  # it counts for longer, then
            primed[1][0] += primed.pop(0)[0]
        self.primed = primed
        self.half_pl = self.prime_to_pl = self.prime_conc = 0
        self.short = 0 if complete else 1
        self.unbridged = 1 if bridged and not complete else 0

    def tell_missing(self, missing_pl, hours):
        """So much is missing after a prime was interrupted, for so long without another."""
        self.missing = missing_pl, hours

    def primed_ng(self, now_ms, within_ms):
        """What primes have counted beside the tip dose within a time, ng."""
        return sum([ng for ng, at_ms in self.primed if now_ms - at_ms <= within_ms])

    def needs_bridge(self, drawn_pl):
        """Whether anything is ahead for which rates derive from another concentration."""
        return self._tube(drawn_pl)[0] > 0 or self.rate_at(drawn_pl)[1] < NEVER_PL

    def _tube(self, drawn_pl):
        """(the drawn volume at which water in the tubing has left it, ng/mL ahead of it), (0, 0)
        where no such water is behind a drug.
        """
        slugs = self._slugs
        if len(slugs) < 3 or slugs[-2][CONC] or not slugs[-3][CONC]:
            return 0, 0
        end_pl = slugs[-1][FROM] + self._tubing_pl
        return (end_pl, self._drug(slugs[-3])) if drawn_pl < end_pl else (0, 0)
