"""Where each pulse of a run on the chip should be: an oracle in whole numbers that shares no code
with the firmware.

The driver has a timeline of its own, which begins at the start of a run and anew where the queue is
thrown away within it (a bolus, a program, the clock). In each the pulses lie at their exact
instants, all late by the same few ms: what the pump took from the instant it reckons with to the
first segment that it queued. At a cut the pulses of those few ms have not left yet; they are owed,
and spread over the first stretch of the new timeline.
"""

from bisect import bisect_right
from collections import namedtuple

from firmware import events
from host_sim.judge.oracle import MS_PER_DAY
from host_sim.run.records import permitted_history, pieces_between, run_spans

NS_PER_MS = 1_000_000
CUTS = (events.BOLUS_ACCEPTED, events.PROGRAM_SET, events.CLOCK_SET)
NEAR_NS = 50 * NS_PER_MS  # within so much of a cut the pulses of both timelines lie
TARGET_NS, FAST_TARGET_NS = 2_000, 20_000

# error_ns: how far a pulse is from its exact instant on its timeline; fast: it comes less than 1 ms
# after the one before
Pulse = namedtuple("Pulse", "due_ns edge_ns error_ns fast")
Cut = namedtuple("Cut", "at_ns stretch_ns")


def due_ns(scenario, record):
    """[(start_ms, end_ms, [ns of each pulse])] of every run at the rates the pump told, the pulses
    on its clock, rounded down.
    """
    head = scenario.config["head"]
    cost = head["pl_per_rev"] * MS_PER_DAY
    history = permitted_history(record.events)
    runs = []
    for start, end in run_spans(record.events, record.end_ms(scenario)):
        pulses, owed = [], 0
        for at, to, rate in pieces_between(history, start, end):
            slope = rate * head["steps_per_rev"]
            numbers = range(1, (owed + slope * (to - at)) // cost + 1)
            pulses += [
                at * NS_PER_MS + (number * cost - owed) * NS_PER_MS // slope for number in numbers
            ]
            owed = (owed + slope * (to - at)) % cost
        runs.append((start, end, pulses))
    return runs


def pulses(scenario, record, edges_ns):
    """A Pulse for each rising edge (ns, on about the pump's clock): ([pulses], [those between which
    owed ones are spread]).

    Raises AssertionError if more pulses left than were due.
    """
    found, caught_up, taken = [], [], 0
    cuts = _cuts(scenario, record)
    runs = due_ns(scenario, record)
    for number, (start, end, due) in enumerate(runs):
        last = (
            len(edges_ns)
            if number + 1 == len(runs)
            else bisect_right(edges_ns, runs[number + 1][0] * NS_PER_MS - NEAR_NS)
        )
        left = edges_ns[taken:last]
        taken = last
        if len(left) > len(due):
            raise AssertionError(
                f"the run from {start} ms: {len(left)} pulses left, {len(due)} were due"
            )
        lags = [edge - exact for exact, edge in zip(due, left)]
        within = [cut for cut in cuts if start * NS_PER_MS < cut.at_ns < end * NS_PER_MS]
        origins = _origins(lags, left, within)
        for n, (exact, edge, origin) in enumerate(zip(due, left, origins)):
            pulse = Pulse(
                exact, edge, edge - exact - origin, n > 0 and exact - due[n - 1] < NS_PER_MS
            )
            near = any(-NEAR_NS <= edge - cut.at_ns < cut.stretch_ns for cut in cuts)
            (caught_up if near and abs(pulse.error_ns) > TARGET_NS else found).append(pulse)
    return found, caught_up


def _cuts(scenario, record):
    """The Cuts of a record, in order. What was owed at a cut is spread over the first stretch
    behind it, which is the blind allowance at the most.
    """
    blind_pl, history = scenario.config["limits"]["blind_pl"], permitted_history(record.events)
    cuts = []
    for at in sorted(event.time_ms for event in record.events if event.code in CUTS):
        rates = [rate for _, _, rate in pieces_between(history, at, at + 1) if rate]
        stretch_ms = blind_pl * MS_PER_DAY // rates[0] if rates else 0
        cuts.append(Cut(at * NS_PER_MS, stretch_ms * NS_PER_MS + NEAR_NS))  # it begins late
    return cuts


def _origins(lags, left, cuts):
    """The lag of its timeline for each pulse of a run: that of the latest pulse there is, pulses
    being early if anything.
    """
    bounds = [0, *[bisect_right(left, cut.at_ns) for cut in cuts], len(left)]
    origins = []
    clear = [max(_clear(lags, left, cuts, a, b), default=0) for a, b in zip(bounds, bounds[1:])]
    for part, (a, b) in enumerate(zip(bounds, bounds[1:])):
        for n in range(a, b):
            beside = (
                clear[max(0, part - 1) : part + 2]
                if any(abs(left[n] - cut.at_ns) < NEAR_NS for cut in cuts)
                else [clear[part]]
            )
            origins.append(min(beside, key=lambda origin: abs(lags[n] - origin)))
    return origins


def _clear(lags, left, cuts, first, last):
    """The lags of a timeline's pulses that are not near a cut. Of one that is too short for that it
    is the last: behind a cut the pulses come nearer to their timeline while owed ones are spread.
    """
    clear = [
        lags[n]
        for n in range(first, last)
        if not any(-NEAR_NS < left[n] - cut.at_ns < cut.stretch_ns for cut in cuts)
    ]
    return clear or lags[first:last][-1:]
