"""Slugs: where the fronts in a line are, and what dose is past the tip. A part of fluid_line.py.

The place of a front is an interval (S3). It can be ahead by the tolerance of the path, and behind
by the tolerance and by what was drawn by the books since it entered and perhaps never moved (the
doubt). In this interval the higher concentration counts.
"""

from firmware.units import PL_PER_ML

UNKNOWN = -1  # in the place of a concentration: it counts as the highest that is known
NEVER_PL = 1 << 62
MOST_SLUGS = 8  # a refill with another drug is refused beyond; a flushed catheter may be one more
FROM, CONC, DOUBT = 0, 1, 2  # of a slug: entered from this drawn volume on, ng/mL, doubt then


class Slugs:
    """conc_ng_per_ml: of the reservoir

    mixed: a boundary between concentrations is in it, or may be
    path_pl: from the pump to the tip
    """

    def __init__(self, conc_ng_per_ml):
        self.mixed = False
        self.path_pl = self._tubing_pl = self._tolerance_pl = 0
        self._slugs = []
        self._conc = conc_ng_per_ml
        self._at_pl = 0  # up to here the doses are summed
        self._tip_ag = self._counted_ag = 0
        self._doubt_pl = 0

    def is_full(self):
        """Whether a refill cannot add another content."""
        return len(self._slugs) >= MOST_SLUGS

    # Where the fronts are

    def _behind(self, slug):
        """The drawn volume at which its front is at the tip for certain."""
        return slug[FROM] + self.path_pl + self._tolerance_pl + self._doubt_pl - slug[DOUBT]

    def _ahead(self, slug):
        """The drawn volume at which its front may be at the tip."""
        return slug[FROM] + self.path_pl - self._tolerance_pl

    def _drug(self, slug):
        conc = slug[CONC]
        return self.highest() if conc == UNKNOWN else conc

    def highest(self):
        """The highest concentration in line and reservoir, ng/mL."""
        return max([slug[CONC] for slug in self._slugs] + [self._conc])

    def lowest(self):
        """The lowest one of those that are no water, 0 without a drug."""
        return min([slug[CONC] for slug in self._slugs if slug[CONC] > 0] or [0])

    def plug_at(self, drawn_pl):
        """(ng/mL at the tip by plug flow, the drawn volume up to which that lasts)."""
        found, until_pl = self._slugs[0], NEVER_PL
        for slug in self._slugs[1:]:
            if slug[FROM] + self.path_pl > drawn_pl:
                until_pl = slug[FROM] + self.path_pl
                break
            found = slug
        return self._drug(found), until_pl

    def at_tip(self, drawn_pl):
        """(the highest ng/mL that may be at the tip, the drawn volume up to which that is looked
        up).
        """
        slugs, conc, until_pl = self._slugs, 0, NEVER_PL
        for n, slug in enumerate(slugs):
            ahead_pl = self._ahead(slug)
            behind_pl = self._behind(slugs[n + 1]) if n + 1 < len(slugs) else NEVER_PL
            if n and ahead_pl > drawn_pl:
                until_pl = min(until_pl, ahead_pl)
            elif behind_pl > drawn_pl:
                conc = max(conc, self._drug(slug))
                until_pl = min(until_pl, behind_pl)
        return conc, until_pl

    def rate_at(self, drawn_pl):
        """(ng/mL from which a bridge derives its rate, the drawn volume up to which that lasts,
        NEVER_PL for one that stays). Water asks for no rate of its own.
        """
        conc, until_pl = self.at_tip(drawn_pl)
        conc = conc or self._conc
        while until_pl < NEVER_PL:
            then, next_pl = self.at_tip(until_pl)
            if (then or self._conc) != conc:
                return conc, until_pl
            until_pl = next_pl
        return conc, self._hidden_until(drawn_pl)

    def _hidden_until(self, drawn_pl):
        """Until then the rate stays the same, and yet another drug is on its way: its slug is
        thinner than the doubt of where it is, and a higher concentration before and behind it. A
        bridge lasts as long. NEVER_PL where there is none.
        """
        slugs = self._slugs
        until_pl = self._ahead(slugs[-1])
        if drawn_pl < until_pl:
            for n in range(len(slugs) - 1):
                if 0 < slugs[n][CONC] != slugs[-1][CONC] and self._behind(slugs[n + 1]) > drawn_pl:
                    return until_pl
        return NEVER_PL

    def bridge_end(self, drawn_pl):
        """(the drawn volume with which a bridge ends, whether the step in which that lies is still
        of it): the old concentration counts in it if it is the higher one.
        """
        conc, until_pl = self.rate_at(drawn_pl)
        end_pl, higher = drawn_pl, False
        while until_pl < NEVER_PL:
            end_pl = until_pl
            then, until_pl = self.rate_at(end_pl)
            higher, conc = then < conc, then
        return end_pl, higher

    def surplus_ng(self, drawn_pl, conc_ng_per_ml):
        """By how much more drug the line holds than if it held this concentration: what is given
        too much if its content is pumped as if it were that.
        """
        ag = 0
        for volume_pl, conc in self.content(drawn_pl):
            ag += volume_pl * ((self.highest() if conc is None else conc) - conc_ng_per_ml)
        return ag // PL_PER_ML

    def most_within(self, from_pl, to_pl):
        """The highest concentration that may be at the tip within a drawn volume, ng/mL."""
        conc, until_pl = self.at_tip(from_pl)
        while until_pl < to_pl:
            then, until_pl = self.at_tip(until_pl)
            conc = max(conc, then)
        return conc

    def clear_pl(self, drawn_pl):
        """What has to be drawn until no boundary can be in it, pL."""
        return max(0, self._behind(self._slugs[-1]) - drawn_pl) if self.mixed else 0

    def plug_pl(self, drawn_pl):
        """What has to be drawn until the content of the reservoir is at the tip, by plug flow."""
        return max(0, self._slugs[-1][FROM] + self.path_pl - drawn_pl)

    def drug_pl(self, drawn_pl):
        """(least, most) to be drawn until the content of the reservoir is at the tip, pL."""
        if not self.mixed:
            return 0, 0
        least_pl = self._ahead(self._slugs[-1]) - drawn_pl
        return max(0, least_pl), self.clear_pl(drawn_pl)

    def content(self, drawn_pl):
        """[[pL, ng/mL or None]] in it by plug flow, from the tip to the pump."""
        found, slugs = [], self._slugs
        at_pl = drawn_pl - self.path_pl
        for n, slug in enumerate(slugs):
            to_pl = min(slugs[n + 1][FROM] if n + 1 < len(slugs) else NEVER_PL, drawn_pl)
            if to_pl > at_pl:
                found.append([to_pl - at_pl, None if slug[CONC] == UNKNOWN else slug[CONC]])
                at_pl = to_pl
        return found

    def catheter_ng(self, drawn_pl, catheter_pl):
        """The drug in the last catheter_pl before the tip, ng, rounded up."""
        ag = 0
        for volume_pl, conc in self.content(drawn_pl):
            piece_pl = min(volume_pl, catheter_pl)
            ag += piece_pl * (self.highest() if conc is None else conc)
            catheter_pl -= piece_pl
        return -(-ag // PL_PER_ML)

    # Doses. A pL at a ng/mL is an attogram.

    def _sum(self, conc_at, from_pl, to_pl):
        """The drug past the tip within a drawn volume, ag; conc_at: plug_at or at_tip."""
        total_ag = 0
        while from_pl < to_pl:
            conc, until_pl = conc_at(from_pl)
            until_pl = min(until_pl, to_pl)
            total_ag += conc * (until_pl - from_pl)
            from_pl = until_pl
        return total_ag

    def tip_ng(self, drawn_pl):
        """Past the tip by plug flow, since the pump's books began, rounded down."""
        return (self._tip_ag + self._sum(self.plug_at, self._at_pl, drawn_pl)) // PL_PER_ML

    def counted_ng(self, drawn_pl):
        """Counted by then, never less than what is past the tip, rounded up."""
        ag = self._counted_ag + self._sum(self.at_tip, self._at_pl, drawn_pl)
        return -(-ag // PL_PER_ML)

    def counted_between(self, from_pl, to_pl):
        """Counted for what is drawn between, ng; below 0 where to_pl lies before from_pl. The parts
        of a stretch sum to the whole.
        """
        return self.counted_ng(to_pl) - self.counted_ng(from_pl)
