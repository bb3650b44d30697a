"""Reservation: how many steps the journal reserves at a time.

    reservation.adopt(blind_steps, most_steps)
    reservation.reserve(steps, now_ms)        # how many to reserve in all

Few, and the flash wears; many, and a power cut books what never left. So a reservation begins at
the blind allowance after a power-up, and doubles until one lasts a minute and is four times the
blind allowance. It stays below a share of the hourly cap, and is halved where it lasts too long.
"""

LASTS_MS = 60_000
TOO_LONG_MS = 8 * LASTS_MS
CAP_SHARE = 50  # at most 1/50 of what the hourly cap permits


class Reservation:
    def __init__(self):
        self._blind_steps = 1
        self._most_steps = 1
        self._ahead_steps = 0
        self._reserved_ms = None  # when it was asked last

    def adopt(self, blind_steps, cap_steps):
        """blind_steps: queued at most at low rates; cap_steps: that the hourly cap permits, None
        without one.
        """
        self._blind_steps = blind_steps
        most_steps = 1 << 62 if cap_steps is None else cap_steps // CAP_SHARE
        self._most_steps = max(blind_steps, most_steps)
        self._ahead_steps = min(max(self._ahead_steps, blind_steps), self._most_steps)

    def reserve(self, steps, now_ms):
        """Steps to reserve in all, where so many are about to leave."""
        if self._reserved_ms is not None:
            lasted_ms = now_ms - self._reserved_ms
            if lasted_ms < LASTS_MS or self._ahead_steps < 4 * self._blind_steps:
                self._ahead_steps = min(2 * self._ahead_steps, self._most_steps)
            elif lasted_ms > TOO_LONG_MS and self._ahead_steps >= 8 * self._blind_steps:
                self._ahead_steps //= 2
        self._reserved_ms = now_ms
        return steps + self._ahead_steps
