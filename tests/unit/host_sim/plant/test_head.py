"""The pump head: volume as a function of the rotor's angle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.plant.head import PPM, Head

heads = st.builds(
    Head,
    pl_per_rev=st.integers(1, 10**10),
    steps_per_rev=st.integers(1, 51_200),
    rollers=st.integers(1, 12),
    pulsation_ppt=st.integers(0, 2000),
    spread_ppt=st.integers(0, 200),
    seed=st.integers(0, 2**31 - 1),
)


@given(heads, st.integers(-(10**9), 10**9), st.integers(1, 1000))
def test_whole_revolutions_push_exactly_the_volume_of_a_revolution(head, start, turns):
    pushed = head.volume_pl(start + turns * head._steps_per_rev) - head.volume_pl(start)
    assert pushed == turns * head._pl_per_rev


@given(heads, st.lists(st.integers(-(10**6), 10**6), max_size=30))
def test_a_movement_in_pieces_pushes_as_much_as_in_one_go(head, movements):
    at = pushed = 0
    for steps in movements:
        at += steps
        pushed += head.push(at, 0)
    assert pushed == head.volume_pl(at) - head.volume_pl(0)


@given(
    st.integers(1, 10**9),
    st.integers(1, 12),
    st.integers(0, 1000),
    st.integers(0, 200),
    st.integers(0, 10**6),
)
def test_a_dip_up_to_its_full_depth_never_turns_the_flow_round(
    pl_per_rev, rollers, pulsation_ppt, spread_ppt, step
):
    head = Head(pl_per_rev, 3200, rollers, pulsation_ppt, spread_ppt)
    assert head.volume_pl(step + 1) >= head.volume_pl(step)


def test_a_dip_deeper_than_that_turns_it_round():
    head = Head(10_000_000, 3200, 4, pulsation_ppt=1500)
    assert any(head.volume_pl(step + 1) < head.volume_pl(step) for step in range(3200))


def test_without_pulsation_and_spread_every_step_pushes_the_same():
    head = Head(3200 * 3125, 3200, 6)
    assert {head.volume_pl(step + 1) - head.volume_pl(step) for step in range(3200)} <= {
        3124,
        3125,
        3126,
    }


def test_the_flow_dips_once_per_roller_and_as_deep_as_said():
    head = Head(48_000_000, 4800, 6, pulsation_ppt=100)  # 200 steps a quarter of a pitch
    flows = [
        head.volume_pl((quarter + 1) * 200) - head.volume_pl(quarter * 200) for quarter in range(24)
    ]
    even, dip = flows[0], flows[3]
    assert 0.899 < dip / even < 0.901
    assert [flow < even - 100 for flow in flows] == [False, False, False, True] * 6


def test_rollers_differ_by_the_seed_and_within_the_spread():
    head, again, other = (Head(10_000_000, 3200, 6, spread_ppt=10, seed=seed) for seed in (1, 1, 2))
    rollers = [head._pushed_by[4 * k + 4] - head._pushed_by[4 * k] for k in range(6)]
    assert head._pushed_by == again._pushed_by != other._pushed_by
    assert len(set(rollers)) > 1
    assert max(rollers) / min(rollers) <= 1.0203


@pytest.mark.parametrize(
    ("at_ms", "worn_ppm"), [(0, 0), (1000, 0), (1500, 25_000), (2000, 50_000), (10**9, 50_000)]
)
def test_wear_takes_the_volume_down_linearly_and_then_stays(at_ms, worn_ppm):
    head = Head(10_000_000, 3200, 6)
    if at_ms >= 1000:
        head.wear(1000, by_ppm=50_000, over_ms=1000)
    assert head.wear_ppm(at_ms) == worn_ppm
    assert head.push(3200, at_ms) == 10_000_000 * (PPM - worn_ppm) // PPM


def test_wear_loses_no_fraction_over_many_small_movements():
    head = Head(10_000_000, 3200, 6, pulsation_ppt=100)
    head.wear(0, by_ppm=33_333, over_ms=1)
    pushed = sum(head.push(step, 10) for step in range(1, 32_001))
    assert pushed == 100_000_000 * (PPM - 33_333) // PPM


def test_worn_twice_adds_up_and_never_to_more_than_all():
    head = Head(10_000_000, 3200, 6)
    head.wear(0, by_ppm=600_000, over_ms=1)
    head.wear(10, by_ppm=600_000, over_ms=1)
    assert head.wear_ppm(20) == PPM
