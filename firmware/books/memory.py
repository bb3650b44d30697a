"""Memory: what the pump knows across a restart. The interface, and a memory in RAM.

    memory.recovered()            # at power-up: {record kind: snapshot} of what was kept
    memory.keep(kind, keeper)     # this keeper has changed: its record is kept when this returns
    memory.reserve(steps)         # this many steps in all are to be booked; returns how many may be

A keeper has `snapshot(now_ms)`, `check(snapshot)`, which raises SnapshotError, and
`restore(snapshot, now_ms)`. A kind that is missing leaves its keeper as it was constructed. A kind
that nobody knows is kept as it is. Instants are kept as ages: an outage is of unknown length, so no
time has passed in it.
"""

# Record kinds. Numbers are never reused.
STATE = 1
LEDGER = 2
WINDOWS = 3
RESERVOIR = 4
ALARMS = 5
OVERLAYS = 6
COMMAND_IDS = 7
PROGRAM = 8

UNLIMITED = 1 << 62


class RamMemory:
    """Keeps the records while this object lives: over a simulated restart, not over a real loss of
    power.

    It holds the keepers, and asks them for their snapshots when the power goes. So it is always up
    to date, and there is nothing to reserve. kept: {record kind: snapshot}, from before.
    """

    def __init__(self, kept=None):
        self._kept = dict(kept or {})
        self._keepers = {}

    def recovered(self):
        return self._kept

    def keep(self, kind, keeper):
        self._keepers[kind] = keeper

    def reserve(self, steps):
        return UNLIMITED

    def power_lost(self, now_ms):
        """The pump ends at this instant of its own time. Its last snapshots are recovered next."""
        for kind in sorted(self._keepers):
            self._kept[kind] = self._keepers[kind].snapshot(now_ms)
        self._keepers = {}
