"""The line from the head to the outlet: it stretches, it may be shut, it may leak.

One compliance and one resistance: C dP/dt = inflow - P/R, time constant RC. Kept as the fluid
stored above rest (C * P), by implicit Euler: stable for any step, and every pL is somewhere.
"""

MS_PER_DAY = 86_400_000


class Line:
    """compliance_pl_per_pa, tau_ms of the open line; switch_pa: where the pressure switch closes
    (opens 10 % lower).

    stored_pl: fluid above the volume at rest; outlet_pl, leaked_pl: gone since power-up
    """

    def __init__(self, compliance_pl_per_pa, tau_ms, switch_pa):
        self.stored_pl = 0
        self.outlet_pl = 0
        self.leaked_pl = 0
        self.shut = False
        self.pressed = False  # the pressure switch
        self.plain = True  # open and tight
        self._leak_pl_per_day = 0
        self._leak_owed = 0
        self._compliance = compliance_pl_per_pa
        self._tau_ms = tau_ms
        self._closes_pl = switch_pa * compliance_pl_per_pa
        self._opens_pl = self._closes_pl * 9 // 10

    def shut_off(self, on):
        """Occlude the line (True) or open it: what it stores then comes out."""
        self.shut = bool(on)
        self.plain = not self.shut and not self._leak_pl_per_day

    def leak(self, pl_per_day):
        """From now on this rate leaves through a hole, as long as there is pressure behind it.

        0 is tight.
        """
        self._leak_pl_per_day = pl_per_day
        self.plain = not self.shut and not pl_per_day

    def advance(self, inflow_pl, dt_ms):
        """Let `dt_ms` > 0 pass while `inflow_pl` came evenly from the head."""
        held = self.stored_pl + inflow_pl
        if not self.plain:
            held = self._lose(held, dt_ms)
        if not self.shut:
            kept = held * self._tau_ms // (self._tau_ms + dt_ms)
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
        lost = max(0, min(hole, held))
        self.leaked_pl += lost
        return held - lost
