"""Programs: the basal rate wanted now, and when it next changes.

    program = programs.build(config["program"], min_rate_pl_per_day, conc_ng_per_ml)
    rate_pl_per_day, lasts_ms = program.rate_at(wall_ms)  # wall_ms is None while the clock is unset

With a drug a program is a prescription of doses, ng/day, and its rates follow from them at the
concentration, rounded down. Without one it states rates, pL/day (S1, decision 0135).

A mode is one class: its NAME in a configuration, its NUMBER in events, the KEYS that it takes in
addition to `mode`, the check of those, and its rate. A new mode is a new class in MODES.
"""

from firmware.errors import SHOWN_CHARACTERS, ConfigError
from firmware.field_checks import check_keys, check_value
from firmware.therapy import plan_checks
from firmware.therapy.program_checks import ONE, SAFE, check_steps, check_unit
from firmware.units import (
    MS_PER_DAY,
    MS_PER_S,
    S_PER_DAY,
    most_dose_of_rate,
    rate_of_dose,
)

STOPPED = 0
PAUSE = "longest_pause_s"  # a key that each mode but `stopped` takes and none needs
PAUSE_S = (1, 30 * S_PER_DAY)
DAYS_PER_WEEK = 7
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


class Program:
    """Base of the modes.

    mode: the NUMBER of the class; needs_clock: does its rate depend on the time of day?
    longest_pause_ms: how long its rate may be 0 without an alarm, None where it states nothing
    """

    NAME = ""
    NUMBER = -1
    KEYS: tuple = ()  # a pair is (without a drug, with one)
    needs_clock = False
    cycle_ms = None  # after this time it begins anew, None for a rate that never changes

    def __init__(self, section, min_rate_pl_per_day, conc_ng_per_ml):
        self.mode = self.NUMBER
        pause_s = section.get(PAUSE)
        self.longest_pause_ms = None if pause_s is None else pause_s * MS_PER_S

    @staticmethod
    def check(section, drug, most):
        """ConfigError unless the values of the KEYS are sound. drug: 1 with a drug, else 0; most:
        that a rate may be, pL/day, or a dose, ng/day.
        """

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

    def of_plan(self):
        """The same as a stage of a plan."""
        self.mode = Plan.NUMBER
        return self

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

    def __init__(self, section, min_rate_pl_per_day, conc_ng_per_ml):
        super().__init__(section, min_rate_pl_per_day, conc_ng_per_ml)
        self._rate_pl_per_day = min_rate_pl_per_day

    def total(self):
        return self._rate_pl_per_day

    def rate_at(self, wall_ms):
        return self._rate_pl_per_day, None


class Continuous(Minimum):
    """One rate, at all times."""

    NAME = "continuous"
    NUMBER = 2
    KEYS = (ONE,)

    def __init__(self, section, min_rate_pl_per_day, conc_ng_per_ml):
        rate = _rate_of(section[ONE[conc_ng_per_ml > 0]], conc_ng_per_ml)
        super().__init__(section, rate, conc_ng_per_ml)

    @staticmethod
    def check(section, drug, most):
        check_value("program." + ONE[drug], section[ONE[drug]], (0, most))


class _Patterned(Program):
    """Base of the modes that go through a table of (ms since the start of the cycle, rate).

    Before the first entry of a cycle the last one still holds.
    """

    needs_clock = True

    def __init__(self, section, min_rate_pl_per_day, conc_ng_per_ml):
        super().__init__(section, min_rate_pl_per_day, conc_ng_per_ml)
        safe = section[SAFE[conc_ng_per_ml > 0]]
        self._safe_rate_pl_per_day = _rate_of(safe, conc_ng_per_ml)
        # phase_ms: where in the cycle the epoch 1970-01-01 00:00 lies
        entries, self.cycle_ms, self._phase_ms = self._table(section)
        self._entries = [(start_ms, _rate_of(n, conc_ng_per_ml)) for start_ms, n in entries]
        self._in_cycle = None

    def _table(self, section):
        """(entries, cycle_ms, phase_ms) of a checked section; entries with the numbers as they
        stand there.
        """
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
    KEYS = (SAFE, "steps")

    @staticmethod
    def check(section, drug, most):
        check_value("program." + SAFE[drug], section[SAFE[drug]], (0, most))
        check_steps("program.steps", section["steps"], drug, most)

    def _table(self, section):
        return _entries(section["steps"], offset_ms=0), MS_PER_DAY, 0


class Weekly(_Patterned):
    """A pattern of 24 h for each weekday."""

    NAME = "weekly"
    NUMBER = 4
    KEYS = (SAFE, "patterns", "days")

    @staticmethod
    def check(section, drug, most):
        check_value("program." + SAFE[drug], section[SAFE[drug]], (0, most))
        patterns, days = section["patterns"], section["days"]
        if not isinstance(patterns, dict) or not patterns:
            raise ConfigError("program.patterns", patterns, "an object of name: steps")
        for name, steps in sorted(patterns.items()):
            check_steps("program.patterns." + name[:SHOWN_CHARACTERS], steps, drug, most)
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
        return week, DAYS_PER_WEEK * MS_PER_DAY, EPOCH_WEEKDAY * MS_PER_DAY


class Plan(Program):
    """Stages of days, each a program (therapy/plan.py). What is built of it is its stage's."""

    NAME = "plan"
    NUMBER = 5
    KEYS = ("advance", "origin", "stages")


MODES = {mode.NAME: mode for mode in (Stopped, Minimum, Continuous, Flex, Weekly, Plan)}


def check(section, limits, conc_ng_per_ml):
    """ConfigError unless `section` is a sound program section within the limits (config.py), in
    doses if there is a drug.
    """
    name = section.get("mode") if isinstance(section, dict) else section
    if not isinstance(name, str) or name not in MODES or not isinstance(section, dict):
        raise ConfigError("program.mode", name, "one of " + ", ".join(sorted(MODES)))
    mode, drug = MODES[name], 1 if conc_ng_per_ml > 0 else 0
    keys = ("mode",) + tuple([key if isinstance(key, str) else key[drug] for key in mode.KEYS])
    if PAUSE in section and mode is not Stopped and mode is not Plan:
        keys += (PAUSE,)
        check_value("program." + PAUSE, section[PAUSE], PAUSE_S)
    check_unit(mode.KEYS, section, drug)
    check_keys("program", section, keys)
    if mode is Plan:
        plan_checks.check(section, limits, conc_ng_per_ml, check, build)
        return
    most = limits["program_max_rate_pl_per_day"]
    mode.check(section, drug, most_dose_of_rate(most, conc_ng_per_ml) if drug else most)


def build(section, min_rate_pl_per_day, conc_ng_per_ml, stage=0):
    """The Program of a checked `program` section; conc_ng_per_ml: 0 without a drug; stage: of a
    plan, from 0.
    """
    mode = MODES[section["mode"]]
    if mode is not Plan:
        return mode(section, min_rate_pl_per_day, conc_ng_per_ml)
    program = build(section["stages"][stage]["program"], min_rate_pl_per_day, conc_ng_per_ml)
    return program.of_plan()


def _rate_of(number, conc_ng_per_ml):
    """The rate, pL/day, of a number of a section."""
    return rate_of_dose(number, conc_ng_per_ml) if conc_ng_per_ml else number


def _entries(steps, offset_ms):
    return [(offset_ms + start_s * MS_PER_S, rate) for start_s, rate in steps]
