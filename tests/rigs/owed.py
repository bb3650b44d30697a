"""What a pump owes, reckoned from what it was told: an oracle in exact fractions. CPython only.

    owed = Owed(bench)                # a BenchPump that has run
    owed.runs[0].steps_by(at_ms)      # exact, a Fraction

It takes from the pump only *instants*: of run starts and ends, of the loss of the clock, and when a
command was answered with ok. It reads the programs by the calendar (datetime), and shares no code
with the firmware.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from fractions import Fraction

from firmware import events

DAY_MS = 86_400_000
US = Fraction(1, 1000)  # in ms
EPOCH = datetime(1970, 1, 1)


def basal_by_calendar(program, min_rate_pl_per_day, wall_ms):
    """The rate that a program's table states for an instant of civil time, None while that is
    unknown.
    """
    mode = program["mode"]
    if mode in ("stopped", "minimum", "continuous"):
        return {
            "stopped": 0,
            "minimum": min_rate_pl_per_day,
            "continuous": program.get("rate_pl_per_day"),
        }[mode]
    if wall_ms is None:
        return program["safe_rate_pl_per_day"]
    now = EPOCH + timedelta(milliseconds=wall_ms)
    for days_back in range(9):
        day = datetime(now.year, now.month, now.day) - timedelta(days=days_back)
        begun = [
            rate
            for start_s, rate in steps_of_day(program, day)
            if day + timedelta(seconds=start_s) <= now
        ]
        if begun:
            return begun[-1]
    raise ValueError("a table without a step")


def steps_of_day(program, day):
    return (
        program["steps"]
        if program["mode"] == "flex"
        else program["patterns"][program["days"][day.weekday()]]
    )


def table_instants(program, from_wall_ms, to_wall_ms):
    """Every instant of civil time, ms, strictly between the two, at which the table has an entry."""
    if program["mode"] not in ("flex", "weekly"):
        return []
    found = []
    for day in range(from_wall_ms // DAY_MS, to_wall_ms // DAY_MS + 1):
        for start_s, _ in steps_of_day(program, EPOCH + timedelta(days=day)):
            at = day * DAY_MS + start_s * 1000
            if from_wall_ms < at < to_wall_ms:
                found.append(at)
    return found


class Run:
    """From a start to a stop: pieces [(from_ms, rate)] without gaps; `cuts` are instants at which
    plans were thrown away.
    """

    def __init__(self, start_ms, head):
        self.start_ms = start_ms
        self.end_ms = None
        self.told_steps = None  # that the pump says have left in it, once it has ended
        self.cuts = []
        self._per_pl_ms = Fraction(head["steps_per_rev"], head["pl_per_rev"] * DAY_MS)
        self._from = []
        self._rates = []
        self._pl_ms = []  # demand, pL/day * ms, at the start of each piece

    def add(self, from_ms, rate):
        before = self._pl_ms[-1] + self._rates[-1] * (from_ms - self._from[-1]) if self._from else 0
        self._from.append(from_ms)
        self._rates.append(rate)
        self._pl_ms.append(before)

    def rate_before(self, at_ms):
        return self._rates[max(0, self._piece(at_ms - US))]

    def rates(self):
        return list(zip(self._from, self._rates))

    def _piece(self, at_ms):
        return bisect_right(self._from, at_ms) - 1

    def steps_by(self, at_ms, rate=None):
        """Exact demand in steps from the start to at_ms (may be a Fraction)."""
        piece = self._piece(at_ms)
        return (
            self._pl_ms[piece] + self._rates[piece] * (at_ms - self._from[piece])
        ) * self._per_pl_ms

    def scaled_by(self, tick, ticks_per_ms):
        """As steps_by, at an instant in ticks and in units of 1 / scaled_step of a step: whole
        numbers, for many pulses.
        """
        piece = bisect_right(self._from, tick // ticks_per_ms) - 1
        return self._pl_ms[piece] * ticks_per_ms + self._rates[piece] * (
            tick - self._from[piece] * ticks_per_ms
        )

    def scaled_step(self, ticks_per_ms):
        return ticks_per_ms / self._per_pl_ms

    def steps_within(self, rate, ms):
        return rate * ms * self._per_pl_ms

    def least_and_most(self, at_ms, early=2 * US):
        """The steps that may have left by at_ms: the floor of the exact demand.

        The one exception: a pulse may leave up to `early` before its instant. If a look, a stop or
        a change of plans falls within that, the pulse has left already, and one that has left
        stays, even where the new plan owes it later or never.
        """
        least = self.steps_by(at_ms) // 1
        most = self.steps_by(at_ms + early) // 1 if at_ms != self.end_ms else least
        for cut in self.cuts:
            if cut <= at_ms:
                most = max(
                    most,
                    (self.steps_by(cut) + self.steps_within(self.rate_before(cut), early)) // 1,
                )
        return least, max(least, most)


class Bolus:
    def __init__(self, heard):
        volume_pl, self.duration_ms = heard.payload["volume_pl"], heard.payload["duration_ms"]
        self.rate = volume_pl * DAY_MS // self.duration_ms
        self.start_ms = heard.at_ms
        self.end_ms = self.start_ms + self.duration_ms


class Owed:
    """runs: all of them; boluses: the accepted ones, end_ms being where they ended or were
    cancelled.
    """

    def __init__(self, bench):
        self._config = bench.config
        self._program = bench.config["program"]
        self._wall_less_ms = None  # civil time minus the pump's, None while unset
        self._bolus = None
        self._at_ms = 0
        self.runs = []
        self.boluses = []
        for heard in bench.heard:
            self._go_on_to(heard.at_ms)
            if heard.event:
                self._event(heard.event)
            elif heard.reply["ok"]:
                self._command(heard)
        self._go_on_to(bench.hal.clock.ms)

    def _run(self):
        return self.runs[-1] if self.runs and self.runs[-1].end_ms is None else None

    def _event(self, event):
        if event.code == events.RUN_START:
            self.runs.append(Run(event.at_ms, self._config["head"]))
        elif event.code == events.RUN_END:
            self._run().cuts.append(event.at_ms)
            self._run().told_steps = event.a
            self._run().end_ms = event.at_ms
            if self._bolus and self._bolus.end_ms > event.at_ms:
                self._bolus.end_ms = event.at_ms
            self._bolus = None
        elif event.code == events.CLOCK_LOST:
            self._wall_less_ms = None
            self._cut()

    def _command(self, heard):
        do = heard.payload["do"]
        if do == "set_program":
            self._program = heard.payload["program"]
        elif do == "set_clock":
            self._wall_less_ms = heard.payload["wall_s"] * 1000 - heard.at_ms
        elif do == "bolus":
            self._bolus = Bolus(heard)
            self.boluses.append(self._bolus)
        if do in ("set_program", "set_clock", "bolus"):
            self._cut()

    def _cut(self):
        if self._run():
            self._run().cuts.append(self._at_ms)

    def _go_on_to(self, at_ms):
        """Everything has stayed as it is until at_ms."""
        run = self._run()
        if run and at_ms >= self._at_ms:
            for from_ms in self._instants(at_ms):
                run.add(from_ms, self._rate(from_ms))
        self._at_ms = at_ms

    def _instants(self, to_ms):
        less = self._wall_less_ms
        inside = (
            []
            if less is None
            else [
                at - less for at in table_instants(self._program, self._at_ms + less, to_ms + less)
            ]
        )
        if self._bolus and self._at_ms < self._bolus.end_ms < to_ms:
            inside.append(self._bolus.end_ms)
        return [self._at_ms, *sorted(inside)]

    def _rate(self, at_ms):
        limits, less = self._config["limits"], self._wall_less_ms
        rate = basal_by_calendar(
            self._program, limits["min_rate_pl_per_day"], None if less is None else at_ms + less
        )
        if self._bolus and at_ms < self._bolus.end_ms:
            rate += self._bolus.rate
        return min(rate, limits["max_rate_pl_per_day"])
