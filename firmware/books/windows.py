"""Dose windows: how much drug was committed within the last hour and the last day.

    ring = DoseRing(bucket_ms=60_000, buckets=60)
    ring.book(until_ms, dose_ng)          # a stretch of motion that ends at until_ms
    ring.total_ng(now_ms)

Doses count from the moment they are booked. A bucket counts in full until its last instant has
left the window, so the total is never too low. Windows survive stop and restart (snapshot): a
window that forgets could be walked round [ICLP 2024].
"""

from firmware.snapshot import part, rows, whole
from firmware.units import MS_PER_MIN

AHEAD_MS = 6 * MS_PER_MIN  # motion is booked at most this far ahead


class DoseRing:
    """Doses by bucket of `bucket_ms`: `buckets` behind now, and the few ahead that are booked but
    not yet pumped.

    Only buckets that hold a dose take a place; the places are a ring that is never longer than the
    window.
    """

    def __init__(self, bucket_ms, buckets):
        self.bucket_ms = bucket_ms
        self.buckets = buckets
        self._size = buckets + 2 + -(-AHEAD_MS // bucket_ms)
        self._bucket = [-1] * self._size  # number of the bucket in each place
        self._ng = [0] * self._size
        self._first = 0  # place of the oldest bucket
        self._last = 0  # place of the newest
        self._total_ng = 0

    def book(self, until_ms, dose_ng):
        """Count dose_ng (>= 0) until the bucket of until_ms, or the newest bucket, has left the
        window.
        """
        last = self._last
        bucket = until_ms // self.bucket_ms
        if bucket > self._bucket[last]:
            last = (last + 1) % self._size
            if last == self._first:
                self._let_go(bucket - self._size)
            self._last = last
            self._bucket[last] = bucket
            self._ng[last] = 0
        self._ng[last] += dose_ng
        self._total_ng += dose_ng

    def give_back(self, dose_ng):
        """Take back a dose that was booked last but never left."""
        place = self._last
        while dose_ng > 0:
            taken = min(dose_ng, self._ng[place])
            self._ng[place] -= taken
            self._total_ng -= taken
            dose_ng -= taken
            if place == self._first:
                return
            place = (place - 1) % self._size

    def total_ng(self, now_ms):
        """Dose within the window, ng; drops the buckets that have left it."""
        self._let_go(now_ms // self.bucket_ms - self.buckets - 1)
        return self._total_ng

    def _let_go(self, bucket):
        """Forget the buckets up to this one; the newest keeps its place, empty."""
        first = self._first
        while self._bucket[first] <= bucket:
            self._total_ng -= self._ng[first]
            self._ng[first] = 0
            if first == self._last:
                break
            first = (first + 1) % self._size
        self._first = first

    def snapshot(self, now_ms):
        """[[age in buckets, ng] ...], newest first; the age is negative for doses booked ahead."""
        self.total_ng(now_ms)
        now = now_ms // self.bucket_ms
        held = (self._last - self._first) % self._size + 1
        places = [(self._last - back) % self._size for back in range(held)]
        return [[now - self._bucket[place], self._ng[place]] for place in places if self._ng[place]]

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("a dose window", snapshot, 2)
        for age, dose_ng in snapshot:
            whole("age of a dose window's bucket", age, self.buckets + 2 - self._size, self.buckets)
            whole("dose of a dose window's bucket", dose_ng)

    def restore(self, snapshot, now_ms):
        """Take over a checked snapshot as if no time had passed: after an outage of unknown length
        none has.
        """
        now = now_ms // self.bucket_ms
        self._first = self._last = self._total_ng = 0
        self._bucket[0] = now - self.buckets - 1
        self._ng[0] = 0
        for age, dose_ng in sorted(snapshot, reverse=True):
            self.book((now - age) * self.bucket_ms, dose_ng)


class DoseWindows:
    """The two windows of the gate: 60 x 1 min and 288 x 5 min."""

    def __init__(self):
        self.hour = DoseRing(MS_PER_MIN, 60)
        self.day = DoseRing(5 * MS_PER_MIN, 288)

    def book(self, until_ms, dose_ng):
        """Count dose_ng (>= 0), which leaves until until_ms."""
        self.hour.book(until_ms, dose_ng)
        self.day.book(until_ms, dose_ng)

    def give_back(self, dose_ng):
        """Take back a dose (>= 0) that was booked last but will not leave."""
        self.hour.give_back(dose_ng)
        self.day.give_back(dose_ng)

    def snapshot(self, now_ms):
        return {"hour": self.hour.snapshot(now_ms), "day": self.day.snapshot(now_ms)}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        self.hour.check(part(snapshot, "hour"))
        self.day.check(part(snapshot, "day"))

    def restore(self, snapshot, now_ms):
        self.hour.restore(snapshot["hour"], now_ms)
        self.day.restore(snapshot["day"], now_ms)
