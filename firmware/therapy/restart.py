"""Restart: how a therapy comes back after the pump was away (decision 0131).

    restart.came_up(now_ms, short, delivered)   # at power-up
    restart.wait(now_ms)            # the program goes on by itself at due_ms
    restart.unconfirmed             # the dose stays at restart_dose until a person states it
    restart.rests(now_ms)           # nothing is given from now on; restart.runs(): it is again

After an outage of unknown length the old dose may be too much. It does not return by itself:
whoever starts states it, and a program that goes on by itself does so at the minimum rate.
"""

from firmware.errors import SnapshotError
from firmware.snapshot import MANY, Noticed, part, whole
from firmware.units import MS_PER_MIN, dose_ng

STOP = "stop"  # after a reset: stay stopped, until a person starts
RESUME = "resume"  # go on with the program, never with a bolus
AFTER_RESET = (STOP, RESUME)
SETTLE_MS = 10_000  # from power-up to the first pulse of a program that goes on by itself
MOST_RESETS = 3  # within RESETS_MS: then it does not go on any more
RESETS_MS = 10 * MS_PER_MIN
_NEVER_MS = 1 << 62


class Restart(Noticed):
    """due_ms: when the program goes on by itself, None if it does not
    unconfirmed: nobody has stated the dose since an outage of unknown length
    waited: the restart came while the program was about to go on
    rests_ms: since when nothing is given, None while something is
    """

    def __init__(self):
        self.due_ms = None
        self.unconfirmed = False
        self.waited = False
        self.rests_ms = None
        self._power_ups_ms = []  # the last MOST_RESETS, in pump time

    def came_up(self, now_ms, short, delivered):
        """The pump has its power back. short: it was away for seconds; delivered: a dose has left
        it before, or nobody knows.
        """
        if delivered:
            self.rests(now_ms)
        self._power_ups_ms = (self._power_ups_ms + [now_ms])[-MOST_RESETS:]
        if delivered and not short:
            self.unconfirmed = True
        self.changed = True

    def too_often(self):
        """It has come up MOST_RESETS times within RESETS_MS."""
        ups_ms = self._power_ups_ms
        return len(ups_ms) == MOST_RESETS and ups_ms[-1] - ups_ms[0] <= RESETS_MS

    def wait(self, now_ms):
        """The program goes on by itself, SETTLE_MS from now."""
        self.due_ms = now_ms + SETTLE_MS
        self.changed = True

    def cancel(self):
        """It goes on already, or somebody decided otherwise."""
        if self.due_ms is not None:
            self.due_ms = None
            self.changed = True

    def rests(self, now_ms):
        """What is given has ended, or moves nothing any more."""
        if self.rests_ms is None:
            self.rests_ms = now_ms
            self.changed = True

    def runs(self):
        """The pump gives what it is to give."""
        self.rests_ms = None
        self.changed = True

    def holiday_ms(self, holiday_ms):
        """When the dose no longer returns by itself."""
        if self.unconfirmed or self.rests_ms is None:
            return _NEVER_MS
        return self.rests_ms + holiday_ms + 1

    def hold(self):
        """Nothing was given for too long: the dose does not return by itself."""
        self.unconfirmed = True
        self.changed = True

    def confirm(self):
        """A person has stated the dose."""
        self.unconfirmed = False
        self.changed = True

    # What survives a restart

    def snapshot(self, now_ms):
        return {
            "unconfirmed": 1 if self.unconfirmed else 0,
            "waits": 0 if self.due_ms is None else 1,
            "rests_ms": None if self.rests_ms is None else now_ms - self.rests_ms,
            "ages_ms": [now_ms - at_ms for at_ms in self._power_ups_ms],
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("restart.unconfirmed", part(snapshot, "unconfirmed"), 0, 1)
        whole("restart.waits", part(snapshot, "waits"), 0, 1)
        if snapshot.get("rests_ms") is not None:
            whole("restart.rests_ms", snapshot["rests_ms"], 0, MANY)
        ages_ms = part(snapshot, "ages_ms")
        if not isinstance(ages_ms, list):
            raise SnapshotError("restart.ages_ms of a snapshot is no list")
        whole("number of restart.ages_ms", len(ages_ms), 0, MOST_RESETS)
        for age_ms in ages_ms:
            whole("restart.ages_ms", age_ms, 0, MANY)

    def restore(self, snapshot, then_ms):
        self.unconfirmed = snapshot["unconfirmed"] == 1
        self.waited = snapshot["waits"] == 1
        rests_ms = snapshot.get("rests_ms")
        self.rests_ms = None if rests_ms is None else then_ms - rests_ms
        self._power_ups_ms = [then_ms - age_ms for age_ms in snapshot["ages_ms"]]


def daily_dose_ng(program, conc_ng_per_ml):
    """The dose that a person confirms: of the day on which the program gives most, ng."""
    return dose_ng(program.most_in_a_day_pl(), conc_ng_per_ml)


def states_it(stated_ng, dose):
    """Whether a stated daily dose is this one: within 1 %, for a dose that a person rounds."""
    return abs(stated_ng - dose) * 100 <= dose
