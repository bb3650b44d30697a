"""Dose windows: how much drug was committed within the last hour and the last day.

    ring = DoseRing(bucket_ms=60_000, buckets=60)
    ring.book(until_ms, dose_ng)          # a stretch of motion that ends at until_ms
    ring.total_ng(now_ms)

Doses count from the moment they are booked. A bucket counts in full until its last instant has
left the window, so the total is never too low. Windows survive stop and restart (snapshot): a
window that forgets could be walked round [ICLP 2024].
"""

from firmware.books import bucket_code, packing
from firmware.errors import SnapshotError
from firmware.snapshot import part, whole
from firmware.units import MS_PER_MIN

NEVER_MS = 1 << 62
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
        self._phase_ms = 0  # a bucket begins so long before a whole bucket_ms

    def book(self, until_ms, dose_ng):
        """Count dose_ng (>= 0) until the bucket of until_ms, or the newest bucket, has left the
        window.
        """
        last = self._last
        bucket = (until_ms + self._phase_ms) // self.bucket_ms
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
        self._let_go((now_ms + self._phase_ms) // self.bucket_ms - self.buckets - 1)
        return self._total_ng

    def leaving(self, now_ms):
        """(ms from now, ng) of each bucket: when it leaves the window, the oldest first; the last
        is one that never leaves.
        """
        place, whole_ms = self._first, (self.buckets + 1) * self.bucket_ms - self._phase_ms - now_ms
        yield self._bucket[place] * self.bucket_ms + whole_ms, self._ng[place]
        while place != self._last:
            place = (place + 1) % self._size
            yield self._bucket[place] * self.bucket_ms + whole_ms, self._ng[place]
        yield NEVER_MS, 0

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

    def snapshot(self, now_ms, queued_ng=0):
        """The doses by bucket, without those that are still queued, as bucket_code.py rounds them.

        gone_ms: of the bucket of now_ms; newest: age of the newest in buckets, below zero for doses
        booked ahead; ng: packed, of that bucket and each one before it
        """
        total_ng = self.total_ng(now_ms)
        now, gone_ms = divmod(now_ms + self._phase_ms, self.bucket_ms)
        doses = bytearray()
        bucket_code.put(doses, self._newest_first(queued_ng), self._size, total_ng)
        newest = self._bucket[self._last]
        return {"gone_ms": gone_ms, "newest": now - newest, "ng": bytes(doses)}

    def _newest_first(self, queued_ng):
        """The dose of each bucket, without those that are still queued."""
        place = self._last
        number_of, ng = self._bucket, self._ng
        for bucket in range(number_of[place], number_of[self._first] - 1, -1):
            dose_ng = 0
            if bucket == number_of[place]:
                dose_ng = ng[place]
                place -= 1  # below zero it is one from the end
                if queued_ng:
                    given_back_ng = min(queued_ng, dose_ng)
                    queued_ng -= given_back_ng
                    dose_ng -= given_back_ng
            yield dose_ng

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("gone_ms of a dose window", part(snapshot, "gone_ms"), 0, self.bucket_ms - 1)
        newest = part(snapshot, "newest")
        if not isinstance(part(snapshot, "ng"), bytes):
            raise SnapshotError("the doses of a dose window are not packed")
        most = self.buckets + 1
        whole("newest of a dose window", newest, self.buckets + 2 - self._size)
        for dose_ng in bucket_code.read(packing.Reader(snapshot["ng"])):
            whole("dose of a dose window's bucket", dose_ng)
            if dose_ng:
                whole("age of a dose window's bucket", newest, -most, most)
            newest += 1

    def restore(self, snapshot, then_ms):
        """Take over a checked snapshot that was made at then_ms. The buckets go on as they lay: a
        pump that is reset again and again would else hold each dose longer each time.
        """
        age = snapshot["newest"]
        first_ms = then_ms - snapshot["gone_ms"]  # the bucket of then_ms began
        self._phase_ms = -first_ms % self.bucket_ms
        then = (first_ms + self._phase_ms) // self.bucket_ms
        found = 0
        for dose_ng in bucket_code.read(packing.Reader(snapshot["ng"])):
            found += dose_ng > 0
        self._bucket[0] = then - self.buckets - 3
        self._ng[0] = self._first = self._total_ng = 0
        # The newest comes first. Right into its place: a heap in pieces has no room for a list.
        place = self._last = max(0, found - 1)
        for dose_ng in bucket_code.read(packing.Reader(snapshot["ng"])):
            if dose_ng:
                self._bucket[place] = then - age
                self._ng[place] = dose_ng
                self._total_ng += dose_ng
                place -= 1
            age += 1


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

    def snapshot(self, now_ms, queued_ng=0):
        """queued_ng: booked last, and not to be kept."""
        hour, day = self.hour, self.day
        return {"hour": hour.snapshot(now_ms, queued_ng), "day": day.snapshot(now_ms, queued_ng)}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        self.hour.check(part(snapshot, "hour"))
        self.day.check(part(snapshot, "day"))

    def restore(self, snapshot, now_ms):
        self.hour.restore(snapshot["hour"], now_ms)
        self.day.restore(snapshot["day"], now_ms)
