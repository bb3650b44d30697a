"""CommandIds: which commands were dealt with last, so that a repeated request is no second dose.

    ids.find(number)                                # the Done of that number, or None
    ids.keep(Done(number, digest, result, at_ms))

A sender that has lost a reply sends the same frame again: it is answered as done before, and
changes nothing. Kept over a restart by the memory (S20, decision 0059).
"""

import hashlib
from collections import namedtuple

from firmware.link.key_slots import SLOTS
from firmware.snapshot import part, rows, whole

KEPT = 16
CARRIED_OUT = 0  # a result; any other is the number of a refusal (refusals.py)
_DIGEST_BYTES = 8
_IDS = 1 << 31  # of each slot; the first so many are of plain frames
_MOST_ID = (SLOTS + 1) * _IDS - 1
_MOST_RESULT = 255

# number: the id, of a slot (per_slot); digest: of the payload; at_ms: below zero for one from
# before the power-up
Done = namedtuple("Done", ("number", "digest", "result", "at_ms"))
Bolus = namedtuple("Bolus", ("number", "at_ms", "volume_pl", "duration_ms"))


def digest_of(body):
    """The first 8 bytes of the SHA-256 of a payload's bytes, as a number."""
    return int.from_bytes(hashlib.sha256(body).digest()[:_DIGEST_BYTES], "big")


def per_slot(number, slot):
    """An id among those of a slot; slot: None for a plain frame."""
    return number if slot is None else number + (slot + 1) * _IDS


class CommandIds:
    """last_bolus: the Bolus that was accepted last, None if there was none."""

    def __init__(self):
        self._done = []  # the oldest first
        self.last_bolus = None

    def find(self, number):
        """The last Done of that number, None if it is not kept (any more)."""
        for done in self._done:
            if done.number == number:
                return done
        return None

    def keep(self, done):
        """A command was dealt with. The oldest of more than KEPT is forgotten."""
        self._done.append(done)
        if len(self._done) > KEPT:
            self._done.pop(0)

    def bolus_accepted(self, bolus):
        """A Bolus has begun."""
        self.last_bolus = bolus

    # What survives a restart. Instants become ages, as if no time had passed since.

    def snapshot(self, now_ms):
        last = self.last_bolus
        return {
            "done": [[d.number, d.digest, d.result, now_ms - d.at_ms] for d in self._done],
            "last_bolus": None
            if last is None
            else [last.number, now_ms - last.at_ms, last.volume_pl, last.duration_ms],
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("command_ids.done", part(snapshot, "done"), 4)
        whole("number of command_ids.done", len(snapshot["done"]), 0, KEPT)
        for number, digest, result, age_ms in snapshot["done"]:
            whole("command_ids.done number", number, 1, _MOST_ID)
            whole("command_ids.done digest", digest, 0, (1 << 8 * _DIGEST_BYTES) - 1)
            whole("command_ids.done result", result, 0, _MOST_RESULT)
            whole("command_ids.done age", age_ms)
        if part(snapshot, "last_bolus") is not None:
            rows("command_ids.last_bolus", [snapshot["last_bolus"]], 4)
            number, age_ms, volume_pl, duration_ms = snapshot["last_bolus"]
            whole("command_ids.last_bolus number", number, 1, _MOST_ID)
            whole("command_ids.last_bolus age", age_ms)
            whole("command_ids.last_bolus volume_pl", volume_pl, 1)
            whole("command_ids.last_bolus duration_ms", duration_ms, 1)

    def restore(self, snapshot, now_ms):
        self._done = [Done(n, d, result, now_ms - age) for n, d, result, age in snapshot["done"]]
        if snapshot["last_bolus"] is not None:
            number, age_ms, volume_pl, duration_ms = snapshot["last_bolus"]
            self.last_bolus = Bolus(number, now_ms - age_ms, volume_pl, duration_ms)
