"""The power of the simulated machine: what resets its chip, and what only that chip can say."""

import hashlib

from hal.contract import INTENDED_RESET, POWER_ON, UNKNOWN_RESET, WATCHDOG_RESET, Power


class LeftForConsole(BaseException):
    """The chip would be in its console now, and no pump runs. Not an Exception: no handler may
    swallow it.
    """


class PowerLost(BaseException):
    """The pump that ran is gone: its power was cut, or the chip was reset. Not an Exception: no
    handler in the firmware may swallow it.
    """


class SimPower(Power):
    """senses: can this board measure its supply? seed: serial and random bytes follow from it.

    on: there is power
    lost: the pump that ran is gone, by a power cut or a reset, and has not started anew
    away_ms: how long it stays away, if that is known when it goes; else somebody restores it
    """

    def __init__(self, plant, senses, seed=1):
        self.on = True
        self.lost = False
        self.away_ms = None
        self._cause = POWER_ON
        self._noted = None  # by the pump that runs
        self._kept = None  # of the pump that ran before, after a watchdog reset
        self._seed = seed
        self._drawn = 0  # blocks of random bytes so far
        self._plant = plant
        self._senses = senses

    def was_reset_by(self, cause):
        """reset_cause() answers this from now on."""
        self._cause = cause

    def cut(self):
        """The power is gone, until `restore`."""
        self.on = False
        self.lost = True
        self._noted = self._kept = None
        self._cause = POWER_ON

    def cut_for(self, ms):
        """The power is gone, and comes back by itself."""
        self.cut()
        self.away_ms = ms

    def restore(self):
        """The power is back."""
        self.on = True
        self.away_ms = None

    def reset(self, cause):
        """The chip is reset; without power there is nothing to reset."""
        if self.on:
            self.lost = True
            watched = cause == WATCHDOG_RESET
            self._cause = UNKNOWN_RESET if watched and self._noted is None else cause
            self._kept, self._noted = self._noted if watched else None, None

    def power_up(self):
        """The pump starts anew."""
        self.lost = False

    def reset_cause(self):
        return self._cause

    def supply_mv(self):
        return self._plant.supply_mv if self._senses else None

    def serial(self):
        return "sim-%d" % self._seed

    def random(self, count):
        data = b""
        while len(data) < count:
            self._drawn += 1
            drawn = "%d random %d" % (self._seed, self._drawn)
            data += hashlib.sha256(drawn.encode()).digest()
        return data[:count]

    def note(self, steps):
        self._noted = steps & 0xFFFF_FFFF

    def noted(self):
        return self._kept

    def maintenance(self, console=True):
        if console:
            raise LeftForConsole("maintenance was asked for")
        self.reset(INTENDED_RESET)
        raise PowerLost()
