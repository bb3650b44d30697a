"""Lamp and sounder are what docs/alarms.md says they are, at each instant."""

from tests.campaign.oracle import words

PAUSE_MS, BURST_MS, TEST_MS, REMIND_MS = 120_000, 4000, 10_000, 3_600_000
BEEP_MS, BEEP = 200, 5  # where a press of the patient's button is denied, and while it is stopped


class Signals:
    """What should be signalled, from the reports in their order, over all power-ups."""

    def __init__(self):
        self.active, self.latched, self.acknowledged = set(), set(), set()
        self.paused_until = self.test_until = self.remind_ms = self.beep_until = None
        self._priorities = {}  # of those whose own has changed
        self._stopped = False  # in this power-up

    def restart(self, end_ms):
        """A pause and a test end with the power; the hour to the reminder goes on."""
        self.paused_until = self.test_until = self.beep_until = None
        self._stopped = False
        if self.remind_ms is not None:
            self.remind_ms = max(0, self.remind_ms - end_ms)

    def take(self, event):
        code = event.a
        if self.remind_ms is not None and event.at_ms > self.remind_ms:
            self.remind_ms = None
            self.acknowledged -= {code for code in self.acknowledged if self._is_high(code)}
        if event.code == words.ALARM_RAISED:
            self.active.add(code)
            self.acknowledged.discard(code)
            self._priorities.pop(code, None)
            if words.alarms()[code].latches:
                self.latched.add(code)
            self.paused_until = self.test_until = None
        elif event.code == words.ALARM_CLEARED:
            self.active.discard(code)
            if code in self.acknowledged:
                self.acknowledged.discard(code)
                self.latched.discard(code)
        elif event.code == words.ALARM_PRIORITY:
            self._priorities[code] = event.b
            if event.b > event.c:  # a new occurrence of the signal
                self.acknowledged.discard(code)
                self.paused_until = self.test_until = None
        elif event.code == words.ALARM_ACKNOWLEDGED:
            self._acknowledge(code, event.at_ms)
        elif event.code == words.AUDIO_PAUSED:
            self.paused_until, self.test_until = event.at_ms + event.a, None
        elif event.code == words.PATIENT_DENIED:
            self.beep_until = event.at_ms + BEEP_MS
        elif event.code == words.STATE:
            if self._stopped:
                self.beep_until = event.at_ms + BEEP_MS  # it may have begun just before
            self._stopped = code == words.STOPPED
        elif event.code == words.ALARM_TEST:
            self.test_until = event.at_ms + TEST_MS

    def _acknowledge(self, code, at_ms):
        heard = [c for c in self.active & self.acknowledged if self._is_high(c)]
        if code in self.active:
            if self._is_high(code) and not heard:
                self.remind_ms = at_ms + REMIND_MS
            self.acknowledged.add(code)
        else:
            self.latched.discard(code)

    def changes_after(self, ms):
        """Instants at which it changes by itself."""
        return [
            at
            for at in (self.paused_until, self.test_until, self.remind_ms, self.beep_until)
            if at is not None and at > ms
        ]

    def lamps(self, ms):
        """The patterns that the lamp may show."""
        return self._patterns(self.active | self.latched, ms)

    def sounds(self, ms):
        unheard = (self.active | self.latched) - self.acknowledged
        if self.remind_ms is not None and ms >= self.remind_ms:
            unheard |= {code for code in self.active if self._is_high(code)}
        if self.paused_until is not None and ms < self.paused_until:
            unheard = set()
        beep = {BEEP} if self.beep_until is not None and ms < self.beep_until else set()
        return self._patterns(unheard, ms) | beep | ({BEEP} if self._stopped else set())

    def _patterns(self, codes, ms):
        if not codes:
            return {words.TEST} if self.test_until is not None and ms < self.test_until else {0}
        return {max(self._priority(code) for code in codes)}

    def _priority(self, code):
        return self._priorities.get(code) or words.alarms()[code].priority

    def _is_high(self, code):
        return self._priority(code) == words.HIGH


def _at(changes, ms):
    """The pattern that played at an instant."""
    found = 0
    for at_ms, pattern in changes:
        if at_ms > ms:
            break
        found = pattern
    return found


def lamp_and_sounder_tell_the_truth(history):
    signals = Signals()
    for view in history.views:
        events = view.events
        for n, event in enumerate(events):
            if (
                signals.remind_ms is not None
                and abs(signals.remind_ms - event.at_ms) <= view.slack_ms
            ):
                return  # one of the two came first, and nobody can tell which
            signals.take(event)
            if n + 1 < len(events) and events[n + 1].at_ms <= event.at_ms + view.slack_ms:
                continue
            until_ms = events[n + 1].at_ms if n + 1 < len(events) else view.end_ms
            wrong = _wrong_between(view, signals, event.heard_ms, until_ms)
            if wrong:
                yield wrong
                return
        signals.restart(view.end_ms)


def _wrong_between(view, signals, from_ms, until_ms):
    """Where lamp or sounder differ between two events, a text; None if nowhere."""
    ends = sorted({*[ms for ms in signals.changes_after(from_ms) if ms < until_ms], until_ms})
    for end_ms in ends:
        # Two looks: soon after the change, and just before the next.
        for ms in (from_ms + view.slack_ms, end_ms - 2):
            if not from_ms + view.slack_ms <= ms < end_ms - 1:
                continue
            lamp, sound = _at(view.life.lamps, ms), _at(view.life.sounds, ms)
            if lamp not in signals.lamps(ms) or sound not in signals.sounds(ms):
                codes = (
                    sorted(signals.active),
                    sorted(signals.latched),
                    sorted(signals.acknowledged),
                )
                due = sorted(signals.lamps(ms)), sorted(signals.sounds(ms))
                return f"{view.where(ms)}: lamp {lamp}, sound {sound}, should be {due}: {codes}"
        from_ms = end_ms
    return None


def no_pause_hides_an_alarm(history):
    """Between two pauses of one occurrence it is heard; none is longer than the standard says.
    One that becomes more urgent is heard as another one.
    """
    for view in history.views:
        paused_until = None
        for event in view.events:
            urgent = event.code == words.ALARM_PRIORITY and event.b > event.c
            if event.code == words.ALARM_RAISED or urgent:
                paused_until = None
            elif event.code == words.AUDIO_PAUSED:
                if event.a > PAUSE_MS or (paused_until is not None and event.at_ms < paused_until):
                    yield f"{view.where(event.at_ms)}: paused again"
                paused_until = event.at_ms + event.a


rules = (lamp_and_sounder_tell_the_truth, no_pause_hides_an_alarm)
