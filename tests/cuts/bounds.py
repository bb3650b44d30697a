"""What a cut may book too much, and what the dose windows may hold after it.

    most_overbooked, most_reserved = most_steps(config)
    compare_windows(where, bench, truth, most_beyond, therapy)

Also the Tally of a walk, and WrongMemory, which says what is wrong.
"""

from collections import Counter
from fractions import Fraction

from firmware.books.windows import AHEAD_MS
from tests.cuts.script import CONC_NG_PER_ML
from tests.cuts.truth import DAY_MS, HOUR_MS, MINUTE_MS
from tests.rigs.pump import PL_PER_STEP

LATER_MS = tuple(minute * MINUTE_MS for minute in (0, 7, 29, 58, 62))
# A dose leaves a window so late, at the most: it counts by the bucket in which its stretch ends
LATE_MS = {HOUR_MS: AHEAD_MS + 2 * MINUTE_MS, DAY_MS: AHEAD_MS + 10 * MINUTE_MS}


class WrongMemory(Exception):
    """A cut after which the pump knows something wrong."""


class Tally:
    """every: of the cuts one in so many is tried; twice_every: of those tried one in so many is cut
    again while the pump comes back from it, and thrice_every of these once more
    """

    def __init__(self, every=1, twice_every=1000, thrice_every=1000):
        self.every = every
        self._again_every = (twice_every, thrice_every, 0)
        self.cuts = 0
        self.recoveries = 0
        self.of_depth = Counter()
        self.at_opening = 0  # of the recoveries, after a cut of an erase or of an opening record
        self.most_overbooked = 0
        self.carried_out = set()  # commands
        self.in_flight = Counter()  # "old" or "new": what a command that was not answered left

    def goes_on(self, depth):
        """Whether the cut that was tried last, of this depth, is cut again."""
        every = self._again_every[depth - 1]
        return every and self.of_depth[depth] % every == 0


def dose_ng(steps, conc_ng_per_ml=CONC_NG_PER_ML, step_pl=PL_PER_STEP):
    """Of steps at the nominal volume."""
    return int(steps * step_pl * conc_ng_per_ml) // 10**9


def most_steps(config):
    """What one cut may book too much (decision 0130), and of that a reservation. The former is what
    was queued, what may be queued at once where the queue is thrown away for a change of rate, and
    a reservation, which is the blind allowance or a fiftieth of the hourly cap.
    """
    step_pl = _step_pl(config)
    cap_pl = Fraction(config["limits"]["max_dose_1h_ng"] * 10**9, config["drug"]["conc_ng_per_ml"])
    blind_steps = config["limits"]["blind_pl"] // step_pl
    most_reserved = max(blind_steps, cap_pl // step_pl // 50) + 1
    return 2 * (blind_steps + 2) + most_reserved, most_reserved


def compare_windows(where, bench, truth, most_beyond, therapy):
    """WrongMemory unless each window, now and later, holds what left within it. most_beyond: steps
    that it may hold in addition.
    """
    windows, now_ms, step_pl = bench.pump.books.windows, bench.clock.ms, _step_pl(therapy.config)
    low, high = therapy.tip_ng_per_ml
    # The pump's time is that of its last record: so much of what has passed it forgets.
    behind_ms = truth.before_ms - bench.pump.memory._found.last_ms
    for window, window_ms in ((windows.hour, HOUR_MS), (windows.day, DAY_MS)):
        most = truth.within(window_ms + LATE_MS[window_ms] + behind_ms) + most_beyond
        for ahead_ms in LATER_MS:
            counted_ng = window.total_ng(now_ms + ahead_ms)
            least = truth.within(window_ms, ahead_ms)
            least_ng, most_ng = dose_ng(least, low, step_pl), dose_ng(most, high, step_pl)
            if not least_ng - 1 <= counted_ng <= most_ng + 1:
                line = f"{counted_ng} ng in {window_ms} ms, {ahead_ms} ahead"
                raise WrongMemory(f"{where}: {line}, for {least} to {most} steps")


def _step_pl(config):
    return Fraction(config["head"]["pl_per_rev"], config["head"]["steps_per_rev"])
