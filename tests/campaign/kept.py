"""A memory for the campaign: what the keepers have at the instant of a power cut, to the step. So
the oracle needs no bound for what a journal on flash reserves; the journal is tried by itself.
"""

from firmware.books.memory import WINDOWS, RamMemory


class KeptMemory(RamMemory):
    lasting = well = True

    def __init__(self):
        RamMemory.__init__(self)
        self._keepers = ()

    def hold(self, keepers, rotor=None, notice=None):
        self._keepers = keepers

    def power_lost(self, now_ms):
        """The pump ends at this instant of its own time. Its last snapshots are recovered next."""
        for kind, keeper in self._keepers:
            # What is queued may have left meanwhile: it counts.
            owner = keeper.windows if kind == WINDOWS else keeper
            self._kept[kind] = owner.snapshot(now_ms)
