"""The drug reservoir as it really is: how much is in it, of what, and its float switch.

Drug is counted in attograms: 1 pL at 1 ng/mL is 1 ag, so that no volume has to be rounded. The
concentration is a whole number of ng/mL, rounded down; what that leaves over stays in the reservoir
and mixes at the next refill.
"""


class Reservoir:
    """fill_pl: true volume; residual_pl: what the head cannot draw; switch_pl: the float closes at
    or below it and opens again 2 % above; conc_ng_per_ml: of the drug in it; capacity_pl: that a
    plunger can draw in.

    low: the float switch; near: the float may be about to move
    vanished_pl, vanished_ag: what went another way than through the head; filled_pl, filled_ag: net
        volume and drug put in by refills
    air_pl: air that the head draws before any fluid; aired_pl: air that it has drawn
    """

    def __init__(self, fill_pl, residual_pl, switch_pl, conc_ng_per_ml=0, capacity_pl=1 << 62):
        self.volume_pl = fill_pl
        self.capacity_pl = capacity_pl
        self.conc_ng_per_ml = conc_ng_per_ml
        self.vanished_pl = self.vanished_ag = 0
        self.filled_pl = self.filled_ag = 0
        self.air_pl = self.aired_pl = 0
        self._fill_pl = fill_pl
        self._noted_pl = fill_pl  # volume at the last change other than by the head ...
        self._noted_ag = fill_pl * conc_ng_per_ml  # ... and the drug in it
        self.switch_pl = switch_pl
        self._residual_pl = residual_pl
        self._opens_pl = switch_pl + switch_pl // 50
        self.low = False
        self.near = False
        self._by_itself_pl = 0
        self.look_near(0)

    def draw(self, wanted_pl):
        """Take out what the head pulls; returns what it gets: an empty reservoir gives air.

        Negative puts back.
        """
        if self.air_pl and wanted_pl > 0:
            return self._draw_air(wanted_pl)
        volume = self.volume_pl - wanted_pl
        if volume < self._residual_pl and wanted_pl > 0:
            wanted_pl = max(0, self.volume_pl - self._residual_pl)
            volume = self.volume_pl - wanted_pl
        self.volume_pl = volume
        if volume <= self.near_pl or self.near:
            self._float()
        return wanted_pl

    def usable_pl(self):
        """What the head can still draw, pL."""
        return self.volume_pl - self._residual_pl

    def room_pl(self):
        """What a plunger can still draw in, pL."""
        return self.capacity_pl - self.volume_pl

    def look_near(self, pl):
        """Set `near` when the volume is within `pl` of where the float trips, or below."""
        self._asked_pl = pl
        self.near_pl = max(self._opens_pl, self.switch_pl + pl + self._by_itself_pl)
        self._float()

    def runs_by_itself(self, pl):
        """In a long wait at most so much flows out in addition to what is drawn; 0: nothing."""
        self._by_itself_pl = pl
        self.look_near(self._asked_pl)

    def may_trip(self, pl):
        """Could the float close while `pl` are drawn?"""
        return not self.low and self.volume_pl - pl - self._by_itself_pl <= self.switch_pl

    def vanish(self, pl):
        """This volume is gone, unseen (over-infused, leaked, drawn off), and its drug with it."""
        pl = min(pl, self.volume_pl)
        drug_ag = self.drug_ag()
        gone_ag = pl * self.conc_ng_per_ml
        self.vanished_pl += pl
        self.vanished_ag += gone_ag
        self._note(self.volume_pl - pl, drug_ag - gone_ag)

    def refill(self, fill_pl, withdrawn_pl, conc_ng_per_ml=None):
        """Draw off and fill in; what was left keeps its drug and mixes with what is filled in.

        withdrawn_pl: drawn off before `fill_pl` is filled in, at most what the needle gets, which
            leaves the residual
        conc_ng_per_ml: of what is filled in; None: as in the reservoir before
        """
        before_pl, before_ag = self.volume_pl, self.drug_ag()
        conc = self.conc_ng_per_ml if conc_ng_per_ml is None else conc_ng_per_ml
        left_pl = max(min(before_pl, self._residual_pl), before_pl - withdrawn_pl)
        left_ag = before_ag - (before_pl - left_pl) * self.conc_ng_per_ml
        after_pl, after_ag = left_pl + fill_pl, left_ag + fill_pl * conc
        self.filled_pl += after_pl - before_pl
        self.filled_ag += after_ag - before_ag
        self.conc_ng_per_ml = after_ag // after_pl if after_pl else conc
        self._note(after_pl, after_ag)

    def put_air(self, pl):
        """The next that the head draws is this volume of air."""
        self.air_pl += pl

    def drug_ag(self):
        """The drug in it, ag."""
        return self._noted_ag - (self._noted_pl - self.volume_pl) * self.conc_ng_per_ml

    def drawn_pl(self):
        """All that the head has drawn since power-up, fluid and air, less what it has put back."""
        fluid_pl = self._fill_pl + self.filled_pl - self.vanished_pl - self.volume_pl
        return fluid_pl + self.aired_pl

    def _draw_air(self, wanted_pl):
        air_pl = min(wanted_pl, self.air_pl)
        self.air_pl -= air_pl
        self.aired_pl += air_pl
        rest_pl = wanted_pl - air_pl
        return air_pl + (self.draw(rest_pl) if rest_pl else 0)

    def _note(self, volume_pl, drug_ag):
        self.volume_pl = self._noted_pl = volume_pl
        self._noted_ag = drug_ag
        self._float()

    def _float(self):
        self.near = self.volume_pl <= self.near_pl
        if self.volume_pl <= self.switch_pl:
            self.low = True
        elif self.volume_pl > self._opens_pl:
            self.low = False
