"""Underruns: one is made good by another run, one that keeps coming back is a fault.

if underruns.comes_back(now_ms): fault
"""

from firmware.units import MS_PER_MIN

MOST = 3  # within a minute


class Underruns:
    """The instants of the last ones."""

    def __init__(self):
        self._at_ms = []

    def comes_back(self, now_ms):
        """The timeline ran empty now: True if that is the third time in a minute."""
        recent = [at_ms for at_ms in self._at_ms if now_ms - at_ms < MS_PER_MIN]
        recent.append(now_ms)
        self._at_ms = recent[-MOST:]
        return len(recent) >= MOST
