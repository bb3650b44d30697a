from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.campaign.campaign_findings import Finding, faults, findings, wilson
from host_sim.campaign.pump_row import NAMES

EMPTY = dict.fromkeys(NAMES, "0")


def row(**cells):
    return {**EMPTY, "told": "", "lacking_s": "", "excess_s": "", "verdict": "sound",
            "duration_s": "604800", "asked_ng": "1000", **cells}  # fmt: skip


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(hits, n, low, high):
    """Of ten: R's binom.confint(method = "wilson")."""
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_each_end_of_the_interval_is_1_96_deviations_from_what_was_seen(hits_of_n):
    hits, n = hits_of_n
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12 and hits / n <= high + 1e-12 <= 1 + 1e-12
    for share in (low, high):
        if 0 < share < 1:
            deviations = abs(hits / n - share) / sqrt(share * (1 - share) / n)
            assert deviations == pytest.approx(1.959964, rel=1e-4)


def test_a_finding_says_its_share_its_interval_and_of_how_many():
    said = Finding("x", 950, 1000).says()
    assert said == "95.0 % (93.5 to 96.2 %), 950 of 1,000"
    assert Finding("x", 0, 0).says() == "none to judge"


def test_the_faults_of_a_row_come_back_and_are_said_in_words():
    told = (
        "stall:86400:UNDER_DELIVERY|MOTOR_STALL:72.3 wear:100:-:- turned:60:-:11.2 "
        "magnet:200:MOTION_SENSOR:-"
    )
    found = list(faults(row(told=told)))
    assert [(fault.kind, fault.due, fault.after_s) for fault in found] == [
        ("stall", True, 72.3), ("wear", False, None), ("turned", False, 11.2),
        ("magnet", True, None),
    ]  # fmt: skip
    assert [str(fault) for fault in found] == [
        "stall at 1 d: told after 72.3 s",
        "wear at 00:01:40: nothing is due",
        "turned at 00:01: nothing is due, told after 11.2 s",
        "magnet at 00:03:20: never told, MOTION_SENSOR is due",
    ]


def test_a_harm_counts_as_told_within_a_day_and_as_undecided_at_the_end_of_the_run():
    rows = [
        row(lacking_s="200000", lacking_told_s="286400"),  # a day later, to the second
        row(lacking_s="200000", lacking_told_s="286401"),
        row(lacking_s="200000", lacking_told_s=""),
        row(lacking_s="590000", lacking_told_s=""),  # less than a day before the end
        row(lacking_s="590000", lacking_told_s="595000"),
        row(),
    ]
    by_text = {one.text: one for one in findings(rows)}
    harm = by_text["a day's dose 20 % too little, told within 24 h"]
    assert (harm.hits, harm.n) == (2, 4)


def test_a_pump_that_broke_off_is_not_sound_and_is_in_no_other_share():
    rows = [row(), row(verdict="broke off", asked_ng="")]
    sound, *others = findings(rows)
    assert (sound.hits, sound.n) == (1, 2)
    assert max(one.n for one in others) == 1
