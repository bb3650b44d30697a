"""Doses from raw pulses: caps in sliding windows, rates, demand, boluses."""

import functools

import numpy as np

from host_sim.judge.doses import in_rates
from tests.campaign import staging
from tests.campaign.oracle import words
from tests.campaign.oracle.history import DAY_MS
from tests.campaign.oracle.programs import rate_of
from tests.campaign.oracle.restarts import unconfirmed

HOUR_MS = 3_600_000


def caps_hold_in_every_sliding_window(history):
    for name, window_ms in (("max_dose_1h_ng", HOUR_MS), ("max_dose_24h_ng", DAY_MS)):
        cap_ng = history.limits[name]
        instants = history.all_pulses_ms()
        if cap_ng is None or not len(instants) or history.had("slip", "runaway"):
            continue
        first = np.searchsorted(instants, instants - window_ms, side="right")
        most = int(np.max(np.arange(1, len(instants) + 1) - first))
        if most * history.step_ng > cap_ng * (1 + 1e-9):
            yield f"{name} is {cap_ng}, and {most * history.step_ng:.1f} ng left within it"


def pulses_leave_only_in_runs(history):
    """At rest nothing leaves the pin; a pulse of the instant of the stop has left before it."""
    for view in history.views:
        inside = np.zeros(len(view.pulses_ms), dtype=bool)
        for begin, end, _ in view.runs():
            inside |= (view.pulses_ms >= begin) & (view.pulses_ms <= end + 1)
        outside = view.pulses_ms[~inside]
        if len(outside) and not view.had("slip"):
            yield f"{view.where(outside[0])}: {len(outside)} pulses at rest"


def _rates(view, begin, end):
    """[(from, to, wanted, permitted, reason)] within a run."""
    rows = sorted((e.at_ms, n, e) for n, e in enumerate(view.of(words.RATE)))
    rows = [e for at_ms, _, e in rows if begin <= at_ms <= end]
    ends = [e.at_ms for e in rows[1:]] + [end]
    return [(e.at_ms, to, e.a, e.b, e.c) for e, to in zip(rows, ends)]


def pulses_are_the_permitted_rate(history):
    """Within a run the pulses are the floor of the permitted demand, at each change of rate and at
    the end; late where a pass took time, never early.
    """
    head = history.config["head"]
    cost = head["pl_per_rev"] * DAY_MS
    for view in history.views:
        if view.had("slip", "runaway"):
            continue
        for begin, end, why in view.runs():
            rates = _rates(view, begin, end)
            before, due = view.counted(begin), 0
            highest = max([rate for _, _, _, rate, _ in rates], default=0)
            late = highest * view.lag_ms * head["steps_per_rev"] // cost
            for from_ms, to_ms, _, rate, _ in rates:
                due += rate * (to_ms - from_ms) * head["steps_per_rev"]
                left = view.counted(to_ms) - before
                least = due // cost - late - 1
                if left > due // cost + 1 or (left < least and why != words.RUN_UNDERRAN):
                    yield f"{view.where(to_ms)}: {left} pulses, permitted {due / cost:.2f}"
                    break


def rates_keep_to_the_limits(history):
    limits = history.limits
    for view in history.views:
        for event in view.of(words.RATE):
            if event.b > limits["max_rate_pl_per_day"] or event.b > event.a:
                yield f"{view.where(event.at_ms)}: permitted {event.b} of {event.a}"


class Demand:
    """What should be wanted, from the frames that were taken and the reports of their instants."""

    def __init__(self, history, view, program, held):
        self._min_rate = history.limits["min_rate_pl_per_day"]
        conc = history.config["drug"]["conc_ng_per_ml"]
        self._in_rates = functools.partial(in_rates, conc_ng_per_ml=conc)
        self.programs = [(0, self._in_rates(program))]
        self.walls = [(0, None)]
        self.boluses = []
        self._held = held
        payloads = {}
        for command in view.commands:
            if isinstance(command.payload, dict):
                payloads.setdefault(command.payload.get("id"), command.payload)
        self._take(view, payloads)

    def _take(self, view, payloads):
        # Each PROGRAM_SET belongs to the taken `confirm` of the same place in the order.
        taken = [
            payloads[r.id]
            for r in view.replies
            if r.ok and r.id in payloads and "repeated" not in r.body
        ]
        put = staging.programs(command.payload for command in view.commands)
        sections = iter([put[p["digest"]] for p in taken if p["do"] == "confirm"])
        for event in view.events:
            if event.code == words.PROGRAM_SET:
                section = next(sections, None)
                if section is not None:
                    self.programs.append((event.at_ms, self._in_rates(section)))
            elif event.code == words.CLOCK_SET:
                self.walls.append((event.at_ms, event.a * 1000 - event.at_ms))
            elif event.code == words.CLOCK_LOST:
                self.walls.append((event.at_ms, None))
            elif event.code == words.BOLUS_ACCEPTED:
                rate = event.a * DAY_MS // event.b
                self.boluses.append([event.at_ms, event.at_ms + event.b, rate])
            elif event.code == words.BOLUS_ENDED and self.boluses:
                self.boluses[-1][1] = min(self.boluses[-1][1], event.at_ms)

    def changed(self, ms, slack_ms, end_ms):
        """Has the demand changed in the pass in which the run ended?"""
        changes = [at_ms for at_ms, _ in self.programs + self.walls]
        changes += [to_ms for _, to_ms in self._held]
        changes += [bolus_end_ms for _, bolus_end_ms, _ in self.boluses]
        return any(end_ms - slack_ms <= at_ms <= ms for at_ms in changes)

    def at(self, ms):
        program = [section for at_ms, section in self.programs if at_ms <= ms][-1]
        offset = [offset for at_ms, offset in self.walls if at_ms <= ms][-1]
        rate = rate_of(program, None if offset is None else ms + offset, self._min_rate)
        if any(from_ms <= ms < to_ms for from_ms, to_ms in self._held):
            rate = min(rate, self._min_rate)
        return rate + sum(bolus for begin, end, bolus in self.boluses if begin <= ms < end)


def the_rate_wanted_is_that_of_program_and_bolus(history):
    program = history.config["program"]
    for view, held in zip(history.views, unconfirmed(history)):
        demand = Demand(history, view, program, held)
        for begin, end, _ in view.runs():
            for from_ms, to_ms, wanted, _, reason in _rates(view, begin, end):
                if to_ms - from_ms < 2 or reason == 1:
                    continue
                for ms in (from_ms, (from_ms + to_ms) // 2, to_ms - 1):
                    due = demand.at(ms)
                    if due != wanted and not demand.changed(ms, view.slack_ms, end):
                        yield f"{view.where(ms)}: wanted is {wanted}, should be {due}"
                        break
        program = demand.programs[-1][1]


def boluses_keep_to_the_lockout(history):
    lockout_ms = history.limits["bolus_lockout_s"] * 1000
    last_ms = None
    for view in history.views:
        for event in view.of(words.BOLUS_ACCEPTED):
            at_ms = view.life.base_ms + event.at_ms
            if last_ms is not None and at_ms - last_ms < lockout_ms:
                yield f"{view.where(event.at_ms)}: {at_ms - last_ms} ms after the last bolus"
            last_ms = at_ms


MINUTE_MS = 60_000
# The monitor's volumes: docs/configuration.md
MONITOR = (
    ("monitor_1h_pl", HOUR_MS, 61 * MINUTE_MS, 1, 4),
    ("monitor_24h_pl", DAY_MS, DAY_MS + 5 * MINUTE_MS, 25, 24),
)


def _monitor_pl(history, field, counted_ms, hours, power_ups):
    """What the monitor lets out in a window: as stated, else 1.05 times the most permitted, and
    what power cuts book too much.
    """
    limits, conc = history.limits, history.config["drug"]["conc_ng_per_ml"]
    if limits.get(field) is not None:
        return limits[field]
    rate = limits["max_rate_pl_per_day"] / DAY_MS
    blind_pl, hour_ng = limits["blind_pl"], limits["max_dose_1h_ng"]
    reserved = max(4 * blind_pl, rate * 2 * MINUTE_MS)
    if hour_ng is not None and conc:
        reserved = min(reserved, hour_ng * 1e9 / conc / 50)
    cut = 2 * max(blind_pl, rate * 2500) + max(blind_pl, reserved) + 10 * history.step_pl
    ahead = min(2 * blind_pl + rate * 20_000, rate * 10 * MINUTE_MS)
    most = (rate * counted_ms + ahead) * 1.05 + (power_ups + 1) * cut
    for cap_ng, times in ((hour_ng, hours), (limits["max_dose_24h_ng"], 1)):
        if cap_ng is not None and conc:
            most = min(most, (cap_ng * times * 1e9 / conc + ahead) * 1.05 + times * cut)
    return most * 1024 / (1024 - power_ups)


def nothing_passes_the_monitor(history):
    """Whatever is broken in the pump: no more leaves than the monitor's own volumes."""
    if history.had("slip", "runaway"):
        return
    instants = history.all_pulses_ms()
    for field, window_ms, counted_ms, hours, power_ups in MONITOR:
        if len(instants):
            first = np.searchsorted(instants, instants - window_ms, side="right")
            most = int(np.max(np.arange(1, len(instants) + 1) - first))
            limit_pl = _monitor_pl(history, field, counted_ms, hours, power_ups)
            if (most - 2) * history.step_pl > limit_pl:
                yield f"{field} is {limit_pl:.0f}, and {most * history.step_pl:.0f} pL left"


rules = (
    caps_hold_in_every_sliding_window,
    pulses_leave_only_in_runs,
    pulses_are_the_permitted_rate,
    rates_keep_to_the_limits,
    the_rate_wanted_is_that_of_program_and_bolus,
    boluses_keep_to_the_lockout,
    nothing_passes_the_monitor,
)
