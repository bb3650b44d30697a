"""Keys: who may command this pump, kept on flash; and how often it was switched on.

    keys.enter(slot, Key(CLINICIAN, "lab 3", key))
    keys.paired, keys.slots[slot]

A pump with a clinician's key is paired; without one it has no keys at all, so that there is never a
pump that nobody can open.
"""

from collections import namedtuple

from firmware.errors import SnapshotError
from firmware.link.clp1 import KEY_BYTES
from firmware.snapshot import Noticed, part, rows, whole

SLOTS = 4
ANYBODY, OBSERVER, PATIENT, CLINICIAN = 0, 1, 2, 3  # each may do what those before it may
ROLES = ("observer", "patient", "clinician")
FORGET = "forget_keys"  # in the store, with anything in it: written from the console
MOST_NAME = 16  # characters
_MOST_BOOTS = 0xFFFF_FFFF

Key = namedtuple("Key", ("role", "name", "key"))


class Keys(Noticed):
    """slots: a Key each, None where it is free"""

    def __init__(self):
        self.slots: list = [None] * SLOTS

    @property
    def paired(self):
        return CLINICIAN in [key.role for key in self.slots if key]

    def free_slot(self):
        """None where all are taken."""
        return self.slots.index(None) if None in self.slots else None

    def enter(self, slot, key):
        self.slots[slot] = key
        self.changed = True

    def remove(self, slot):
        """With the last clinician's all others go."""
        self.slots[slot] = None
        self.changed = True
        if not self.paired:
            self.clear()

    def clear(self):
        self.slots = [None] * SLOTS
        self.changed = True

    def snapshot(self, now_ms):
        return {"slots": [[key.role, key.name, key.key] for key in self._padded()]}

    def _padded(self):
        return [key or Key(ANYBODY, "", b"") for key in self.slots]

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("keys.slots", part(snapshot, "slots"), 3)
        whole("number of keys.slots", len(snapshot["slots"]), SLOTS, SLOTS)
        for role, name, key in snapshot["slots"]:
            whole("keys.slots role", role, ANYBODY, CLINICIAN)
            if not isinstance(name, str) or not isinstance(key, bytes):
                raise SnapshotError("keys.slots of a snapshot has a name or a key of another type")
            whole("length of keys.slots name", len(name), 0, MOST_NAME)
            size = KEY_BYTES if role else 0
            whole("length of keys.slots key", len(key), size, size)

    def restore(self, snapshot, then_ms):
        self.slots = [Key(*row) if row[0] else None for row in snapshot["slots"]]


class Boots(Noticed):
    """count: which power-up this is; no other has it, once `use` is on flash"""

    count = 1
    _used = False

    def use(self):
        """The count goes into a handshake: it is on flash before that is answered."""
        if not self._used:
            self._used = self.changed = True
        return self.count

    def snapshot(self, now_ms):
        return {"boots": self.count}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("boots", part(snapshot, "boots"), 1, _MOST_BOOTS)

    def restore(self, snapshot, then_ms):
        self.count = snapshot["boots"] % _MOST_BOOTS + 1
