"""Reservation: how many steps the journal reserves at a time.

    reservation.adopt(blind_steps, at_highest_rate_steps, cap_steps)
    reservation.reserve(steps, now_ms)        # how many to reserve in all

Few, and the flash wears; many, and a power cut books what never left. So a reservation begins at
the blind allowance after a power-up, and doubles until one lasts a minute and is four times the
blind allowance. It stays below a share of the hourly cap, and is halved where it lasts too long.
most_ahead.py says how many it is at the most.
"""

from firmware.most_ahead import RESERVED_BLINDS, RESERVED_MS, most_reserved

LASTS_MS = RESERVED_MS // 2
TOO_LONG_MS = 8 * LASTS_MS


class Reservation:
    def __init__(self):
        self._blind_steps = 1
        self._most_steps = 1
        self._ahead_steps = 0
        self._reserved_ms = None  # when it was asked last

    def adopt(self, blind_steps, at_highest_rate_steps, cap_steps):
        """blind_steps: queued at most at low rates; the others: as in most_reserved."""
        self._blind_steps = blind_steps
        self._most_steps = most_reserved(blind_steps, at_highest_rate_steps, cap_steps)
        self._ahead_steps = min(max(self._ahead_steps, blind_steps), self._most_steps)

    def reserve(self, steps, now_ms):
        """Steps to reserve in all, where so many are about to leave."""
        if self._reserved_ms is not None:
            lasted_ms = now_ms - self._reserved_ms
            if lasted_ms < LASTS_MS or self._ahead_steps < RESERVED_BLINDS * self._blind_steps:
                self._ahead_steps = min(2 * self._ahead_steps, self._most_steps)
            elif (
                lasted_ms > TOO_LONG_MS
                and self._ahead_steps >= 2 * RESERVED_BLINDS * self._blind_steps
            ):
                self._ahead_steps //= 2
        self._reserved_ms = now_ms
        return steps + self._ahead_steps
