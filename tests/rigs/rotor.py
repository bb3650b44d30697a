"""A driver that counts and a rotor's sensor that says what a test wants, without a plant."""


class CountingDriver:
    """steps: that have left the pin; leaves_between: so many leave between two questions, once."""

    def __init__(self):
        self.steps = self.leaves_between = 0

    def emitted(self):
        steps = self.steps
        self.steps += self.leaves_between
        self.leaves_between = 0
        return steps


class ScriptedSensor:
    """counts: where the rotor is; silent: it does not answer; reads: how often it was asked."""

    counts_per_rev = 4096

    def __init__(self, counts=0):
        self.counts = counts
        self.silent = False
        self.reads = 0
        self._off = []

    def once(self, *off):
        """The next readings are off by so many counts, one each; None: it does not answer."""
        self._off = list(off)

    def moved_counts(self):
        self.reads += 1
        off = self._off.pop(0) if self._off else 0
        return None if self.silent or off is None else self.counts + off
