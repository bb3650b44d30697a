"""Bolus days: the volume given as boluses in the last seven days, for the forecast.

    days.given(volume_pl, now_ms, by_patient)
    days.pl_per_day(now_ms)
    days.pl_per_day(now_ms, allowed_pl)

A ring of days of the pump's own time. The oldest day counts with the part of it that is still
within the seven.
"""

from firmware.snapshot import part, rows, whole
from firmware.units import MS_PER_DAY

DAYS = 7
# A record holds what is not the patient's as so many of 63 parts, in one byte: a full checkpoint
# has no room for a volume. It is rounded up: the earliest date may come too early by that.
SHARES = 63


class BolusDays:
    """It begins at power-up, and knows nothing of before."""

    def __init__(self, now_ms=0):
        # Of each day, today last, at most DAYS before it: [of all boluses, of those that are not
        # the patient's]
        self._days_pl = [[0, 0]]
        self._today_ms = now_ms  # when today began

    def given(self, volume_pl, now_ms, by_patient=False):
        """So much was given as a bolus by now."""
        self._pass_days(now_ms)
        today = self._days_pl[-1]
        today[0] += volume_pl
        today[1] += 0 if by_patient else volume_pl

    def pl_per_day(self, now_ms, allowed_pl=0):
        """The mean of the last seven days, rounded up; of fewer, but at least of one, where that is
        all that is known. allowed_pl: what the patient takes a day, at least.
        """
        self._pass_days(now_ms)
        gone_ms = now_ms - self._today_ms
        others_pl = self._mean([day[1] for day in self._days_pl], gone_ms)
        return max(self._mean([day[0] for day in self._days_pl], gone_ms), others_pl + allowed_pl)

    @staticmethod
    def _mean(volumes, gone_ms):
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
            passed = [[0, 0] for _ in range(min(days, DAYS + 1))]
            self._days_pl = (self._days_pl + passed)[-DAYS - 1 :]

    def snapshot(self, now_ms):
        self._pass_days(now_ms)
        days = [[all_pl, _share(others_pl, all_pl)] for all_pl, others_pl in self._days_pl]
        return {"days": days, "gone_ms": now_ms - self._today_ms}

    @staticmethod
    def check(snapshot):
        """SnapshotError unless `restore` can take it."""
        days = part(snapshot, "days")
        rows("reservoir.boluses", days, _columns(days))
        whole("number of reservoir.boluses", len(days), 1, DAYS + 1)
        for day in days:
            whole("reservoir.boluses pL", day[0])
            if len(day) > 1:
                whole("reservoir.boluses share", day[1], 0, SHARES)
        whole("reservoir.boluses gone_ms", part(snapshot, "gone_ms"), 0, MS_PER_DAY - 1)

    def restore(self, snapshot, now_ms):
        # What an earlier firmware kept was anybody's: the earliest date is rather too early.
        shares = [day[1] if len(day) > 1 else SHARES for day in snapshot["days"]]
        volumes = [day[0] for day in snapshot["days"]]
        self._days_pl = [[pl, pl * n // SHARES] for pl, n in zip(volumes, shares)]
        self._today_ms = now_ms - snapshot["gone_ms"]


def _share(others_pl, all_pl):
    return -(-others_pl * SHARES // all_pl) if all_pl else 0


def _columns(days):
    """2, or the 1 of an earlier firmware, which did not tell the patient's apart."""
    first = days[0] if isinstance(days, list) and days else None
    return 1 if isinstance(first, (list, tuple)) and len(first) == 1 else 2
