"""What a prime counts, what an interrupted one leaves, and the tubing that goes by bridge, on a
line in round numbers. At CONC a pL is a ng.
"""

import pytest

from firmware.books.fluid_line import FluidLine
from firmware.books.slugs import NEVER_PL
from firmware.errors import SnapshotError
from firmware.least_volumes import COUNTED_1H_MS, COUNTED_24H_MS

CONC = 10**9
HOUR_MS = 3_600_000


def made(tubing=0, catheter=0, tolerance_ppt=0, conc=CONC):
    return FluidLine(section(tubing, catheter, tolerance_ppt), conc)


def section(tubing=0, catheter=0, tolerance_ppt=0):
    return {
        "tubing_pl": 1400,
        "catheter_pl": 1320,
        "tolerance_ppt": tolerance_ppt,
        "holds_tubing_ng_per_ml": tubing,
        "holds_catheter_ng_per_ml": catheter,
    }


def restarted(line, again, then_ms=0, now_ms=0):
    kept = line.snapshot(then_ms)
    again.check(kept)
    again.restore(kept, now_ms)
    return again


def test_the_front_is_that_of_the_first_drug_whatever_drug_it_is():
    assert made().front_pl(0) == 2720
    assert made(CONC, 0).front_pl(0) == made(5, 0).front_pl(0) == 1320
    assert made(0, 5).front_pl(0) == 0
    assert made(None, None).front_pl(0) == 2720
    assert made().front_pl(100) == 2620
    assert made(conc=0).front_pl(0) == 2720  # there is no drug at all


# trace: S2.2
@pytest.mark.parametrize("tolerance_ppt", [0, 100])
def test_a_prime_counts_from_half_on_and_the_windows_count_by_plug_flow(tolerance_ppt):
    line = made(0, 0, tolerance_ppt)
    line.begin_prime(2720, 0, 2720)
    assert line.at_tip(0) == (0, 2720) and line.at_tip(2719) == (0, 2720)
    assert [line.priming_ng(pl) for pl in (0, 1360, 1361, 2720, 3000)] == [0, 0, 1, 1360, 1360]
    assert line.counted_between(0, 2720) == line.tip_ng(2720) == 0
    line.look(2720, 0)
    line.prime_over(2720, True, True, 1000)
    assert (line.short, line.unbridged, line.prime_to_pl) == (0, 0, 0)
    assert line.counted_ng(2720) == 1360 and line.priming_ng(2720) == 0
    assert line.counted_between(2720, 2730) == 10
    assert line.counted_ng(2730) >= line.tip_ng(2730) == 10


def test_what_it_counts_is_there_until_it_has_left_the_window():
    line = made()
    line.begin_prime(2720, 0, 2720)
    line.look(2720, 0)
    line.prime_over(2720, True, False, HOUR_MS)
    for within_ms in (COUNTED_1H_MS, COUNTED_24H_MS):
        assert line.primed_ng(HOUR_MS + within_ms, within_ms) == 1360
        assert line.primed_ng(HOUR_MS + within_ms + 1, within_ms) == 0


def test_of_many_primes_none_is_forgotten_before_its_time():
    line = made()
    for n in range(20):
        line.begin_prime(10, 10 * n, 10)
        line.prime_over(10 * n + 10, True, False, 1000 * n)
    assert len(line.primed) <= 8
    assert line.primed_ng(20_000, COUNTED_24H_MS) == 100
    line.begin_prime(10, 0, 10)
    line.prime_over(10, True, False, 2 * COUNTED_24H_MS)
    assert line.primed == [[5, 2 * COUNTED_24H_MS]]


def test_an_interrupted_prime_is_short_until_the_drug_is_at_the_tip():
    line = made()
    line.begin_prime(2720, 0, 2720)
    line.look(2000, 0)
    line.prime_over(2000, False, False, 0)
    assert (line.short, line.unbridged, line.front_pl(2000)) == (1, 0, 720)
    line.tell_missing(720, 3)
    assert line.missing == (720, 3)
    line.look(2719, 0)
    assert line.short == 1
    line.look(2720, 0)
    assert line.short == 0


def test_a_bridge_that_was_to_follow_is_missing_until_one_is_answered():
    line = made(5, 0)
    line.begin_prime(1320, 0, 1320)
    line.prime_over(500, False, True, 0)
    assert line.unbridged == 1
    line.bridge_by(None, 500, 1)
    assert line.unbridged == 1
    line.bridge_by({"mode": "minimum"}, 500)
    assert line.unbridged == 0 and line.needs_bridge(1320)


@pytest.mark.parametrize("state", ["fill", "flush", "lost"])
def test_a_line_that_is_stated_anew_is_short_of_nothing(state):
    line = made()
    line.begin_prime(2720, 0, 2720)
    line.prime_over(100, False, False, 0)
    {"fill": lambda: line.fill(100), "lost": lambda: line.lost(100)}.get(
        state, lambda: line.flushed(0, 100)
    )()
    assert line.short == 0


def test_water_in_the_tubing_behind_a_drug_goes_by_bridge_at_the_rate_of_the_drug():
    line = made(0, 5)
    assert line.needs_bridge(0) and line.tube_pl == 0
    line.bridge_by({"mode": "minimum"}, 0)
    assert (line.tube_pl, line.tube_conc) == (1400, 5)
    assert line.rate_at(0) == (5, 1320) and line.rate_at(1320) == (5, 1400)
    assert line.rate_at(1400) == (CONC, NEVER_PL)
    line.bridge_by({"mode": "minimum"}, 1350)  # another dose changes nothing of where it ends
    assert line.tube_pl == 1400
    line.bridge_by(None)
    assert line.tube_pl == 0


def test_no_tubing_goes_by_bridge_where_it_is_full_or_holds_a_drug():
    assert not made().needs_bridge(0) and not made(CONC, CONC).needs_bridge(0)
    assert not made(0, CONC).needs_bridge(1400)
    assert made(5, 0).needs_bridge(0) and made(5, 0)._tube(0) == (0, 0)
    assert made(5, 7)._tube(0) == (0, 0)


def test_all_of_it_outlives_a_restart():
    line = made(0, 5)
    line.bridge_by({"mode": "minimum"}, 0)
    line.begin_prime(2720, 0, 2720)
    line.primed = [[7, 1000]]
    again = restarted(line, made(0, 5), 3000, 50_000)
    for name in "half_pl prime_to_pl prime_conc short unbridged tube_pl tube_conc bridge".split():
        assert getattr(again, name) == getattr(line, name), name
    assert again.primed == [[7, 48_000]]
    line.prime_over(2000, False, True, 4000)
    again = restarted(line, made(0, 5), 5000)
    assert (again.short, again.unbridged, again.prime_to_pl) == (1, 1, 0)


def test_a_line_without_a_prime_keeps_nothing_of_one():
    kept = made().snapshot(0)
    assert "prime" not in kept and "primed" not in kept
    assert restarted(made(), made()).primed == []


@pytest.mark.parametrize(
    "damage",
    [
        {"prime": [0] * 6},
        {"prime": [0] * 6 + [-1]},
        {"prime": [0] * 6 + ["1"]},
        {"prime": 7},
        {"primed": [[1]]},
        {"primed": [[1, -1]]},
        {"primed": None},
    ],
)
def test_a_damaged_record_is_refused(damage):
    with pytest.raises(SnapshotError):
        made().check({**made().snapshot(0), **damage})
