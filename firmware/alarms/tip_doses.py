"""Doses at the tip: is what passed it in 24 h what was prescribed (S8, decision 0163)?

    doses.count(now_ms)                 # before state, program, bridge, clock or epoch are others
    if doses.look(now_ms, told): ...    # from look_ms on; True: `code` is another

Prescribed is what program or bridge ask for, in every state, and what was given of the boluses that
were accepted. Both are counted from the first drug at the tip on, and judged as each hour ends. The
time from the last record to a restart is left out on both sides.
"""

from firmware import states
from firmware.alarms.alarm_table import OVER_DOSE, UNDER_DOSE
from firmware.snapshot import Noticed, number, part, rows, whole
from firmware.therapy.overlays import BOLUS, PATIENT, TEST
from firmware.units import MS_PER_DAY, MS_PER_HOUR, PL_PER_ML

MOST_PERCENT = 15
LEAST_NG = 10_000
HOURS = 24
KEPT_HOURS = 4  # on flash so often

# The likely cause. Numbers are never reused; alarm_table.py has their words.
LINE = 1  # the tip has another concentration than the rates derive from
MOTION = 2  # more has left than program and boluses ask for
STALL = 3
REST = 4  # stopped, empty or in fault
CAP = 5
LOWERED = 6  # otherwise
_CAUSES = 7


class TipDoses(Noticed):
    """The others: the pump's parts of these names.

    code: OVER_DOSE, UNDER_DOSE, or 0
    values: (ng past the tip, ng prescribed) in the 24 h up to the last full hour
    cause: of the difference, 0 without one
    look_ms: when to look again
    """

    def __init__(self, state, delivery, demand, books, now_ms):
        self._state = state
        self._delivery = delivery
        self._demand = demand
        self._books = books
        self.look_ms = now_ms - now_ms % MS_PER_HOUR + MS_PER_HOUR
        self.code = 0
        self.begin()

    def begin(self):
        """What was before is known to who confirms the dose: count anew."""
        self._mark = None  # (ms, ng past the tip, pL drawn, steps of boluses) up to here
        self._hours = []  # [ng prescribed, ng more than that at the tip, cause], the oldest first
        self._hour = [0, 0, 0]  # the present one
        self._most_ng = 0  # the greatest difference in it
        self.values = 0, 0
        self.cause = 0

    def count(self, now_ms):
        """What was prescribed and what passed the tip since the last call."""
        books, before = self._books, self._mark
        ledger, given = books.ledger, books.ledger.by_source
        drawn_pl = ledger.drawn_pl()
        tip_ng = books.line.tip_ng(drawn_pl)
        boluses = given[BOLUS.source] + given[PATIENT.source] + given[TEST.source]
        self._mark = (now_ms, tip_ng, drawn_pl, boluses) if tip_ng else None
        if before is None or not tip_ng or not 0 <= now_ms - before[0] < MS_PER_DAY:
            return
        ms, tip_ng, drawn_pl, boluses = [n - then for n, then in zip(self._mark, before)]
        conc = self._demand.conc or books.epoch.conc_ng_per_ml
        asked_pl = self._demand.committed_basal_pl(before[0], ms, ms)
        asked_pl += books.epoch.volume_of(boluses)
        asked_ng = asked_pl * conc // PL_PER_ML
        more_ng = tip_ng - asked_ng
        self._hour[0] += asked_ng
        self._hour[1] += more_ng
        if abs(more_ng) > self._most_ng:
            self._most_ng = abs(more_ng)
            self._hour[2] = self._cause(asked_ng, tip_ng, drawn_pl * conc // PL_PER_ML)

    def _cause(self, asked_ng, tip_ng, drawn_ng):
        """drawn_ng: at the tip, if that had the concentration from which the rates derive."""
        if abs(tip_ng - drawn_ng) >= abs(drawn_ng - asked_ng):
            return LINE
        if drawn_ng > asked_ng:
            return MOTION
        if self._state.now == states.STALLED:
            return STALL
        if self._state.now != states.INFUSING:
            return REST
        return CAP if self._delivery.capped else LOWERED

    def look(self, now_ms, told):
        """Count, and judge where an hour is over. told: another alarm says that too little is
        given.
        """
        self.count(now_ms)
        if now_ms < self.look_ms:
            return False
        if self._hours or self._hour[0]:
            self._hours = (self._hours + [self._hour])[-HOURS:]
        self._hour, self._most_ng = [0, 0, 0], 0
        self.look_ms = now_ms - now_ms % MS_PER_HOUR + MS_PER_HOUR
        before, self.code = self.code, self._judge(told)
        self.changed = self.code != before or now_ms // MS_PER_HOUR % KEPT_HOURS == 0
        return self.code != before

    def _judge(self, told):
        asked_ng = sum([hour[0] for hour in self._hours])
        more_ng = sum([hour[1] for hour in self._hours])
        self.values, self.cause = (asked_ng + more_ng, asked_ng), 0
        # On the first day each hour stands for more than one: the limit is of the dose of a day.
        limit = MOST_PERCENT * asked_ng * HOURS
        if abs(more_ng) <= LEAST_NG or abs(more_ng) * 100 * len(self._hours) <= limit:
            return 0
        causes, sign = [0] * _CAUSES, 1 if more_ng > 0 else -1
        for _, hour_ng, cause in self._hours:
            causes[cause] += sign * hour_ng
        self.cause = causes.index(max(causes))
        if more_ng > 0:
            return OVER_DOSE
        return 0 if told and self.code != UNDER_DOSE else UNDER_DOSE

    def off(self):
        """(ng too much or too little, cause), for the hint of the alarm."""
        tip_ng, asked_ng = self.values
        return abs(tip_ng - asked_ng), self.cause

    # What survives a restart

    def snapshot(self, now_ms):
        hours = self._hours + [self._hour]
        if not sum([hour[0] for hour in hours]):  # without a drug; and a checkpoint is short
            return {}
        return {"code": self.code, "hours": [list(hour) for hour in hours]}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        if snapshot == {}:
            return
        whole("doses.code", part(snapshot, "code"), 0, UNDER_DOSE)
        rows("doses.hours", part(snapshot, "hours"), 3)
        whole("number of doses.hours", len(snapshot["hours"]), 1, HOURS + 1)
        for asked_ng, more_ng, cause in snapshot["hours"]:
            whole("doses.hours prescribed", asked_ng)
            number("doses.hours more", more_ng)
            whole("doses.hours cause", cause, 0, _CAUSES - 1)

    def restore(self, snapshot, then_ms):
        if snapshot == {}:
            return
        hours = [list(hour) for hour in snapshot["hours"]]
        self._hours, self._hour = hours[:-1], hours[-1]
        self.code = snapshot["code"]
        self._judge(False)
