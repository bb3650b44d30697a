"""Programs: the basal rate wanted now, and when it next changes.

    program = programs.build(config["program"], min_rate_pl_per_day)
    rate_pl_per_day, lasts_ms = program.rate_at(wall_ms)  # wall_ms is None while the clock is unset

A mode is one class: its NAME in a configuration, its NUMBER in events, the KEYS that it takes in
addition to `mode`, the check of those, and its rate. A new mode is a new class in MODES.
"""

from firmware.errors import SHOWN_CHARACTERS, ConfigError
from firmware.field_checks import check_keys, check_value
from firmware.units import MS_PER_DAY, MS_PER_S, S_PER_DAY

STOPPED = 0
MAX_STEPS = 48
PAUSE = "longest_pause_s"  # a key that each mode but `stopped` takes and none needs
PAUSE_S = (1, 30 * S_PER_DAY)
DAYS_PER_WEEK = 7
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


class Program:
    """Base of the modes.

    mode: the NUMBER of the class; needs_clock: does its rate depend on the time of day?
    longest_pause_ms: how long its rate may be 0 without an alarm, None where it states nothing
    """

    NAME = ""
    NUMBER = -1
    KEYS: tuple = ()
    needs_clock = False
    cycle_ms = None  # after this time it begins anew, None for a rate that never changes

    def __init__(self, section, min_rate_pl_per_day):
        self.mode = self.NUMBER
        pause_s = section.get(PAUSE)
        self.longest_pause_ms = None if pause_s is None else pause_s * MS_PER_S

    @staticmethod
    def check(section, limits):
        """ConfigError unless the values of the KEYS are sound within the limits."""

    def rate_at(self, wall_ms):
        """(pL/day wanted at an instant of civil time, ms that it lasts).

        wall_ms is None while the clock is unset; the rate is then the declared safe rate of a
        program that needs a clock. lasts_ms is None for a rate that never changes by itself.
        """
        raise NotImplementedError

    def most_in_a_day_pl(self):
        """The most that it delivers from one midnight to the next, pL."""
        most = 0
        for day in range((self.cycle_ms or MS_PER_DAY) // MS_PER_DAY):
            at_ms, end_ms, sum_ = day * MS_PER_DAY, (day + 1) * MS_PER_DAY, 0
            while at_ms < end_ms:
                rate, lasts_ms = self.rate_at(at_ms)
                next_ms = end_ms if lasts_ms is None else min(at_ms + lasts_ms, end_ms)
                sum_ += rate * (next_ms - at_ms)
                at_ms = next_ms
            most = max(most, sum_)
        return most // MS_PER_DAY

    def total(self):
        """The sum of all numbers that its rate follows from, for its seal (guard/seals.py)."""
        return self.mode

    def pieces(self, wall_ms):
        """(rate, ms) of one whole cycle from an instant of civil time on."""
        raise NotImplementedError

    def in_cycle(self):
        """What a whole cycle delivers, pL/day * ms."""
        raise NotImplementedError


class Stopped(Program):
    """Nothing is delivered, and the pump refuses to start."""

    NAME = "stopped"
    NUMBER = STOPPED

    def rate_at(self, wall_ms):
        return 0, None


class Minimum(Program):
    """The minimum rate of the limits, at all times."""

    NAME = "minimum"
    NUMBER = 1

    def __init__(self, section, min_rate_pl_per_day):
        super().__init__(section, min_rate_pl_per_day)
        self._rate_pl_per_day = min_rate_pl_per_day

    def total(self):
        return self._rate_pl_per_day

    def rate_at(self, wall_ms):
        return self._rate_pl_per_day, None


class Continuous(Minimum):
    """One rate, at all times."""

    NAME = "continuous"
    NUMBER = 2
    KEYS = ("rate_pl_per_day",)

    def __init__(self, section, min_rate_pl_per_day):
        super().__init__(section, section["rate_pl_per_day"])

    @staticmethod
    def check(section, limits):
        _check_rate("program.rate_pl_per_day", section["rate_pl_per_day"], limits)


class _Patterned(Program):
    """Base of the modes that go through a table of (ms since the start of the cycle, rate).

    Before the first entry of a cycle the last one still holds.
    """

    needs_clock = True

    def __init__(self, section, min_rate_pl_per_day):
        super().__init__(section, min_rate_pl_per_day)
        self._safe_rate_pl_per_day = section["safe_rate_pl_per_day"]
        # phase_ms: where in the cycle the epoch 1970-01-01 00:00 lies
        self._entries, self.cycle_ms, self._phase_ms = self._table(section)
        self._in_cycle = None

    def _table(self, section):
        """(entries, cycle_ms, phase_ms) of a checked section."""
        raise NotImplementedError

    def rate_at(self, wall_ms):
        if wall_ms is None:
            return self._safe_rate_pl_per_day, None
        within_ms = (wall_ms + self._phase_ms) % self.cycle_ms
        rate = self._entries[-1][1]
        for start_ms, next_rate in self._entries:
            if start_ms > within_ms:
                return rate, start_ms - within_ms
            rate = next_rate
        return rate, self._entries[0][0] + self.cycle_ms - within_ms

    def total(self):
        total = self._safe_rate_pl_per_day + self.cycle_ms + self._phase_ms
        for start_ms, rate in self._entries:
            total += start_ms + rate
        return total

    def pieces(self, wall_ms):
        entries, cycle_ms = self._entries, self.cycle_ms
        at_ms = (wall_ms + self._phase_ms) % cycle_ms
        end_ms = at_ms + cycle_ms
        n = 0  # the next entry
        while n < len(entries) and entries[n][0] <= at_ms:
            n += 1
        before_ms = 0  # of the cycle in which that lies
        while at_ms < end_ms:
            if n == len(entries):
                n, before_ms = 0, before_ms + cycle_ms
            next_ms = min(before_ms + entries[n][0], end_ms)
            yield entries[n - 1][1], next_ms - at_ms
            at_ms = next_ms
            n += 1

    def in_cycle(self):
        if self._in_cycle is None:
            self._in_cycle = sum([rate * ms for rate, ms in self.pieces(0)])
        return self._in_cycle


class Flex(_Patterned):
    """A pattern of 24 h, every day."""

    NAME = "flex"
    NUMBER = 3
    KEYS = ("safe_rate_pl_per_day", "steps")

    @staticmethod
    def check(section, limits):
        _check_rate("program.safe_rate_pl_per_day", section["safe_rate_pl_per_day"], limits)
        _check_steps("program.steps", section["steps"], limits)

    def _table(self, section):
        return _entries(section["steps"], offset_ms=0), MS_PER_DAY, 0


class Weekly(_Patterned):
    """A pattern of 24 h for each weekday."""

    NAME = "weekly"
    NUMBER = 4
    KEYS = ("safe_rate_pl_per_day", "patterns", "days")

    @staticmethod
    def check(section, limits):
        _check_rate("program.safe_rate_pl_per_day", section["safe_rate_pl_per_day"], limits)
        patterns, days = section["patterns"], section["days"]
        if not isinstance(patterns, dict) or not patterns:
            raise ConfigError("program.patterns", patterns, "an object of name: steps")
        for name, steps in sorted(patterns.items()):
            _check_steps("program.patterns." + name[:SHOWN_CHARACTERS], steps, limits)
        if not isinstance(days, list) or len(days) != DAYS_PER_WEEK:
            raise ConfigError(
                "program.days", days, "%d pattern names, Monday first" % DAYS_PER_WEEK
            )
        for day in days:
            if not isinstance(day, str) or day not in patterns:
                raise ConfigError("program.days", day, "one of " + ", ".join(sorted(patterns)))

    def _table(self, section):
        week = []
        for day, name in enumerate(section["days"]):
            week += _entries(section["patterns"][name], offset_ms=day * MS_PER_DAY)
        return week, DAYS_PER_WEEK * MS_PER_DAY, _EPOCH_WEEKDAY * MS_PER_DAY


MODES = {mode.NAME: mode for mode in (Stopped, Minimum, Continuous, Flex, Weekly)}


def check(section, limits):
    """ConfigError unless `section` is a sound program section within the limits (config.py)."""
    name = section.get("mode") if isinstance(section, dict) else section
    if not isinstance(name, str) or name not in MODES or not isinstance(section, dict):
        raise ConfigError("program.mode", name, "one of " + ", ".join(sorted(MODES)))
    mode = MODES[name]
    keys = ("mode",) + mode.KEYS
    if PAUSE in section and mode is not Stopped:
        keys += (PAUSE,)
        check_value("program." + PAUSE, section[PAUSE], PAUSE_S)
    check_keys("program", section, keys)
    mode.check(section, limits)


def build(section, min_rate_pl_per_day):
    """The Program of a checked `program` section."""
    return MODES[section["mode"]](section, min_rate_pl_per_day)


def _check_rate(field, rate_pl_per_day, limits):
    check_value(field, rate_pl_per_day, (0, limits["program_max_rate_pl_per_day"]))


def _check_steps(field, steps, limits):
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        raise ConfigError(field, steps, "1 to %d steps" % MAX_STEPS)
    before_s = -1
    for step in steps:
        if not isinstance(step, list) or len(step) != 2:
            raise ConfigError(field, step, "[start_s, rate_pl_per_day]")
        check_value(field + " start_s", step[0], (0, S_PER_DAY - 1))
        _check_rate(field + " rate_pl_per_day", step[1], limits)
        if step[0] <= before_s:
            raise ConfigError(
                field,
                step[0],
                "later than the step before, %d s" % before_s,
                "put the steps in order of time",
            )
        before_s = step[0]


def _entries(steps, offset_ms):
    return [(offset_ms + start_s * MS_PER_S, rate) for start_s, rate in steps]
