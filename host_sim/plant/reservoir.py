"""The drug reservoir as it really is, and the float switch in it."""


class Reservoir:
    """fill_pl: true volume; residual_pl: what the head cannot draw; switch_pl: the float closes at
    or below it and opens again 2 % above.

    low: the float switch; near: the float may be about to move
    vanished_pl: volume that went another way than through the head; filled_pl: net volume put in by
        refills
    """

    def __init__(self, fill_pl, residual_pl, switch_pl):
        self.volume_pl = fill_pl
        self.vanished_pl = 0
        self.filled_pl = 0
        self.switch_pl = switch_pl
        self._residual_pl = residual_pl
        self._opens_pl = switch_pl + switch_pl // 50
        self.low = False
        self.near = False
        self.look_near(0)

    def draw(self, wanted_pl):
        """Take out what the head pulls; returns what it gets: an empty reservoir gives air.

        Negative puts back.
        """
        volume = self.volume_pl - wanted_pl
        if volume < self._residual_pl and wanted_pl > 0:
            wanted_pl = max(0, self.volume_pl - self._residual_pl)
            volume = self.volume_pl - wanted_pl
        self.volume_pl = volume
        if volume <= self.near_pl or self.near:
            self._float()
        return wanted_pl

    def look_near(self, pl):
        """Set `near` when the volume is within `pl` of where the float trips, or below."""
        self.near_pl = max(self._opens_pl, self.switch_pl + pl)
        self._float()

    def may_trip(self, pl):
        """Could the float close while `pl` are drawn?"""
        return not self.low and self.volume_pl - pl <= self.switch_pl

    def vanish(self, pl):
        """This volume is gone, unseen (over-infused, leaked, drawn off)."""
        pl = min(pl, self.volume_pl)
        self.volume_pl -= pl
        self.vanished_pl += pl
        self._float()

    def refill(self, fill_pl, withdrawn_pl=0):
        """First withdrawn_pl are drawn off, or what the needle gets: it leaves the residual. Then
        fill_pl are injected.
        """
        withdrawn_pl = min(withdrawn_pl, max(0, self.volume_pl - self._residual_pl))
        self.filled_pl += fill_pl - withdrawn_pl
        self.volume_pl += fill_pl - withdrawn_pl
        self._float()

    def _float(self):
        self.near = self.volume_pl <= self.near_pl
        if self.volume_pl <= self.switch_pl:
            self.low = True
        elif self.volume_pl > self._opens_pl:
            self.low = False
