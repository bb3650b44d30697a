"""The independent oracle: how many steps a run owed, in exact fractions. CPython only.

    due_steps(scenario, record.events)      must equal the steps that left the pin

It knows the programs from the scenario, and from the pump only *instants*: runs, boluses, clock
settings, new programs, and the spans in which a dose cap held the rate down (there, and only there,
it takes the pump's rate). It shares no code with the firmware's programs, gate and meter: agreement
of the two is the proof.

The tie rule: a pulse that falls due exactly at the instant of a stop counts. One that falls due
within `early_ms` after it may have left already: pulses sit at or before their instants (decisions
0004 and 0028). The pump's wall clock moves with the pump's own time, so a program's steps come at
exact instants: wall = wall at the last setting + time since then.
"""

from fractions import Fraction

from firmware import events
from host_sim.run.records import permitted_history, pieces_between, run_spans

MS_PER_DAY = 86_400_000
MS_PER_WEEK = 7 * MS_PER_DAY
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0
# Numbers of firmware/guard/gate.py and commands.py, which are not imported here; a test keeps them
# in step.
DOSE_CAP_REASONS = (4, 5)
SET_PROGRAM = 10


def due_steps(scenario, event_list, end_ms=None, late_ms=0):
    """Whole steps owed over all runs: the sum over the runs of floor(volume * steps_per_rev /
    pl_per_rev).

    `end_ms`: the pump's time at the end of the record, which ends a run that has not ended; by
    default the duration. `late_ms`: the steps that had come due so long before the end of each run;
    below zero, that will so long after it.
    """
    return sum(steps for _, _, steps in due_by_run(scenario, event_list, end_ms, late_ms))


def due_by_run(scenario, event_list, end_ms=None, late_ms=0):
    """[(start_ms, end_ms, steps)] of every run."""
    oracle = Oracle(scenario, event_list, end_ms)
    head = scenario.config["head"]
    per_pl = Fraction(head["steps_per_rev"], head["pl_per_rev"] * MS_PER_DAY)
    runs = []
    for start, end in oracle.runs:
        demand = sum(rate * (to - at) for at, to, rate in oracle.pieces(start, end - late_ms))
        runs.append((start, end, demand * per_pl // 1))
    return runs


def early_ms(config, tick_hz):
    """How long before its instant a pulse may leave, ms: 2 us, above 1 kHz 20 us, and with a coarse
    tick 66 of that.
    """
    head = config["head"]
    fast = (
        config["limits"]["max_rate_pl_per_day"] * head["steps_per_rev"]
        > 1000 * 86_400 * head["pl_per_rev"]
    )
    return max(Fraction(20 if fast else 2, 1000), Fraction(66_000, tick_hz))


def permitted_pieces(scenario, event_list, end_ms=None):
    """[(from_ms, to_ms, pL/day)] over all runs, without gaps inside a run."""
    oracle = Oracle(scenario, event_list, end_ms)
    return [piece for start, end in oracle.runs for piece in oracle.pieces(start, end)]


def programmed_pieces(scenario, event_list, end_ms=None):
    """[(from_ms, to_ms, pL/day)] that the program and its boluses ask for, whether or not the pump
    runs or may.
    """
    oracle = Oracle(scenario, event_list, end_ms)
    oracle.ignore_caps()
    return oracle.pieces(0, scenario.job["duration_ms"] if end_ms is None else end_ms)


def rate_mismatches(scenario, event_list, end_ms=None):
    """[(from_ms, to_ms, pump's pL/day, oracle's pL/day)]: where the two do not agree.

    Should be empty.
    """
    oracle = Oracle(scenario, event_list, end_ms)
    reported = permitted_history(event_list)
    found = []
    for start, end in oracle.runs:
        if start == end:
            continue  # stopped in the instant of its start: nothing was permitted for any time
        expected = [(at, rate) for at, _, rate in oracle.pieces(start, end)]
        if not expected:  # ended in the millisecond in which it started
            continue
        for at, to, said in pieces_between(reported, start, end):
            found += [
                (a, b, said, rate)
                for a, b, rate in pieces_between(expected, at, to)
                if b > a and rate != said
            ]
    return found


class Oracle:
    """The rate that was owed at any instant, and the next instant at which it changes."""

    def __init__(self, scenario, event_list, end_ms=None):
        self._limits = scenario.config["limits"]
        self._most = self._limits["max_rate_pl_per_day"]
        self._end_ms = scenario.job["duration_ms"] if end_ms is None else end_ms
        self.runs = run_spans(event_list, self._end_ms)
        self._programs = _program_history(scenario, event_list)
        self._clock = _clock_history(event_list)
        self._boluses = _boluses(event_list)
        self._caps = _cap_spans(event_list, self._end_ms)

    def ignore_caps(self):
        """From here on say what would be owed if no cap and no maximum held anything down."""
        self._caps = []
        self._most = None

    def pieces(self, start_ms, end_ms):
        """[(from_ms, to_ms, pL/day)] of one run, from its start to its end."""
        pieces = []
        at = start_ms
        while at < end_ms:
            rate, change_ms = self.rate_at(at)
            to = end_ms if change_ms is None else min(change_ms, end_ms)
            if pieces and pieces[-1][2] == rate:
                pieces[-1] = (pieces[-1][0], to, rate)
            else:
                pieces.append((at, to, rate))
            at = to
        return pieces

    def rate_at(self, at_ms):
        """(pL/day from this instant on, ms of the next instant at which it may change or None)."""
        program, program_change = _latest(self._programs, at_ms)
        offset, clock_change = _latest(self._clock, at_ms)
        rate, step_change = basal(program, self._limits, None if offset is None else at_ms + offset)
        changes = [
            program_change,
            clock_change,
            None if step_change is None else step_change - offset,
        ]
        for start, end, bolus_rate in self._boluses:
            rate += bolus_rate if start <= at_ms < end else 0
            changes += [start, end]
        if self._most is not None:
            rate = min(rate, self._most)  # a clock that is set during a bolus can ask for more
        for start, end, capped_rate in self._caps:
            rate = capped_rate if start <= at_ms < end else rate
            changes += [start, end]
        later = [change for change in changes if change is not None and change > at_ms]
        return rate, min(later) if later else None


def basal(program, limits, wall_ms):
    """(pL/day, wall ms of the next step or None) of a program at a wall-clock instant, None while
    it is unset.
    """
    mode = program["mode"]
    if mode == "stopped":
        return 0, None
    if mode == "minimum":
        return limits["min_rate_pl_per_day"], None
    if mode == "continuous":
        return program["rate_pl_per_day"], None
    if wall_ms is None:
        return program["safe_rate_pl_per_day"], None
    return _from_week(_week_of(program), wall_ms)


def _week_of(program):
    """[(ms since Monday 00:00, pL/day)], sorted: a flex program is a week of seven equal days."""
    flex = program["mode"] == "flex"
    days = (
        [program["steps"]] * 7 if flex else [program["patterns"][name] for name in program["days"]]
    )
    return [
        (day * MS_PER_DAY + start_s * 1000, rate)
        for day, steps in enumerate(days)
        for start_s, rate in steps
    ]


def _from_week(week, wall_ms):
    in_week = (wall_ms + EPOCH_WEEKDAY * MS_PER_DAY) % MS_PER_WEEK
    begun = [rate for start, rate in week if start <= in_week]
    rate = begun[-1] if begun else week[-1][1]  # before Monday's first step Sunday's last goes on
    to_come = [start for start, _ in week if start > in_week] or [week[0][0] + MS_PER_WEEK]
    return rate, wall_ms - in_week + to_come[0]


def _program_history(scenario, event_list):
    """[(from_ms, program)]: the pump answers each set_program, in the order sent, by PROGRAM_SET or
    COMMAND_REFUSED.
    """
    history = [(0, scenario.config["program"])]
    sent = iter(
        [
            payload["program"]
            for _, payload in scenario.job["commands"]
            if payload["do"] == "set_program"
        ]
    )
    for event in event_list:
        if event.code == events.PROGRAM_SET:
            history.append((event.time_ms, next(sent)))
        elif event.code == events.COMMAND_REFUSED and event.a == SET_PROGRAM:
            next(sent)
    return history


def _clock_history(event_list):
    """[(from_ms, wall ms - pump ms, or None while unset)]."""
    history = [(0, None)]
    for event in event_list:
        if event.code == events.CLOCK_SET:
            history.append((event.time_ms, event.a * 1000 - event.time_ms))
        elif event.code == events.CLOCK_LOST:
            history.append((event.time_ms, None))
    return history


def _boluses(event_list):
    """[(from_ms, to_ms, pL/day)]: each accepted bolus, to its end or until it was cancelled."""
    spans = []
    for event in event_list:
        if event.code == events.BOLUS_ACCEPTED:
            spans.append([event.time_ms, event.time_ms + event.b, event.a * MS_PER_DAY // event.b])
        elif event.code == events.BOLUS_ENDED and spans:
            spans[-1][1] = min(spans[-1][1], event.time_ms)
    return spans


def _cap_spans(event_list, end_ms):
    """[(from_ms, to_ms, pL/day)] in which a dose cap held the rate down."""
    rates = [event for event in event_list if event.code == events.RATE]
    ends = [event.time_ms for event in rates[1:]] + [end_ms]
    return [
        (event.time_ms, ends[n], event.b)
        for n, event in enumerate(rates)
        if event.c in DOSE_CAP_REASONS
    ]


def _latest(history, at_ms):
    """The value of a step function at an instant, and the instant of its next change or None."""
    value, change = history[0][1], None
    for start, item in history:
        if start > at_ms:
            change = start
            break
        value = item
    return value, change
