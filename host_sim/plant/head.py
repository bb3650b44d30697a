"""A peristaltic head: what volume a turn of the rotor pushes.

Each roller pushes its share of a revolution. Over three quarters of its pitch the flow is even; in
the last quarter the roller lifts off the tube, the void it leaves is filled back, and the flow dips
[Manopoulos 2020]. The volume is a closed function of the angle, so a movement of any
length costs the same.
"""

PPM = 1_000_000
QUARTERS = 4  # of a roller's pitch; the last one is the dip


class Head:
    """pl_per_rev: true volume of a revolution when new; steps_per_rev; rollers
    pulsation_ppt: depth of the dip, 0 .. 3999; above 1000 the flow turns round in it
    spread_ppt: rollers differ by up to this, which ones by the seed
    """

    def __init__(self, pl_per_rev, steps_per_rev, rollers, pulsation_ppt=0, spread_ppt=0, seed=1):
        self._pl_per_rev = pl_per_rev
        self._steps_per_rev = steps_per_rev
        self._quarters = rollers * QUARTERS  # in a revolution
        self._pushed_by = _shares(pl_per_rev, _rollers(rollers, spread_ppt, seed), pulsation_ppt)
        self._at_pl = 0  # volume by angle alone at the last angle asked for
        self._worn_by = None  # since ms, over ms, ppm before, ppm to come
        self._owed = 0  # what wear has left over of a pL, in millionths

    def volume_pl(self, rotor_steps):
        """Volume from angle 0 to `rotor_steps` of a new head, pL, signed."""
        steps_per_rev = self._steps_per_rev
        turns = rotor_steps // steps_per_rev
        place = (rotor_steps - turns * steps_per_rev) * self._quarters
        quarter = place // steps_per_rev
        place -= quarter * steps_per_rev
        before = self._pushed_by[quarter]
        return (
            turns * self._pl_per_rev
            + before
            + (self._pushed_by[quarter + 1] - before) * place // steps_per_rev
        )

    def push(self, rotor_steps, now_ms):
        """Volume pushed since the last call, now that the rotor is at `rotor_steps`."""
        at_pl = self.volume_pl(rotor_steps)
        pushed = at_pl - self._at_pl
        self._at_pl = at_pl
        if self._worn_by:
            return self._wear_off(pushed, now_ms)
        return pushed

    def wear(self, now_ms, by_ppm, over_ms):
        """From now on the volume falls linearly, within `over_ms`, by `by_ppm` of a new head's, and
        stays there.
        """
        self._worn_by = (now_ms, over_ms, self.wear_ppm(now_ms), by_ppm)

    def wear_ppm(self, now_ms):
        """How much less a revolution pushes than when new."""
        if not self._worn_by:
            return 0
        since, over, before, by = self._worn_by
        return min(PPM, before + (by if now_ms >= since + over else by * (now_ms - since) // over))

    def _wear_off(self, pushed, now_ms):
        exact = pushed * (PPM - self.wear_ppm(now_ms)) + self._owed
        pushed = exact // PPM
        self._owed = exact - pushed * PPM
        return pushed


def _rollers(rollers, spread_ppt, seed):
    """The weight of each roller, about a million; a small generator of its own, the same on every
    interpreter.
    """
    weights = []
    for _ in range(rollers):
        seed = (seed * 1_103_515_245 + 12_345) % (1 << 31)
        weights.append(PPM + ((seed >> 8) % 2001 - 1000) * spread_ppt)
    return weights


def _shares(pl_per_rev, weights, pulsation_ppt):
    """Volume pushed before each quarter of a pitch; the last entry is the whole revolution."""
    dip = 1000 - pulsation_ppt
    whole = sum(weights) * (3000 + dip)
    shares, begun = [0], 0
    for weight in weights:
        for flow in (1000, 1000, 1000, dip):
            begun += weight * flow
            shares.append(pl_per_rev * begun // whole)
    return shares
