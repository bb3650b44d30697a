"""The stepper motor: which of the pulses the rotor follows."""

JAM, FIELD = 1, 2  # what can hold a rotor


class Motor:
    """Coils on and nothing in the way: the rotor follows every pulse.

    held: bits of what holds the rotor (a jam, a magnetic field), 0 if nothing does
    loss_ppt: share of the pulses that the rotor misses, parts per thousand
    faithful: the rotor provably follows every pulse; kept up to date by the setters
    stops: its way has an end, so that nobody can say beforehand that it follows
    pull_in_hz: above so many pulses a second a loaded motor does not start, and without a ramp
        each segment is a start
    """

    def __init__(self, pull_in_hz=1_000_000):
        self.pull_in_hz = pull_in_hz
        self._outrun = 0  # pulses that came too fast and are not in `follow` yet
        self.enabled = False
        self.held = 0
        self.loss_ppt = 0
        self.faithful = False
        self.stops = False
        self._missing = 0  # thousandths of a step missed, not yet a whole one

    def enable(self, on):
        """Energise the coils, or let go."""
        self.enabled = bool(on)
        self._judge()

    def hold(self, on, by=JAM):
        """Something holds the rotor, or no longer."""
        self.held = self.held | by if on else self.held & ~by
        self._judge()

    def lose(self, ppt):
        """From now on the rotor misses this share of the pulses, parts per thousand."""
        self.loss_ppt = ppt
        self._judge()

    def outrun(self, pulses):
        """So many (>= 0) of the pulses to come in `follow` came faster than pull_in_hz."""
        self._outrun += pulses
        self._judge()

    def follow(self, pulses):
        """How many steps the rotor makes for signed `pulses`."""
        if self.faithful:
            return pulses
        lost, self._outrun = min(self._outrun, abs(pulses)), 0
        self._judge()
        if self.held or not self.enabled:
            return 0
        pulses -= lost if pulses > 0 else -lost
        missed, self._missing = divmod(self._missing + abs(pulses) * self.loss_ppt, 1000)
        return pulses - missed if pulses > 0 else pulses + missed

    def _judge(self):
        sure = self.enabled and not self.held and not self.loss_ppt and not self._outrun
        self.faithful = sure and not self.stops
