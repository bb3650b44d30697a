"""Step window: how many steps have left within a time, in buckets. The monitor has two (volumes).

A bucket counts in full until its last instant has left. 100 % line and branch coverage,
mutation-tested.
"""

from firmware.books import bucket_code, packing
from firmware.errors import SnapshotError
from firmware.snapshot import whole


class Window:
    """Steps by bucket of `bucket_ms`, in the one of now and in `buckets` before it.

    over_ms: when the newest bucket is over
    """

    def __init__(self, bucket_ms, buckets):
        self.bucket_ms = bucket_ms
        self._steps = [0] * (buckets + 1)
        self._newest = 0  # number of the bucket of now
        self._phase_ms = 0  # a bucket begins so long before a whole bucket_ms
        self.over_ms = 0
        self.total_steps = 0

    def add(self, steps):
        """Steps that have left in the newest bucket, or before."""
        self._steps[self._newest % len(self._steps)] += steps
        self.total_steps += steps

    def turn(self, now_ms):
        """Begin the bucket of now, if it is another one; forget those that have left the window."""
        if now_ms < self.over_ms:
            return
        steps, now = self._steps, (now_ms + self._phase_ms) // self.bucket_ms
        places, bucket = len(steps), self._newest
        if bucket < now - places:
            bucket = now - places
        gone_steps = 0
        while bucket < now:
            bucket += 1
            place = bucket % places
            gone_steps += steps[place]
            steps[place] = 0
            self._newest = bucket
        self.total_steps -= gone_steps
        self.over_ms = (self._newest + 1) * self.bucket_ms - self._phase_ms

    def snapshot(self, now_ms, more_steps):
        """How much of the newest bucket is over, ms; its steps, and those of each one before it,
        packed, as bucket_code.py rounds them. more_steps: of now, not added yet.
        """
        self.turn(now_ms)
        data = bytearray()
        packing.put_number(data, (now_ms + self._phase_ms) % self.bucket_ms)
        total_steps = self.total_steps + more_steps
        numbers = self._newest_first(more_steps)
        bucket_code.put(data, numbers, len(self._steps), total_steps)
        return bytes(data)

    def _newest_first(self, more_steps):
        """The steps of each bucket; more_steps: of now."""
        place = self._newest % len(self._steps)
        for _ in self._steps:
            yield self._steps[place] + more_steps
            more_steps = 0
            place -= 1  # below zero it is one from the end

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        if not isinstance(snapshot, bytes):
            raise SnapshotError("a window of the monitor is not packed")
        reader, found = packing.Reader(snapshot), 0
        whole("age of the monitor's bucket", reader.number(), 0, self.bucket_ms - 1)
        for _ in bucket_code.read(reader):
            found += 1
        whole("number of buckets of the monitor", found, 0, len(self._steps))

    def restore(self, snapshot, then_ms, steps_of):
        """Take over a checked snapshot of that instant. steps_of: what steps of then are now. The
        buckets go on as they lay: others would let go of a step too soon.
        """
        places = len(self._steps)
        for place in range(places):  # no second list: a heap in pieces has no room for one
            self._steps[place] = 0
        reader = packing.Reader(snapshot)
        first_ms = then_ms - reader.number()
        self._phase_ms = -first_ms % self.bucket_ms
        self._newest = (first_ms + self._phase_ms) // self.bucket_ms
        self.over_ms = first_ms + self.bucket_ms
        self.total_steps = 0
        for age, number in enumerate(bucket_code.read(reader)):
            steps = steps_of(number)
            self._steps[(self._newest - age) % places] = steps
            self.total_steps += steps

    def scale(self, steps_of):
        """Steps mean another volume from here on."""
        for place in range(len(self._steps)):
            self._steps[place] = steps_of(self._steps[place])
        self.total_steps = sum(self._steps)
