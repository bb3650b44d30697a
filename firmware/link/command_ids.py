"""CommandIds: which commands were dealt with last, so that a repeated request is no second dose.

    ids.find(number)                                # the Done of that number, or None
    ids.keep(Done(number, digest, result, at_ms))

A sender that has lost a reply sends the same frame again: it is answered as done before, and
changes nothing. Kept over a restart by the memory (S20, decision 0059).
"""

import hashlib
from collections import namedtuple

from firmware.errors import SnapshotError
from firmware.link.key_slots import SLOTS
from firmware.snapshot import part, rows, whole

KEPT = 16
CARRIED_OUT = 0  # a result; any other is the number of a refusal (refusals.py)
_DIGEST_BYTES = 8
_IDS = 1 << 31  # of each slot; the first so many are of plain frames
_MOST_ID = (SLOTS + 1) * _IDS - 1
# A row on flash: number and result in one, digest, age. Sixteen take 288 bytes, whatever they say;
# as numbers of the journal they would be longer than there is room for (S20).
_RESULT_BITS = 5
_HEAD_BYTES, _AGE_BYTES = 5, 5
_ROW_BYTES = _HEAD_BYTES + _DIGEST_BYTES + _AGE_BYTES
_MOST_AGE_MS = (1 << 8 * _AGE_BYTES) - 1  # 34 years: one that is older stays so old

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
            "done": b"".join([_packed(done, now_ms) for done in self._done]),
            "last_bolus": None
            if last is None
            else [last.number, now_ms - last.at_ms, last.volume_pl, last.duration_ms],
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        data = part(snapshot, "done")
        if not isinstance(data, bytes) or len(data) % _ROW_BYTES:
            raise SnapshotError(
                "command_ids.done of a snapshot is no bytes of whole rows of %d" % _ROW_BYTES
            )
        whole("number of command_ids.done", len(data) // _ROW_BYTES, 0, KEPT)
        for done in _unpacked(data, 0):
            whole("command_ids.done number", done.number, 1, _MOST_ID)
        if part(snapshot, "last_bolus") is not None:
            rows("command_ids.last_bolus", [snapshot["last_bolus"]], 4)
            number, age_ms, volume_pl, duration_ms = snapshot["last_bolus"]
            whole("command_ids.last_bolus number", number, 1, _MOST_ID)
            whole("command_ids.last_bolus age", age_ms)
            whole("command_ids.last_bolus volume_pl", volume_pl, 1)
            whole("command_ids.last_bolus duration_ms", duration_ms, 1)

    def restore(self, snapshot, now_ms):
        self._done = _unpacked(snapshot["done"], now_ms)
        if snapshot["last_bolus"] is not None:
            number, age_ms, volume_pl, duration_ms = snapshot["last_bolus"]
            self.last_bolus = Bolus(number, now_ms - age_ms, volume_pl, duration_ms)


def _packed(done, now_ms):
    head = done.number << _RESULT_BITS | done.result
    age_ms = min(now_ms - done.at_ms, _MOST_AGE_MS)
    return (
        head.to_bytes(_HEAD_BYTES, "big")
        + done.digest.to_bytes(_DIGEST_BYTES, "big")
        + age_ms.to_bytes(_AGE_BYTES, "big")
    )


def _unpacked(data, now_ms):
    """The Done of each row, as of a power-up at now_ms."""
    found = []
    for at in range(0, len(data), _ROW_BYTES):
        numbers = []
        for size in (_HEAD_BYTES, _DIGEST_BYTES, _AGE_BYTES):
            numbers.append(int.from_bytes(data[at : at + size], "big"))
            at += size
        head, digest, age_ms = numbers
        result = head & (1 << _RESULT_BITS) - 1
        found.append(Done(head >> _RESULT_BITS, digest, result, now_ms - age_ms))
    return found
