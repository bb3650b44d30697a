"""Checks of the section `limits` of a configuration against itself, the drug and the board; each
value is in its own range already.
"""

from firmware.errors import ConfigError
from firmware.least_volumes import DAY, HOUR, least_volumes
from firmware.units import hz_of, rate_of
from firmware.units_as_text import rate

CAPS = ("max_dose_1h_ng", "max_dose_24h_ng")  # required with a drug (S6)
_DOSES = CAPS + ("restart_dose_ng_per_day", "max_bolus_ng", "max_prime_ng")
BOARD_HZ = ("max_step_hz", "start_hz")  # of a board file: no configuration may ask for more


def check_limits(limits, drug, line, head):
    """ConfigError unless the limits fit each other, drug, content of the line, and monitor."""
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
    for field in _DOSES:
        if limits[field] is not None and drug["conc_ng_per_ml"] == 0:
            raise ConfigError(
                "limits." + field,
                limits[field],
                "null without a concentration",
                "state drug.conc_ng_per_ml",
            )
    for field in CAPS:
        if drug["conc_ng_per_ml"] and limits[field] is None:
            raise ConfigError(
                "limits." + field, None, "a dose: with a drug both caps are required", "state both"
            )
    # The lowest concentration lets out most.
    concs = [drug["conc_ng_per_ml"], line["holds_tubing_ng_per_ml"]]
    concs = [conc for conc in concs + [line["holds_catheter_ng_per_ml"]] if conc]
    least = least_volumes(limits, min(concs or [0]), head)
    for field in (HOUR, DAY):
        if limits[field] is not None and limits[field] < least[field]:
            raise ConfigError(
                "limits." + field,
                limits[field],
                "at least %d, for what the other limits let out" % least[field],
                "raise it, or state null for just that",
            )


def check_step_rate(rate_pl_per_day, head, board_limits):
    """The most that any program and bolus may ask for in sum must be a step rate that the board can
    make, and that the motor starts at: there is no ramp.
    """
    step_hz = hz_of(rate_pl_per_day, head["pl_per_rev"], head["steps_per_rev"])
    for name in BOARD_HZ:
        if step_hz > board_limits[name]:
            allowed = rate_of(board_limits[name], head["pl_per_rev"], head["steps_per_rev"])
            raise ConfigError(
                "limits.max_rate_pl_per_day",
                rate_pl_per_day,
                "at most %d: %s are %d steps/s, and %s of the board is %d steps/s"
                % (allowed, rate(rate_pl_per_day), step_hz, name, board_limits[name]),
            )
