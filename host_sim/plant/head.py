"""A peristaltic head: what volume a turn of the rotor pushes.

Each roller pushes its share of a revolution. Over most of its pitch the flow is even; in the last quarter the roller
lifts off the tube, the void it leaves is filled back, and the flow dips [shared reference, lab pumps, 4.1]. The volume
is a closed function of the angle, so a movement of any length costs the same.
"""

PPM = 1_000_000
DIP_SHARE = 4  # the dip lasts a quarter of a roller's pitch


class Head:
    """pl_per_rev: true volume of a revolution when new; steps_per_rev; rollers
    pulsation_ppt: depth of the dip, 0 .. 2000; above 1000 the flow turns round in it
    spread_ppt: rollers differ by up to this, which ones by the seed
    """

    def __init__(self, pl_per_rev, steps_per_rev, rollers, pulsation_ppt=0, spread_ppt=0, seed=1):
        self._pl_per_rev = pl_per_rev
        self._steps_per_rev = steps_per_rev
        self._rollers = rollers
        self._pulsation_ppt = pulsation_ppt
        self._even_span = steps_per_rev * (DIP_SHARE * 1000 - pulsation_ppt)
        self._dip_starts = steps_per_rev * (DIP_SHARE - 1)
        self._pushed_by = _shares(pl_per_rev, rollers, spread_ppt, seed)
        self._at_pl = 0  # volume by angle alone at the last angle asked for
        self._worn_by = None
        self._owed = 0  # parts of a pL that wear has left over, in millionths

    def volume_pl(self, rotor_steps):
        """Volume from angle 0 to `rotor_steps` of a new head, pL, signed."""
        turns, step = divmod(rotor_steps, self._steps_per_rev)
        roller, place = divmod(step * self._rollers, self._steps_per_rev)
        begun = self._pushed_by[roller]
        share = self._pushed_by[roller + 1] - begun
        quarters = place * DIP_SHARE  # of a pitch, in parts of steps_per_rev
        gone = quarters * 1000
        if quarters > self._dip_starts:
            gone -= (quarters - self._dip_starts) * self._pulsation_ppt
        return turns * self._pl_per_rev + begun + share * gone // self._even_span

    def push(self, rotor_steps, now_ms):
        """Volume pushed since the last call, now that the rotor is at `rotor_steps`."""
        at_pl = self.volume_pl(rotor_steps)
        pushed = at_pl - self._at_pl
        self._at_pl = at_pl
        if self._worn_by is None:
            return pushed
        pushed, self._owed = divmod(pushed * (PPM - self.wear_ppm(now_ms)) + self._owed, PPM)
        return pushed

    def wear(self, now_ms, by_ppm, over_ms):
        """From now on the volume falls linearly, within `over_ms`, by `by_ppm` of what it is when new, and stays there."""
        self._worn_by = (now_ms, over_ms, self.wear_ppm(now_ms), by_ppm)

    def wear_ppm(self, now_ms):
        if self._worn_by is None:
            return 0
        since, over, before, by = self._worn_by
        return before + (by if now_ms >= since + over else by * (now_ms - since) // over)


def _shares(pl_per_rev, rollers, spread_ppt, seed):
    """Volume pushed by all rollers before each one; the last entry is the whole revolution."""
    weights = [PPM]
    for _ in range(rollers - 1):
        seed = (seed * 1_103_515_245 + 12_345) % (1 << 31)
        weights.append(PPM + ((seed >> 8) % 2001 - 1000) * spread_ppt)
    whole = sum(weights)
    shares, begun = [0], 0
    for weight in weights:
        begun += weight
        shares.append(pl_per_rev * begun // whole)
    return shares
