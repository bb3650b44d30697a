"""The line from the head to the outlet: it stretches, it may be shut, bent, leak or come apart.

One compliance and one resistance: C dP/dt = inflow - P/R, time constant RC. Kept as the fluid
stored above rest (C * P), by implicit Euler: stable for any step, and every pL is somewhere. What
drug is in the fluid stands in way_to_tip.py.
"""

MS_PER_DAY = 86_400_000
AIR_PA = 101_325  # a bubble at that pressure gives way by its volume per so many Pa


class Line:
    """compliance_pl_per_pa, tau_ms of the open line; switch_pa: where the pressure switch closes
    (opens 10 % lower).

    stored_pl: fluid above the volume at rest
    outlet_pl: came out of the tip, where it lies; leaked_pl: lost where tubing and catheter join;
        strayed_pl: came out of a tip that does not lie where it should. All since power-up
    air_pl: air in it
    """

    def __init__(self, compliance_pl_per_pa, tau_ms, switch_pa):
        self.stored_pl = 0
        self.outlet_pl = 0
        self.leaked_pl = 0
        self.strayed_pl = 0
        self.shut = False
        self.pressed = False  # the pressure switch
        self.plain = True  # open, straight and tight
        self._leak_pl_per_day = 0
        self._leak_owed = 0
        self._apart = False
        self.dislodged = False
        self._kink_ppt = 0
        self.air_pl = 0
        self._own_compliance = compliance_pl_per_pa
        self._own_tau_ms = tau_ms
        self._switch_pa = switch_pa
        self._give_way()

    def shut_off(self, on):
        """Occlude the line (True) or open it: what it stores then comes out."""
        self.shut = bool(on)
        self._judge()

    def kink(self, by_ppt):
        """From now on so much of its conductance is gone, 0 .. 999 ppt: the same flow needs more
        pressure.
        """
        self._kink_ppt = by_ppt
        self._give_way()
        self._judge()

    def part(self, on):
        """The catheter comes off the tubing, or is put on again: what comes is lost there."""
        self._apart = bool(on)
        self._judge()

    def dislodge(self, on):
        """The tip leaves its place, or is back."""
        self.dislodged = bool(on)

    def hold_air(self, pl):
        """So much air is in the line, pL: it is squeezed, and swells again."""
        self.air_pl = pl
        self._give_way()

    def leak(self, pl_per_day):
        """From now on this rate leaves through a hole, as long as there is pressure behind it.

        0 is tight.
        """
        self._leak_pl_per_day = pl_per_day
        self._judge()

    def advance(self, inflow_pl, dt_ms):
        """Let `dt_ms` > 0 pass while `inflow_pl` came evenly from the head."""
        held = self.stored_pl + inflow_pl
        if not self.plain:
            held = self._lose(held, dt_ms)
        if not self.shut:
            kept = held * self._tau_ms // (self._tau_ms + dt_ms)
            if self.dislodged:
                self.strayed_pl += held - kept
            else:
                self.outlet_pl += held - kept
            held = kept
        self.stored_pl = held
        if self.pressed:
            self.pressed = held >= self._opens_pl
        elif held >= self._closes_pl:
            self.pressed = True

    def pressure_pa(self):
        """Pressure in the line above that at rest, Pa."""
        return self.stored_pl // self._compliance

    def _lose(self, held, dt_ms):
        hole, self._leak_owed = divmod(self._leak_pl_per_day * dt_ms + self._leak_owed, MS_PER_DAY)
        lost = max(0, held if self._apart else min(hole, held))
        self.leaked_pl += lost
        return held - lost

    def _give_way(self):
        """What it swells by and how fast it empties, from what is in it and how it lies."""
        compliance = self._own_compliance + self.air_pl // AIR_PA
        tau_ms = self._own_tau_ms * compliance // self._own_compliance
        self._tau_ms = tau_ms * 1000 // (1000 - self._kink_ppt)
        self._compliance = compliance
        self._closes_pl = self._switch_pa * compliance
        self._opens_pl = self._closes_pl * 9 // 10

    def _judge(self):
        self.plain = not (self.shut or self._kink_ppt or self._leak_pl_per_day or self._apart)
