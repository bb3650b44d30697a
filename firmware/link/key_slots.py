"""Keys: who may command this pump, kept on flash; and how many power-ups had a handshake.

    keys.enter(slot, Key(CLINICIAN, "lab 3", secret))
    keys.paired, keys.slots[slot]

A pump with a clinician's key is paired; without one it has no keys at all, so that there is never a
pump that nobody can open.
"""

import hashlib
from collections import namedtuple

from firmware.errors import SnapshotError
from firmware.snapshot import Noticed, part, whole

SLOTS = 4
ANYBODY, OBSERVER, PATIENT, CLINICIAN = 0, 1, 2, 3  # each may do what those before it may
ROLES = ("observer", "patient", "clinician")
FORGET = "forget_keys"  # in the store, with anything in it: written from the console
MOST_NAME = 8  # characters
SECRET_BYTES = 16
_MOST_BOOTS = 0xFFFF_FFFF

# secret: 16 random bytes, of which `key_of` makes the key
Key = namedtuple("Key", ("role", "name", "secret"))


def key_of(key):
    """The 32 bytes of a Key that both ends have."""
    return hashlib.sha256(key.secret).digest()


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
        return {"slots": b"".join([_packed(key) for key in self.slots])}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        data = part(snapshot, "slots")
        if not isinstance(data, bytes):
            raise SnapshotError("keys.slots of a snapshot is of another type")
        slots = _unpacked(data)
        whole("number of keys.slots", len(slots), SLOTS, SLOTS)
        for key in slots:
            if key:
                whole("length of keys.slots secret", len(key.secret), SECRET_BYTES, SECRET_BYTES)
                whole("length of keys.slots name", len(key.name), 1, MOST_NAME)
                whole("keys.slots name", ord(max(key.name)), 0x20, 0x7E)

    def restore(self, snapshot, then_ms):
        self.slots = _unpacked(snapshot["slots"])


def _packed(key):
    """As few bytes as there can be: a checkpoint has room for little more. Role and length of the
    name are one, 0 for a free slot.
    """
    if key is None:
        return b"\0"
    return bytes([key.role | len(key.name) << 2]) + key.secret + key.name.encode()


def _unpacked(data):
    slots, at = [], 0
    while at < len(data):
        role, size = data[at] & 3, data[at] >> 2
        at += 1
        if not role:
            slots.append(None)
            continue
        name = data[at + SECRET_BYTES : at + SECRET_BYTES + size]
        name = "".join([chr(byte) for byte in name])
        slots.append(Key(role, name, data[at : at + SECRET_BYTES]))
        at += SECRET_BYTES + size
    return slots


class Boots(Noticed):
    """count: the power-ups in which there was a handshake"""

    def __init__(self):
        self.count = 0
        self._used = False

    def use(self):
        """The number of this power-up, which no other has: it is on flash before the handshake is
        answered.
        """
        if not self._used:
            self._used = self.changed = True
            self.count = self.count % _MOST_BOOTS + 1
        return self.count

    def snapshot(self, now_ms):
        return {"boots": self.count}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("boots", part(snapshot, "boots"), 0, _MOST_BOOTS)

    def restore(self, snapshot, then_ms):
        self.count = snapshot["boots"]
