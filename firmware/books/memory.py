"""Memory: what the pump knows across a restart. The interface, and RamMemory, which forgets, for a
board that has no place for a journal (journal.py).

    memory.recovered(proof)       # at power-up: {record kind: snapshot} of what was kept; proof:
                                  # what the chip and the rotor know (proof.py)
    memory.age_ms(kind)           # how long before the restart that snapshot was taken
    memory.movements()            # what moved since the dose windows
    memory.lost(why)              # that cannot be used: nothing is kept, until accept(keepers)
    memory.hold(keepers, rotor, notice)  # from now on it keeps what these (kind, keeper) have;
                                  # rotor() answers [steps that have left, angle] or None;
                                  # notice() says by `keep`, before a record, who has changed
    memory.keep(kind, keeper)     # this keeper has changed
    memory.commit()               # all that has changed is kept when this returns, or nothing of it
    memory.gather(room)           # nothing is written until release(): what changes meanwhile is
                                  # one record, whole or not at all (decision 0179)
    memory.renew()                # dose windows or epoch have changed as a whole
    memory.turn()                 # the next record begins with a checkpoint
    memory.adopt(settings)        # in force from now on
    memory.reserve(steps)         # this many steps in all are to leave; returns how many may
    memory.note()                 # what has left by now is known, whatever happens
    memory.rest()                 # nothing is queued any more
    memory.look(now_ms, spare)    # work that can wait: from due_ms on, or when it is not idle

A keeper has `snapshot(now_ms)`, `check(snapshot)`, which raises SnapshotError, and
`restore(snapshot, then_ms)`, the instant of the snapshot. A kind that is missing leaves its keeper
as it was constructed. A kind that nobody knows is kept as it is. Instants are kept as ages: an
outage is of unknown length, so no time has passed in it.
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
BOOKS = 9  # the journal's own: steps reserved, and what the ledger counts
CONFIG = 10  # taken for what is to come
CLOCK = 11
LINE = 12
PLAN = 13
PATIENT = 14
LIFE = 15
KEYS = 16  # of a paired pump
BOOT_COUNT = 17  # for its handshakes
MONITOR = 18
RESTART = 19
ROTOR = 20  # the journal's own: steps that had left, and the angle of the rotor then
SCREENING = 21
SCREW = 24  # of a syringe head
DOSES = 25  # at the tip, hour by hour

UNLIMITED = 1 << 62


class RamMemory:
    """For a board that has no place for a journal: it forgets all with the power.

    kept: {record kind: snapshot}, to begin with
    """

    lasting = well = False  # over a loss of power
    trouble = None  # why it keeps nothing more
    sound_sectors = None  # of a flash, None without one
    reserved_steps = None  # on flash
    grace_ms = 0
    records = 0
    idle = True
    due_ms = UNLIMITED

    def __init__(self, kept=None):
        self._kept = dict(kept or {})

    def recovered(self, proof=None):
        return self._kept

    def age_ms(self, kind):
        return 0

    def movements(self):
        return ()

    def lost(self, why):
        """The records are of no use."""

    def accept(self, keepers):
        """Nothing is there that was in doubt."""

    def adopt(self, settings):
        """Other settings are in force."""

    def hold(self, keepers, rotor=None, notice=None):
        """Nobody is asked for anything."""

    def keep(self, kind, keeper):
        """There is no place for it."""

    def commit(self):
        """There is no place for it."""

    def gather(self, room=False):
        """Nothing is written."""
        return False

    def release(self):
        """There is no place for it."""

    def renew(self):
        """The dose windows or the epoch have changed as a whole."""

    def turn(self):
        """What the next record is of has changed as a whole."""

    def reserve(self, steps):
        return UNLIMITED

    def note(self):
        """What has left by now."""

    def rest(self):
        return UNLIMITED

    def look(self, now_ms, spare):
        """There is nothing to do."""
