"""What happens to a balance while it weighs, told apart: and nothing is made up where nothing was
weighed.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.metrology import trumpet
from bench.reduction.gaps_and_steps import sort_out
from tests.rigs.weighing import times

RATE_MG_PER_S = 0.007  # 0.42 uL/min


def run(lasts_s=7200, every_s=10.0, noise_mg=0.1, seed=3, rate=RATE_MG_PER_S):
    rng = np.random.default_rng(seed)
    time_s = times(lasts_s, every_s)
    return time_s, rate * time_s + rng.normal(0, noise_mg, len(time_s)), rng


def sorted_out(time_s, mass_mg, gap_s=60.0, rate=RATE_MG_PER_S, noise_mg=0.1, readability_mg=0.1):
    return sort_out(
        time_s,
        np.round(mass_mg / readability_mg) * readability_mg,
        gap_s=gap_s,
        rate_mg_per_s=rate,
        noise_mg=noise_mg,
        readability_mg=readability_mg,
    )


def kinds(tidy):
    return [flag.kind for flag in tidy.flags]


def test_a_quiet_log_is_one_piece_without_a_flag():
    time_s, mass_mg, _ = run()
    tidy = sorted_out(time_s, mass_mg)
    assert tidy.pieces == [(0, len(time_s) - 1)] and tidy.flags == [] and tidy.drop_mg == 0
    assert tidy.noise_mg == pytest.approx(np.hypot(0.1, 0.1 / np.sqrt(12)), rel=0.2)


def with_hole(from_s=3000, to_s=3600, gain_mg=None, rate=RATE_MG_PER_S):
    """A log without its readings from from_s to to_s; what it gains there may be another."""
    time_s, mass_mg, _ = run(rate=rate)
    kept = (time_s <= from_s) | (time_s > to_s)
    if gain_mg is not None:
        mass_mg[time_s > to_s] += gain_mg - rate * (to_s + 10 - from_s)
    return time_s[kept], mass_mg[kept]


def test_a_hole_whose_gain_a_pump_can_have_delivered_is_bridged():
    for gain_mg in (None, 0.0, 8.0):
        tidy = sorted_out(*with_hole(gain_mg=gain_mg))
        assert kinds(tidy) == ["gap"] and (tidy.flags[0].from_s, tidy.flags[0].to_s) == (3000, 3610)
        assert len(tidy.pieces) == 1 and tidy.bridged == [(3000.0, 3610.0)]
        assert "counted as delivered" in tidy.flags[0].text


@pytest.mark.parametrize("gain_mg", [-30.0, 20.0, -5000.0, 900.0])
def test_a_hole_whose_gain_no_flow_explains_cuts_the_log(gain_mg):
    tidy = sorted_out(*with_hole(gain_mg=gain_mg))
    assert kinds(tidy) == ["gap"] and tidy.bridged == []
    assert [(tidy.time_s[a], tidy.time_s[b]) for a, b in tidy.pieces] == [(0, 3000), (3610, 7200)]
    assert "no flow explains" in tidy.flags[0].text


def test_no_sampling_instant_within_a_hole_gets_a_value_and_a_window_over_it_has_its_mean():
    for gain_mg in (None, 900.0):
        tidy = sorted_out(*with_hole(gain_mg=gain_mg))
        grid = trumpet.resample(tidy, tidy.mass_mg, start_s=0.0, interval_s=30.0, end_s=7200.0)
        inside = (grid.time_s > 3000) & (grid.time_s < 3610)
        assert np.isnan(grid.volume_ul[inside]).all()
        assert not np.isnan(grid.volume_ul[~inside]).any()
        over = trumpet.window_flows(grid, 40)[95]  # from 2850 s to 4050 s
        assert np.isnan(over) if gain_mg else over == pytest.approx(0.42, rel=0.05)


@pytest.mark.parametrize("step_mg", [-5000.0, -40.0, 900.0, 12_345.0])
def test_a_tare_or_something_put_on_is_a_step_and_counts_for_nothing(step_mg):
    time_s, mass_mg, _ = run(every_s=1.0)
    mass_mg[time_s >= 4000] += step_mg
    tidy = sorted_out(time_s, mass_mg, gap_s=5)
    assert kinds(tidy) == ["step"] and float(tidy.flags[0].text.split()[3]) == pytest.approx(
        step_mg, abs=0.5
    )
    gained = sum(tidy.mass_mg[b] - tidy.mass_mg[a] for a, b in tidy.pieces)
    weighed_s = sum(tidy.time_s[b] - tidy.time_s[a] for a, b in tidy.pieces)
    assert gained / weighed_s == pytest.approx(RATE_MG_PER_S, rel=0.02) and weighed_s > 7180


@pytest.mark.parametrize("lasts", [1, 3, 12])
def test_a_bump_that_goes_back_is_left_out_and_the_mass_goes_on(lasts):
    time_s, mass_mg, rng = run(every_s=1.0)
    mass_mg[3000 : 3000 + lasts] += rng.uniform(50, 900, lasts)
    tidy = sorted_out(time_s, mass_mg, gap_s=30)
    assert kinds(tidy) == ["bump"] and len(tidy.pieces) == 1
    assert not np.isin(time_s[3000 : 3000 + lasts], tidy.time_s).any()
    assert np.abs(tidy.mass_mg - RATE_MG_PER_S * tidy.time_s).max() < 1


def test_a_bump_in_a_log_of_few_readings_is_a_bump_too():
    time_s, mass_mg, _ = run(lasts_s=86_400, every_s=120.0)
    mass_mg[300] += 5000
    tidy = sorted_out(time_s, mass_mg, gap_s=400)
    assert kinds(tidy) == ["bump"] and len(tidy.pieces) == 1


def test_two_drops_that_are_all_that_came_are_the_flow():
    time_s, mass_mg, _ = run(lasts_s=86_400, rate=0.0)
    mass_mg += 20.0 * ((time_s > 30_000).astype(int) + (time_s > 70_000))
    tidy = sorted_out(time_s, mass_mg, rate=0.0005)
    assert kinds(tidy) == ["drops"] and len(tidy.pieces) == 1


def test_a_bump_longer_than_a_gap_leaves_a_hole_that_is_bridged():
    time_s, mass_mg, rng = run(every_s=1.0)
    mass_mg[3000:3030] += rng.uniform(50, 900, 30)
    tidy = sorted_out(time_s, mass_mg, gap_s=20)
    assert kinds(tidy) == ["bump"] and len(tidy.pieces) == len(tidy.bridged) == 1


def test_drops_are_the_flow_and_not_steps():
    time_s, mass_mg, _ = run(lasts_s=36_000, rate=0.0)
    dripped = np.floor(0.05 * time_s / 20 + 0.3) * 20
    tidy = sorted_out(time_s, mass_mg + dripped, rate=0.05)
    assert (
        kinds(tidy) == ["drops"]
        and tidy.drop_mg == pytest.approx(20, abs=0.5)
        and len(tidy.pieces) == 1
    )
    assert len(tidy.drop_times_s) == 90


@pytest.mark.parametrize(
    ("shot_mg", "expected", "found"), [(250.0, 250 / 30, ["drops"]), (250.0, 0.05, ["step"])]
)
def test_large_shots_are_the_flow_only_if_they_are_what_was_set(shot_mg, expected, found):
    time_s, mass_mg, _ = run(lasts_s=7200, every_s=1.0, rate=0.0)
    mass_mg += shot_mg * np.floor(time_s / 30 + 0.5)
    tidy = sorted_out(time_s, mass_mg, gap_s=10, rate=expected)
    assert sorted(set(kinds(tidy))) == found


def test_a_roller_that_draws_back_is_the_flow():
    time_s, mass_mg, _ = run(lasts_s=7200, every_s=0.5, rate=0.0)
    turn = 1.7 * time_s / 47 + 0.5
    mass_mg += (
        47 * np.floor(turn)
        + 55 * np.minimum(turn % 1.0, 0.98)
        - 8 * np.clip((turn % 1.0 - 0.98) / 0.02, 0, 1)
    )
    tidy = sorted_out(time_s, mass_mg, gap_s=5, rate=1.7)
    assert kinds(tidy) == ["backflow"] and len(tidy.pieces) == 1
    assert (tidy.mass_mg[-1] - tidy.mass_mg[0]) / 7200 == pytest.approx(1.7, rel=0.01)


def test_a_balance_that_is_shaken_again_and_again_is_not_taken_for_a_pump():
    time_s, mass_mg, _ = run(lasts_s=7200, every_s=1.0, rate=0.05)
    for at in range(500, 7000, 500):
        mass_mg[at : at + 3] += 250.0
    tidy = sorted_out(time_s, mass_mg, gap_s=20, rate=0.05)
    assert set(kinds(tidy)) == {"bump"} and np.abs(tidy.mass_mg - 0.05 * tidy.time_s).max() < 1


def test_a_tare_among_drops_is_still_a_step():
    time_s, mass_mg, _ = run(lasts_s=36_000, rate=0.0)
    mass_mg += np.floor(0.05 * time_s / 20) * 20
    mass_mg[time_s > 20_005] -= 800
    tidy = sorted_out(time_s, mass_mg, rate=0.05)
    assert sorted(kinds(tidy)) == ["drops", "step"] and len(tidy.pieces) == 2


def test_readings_with_one_stamp_count_once():
    time_s, mass_mg, _ = run()
    tidy = sorted_out(np.repeat(time_s, 2), np.repeat(mass_mg, 2))
    assert kinds(tidy) == ["twins"] and len(tidy.time_s) == len(time_s)


def test_a_start_up_is_no_step():
    time_s, mass_mg, _ = run(every_s=5.0, rate=0.0)
    mass_mg += 7.0 * np.clip(time_s - 600, 0, None)  # 25 mL/h all at once
    assert sorted_out(time_s, mass_mg, rate=7.0).flags == []


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    jitter=st.floats(0, 0.45),
    rate=st.floats(1e-4, 2.0),
    noise=st.floats(0.0, 1.0),
)
def test_jitter_noise_and_any_flow_alone_raise_no_flag(seed, jitter, rate, noise):
    rng = np.random.default_rng(seed)
    time_s = (np.arange(2000) + rng.uniform(-jitter, jitter, 2000)) * 5.0
    tidy = sorted_out(time_s, rate * time_s + rng.normal(0, noise, 2000), rate=rate, noise_mg=noise)
    assert tidy.flags == [] and tidy.pieces == [(0, 1999)]


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_whatever_happens_a_resampled_value_lies_between_two_readings_of_one_piece(seed):
    rng = np.random.default_rng(seed)
    time_s = np.cumsum(rng.exponential(8.0, 600)) * rng.choice([1, 1, 1, 20], 600)
    time_s.sort()
    mass_mg = (
        0.01 * time_s
        + rng.normal(0, 0.1, 600)
        + np.cumsum(rng.choice([0, 0, 0, 0, 300, -300], 600) * (rng.random(600) < 0.02))
    )
    tidy = sorted_out(time_s, mass_mg, gap_s=40)
    assert (np.diff(tidy.time_s) > 0).all()
    for (_, b), (a, _) in zip(tidy.pieces, tidy.pieces[1:]):
        assert a > b
    for a, b in tidy.pieces:
        holes = np.flatnonzero(np.diff(tidy.time_s[a : b + 1]) > max(40, 1.001 * tidy.usual_s))
        assert {tidy.time_s[a + hole] for hole in holes} <= {from_s for from_s, _ in tidy.bridged}
    grid = trumpet.resample(
        tidy, tidy.mass_mg, start_s=0.0, interval_s=30.0, end_s=float(time_s[-1])
    )
    for t, value, piece in zip(grid.time_s, grid.volume_ul, grid.piece):
        if piece == trumpet.NOWHERE:
            assert np.isnan(value)
            continue
        a, b = tidy.pieces[piece]
        right = min(max(np.searchsorted(tidy.time_s, t), a + 1), b)
        pair = tidy.mass_mg[right - 1], tidy.mass_mg[right]
        assert (
            tidy.time_s[a] - 1e-6 <= t <= tidy.time_s[b] + 1e-6
            and min(pair) - 1e-6 <= value <= max(pair) + 1e-6
        )


@pytest.mark.parametrize("drops_a_reading", [1.35, 2.7, 4.2, 4.8, 7.5])
def test_drops_that_fall_oftener_than_they_are_read_count_as_scatter(drops_a_reading):
    time_s, rng = times(7200, 30), np.random.default_rng(2)
    drop_mg, rate = 50.0, 50.0 * drops_a_reading / 30
    mass_mg = drop_mg * np.floor(rate * time_s / drop_mg + 0.3) + rng.normal(0, 0.1, len(time_s))
    tidy = sorted_out(time_s, mass_mg, rate=rate)
    assert tidy.flags == []
    uniform = drop_mg / np.sqrt(
        12
    )  # a reading lies anywhere within a drop; the median of distances of 0 or a drop is twice that
    assert 0.7 * uniform < tidy.noise_mg < 2.2 * uniform


@pytest.mark.parametrize(("out_until_s", "found"), [(3001, ["bump"]), (3400, ["bump", "gap"])])
def test_a_hole_that_only_a_bump_left_is_told_once_and_one_in_the_log_as_a_gap(out_until_s, found):
    time_s, mass_mg, _ = run(every_s=1.0)
    mass_mg[3000] += 500
    kept = (time_s <= 3001) | (time_s > out_until_s)
    tidy = sorted_out(time_s[kept], mass_mg[kept], gap_s=3.0)
    assert sorted(kinds(tidy)) == found and len(tidy.pieces) == len(tidy.bridged) == 1
    bump = next(flag for flag in tidy.flags if flag.kind == "bump")
    assert ("counted as delivered" in bump.text) == (found == ["bump"])


@pytest.mark.parametrize("step_mg", [-80.0, 80.0, -60.0])
def test_a_step_smaller_than_the_flow_of_an_interval_is_a_step_all_the_same(step_mg):
    time_s, mass_mg, _ = run(every_s=5.0, rate=16.6, noise_mg=0.3)
    mass_mg[time_s >= 4000] += step_mg
    tidy = sorted_out(time_s, mass_mg, rate=16.6, noise_mg=0.3, readability_mg=1.0)
    assert kinds(tidy) == ["step"]
    assert float(tidy.flags[0].text.split()[3]) == pytest.approx(step_mg, abs=4)


@pytest.mark.parametrize("ripple", [0.0, 0.4, 0.95])
def test_a_flow_that_stops_starts_changes_or_pulsates_makes_no_step(ripple):
    time_s = times(7200, 5.0)
    flow = 16.6 * (1 + ripple * np.sin(2 * np.pi * time_s / 47))
    flow[(time_s > 1800) & (time_s < 1823)] = 0.0
    flow[time_s > 4000] *= 0.6
    mass_mg = np.cumsum(flow) * 5.0 + np.random.default_rng(3).normal(0, 0.3, len(time_s))
    assert kinds(sorted_out(time_s, mass_mg, rate=16.6, noise_mg=0.3, readability_mg=1.0)) == []


def test_a_pump_that_pauses_again_and_again_makes_no_steps():
    time_s = times(7200, 5.0)
    flow = np.full(len(time_s), 16.6)
    flow[40::100] = 0.0
    mass_mg = np.cumsum(flow) * 5.0 + np.random.default_rng(3).normal(0, 0.3, len(time_s))
    assert kinds(sorted_out(time_s, mass_mg, rate=16.6, noise_mg=0.3, readability_mg=1.0)) == []
