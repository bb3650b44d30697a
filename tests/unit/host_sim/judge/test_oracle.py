"""The oracle by itself: programs by the calendar, overlays of every kind, the demand of a run."""

from fractions import Fraction

import pytest

from host_sim.judge import oracle
from host_sim.judge.asked_overlays import Kind, Overlay, overlay_by_time, overlay_by_volume
from host_sim.judge.basal import basal
from host_sim.judge.oracle import Asked, Piece
from tests.rigs.run import DAY_MS, HOUR_MS, START_WALL_S, made_config

STEP_MS = 1350  # one step at 0.2 mL/d and 3125 pL a step
STEADY = {"mode": "continuous", "rate_pl_per_day": 200_000_000}
BESIDE = Kind(source="bolus", instead=False, accepted=0, ended=0)
INSTEAD = Kind(source="prime", instead=True, accepted=0, ended=0)
WEEK = {
    "mode": "weekly",
    "safe_rate_pl_per_day": 1,
    "patterns": {"work": [[28_800, 200], [61_200, 100]], "rest": [[36_000, 50]]},
    "days": ["work"] * 5 + ["rest"] * 2,
}


def asked(*overlays, **more):
    config = made_config(program=STEADY)
    return Asked(config, [(0, STEADY)], [(0, None)], overlays, **more)


def test_a_pulse_may_leave_2_us_early_above_1_khz_20_and_66_ticks_where_those_are_coarse():
    config = made_config()  # up to 89 Hz
    fast = made_config(head={"pl_per_rev": 800_000, "steps_per_rev": 3200})
    told = [
        oracle.early_ms(*at) * 1000
        for at in (
            (config, 125_000_000),
            (fast, 125_000_000),
            (config, 1_000_000),
            (fast, 1_000_000),
        )
    ]
    assert told == [2, 20, 66, 66]


def test_before_a_days_first_step_the_last_rate_of_the_day_before_goes_on():
    monday_ms = START_WALL_S * 1000
    assert basal(WEEK, 0, monday_ms) == (50, monday_ms + 8 * HOUR_MS)  # Sunday's
    assert basal(WEEK, 0, monday_ms + 8 * HOUR_MS) == (200, monday_ms + 17 * HOUR_MS)
    assert basal(WEEK, 0, monday_ms + 5 * DAY_MS) == (
        100,
        monday_ms + 5 * DAY_MS + 10 * HOUR_MS,
    )  # Friday's
    assert basal(WEEK, 0, monday_ms + 7 * DAY_MS - 1) == (
        50,
        monday_ms + 7 * DAY_MS + 8 * HOUR_MS,
    )


def test_stopped_and_minimum_need_no_clock():
    assert basal({"mode": "stopped"}, 6_000_000, None) == (0, None)
    assert basal({"mode": "minimum"}, 6_000_000, None) == (6_000_000, None)


def test_a_week_with_a_single_step_has_its_rate_all_week_and_changes_once():
    once = {
        **WEEK,
        "patterns": {"work": [], "rest": [[36_000, 50]]},
        "days": ["work"] * 6 + ["rest"],
    }
    sunday_ms = START_WALL_S * 1000 + 6 * DAY_MS + 10 * HOUR_MS
    assert basal(once, 0, sunday_ms - 1) == (50, sunday_ms)
    assert basal(once, 0, sunday_ms) == (50, sunday_ms + 7 * DAY_MS)


def test_an_overlay_beside_the_basal_rate_adds_to_it_until_its_time_is_over():
    overlay = overlay_by_time(BESIDE, volume_pl=1000, duration_ms=7, start_ms=HOUR_MS)
    assert asked(overlay).pieces(0, DAY_MS) == [
        (0, HOUR_MS, 200_000_000),
        (HOUR_MS, HOUR_MS + 7, 200_000_000 + 1000 * DAY_MS // 7),
        (HOUR_MS + 7, DAY_MS, 200_000_000),
    ]


def test_an_overlay_instead_of_the_basal_rate_replaces_it_until_its_volume_is_there():
    overlay = overlay_by_volume(INSTEAD, 1001, rate_pl_per_day=864_000_000, start_ms=5)
    assert asked(overlay).pieces(0, 1000) == [
        (0, 5, 200_000_000),
        (5, 5 + 101, 864_000_000),  # 10 pL a ms
        (106, 1000, 200_000_000),
    ]


def test_two_overlays_of_which_one_replaces_the_basal_rate_owe_what_both_ask_for():
    bolus = Overlay(BESIDE, rate_pl_per_day=3, start_ms=0, duration_ms=20)
    prime = Overlay(INSTEAD, rate_pl_per_day=7, start_ms=10, duration_ms=20)
    rates = [piece.pl_per_day for piece in asked(bolus, prime).pieces(0, 40)]
    assert rates == [200_000_003, 10, 7, 200_000_000]


@pytest.mark.parametrize(("cancelled_ms", "end_ms"), [(None, 600), (300, 300), (601, 600)])
def test_an_overlay_ends_with_its_time_or_when_it_was_cancelled(cancelled_ms, end_ms):
    overlay = Overlay(BESIDE, 1, start_ms=100, duration_ms=500, cancelled_ms=cancelled_ms)
    assert overlay.end_ms == end_ms
    assert (overlay.rate_at(99), overlay.rate_at(100)) == (0, 1)
    assert (overlay.rate_at(end_ms - 1), overlay.rate_at(end_ms)) == (1, 0)


def test_a_span_in_which_a_cap_held_the_rate_down_owes_what_was_permitted():
    pieces = asked(held=[Piece(100, 200, 6_000_000)]).pieces(0, 300)
    assert [piece.pl_per_day for piece in pieces] == [200_000_000, 6_000_000, 200_000_000]


def test_the_demand_of_a_run_is_exact_across_a_change_of_rate():
    overlay = Overlay(BESIDE, 200_000_000, start_ms=STEP_MS, duration_ms=DAY_MS)
    run = asked(overlay).run(0, 4 * STEP_MS)
    assert run.steps_by(STEP_MS // 2) == Fraction(1, 2)
    assert run.steps_by(2 * STEP_MS) == 3
    assert run.whole_steps() == 7
    assert (run.rate_before(STEP_MS), run.rate_before(STEP_MS + 1)) == (200_000_000, 400_000_000)


def test_a_pulse_of_the_instant_of_the_stop_counts_and_one_due_within_2_us_of_a_cut_may_have_left():
    run = asked().run(0, 7 * STEP_MS)
    assert run.least_and_most(7 * STEP_MS) == (7, 7)
    almost = 7 * STEP_MS - Fraction(1, 1000)  # 1 us before the seventh pulse
    assert run.least_and_most(almost) == (6, 7)
    run.end_ms = almost
    assert run.least_and_most(almost) == (6, 6)
    run.cuts = [almost]
    assert run.least_and_most(almost) == (6, 7)


def test_a_run_of_no_length_owes_nothing_at_any_time():
    run = asked().run(500, 500)
    assert (run.pieces, run.whole_steps(), run.steps_by(400), run.steps_by(900)) == ([], 0, 0, 0)


def test_demand_in_ticks_is_the_demand_in_ms():
    run = asked().run(0, DAY_MS)
    scaled = Fraction(run.scaled_by(125_000 * 2000 + 1, 125_000)) / run.scaled_step(125_000)
    assert scaled == run.steps_by(2000 + Fraction(1, 125_000))
