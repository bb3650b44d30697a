"""Checks of the section `limits` of a configuration against itself and the drug; each value is in
its own range already.
"""

from firmware.errors import ConfigError
from firmware.least_volumes import DAY, HOUR, least_volumes


def check_limits(limits, drug):
    """ConfigError unless the limits fit each other, the drug and the monitor."""
    low, middle, high = (
        limits["min_rate_pl_per_day"],
        limits["program_max_rate_pl_per_day"],
        limits["max_rate_pl_per_day"],
    )
    if middle > high:
        raise ConfigError(
            "limits.program_max_rate_pl_per_day", middle, "at most max_rate_pl_per_day, %d" % high
        )
    if low > middle:
        raise ConfigError(
            "limits.min_rate_pl_per_day", low, "at most program_max_rate_pl_per_day, %d" % middle
        )
    for field in ("max_dose_1h_ng", "max_dose_24h_ng", "restart_dose_ng_per_day"):
        if limits[field] is not None and drug["conc_ng_per_ml"] == 0:
            raise ConfigError(
                "limits." + field,
                limits[field],
                "null without a concentration",
                "state drug.conc_ng_per_ml",
            )
    least = least_volumes(limits, drug["conc_ng_per_ml"])
    for field in (HOUR, DAY):
        if limits[field] is not None and limits[field] < least[field]:
            raise ConfigError(
                "limits." + field,
                limits[field],
                "at least %d, 1.05 times the most that the other limits let out" % least[field],
                "raise it, or state null for just that",
            )
