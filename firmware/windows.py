"""Dose windows: how much drug was committed within the last hour and the last day.

    ring = DoseRing(bucket_ms=60_000, buckets=60)
    ring.book(until_ms, dose_ng)          # a stretch of motion that ends at until_ms
    ring.total_ng(now_ms)

Doses count from the moment they are booked. A bucket counts in full until its last instant has
left the window, so the total is never too low. Windows survive stop and restart (snapshot): a
window that forgets could be walked round [ICLP 2024 analysis of the Open PCA pump].
"""

from firmware.errors import SnapshotError
from firmware.units import MS_PER_MIN

AHEAD_MS = 6 * MS_PER_MIN  # motion is booked at most this far ahead


class DoseRing:
    """`buckets` buckets of `bucket_ms` behind now, and the few ahead that are booked but not yet pumped."""

    def __init__(self, bucket_ms, buckets):
        self.bucket_ms = bucket_ms
        self.buckets = buckets
        self._size = buckets + 2 + -(-AHEAD_MS // bucket_ms)
        self._ng = [0] * self._size
        self._oldest = 0  # number of the oldest bucket that still counts
        self._newest = 0
        self._total_ng = 0

    def book(self, until_ms, dose_ng):
        """Count dose_ng (>= 0) until the bucket of until_ms has left the window."""
        bucket = until_ms // self.bucket_ms
        if bucket - self._oldest >= self._size:
            self.total_ng(until_ms - AHEAD_MS)
        if bucket > self._newest:
            self._newest = bucket
        self._ng[bucket % self._size] += dose_ng
        self._total_ng += dose_ng

    def give_back(self, dose_ng):
        """Take back a dose that was booked last but never left."""
        bucket = self._newest
        while dose_ng > 0 and bucket >= self._oldest:
            taken = min(dose_ng, self._ng[bucket % self._size])
            self._ng[bucket % self._size] -= taken
            self._total_ng -= taken
            dose_ng -= taken
            bucket -= 1

    def total_ng(self, now_ms):
        """Dose within the window, ng; lets go of the buckets that have left it."""
        oldest = now_ms // self.bucket_ms - self.buckets
        if oldest > self._oldest:
            self._let_go(oldest)
        return self._total_ng

    def _let_go(self, oldest):
        ng, size, bucket = self._ng, self._size, self._oldest
        self._oldest = oldest
        if oldest - bucket > size:
            bucket = oldest - size
        while bucket < oldest:
            dose_ng = ng[bucket % size]
            if dose_ng:
                self._total_ng -= dose_ng
                ng[bucket % size] = 0
            bucket += 1

    def snapshot(self, now_ms):
        """[[age in buckets, ng] ...], the age negative for what is booked ahead."""
        self.total_ng(now_ms)
        now = now_ms // self.bucket_ms
        numbers = range(self._oldest, self._newest + 1)
        return [[now - n, self._ng[n % self._size]] for n in numbers if self._ng[n % self._size]]

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        for age, dose_ng in snapshot:
            if not (self.buckets + 2 - self._size <= age <= self.buckets) or dose_ng < 0:
                raise SnapshotError("window bucket of age %r with %r ng, allowed is an age up to %d and a dose >= 0" % (age, dose_ng, self.buckets))

    def restore(self, snapshot, now_ms):
        """Take over a checked snapshot as if no time had passed: after an outage of unknown length none has."""
        now = now_ms // self.bucket_ms
        self._ng = [0] * self._size
        self._total_ng = 0
        self._oldest = now - self.buckets
        self._newest = now
        for age, dose_ng in snapshot:
            self.book((now - age) * self.bucket_ms, dose_ng)


class DoseWindows:
    """The two windows of the gate: 60 x 1 min and 288 x 5 min."""

    def __init__(self):
        self.hour = DoseRing(MS_PER_MIN, 60)
        self.day = DoseRing(5 * MS_PER_MIN, 288)

    def book(self, until_ms, dose_ng):
        self.hour.book(until_ms, dose_ng)
        self.day.book(until_ms, dose_ng)

    def give_back(self, dose_ng):
        self.hour.give_back(dose_ng)
        self.day.give_back(dose_ng)

    def snapshot(self, now_ms):
        return {"hour": self.hour.snapshot(now_ms), "day": self.day.snapshot(now_ms)}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        self.hour.check(snapshot["hour"])
        self.day.check(snapshot["day"])

    def restore(self, snapshot, now_ms):
        self.hour.restore(snapshot["hour"], now_ms)
        self.day.restore(snapshot["day"], now_ms)
