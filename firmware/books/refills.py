"""Refills: what a person withdrew against what the books expected, from one fill to the next.

    check = judge(start_pl, emitted_pl, withdrawn_pl)     # Check, pure
    refills.add(check)                                    # and the trend over refills

Formulas and limits: decision 0140.
"""

from collections import namedtuple

from firmware.snapshot import number, part, rows, whole

IN_ORDER = 0
NOTED = 1  # more than NOTE_PPT off
WARNED = 2
ALARMED = 3

NOTE_PPT = 50
WARN_PPT = 100
ALARM_PPT = 145
WARN_PL = 2_000_000_000
# With less delivered a syringe that is read 0.5 mL off is 10 % already: no ratio is judged.
LEAST_PL = 5_000_000_000
MOST_PPT = 1_000_000
TREND = 3  # refills in a row, off to the same side

# error_ppt: delivered beyond the books, to the nearest and at most MOST_PPT either way, 0 while the
# books have delivered nothing; over: 1 if it counts for a trend of over-delivery, -1 of
# under-delivery, else 0
Check = namedtuple("Check", ("withdrawn_pl", "expected_pl", "error_ppt", "verdict", "over"))


def judge(start_pl, emitted_pl, withdrawn_pl):
    """Check of a reservoir from which start_pl could be drawn off after the last fill, and
    emitted_pl went out by the books since then.
    """
    expected_pl = max(0, start_pl - emitted_pl)
    off_pl = expected_pl - withdrawn_pl  # above 0: over-delivered, or lost
    much = abs(off_pl) * 1000
    side = 1 if off_pl > 0 else -1
    error_ppt = 0
    if emitted_pl:
        error_ppt = side * min(MOST_PPT, (2 * much + emitted_pl) // (2 * emitted_pl))
    judged = emitted_pl >= LEAST_PL
    verdict = IN_ORDER
    if judged and much > ALARM_PPT * emitted_pl:
        verdict = ALARMED
    elif abs(off_pl) > WARN_PL or (judged and much > WARN_PPT * emitted_pl):
        verdict = WARNED
    elif judged and much > NOTE_PPT * emitted_pl:
        verdict = NOTED
    over = side if judged and much > NOTE_PPT * emitted_pl else 0
    return Check(withdrawn_pl, expected_pl, error_ppt, verdict, over)


class Refills:
    """count: fills by command, 0 for a reservoir that was never filled by one; last: the Check of
    the last that was reconciled, None before; in_a_row: refills off to the same side, the last one
    among them, below 0 where less was delivered.
    """

    def __init__(self):
        self.count = 0
        self.in_a_row = 0
        self.last = None

    def filled(self):
        """A command has filled the reservoir."""
        self.count += 1

    def add(self, check):
        """A withdrawal was reconciled."""
        self.last = check
        if check.over * self.in_a_row > 0:
            self.in_a_row += check.over
        else:
            self.in_a_row = check.over

    def snapshot(self):
        return {
            "count": self.count,
            "in_a_row": self.in_a_row,
            "last": [] if self.last is None else list(self.last),
        }

    @staticmethod
    def check(snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("reservoir.refills count", part(snapshot, "count"))
        number("reservoir.refills in_a_row", part(snapshot, "in_a_row"))
        last = part(snapshot, "last")
        if last != []:
            rows("reservoir.refills last", [last], 5)
            withdrawn_pl, expected_pl, error_ppt, verdict, over = last
            whole("reservoir.refills withdrawn_pl", withdrawn_pl)
            whole("reservoir.refills expected_pl", expected_pl)
            whole("reservoir.refills error_ppt", error_ppt, -MOST_PPT, MOST_PPT)
            whole("reservoir.refills verdict", verdict, IN_ORDER, ALARMED)
            whole("reservoir.refills over", over, -1, 1)

    def restore(self, snapshot):
        self.count = snapshot["count"]
        self.in_a_row = snapshot["in_a_row"]
        self.last = Check(*snapshot["last"]) if snapshot["last"] else None
