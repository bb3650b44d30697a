"""Commands of the one who services the pump: its clock, and its tube set.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware.errors import ConfigError
from firmware.link.refusals import NOT_NOW, Refused
from firmware.units import S_PER_DAY

CONFIRM_JUMP = "confirm_jump"


def set_clock(pump, payload, now_ms):
    """By more than a day only if that is confirmed; the reply has what follows from the time, as it
    was and as it is (S22, S23).
    """
    wall_s, offset_s = payload["wall_s"], payload.get("offset_s")
    before_s = pump.wall_clock.wall_s(now_ms)
    before = _by_the_clock(pump, now_ms)
    if offset_s is not None and pump.memory.trouble is not None:
        raise Refused(
            NOT_NOW,
            "the journal takes no record, and a power cut would lose the offset: leave it out",
        )
    jump_s = 0 if before_s is None else abs(wall_s - before_s)
    if jump_s > S_PER_DAY and not payload.get(CONFIRM_JUMP):
        raise Refused(
            NOT_NOW,
            "this sets the clock from %d to %d, by more than a day: compare with `before`, and "
            "send it again with %s = 1" % (before_s, wall_s, CONFIRM_JUMP),
            {"before": before},
        )
    pump.set_clock(wall_s, offset_s)
    return {"before": before, "after": _by_the_clock(pump, now_ms)}


def _by_the_clock(pump, now_ms):
    """What follows from the civil time. step_in_ms: until the rate of the program changes next, at
    the latest; rate_pl_per_day: of the program now.
    """
    clock = pump.wall_clock
    eri_day, eos_day = pump.life.dates(now_ms)
    rate, lasts_ms = pump.demand.program.rate_at(clock.local_ms(now_ms))
    return {
        "wall_s": clock.wall_s(now_ms),
        "offset_s": clock.offset_s,
        "eri_day": eri_day,
        "eos_day": eos_day,
        "rate_pl_per_day": rate,
        "step_in_ms": lasts_ms,
    }


def tube_replaced(pump, payload, now_ms):
    """Another tube set is in use."""
    day, wall_s = payload["first_use_day"], pump.wall_clock.wall_s(now_ms)
    if wall_s is not None and day > wall_s // S_PER_DAY + 1:  # it may be tomorrow where it is used
        raise ConfigError(
            "tube_replaced.first_use_day",
            day,
            "no day to come, today is %d" % (wall_s // S_PER_DAY),
        )
    pump.replace_tube(day, payload.get("revs") or 0, now_ms)
