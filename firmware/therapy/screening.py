"""Screening: a ladder of test boluses, what each of them did, and the dose to start with (S11,
decision 0166).

    screening.rung_ng()              # the dose that comes next, None after the last
    screening.given(dose_ng, now_ms)
    screening.responded(effective, lasted_min, note)
    screening.start_ng()             # a day; None as long as nothing was effective

50 ug, 75 ug, 100 ug, each at least 24 h of the pump's own time after the one before, and never a
fourth: who does not respond to 100 ug gets no pump.
"""

from firmware.errors import SnapshotError
from firmware.snapshot import Noticed, part, rows, whole
from firmware.units import MS_PER_DAY

LADDER_NG = (50_000, 75_000, 100_000)
LONG_MIN = 8 * 60  # an effect that lasts longer makes the start dose the test dose itself
UNTIL_TOLD = -1  # nobody has stated the response


class Screening(Noticed):
    """trials: [dose, ng; 1 if it was effective, 0 if not, UNTIL_TOLD; min that it lasted; note] of
    each test bolus that was started.
    """

    def __init__(self):
        self.trials = []
        self._last_ms = 0  # when the last one was started

    def rung_ng(self):
        return LADDER_NG[len(self.trials)] if len(self.trials) < len(LADDER_NG) else None

    def wait_ms(self, now_ms):
        """Until the next one may be started."""
        return max(0, self._last_ms + MS_PER_DAY - now_ms) if self.trials else 0

    def awaits_response(self):
        return bool(self.trials) and self.trials[-1][1] == UNTIL_TOLD

    def effective(self):
        """The trial that was effective, None if there was none."""
        for trial in self.trials:
            if trial[1] == 1:
                return trial
        return None

    def start_ng(self):
        """The daily dose to start with: twice the effective dose, or the same if it lasted long."""
        trial = self.effective()
        if trial is None:
            return None
        return trial[0] if trial[2] > LONG_MIN else 2 * trial[0]

    def given(self, dose_ng, now_ms):
        """A test bolus was started."""
        self.trials.append([dose_ng, UNTIL_TOLD, 0, ""])
        self._last_ms = now_ms
        self.changed = True

    def responded(self, effective, lasted_min, note):
        """What the last one did."""
        self.trials[-1][1:] = [effective, lasted_min, note]
        self.changed = True

    # What survives a restart. An outage adds nothing to the 24 h.

    def snapshot(self, now_ms):
        if not self.trials:  # as with most pumps, and a checkpoint is short
            return {}
        return {
            "trials": [list(trial) for trial in self.trials],
            "age_ms": now_ms - self._last_ms,
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        if snapshot == {}:
            return
        rows("screening.trials", part(snapshot, "trials"), 4)
        whole("number of screening.trials", len(snapshot["trials"]), 0, len(LADDER_NG))
        for dose_ng, effective, lasted_min, note in snapshot["trials"]:
            whole("screening.trials dose", dose_ng, 1)
            whole("screening.trials effective", effective, UNTIL_TOLD, 1)
            whole("screening.trials lasted", lasted_min)
            if not isinstance(note, str):
                raise SnapshotError("screening.trials note of a snapshot is no text")
        whole("screening.age_ms", part(snapshot, "age_ms"))

    def restore(self, snapshot, then_ms):
        if snapshot == {}:
            return
        self.trials = [list(trial) for trial in snapshot["trials"]]
        self._last_ms = then_ms - snapshot["age_ms"]
