"""A session with one slot of a paired pump, as the pump has it (decision 0204). It is in RAM alone,
and no state of the pump.
"""

from firmware.link import clp1

SESSION_MS = 600_000  # without a good frame


class Session:
    """With one slot. until_ms: when it ends without another good frame."""

    def __init__(self, slot, key, told, now_ms):
        self.slot = slot
        # One text takes less of the heap than two.
        self._keys = clp1.mac(key, clp1.TO_PUMP, told) + clp1.mac(key, clp1.TO_HOST, told)
        self._counter = 0  # of its last good frame
        self.until_ms = now_ms + SESSION_MS

    def opened(self, body):
        """The JSON of what the host has sealed, None where the tag is not right."""
        return clp1.opened(self._keys[: clp1.KEY_BYTES], body)

    def sealed(self, counter, text):
        """The frame of a JSON text for the host."""
        return clp1.sealed(self._keys[clp1.KEY_BYTES :], self.slot, counter, text)

    def takes(self, counter, now_ms):
        """A frame with a right tag has come: whether it is a new one."""
        if counter <= self._counter:
            return False
        self._counter = counter
        self.until_ms = now_ms + SESSION_MS
        return True
