"""What a Record says, put in order: events, replies, states, alarms and rates of each power-up."""

from collections import namedtuple

import numpy as np

from tests.campaign.oracle import words
from tests.campaign.wire import frames

Event = namedtuple("Event", "seq at_ms wall_s code a b c heard_ms")
Reply = namedtuple("Reply", "heard_ms id ok body")
DAY_MS = 86_400_000


class View:
    """One power-up, from outside.

    commands: the sound frames that were sent; events, replies: what was heard
    before_steps: pulses of the power-ups before; uncounted: of them, those that left between the
        last pass of a power-up and its end, so that nobody could count them
    active_before: alarms whose condition held when the last power-up ended; it goes on
    """

    def __init__(self, number, life, therapy, before_steps, uncounted, active_before):
        self.active_before = active_before
        self.number, self.life, self.therapy = number, life, therapy
        self.end_ms = life.end_ms
        self.commands = frames(life.sent)
        self.events, self.replies, self.broken = [], [], 0
        for message in frames(life.heard):
            self._take(message)
        self.pulses_ms = life.pulses_us / 1000
        self.before_steps, self.uncounted = before_steps, uncounted
        late_ms = max(therapy.late_ms, default=0)
        # A pass may take half a second, twice where two follow one another at once.
        self.slack_ms = 50 + (1600 if therapy.slow else 0) + 2 * late_ms
        self.lag_ms = 1100 if therapy.slow else 0  # what a count may be older than its instant

    def _take(self, message):
        said = message.payload
        if not isinstance(said, dict):
            self.broken += 1
        elif "event" in said:
            self.events.append(Event(*said["event"], message.last_ms))
        else:
            self.replies.append(Reply(message.last_ms, said["id"], said["ok"], said))

    def of(self, *codes):
        return [event for event in self.events if event.code in codes]

    def counted(self, ms):
        """Pulses since the power-up that had left by then, at the pin."""
        count = int(np.searchsorted(self.life.pulses_us, int(ms * 1000), side="right"))
        return count

    def steps_at(self, ms):
        """Pulses since the first power-up."""
        return self.before_steps + self.counted(ms)

    def mishaps(self, *kinds):
        """[(begin ms, end ms, fault)] of those kinds; one that lasts ends with the life."""
        found, running = [], []
        for ms, kind, what, fault in self.life.mishaps:
            if kind not in kinds:
                continue
            if what == "begins":
                running.append((ms, fault))
            else:
                place = next(n for n, one in enumerate(running) if one[1] == fault)
                found.append((running.pop(place)[0], ms, fault))
        found += [(ms, self.end_ms + 1, fault) for ms, fault in running]
        return sorted(found, key=lambda one: one[0])

    def had(self, *kinds):
        return bool(self.mishaps(*kinds))

    def states(self):
        """[(from ms, to ms, state)]"""
        changes = [(0, words.STOPPED)] + [(e.at_ms, e.a) for e in self.of(words.STATE)]
        ends = [at_ms for at_ms, _ in changes[1:]] + [self.end_ms]
        return [(at, end, state) for (at, state), end in zip(changes, ends)]

    def state_at(self, ms):
        found = words.STOPPED
        for at_ms, _, state in self.states():
            if at_ms <= ms:
                found = state
        return found

    def raised(self, code):
        return [event.at_ms for event in self.of(words.ALARM_RAISED) if event.a == code]

    def held(self, code):
        """[(from ms, to ms)] in which the condition of an alarm was reported to hold."""
        found, since = [], 0 if code in self.active_before else None
        for event in self.of(words.ALARM_RAISED, words.ALARM_CLEARED):
            if event.a != code:
                continue
            if event.code == words.ALARM_RAISED:
                since = event.at_ms
            elif since is not None:
                found.append((since, event.at_ms))
                since = None
        if since is not None:
            found.append((since, self.end_ms))
        return found

    def active_at_the_end(self):
        """The alarms whose condition is reported to hold then."""
        return {
            code for code in words.alarms() if any(b == self.end_ms for _, b in self.held(code))
        }

    def holds_within(self, code, from_ms, to_ms):
        """Did the alarm's condition hold, by what was reported, at some time in between?"""
        return any(begin <= to_ms and end >= from_ms for begin, end in self.held(code))

    def runs(self):
        """[(from ms, to ms, why it ended or None)]"""
        found, since = [], None
        for event in self.of(words.RUN_START, words.RUN_END):
            if event.code == words.RUN_START:
                since = event.at_ms
            elif since is not None:
                found.append((since, event.at_ms, event.c))
                since = None
        if since is not None:
            found.append((since, self.end_ms, None))
        return found

    def where(self, ms):
        return f"power-up {self.number} at {ms / 1000:.3f} s"


class History:
    """All power-ups of a Record, and what the configuration says."""

    def __init__(self, record):
        self.record, self.therapy = record, record.therapy
        self.config = record.therapy.config
        self.limits = self.config["limits"]
        head = self.config["head"]
        self.step_pl = head["pl_per_rev"] / head["steps_per_rev"]
        self.step_ng = self.step_pl * self.config["drug"]["conc_ng_per_ml"] / 1e9
        self.views, before, uncounted, active = [], 0, 0, set()
        for number, life in enumerate(record.lives):
            view = View(number, life, record.therapy, before, uncounted, active)
            self.views.append(view)
            before += len(life.pulses_us)
            active = view.active_at_the_end()
            uncounted += len(life.pulses_us) - view.counted(life.last_pass_ms)

    def had(self, *kinds):
        return any(view.had(*kinds) for view in self.views)

    def all_pulses_ms(self):
        """Instants of all pulses on one axis, ms since the first power-up."""
        return np.concatenate([view.pulses_ms + view.life.base_ms for view in self.views])
