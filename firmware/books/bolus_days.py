"""Bolus days: the volume given as boluses in the last seven days, for the forecast.

    days.given(volume_pl, now_ms)
    days.pl_per_day(now_ms)

A ring of days of the pump's own time. The oldest day counts with the part of it that is still
within the seven.
"""

from firmware.snapshot import part, rows, whole
from firmware.units import MS_PER_DAY

DAYS = 7


class BolusDays:
    """It begins at power-up, and knows nothing of before."""

    def __init__(self, now_ms=0):
        self._volumes_pl = [0]  # of each day, today last, at most DAYS before it
        self._today_ms = now_ms  # when today began

    def given(self, volume_pl, now_ms):
        """So much was given as a bolus by now."""
        self._pass_days(now_ms)
        self._volumes_pl[-1] += volume_pl

    def pl_per_day(self, now_ms):
        """The mean of the last seven days, rounded up; of fewer, but at least of one, where that is
        all that is known.
        """
        self._pass_days(now_ms)
        volumes, gone_ms = self._volumes_pl, now_ms - self._today_ms
        whole_days = min(len(volumes), DAYS)
        volume_pl = sum(volumes[-whole_days:])
        span_ms = max(MS_PER_DAY, (whole_days - 1) * MS_PER_DAY + gone_ms)
        if len(volumes) > DAYS:
            volume_pl += -(-volumes[0] * (MS_PER_DAY - gone_ms) // MS_PER_DAY)
            span_ms = DAYS * MS_PER_DAY
        return -(-volume_pl * MS_PER_DAY // span_ms)

    def _pass_days(self, now_ms):
        days = (now_ms - self._today_ms) // MS_PER_DAY
        if days > 0:
            self._today_ms += days * MS_PER_DAY
            self._volumes_pl = (self._volumes_pl + [0] * min(days, DAYS + 1))[-DAYS - 1 :]

    def snapshot(self, now_ms):
        self._pass_days(now_ms)
        days = [[volume_pl] for volume_pl in self._volumes_pl]
        return {"days": days, "gone_ms": now_ms - self._today_ms}

    @staticmethod
    def check(snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("reservoir.boluses", part(snapshot, "days"), 1)
        whole("number of reservoir.boluses", len(snapshot["days"]), 1, DAYS + 1)
        for day in snapshot["days"]:
            whole("reservoir.boluses pL", day[0])
        whole("reservoir.boluses gone_ms", part(snapshot, "gone_ms"), 0, MS_PER_DAY - 1)

    def restore(self, snapshot, now_ms):
        self._volumes_pl = [day[0] for day in snapshot["days"]]
        self._today_ms = now_ms - snapshot["gone_ms"]
