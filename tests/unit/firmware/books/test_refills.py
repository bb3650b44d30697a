"""Refills: the golden rows of a withdrawal against the books, and the trend over refills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books.refills import ALARMED, IN_ORDER, MOST_PPT, NOTED, WARNED, Refills, judge
from firmware.errors import SnapshotError

ML = 10**9
UL = 10**6

# (start, gone out, withdrawn, expected, error in ppt, verdict), uL
GOLDEN = (
    (40_000, 36_000, 9_300, 4_000, -147, ALARMED),
    (40_000, 36_000, 2_000, 4_000, 56, NOTED),  # at the line of 2 mL, and not over it
    (20_000, 17_000, 5_500, 3_000, -147, ALARMED),
    (20_000, 17_000, 1_500, 3_000, 88, NOTED),
)


# trace: G19, G20, G21, G22
@pytest.mark.parametrize(("start", "out", "withdrawn", "expected", "error", "verdict"), GOLDEN)
def test_a_withdrawal_is_judged_as_in_the_golden_rows(
    start, out, withdrawn, expected, error, verdict
):
    check = judge(start * UL, out * UL, withdrawn * UL)
    assert check.withdrawn_pl == withdrawn * UL and check.expected_pl == expected * UL
    assert (check.error_ppt, check.verdict) == (error, verdict)


# (gone out, error in pL, verdict): each limit, and a picolitre beyond it
EDGES = (
    (10 * ML, 500 * UL, IN_ORDER),
    (10 * ML, 500 * UL + 1, NOTED),
    (10 * ML, ML, NOTED),
    (10 * ML, ML + 1, WARNED),
    (10 * ML, 1450 * UL, WARNED),
    (10 * ML, 1450 * UL + 1, ALARMED),
    (30 * ML, 2 * ML, NOTED),
    (30 * ML, 2 * ML + 1, WARNED),
    (5 * ML - 1, 2 * ML, IN_ORDER),
    (5 * ML - 1, 2 * ML + 1, WARNED),
    (5 * ML, 725 * UL + 1, ALARMED),
    (0, 2 * ML, IN_ORDER),
)


@pytest.mark.parametrize(("out_pl", "off_pl", "verdict"), EDGES)
@pytest.mark.parametrize("side", [1, -1])
def test_a_limit_is_reached_before_it_is_passed_on_either_side(out_pl, off_pl, verdict, side):
    start_pl = out_pl + 5 * ML
    check = judge(start_pl, out_pl, 5 * ML - side * off_pl)
    assert check.verdict == verdict
    assert check.over == (side if out_pl >= 5 * ML and off_pl * 20 > out_pl else 0)


volumes = st.integers(0, 10**15)


@given(volumes, volumes, volumes)
def test_the_error_is_to_the_nearest_and_bounded(start_pl, out_pl, withdrawn_pl):
    check = judge(start_pl, out_pl, withdrawn_pl)
    off_pl = max(0, start_pl - out_pl) - withdrawn_pl
    if not out_pl:
        assert check.error_ppt == 0
    elif abs(off_pl) * 1000 <= (MOST_PPT - 1) * out_pl:
        assert abs(2 * (check.error_ppt * out_pl - off_pl * 1000)) <= out_pl
    else:
        assert MOST_PPT - 1 <= abs(check.error_ppt) <= MOST_PPT


def after(*offs_ppt):
    refills = Refills()
    for ppt in offs_ppt:
        refills.filled()
        refills.add(judge(20 * ML, 10 * ML, 10 * ML - ppt * 10 * UL))
    return refills


def test_refills_in_a_row_off_to_one_side_are_counted_until_one_is_not():
    assert after(51, 60, 140).in_a_row == 3
    assert after(-51, -60, -51).in_a_row == -3
    assert after(51, 60, 50).in_a_row == 0
    assert after(51, 60, -51).in_a_row == -1
    assert after(51, 0, 51).in_a_row == 1


def test_what_is_known_of_refills_is_kept():
    for refills in (after(), after(51, 60), after(0)):
        again = Refills()
        snapshot = refills.snapshot()
        Refills.check(snapshot)
        again.restore(snapshot)
        assert (again.count, again.in_a_row, again.last) == (
            refills.count,
            refills.in_a_row,
            refills.last,
        )


@pytest.mark.parametrize(
    ("part", "value"),
    [("count", -1), ("in_a_row", None), ("last", [1]), ("last", [1, 1, 0, 4, 0]), ("last", 5)],
)
def test_what_no_refill_can_be_is_not_restored(part, value):
    with pytest.raises(SnapshotError, match="refills"):
        Refills.check(dict(after(51).snapshot(), **{part: value}))
