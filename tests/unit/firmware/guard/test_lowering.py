"""Whether a bolus would lower the basal: against an oracle that adds up each instant anew, and the
exact nanogram at which it begins. CPython only.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books.windows import DoseWindows
from firmware.guard import gate
from firmware.guard.lowering import first_lowering
from firmware.units import LONGEST_WAIT_MS, MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN
from tests.rigs.gate import limits, request

NOW_MS = 3 * MS_PER_DAY + 12_345
SLACK_NG = 7
# At 10**9 ng/mL (tests/rigs/gate.py) a pL is a ng: a rate of a day's ms is 1 ng in each ms.
NG_A_MS = MS_PER_DAY


def windows_with(booked):
    """booked: [(ms before now, ng)], the oldest first."""
    windows = DoseWindows()
    for before_ms, ng in booked:
        windows.book(NOW_MS - before_ms, ng)
    return windows


def found(booked=(), pieces=((NG_A_MS, MS_PER_DAY),), queued_ng=0, caps=(None, None), **asked):
    asked = request(slack_ng=SLACK_NG, **asked)
    among = limits(max_dose_1h_ng=caps[0], max_dose_24h_ng=caps[1])
    windows = windows_with(booked)
    return first_lowering(among, windows, queued_ng, list(pieces), asked, NOW_MS)


class Oracle:
    """The fullest that one window is at an instant, each part added up anew."""

    def __init__(self, ring, counted_ms, pieces, asked, queued_ng):
        bucket_ms, kept = ring.bucket_ms, (ring.buckets + 1) * ring.bucket_ms
        now_ms = NOW_MS + LONGEST_WAIT_MS
        self.booked = {}
        for number, ng in zip(ring._bucket, ring._ng, strict=True):
            if ng:
                self.booked[number * bucket_ms + kept - NOW_MS + LONGEST_WAIT_MS] = ng
        assert all(leaves_ms + now_ms > NOW_MS for leaves_ms in self.booked)
        self.counted_ms, self.pieces, self.queued_ng = counted_ms, pieces, queued_ng
        lasts_ms = min(asked.duration_ms, counted_ms)
        self.bolus_ng = -(-asked.rate_pl_per_day * lasts_ms // MS_PER_DAY) + asked.slack_ng
        self.bolus_leaves_ms = asked.duration_ms + counted_ms

    def units_by(self, at_ms):
        units, from_ms = 0, 0
        for rate, ms in self.pieces:
            units += rate * max(0, min(at_ms, from_ms + ms) - from_ms)
            from_ms += ms
        return units

    def ng(self, at_ms):
        booked = sum(ng for leaves_ms, ng in self.booked.items() if leaves_ms >= at_ms)
        units = self.units_by(at_ms) - self.units_by(max(0, at_ms - self.counted_ms))
        bolus = self.bolus_ng if at_ms <= self.bolus_leaves_ms else 0
        return max(0, booked - self.queued_ng) + -(-units // MS_PER_DAY) + bolus

    def corners(self):
        ends, from_ms = {MS_PER_DAY, self.bolus_leaves_ms, self.counted_ms}, 0
        for _, ms in self.pieces:
            from_ms += ms
            ends |= {from_ms, from_ms + self.counted_ms}
        return sorted(at for at in ends | set(self.booked) if 0 < at <= MS_PER_DAY)


@st.composite
def cases(draw):
    cuts = sorted(set(draw(st.lists(st.integers(1, MS_PER_DAY - 1), max_size=5))))
    spans = [b - a for a, b in zip([0, *cuts], [*cuts, MS_PER_DAY], strict=True)]
    pieces = [(draw(st.integers(0, 50_000)), ms) for ms in spans]
    ages = draw(st.lists(st.integers(0, MS_PER_DAY), max_size=12, unique=True))
    booked = [(age, draw(st.integers(1, 5000))) for age in sorted(ages, reverse=True)]
    asked = request(
        duration_ms=draw(st.sampled_from([1000, 600_000, 2 * MS_PER_HOUR, 30 * MS_PER_HOUR])),
        rate_pl_per_day=draw(st.integers(1, 10**8)),
        slack_ng=draw(st.integers(0, 50)),
    )
    return pieces, booked, asked, draw(st.sampled_from([0, 0, 40]))


@given(cases(), st.sampled_from([0, 1]), st.integers(-3000, 3000))
def test_it_finds_the_fullest_instant_of_a_window_and_the_first_beyond_the_cap(case, which, off):
    pieces, booked, asked, queued_ng = case
    windows = windows_with(booked)
    ring = (windows.hour, windows.day)[which]
    ring.total_ng(NOW_MS)
    counted_ms = gate.WINDOWS_MS[which][0]
    oracle = Oracle(ring, counted_ms, pieces, asked, queued_ng)
    most_ng = max(oracle.ng(at_ms) for at_ms in oracle.corners())
    cap_ng = max(0, most_ng + off)
    cap = {("max_dose_1h_ng", "max_dose_24h_ng")[which]: cap_ng}
    one = first_lowering(limits(**cap), windows, queued_ng, pieces, asked, NOW_MS)
    if most_ng <= cap_ng:
        assert one is None
        return
    assert (one.dose_ng, one.cap_ng, one.missing_ng) == (most_ng, cap_ng, most_ng - cap_ng)
    assert 0 <= one.in_ms <= MS_PER_DAY
    corners = oracle.corners()
    assert all(oracle.ng(at_ms) <= cap_ng for at_ms in corners if at_ms < one.in_ms)
    after = [at_ms for at_ms in corners if at_ms >= one.in_ms]
    assert max(oracle.ng(at_ms) for at_ms in after[:2]) > cap_ng


def test_without_a_cap_nothing_is_looked_at():
    assert found(caps=(None, None)) is None


@pytest.mark.parametrize("which", [0, 1])
def test_a_steady_basal_and_a_bolus_fit_to_the_nanogram(which):
    """Nothing is booked: in the hour as much basal comes as it counts for, in the day all of it."""
    counted_ms = min(gate.WINDOWS_MS[which][0], MS_PER_DAY)
    bolus = {"duration_ms": 600_000, "rate_pl_per_day": 2 * NG_A_MS}
    fits_ng = counted_ms + 2 * 600_000 + SLACK_NG
    caps = [None, None]
    caps[which] = fits_ng
    assert found(caps=tuple(caps), **bolus) is None
    caps[which] = fits_ng - 1
    one = found(caps=tuple(caps), **bolus)
    assert (one.dose_ng, one.cap_ng, one.missing_ng) == (fits_ng, fits_ng - 1, 1)
    assert one.in_ms == counted_ms - 1


def test_the_window_that_is_full_first_is_reported():
    bolus = {"duration_ms": 1000, "rate_pl_per_day": NG_A_MS}
    hour_ng, day_ng = 30 * MS_PER_MIN, 20 * MS_PER_HOUR
    one = found(caps=(hour_ng, day_ng), **bolus)
    assert one.cap_ng == hour_ng and one.in_ms < MS_PER_HOUR
    assert found(caps=(10**12, day_ng), **bolus).cap_ng == day_ng
    assert found(caps=(10**12, MS_PER_MIN), **bolus).cap_ng == MS_PER_MIN
    assert found(caps=(2 * MS_PER_MIN, MS_PER_MIN), **bolus).cap_ng == MS_PER_MIN


def test_what_is_queued_is_planned_anew_and_counts_once():
    bolus = {"duration_ms": 1000, "rate_pl_per_day": NG_A_MS}
    whole_ng = MS_PER_DAY + 1000 + SLACK_NG
    assert found([(0, 500)], queued_ng=500, caps=(None, whole_ng), **bolus) is None
    assert found([(0, 501)], queued_ng=500, caps=(None, whole_ng), **bolus).missing_ng == 1


def test_a_peak_of_the_program_far_from_the_bolus_counts_too():
    """S6: the basal of the next 24 h stays unlowered in both windows, whatever would lower it."""
    pieces = [(0, 20 * MS_PER_HOUR), (NG_A_MS, 2 * MS_PER_HOUR), (0, 2 * MS_PER_HOUR)]
    bolus = {"duration_ms": 1000, "rate_pl_per_day": NG_A_MS}
    counted_ms = gate.COUNTED_1H_MS
    assert found(pieces=pieces, caps=(counted_ms, None), **bolus) is None
    one = found(pieces=pieces, caps=(counted_ms - 1, None), **bolus)
    assert (one.missing_ng, one.in_ms) == (1, 20 * MS_PER_HOUR + counted_ms - 1)


def test_what_was_booked_makes_room_as_its_buckets_leave():
    bolus = {"duration_ms": 1000, "rate_pl_per_day": NG_A_MS}
    booked = [(59 * MS_PER_MIN, 10_000_000)]  # it leaves in some minutes
    fits = (10_000_000 + 1000 + SLACK_NG + 7 * MS_PER_MIN, None)
    assert found(booked, pieces=[(NG_A_MS, MS_PER_DAY)], caps=fits, **bolus) is None
    late = [(30 * MS_PER_MIN, 10_000_000)]
    assert found(late, pieces=[(NG_A_MS, MS_PER_DAY)], caps=fits, **bolus) is not None


def test_a_whole_bolus_counts_from_the_instant_it_is_asked_for():
    """The planner keeps room for the rest of it (decision 0012), so a basal gives way at once."""
    bolus = {"duration_ms": 20 * MS_PER_HOUR, "rate_pl_per_day": NG_A_MS}
    one = found(caps=(gate.COUNTED_1H_MS, None), **bolus)
    assert one.in_ms == 0


def test_a_bolus_beyond_the_cap_is_too_much_at_once_even_without_a_basal():
    bolus = {"duration_ms": 1000, "rate_pl_per_day": NG_A_MS}
    assert found(pieces=[(0, MS_PER_DAY)], caps=(1000 + SLACK_NG, None), **bolus) is None
    one = found(pieces=[(0, MS_PER_DAY)], caps=(999 + SLACK_NG, None), **bolus)
    assert (one.in_ms, one.missing_ng) == (0, 1)
