"""The last events, for a far end that has missed some: bounded, in RAM, gone with a reset.

recent.keep((7, 1000, -1, 5, 0, 0, 0))
recent.since(5)      # {"events": [[6, ...], [7, ...]], "gone": 0, "last": 7}
"""

import struct

KEPT = 64
AT_ONCE = 16  # with the longest numbers they fill a quarter of a frame
_FORM = "<7q"
_SIZE = struct.calcsize(_FORM)
_MOST = (1 << 63) - 1
_IN_BUFFER = 16


class RecentEvents:
    """A ring in buffers that are made once: events cost no memory, however many there are.

    There are several, because a heap that modules were loaded into from files has no large hole.
    """

    def __init__(self):
        self._buffers = [bytearray(_IN_BUFFER * _SIZE) for _ in range(KEPT // _IN_BUFFER)]
        self._count = 0
        self._last = 0  # number of the newest

    def keep(self, event):
        """event: seq, at_ms, wall_s, code, a, b, c. A number beyond 64 bits is kept as the largest
        that fits.
        """
        if max(event) > _MOST or min(event) < -_MOST:
            event = [min(max(number, -_MOST), _MOST) for number in event]
        buffer, at = self._place(event[0])
        struct.pack_into(_FORM, buffer, at, *event)
        self._last = event[0]
        self._count = min(self._count + 1, KEPT)

    @property
    def oldest(self):
        """Number of the oldest event that is kept; one above the last where there is none."""
        return self._last - self._count + 1

    def since(self, seq):
        """For the reply to `events_since`: the events after number `seq`, AT_ONCE at most, the
        oldest first.

        gone: how many of those after `seq` are no longer kept; last: number of the newest event
        """
        first = max(seq + 1, self.oldest)
        end = min(first + AT_ONCE, self._last + 1)
        events = [list(struct.unpack_from(_FORM, *self._place(n))) for n in range(first, end)]
        return {"events": events, "gone": first - seq - 1, "last": self._last}

    def _place(self, seq):
        """(buffer, offset) of an event."""
        place = seq % KEPT
        return self._buffers[place // _IN_BUFFER], place % _IN_BUFFER * _SIZE
