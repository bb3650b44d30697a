"""The flow in a hole of the log is as uncertain as the pump is uneven."""

import numpy as np
import pytest

from bench.reduction import hole_uncertainty

FLOW, TURN_S, RIPPLE = 2.0, 20.0, 0.4  # mg/s


def unseen_mg(*log):
    return hole_uncertainty.unseen_mg(*log)[0]


def pulsating(time_s):
    turn = 2 * np.pi / TURN_S
    return FLOW * (time_s + RIPPLE / turn * (1 - np.cos(turn * time_s)))


def holed(hole_s, at_s=500.0, lasts_s=8000.0, mass=pulsating, noise_mg=0.0):
    """(time, mass, pieces, what the hole really held beyond the mean) of a log with one hole."""
    time_s = np.arange(0.0, lasts_s, 0.5)
    time_s = time_s[(time_s <= at_s) | (time_s >= at_s + hole_s)]
    mass_mg = mass(time_s) + np.random.default_rng(1).normal(0, noise_mg, len(time_s))
    before = int(np.searchsorted(time_s, at_s, "right")) - 1
    pieces = [(0, before), (before + 1, len(time_s) - 1)]
    start, end = time_s[before], time_s[before + 1]
    return time_s, mass_mg, pieces, float(mass(end) - mass(start) - FLOW * (end - start))


def test_without_a_hole_nothing_is_unseen():
    time_s = np.arange(0.0, 100.0)
    assert unseen_mg(time_s, pulsating(time_s), [(0, 99)], 0.0) == 0.0


def test_even_flow_hides_nothing_in_a_hole():
    assert unseen_mg(*holed(9.0, mass=lambda time_s: FLOW * time_s)[:3], 0.0) == pytest.approx(
        0, abs=1e-9
    )


@pytest.mark.parametrize("hole_s", [3.0, 9.0, 14.0, 47.0, 310.0])
def test_what_a_hole_may_hide_is_what_holes_at_all_places_do_hide(hole_s):
    hidden = [holed(hole_s, at_s)[3] for at_s in np.linspace(300, 340, 41)]
    time_s, mass_mg, pieces, _ = holed(hole_s)
    assert unseen_mg(time_s, mass_mg, pieces, 0.0) == pytest.approx(
        np.sqrt(np.mean(np.square(hidden))), rel=0.1
    )


def test_the_noise_of_the_readings_is_not_counted_again():
    time_s, mass_mg, pieces, _ = holed(9.0, mass=lambda time_s: FLOW * time_s, noise_mg=1.0)
    assert unseen_mg(time_s, mass_mg, pieces, 1.0) < 0.3
    assert unseen_mg(time_s, mass_mg, pieces, 0.0) == pytest.approx(np.sqrt(2), rel=0.1)


def test_a_hole_longer_than_any_piece_counts_in_proportion():
    def drifting(time_s):
        return FLOW * time_s + 1e-3 * time_s**2

    time_s, mass_mg, pieces, hidden = holed(1500.0, 200.0, 2000.0, mass=drifting)
    assert unseen_mg(time_s, mass_mg, pieces, 0.0) > 0.3 * abs(hidden)


def test_two_holes_hide_more_than_one():
    time_s, mass_mg, (first, second), _ = holed(9.0)
    middle = (second[0] + second[1]) // 2
    both = [first, (second[0], middle), (middle + 18, second[1])]
    one, two = (unseen_mg(time_s, mass_mg, pieces, 0.0) for pieces in ([first, second], both))
    assert two == pytest.approx(np.sqrt(2) * one, rel=0.1)


def test_few_windows_as_long_as_the_hole_leave_few_degrees_of_freedom():
    assert hole_uncertainty.unseen_mg(*holed(1500.0, 2000.0)[:3], 0.0)[1] == pytest.approx(
        3.3, abs=0.1
    )
    assert hole_uncertainty.unseen_mg(*holed(9.0)[:3], 0.0)[1] > 500
