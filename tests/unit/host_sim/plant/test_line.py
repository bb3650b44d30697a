"""Line and reservoir: where the fluid is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.plant.line import MS_PER_DAY, Line
from host_sim.plant.reservoir import Reservoir

ML = 1_000_000_000
happenings = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "shut",
                "open",
                "leak",
                "tight",
                "bent",
                "straight",
                "off",
                "on",
                "away",
                "back",
                "air",
            ]
        ),
        st.integers(-(10**7), 10**9),
        st.integers(1, 10**7),
    ),
    max_size=40,
)


def make_line():
    return Line(compliance_pl_per_pa=1000, tau_ms=2000, switch_pa=100_000)


@given(happenings)
def test_what_flows_in_is_stored_or_out_or_leaked(happenings):
    line, inflow = make_line(), 0
    for what, pl, dt_ms in happenings:
        if what in ("shut", "open"):
            line.shut_off(what == "shut")
        elif what in ("leak", "tight"):
            line.leak(10**9 if what == "leak" else 0)
        elif what in ("bent", "straight"):
            line.kink(999 if what == "bent" else 0)
        elif what in ("off", "on"):
            line.part(what == "off")
        elif what in ("away", "back"):
            line.dislodge(what == "away")
        else:
            line.hold_air(abs(pl))
        line.advance(pl, dt_ms)
        inflow += pl
        lost_pl = line.leaked_pl + line.strayed_pl
        assert line.stored_pl + line.outlet_pl + lost_pl == inflow


@given(st.integers(0, 10**9), st.integers(1, 10**7))
def test_an_open_line_lets_out_what_comes_in_and_no_more_than_it_holds(pl, dt_ms):
    line = make_line()
    line.advance(pl, dt_ms)
    assert 0 <= line.outlet_pl <= pl


def test_a_shut_line_stores_all_its_pressure_rises_and_the_switch_closes():
    line = make_line()
    line.shut_off(True)
    hours = 0
    while not line.pressed:
        line.advance(ML // 48, 3_600_000)  # 0.5 mL/d
        hours += 1
    assert hours == 5  # 0.1 mL per bar: intrathecal rates hide an occlusion for hours
    assert line.outlet_pl == 0
    assert line.pressure_pa() == 5 * ML // 48 // 1000


def test_a_line_that_opens_gives_back_what_it_stored_within_some_time_constants():
    line = make_line()
    line.shut_off(True)
    line.advance(ML // 10, 3_600_000)
    line.shut_off(False)
    line.advance(0, 2000)
    assert line.pressed is False
    assert 0.4 * ML / 10 < line.outlet_pl < 0.7 * ML / 10
    line.advance(0, 10**6)
    assert line.outlet_pl > 0.99 * ML / 10


def test_the_switch_opens_only_a_tenth_below_where_it_closes():
    line = make_line()
    line.shut_off(True)
    line.advance(100_000_000, 1000)
    assert line.pressed
    line.advance(-9_000_000, 1000)
    assert line.pressed
    line.advance(-1_100_000, 1000)
    assert not line.pressed


def test_a_leak_takes_its_share_and_the_outlet_gets_the_rest():
    line = make_line()
    line.leak(ML)
    for _ in range(1000):
        line.advance(2 * ML // 1000, MS_PER_DAY // 1000)
    assert line.leaked_pl == ML
    assert 0.99 * ML < line.outlet_pl <= ML


def settled(line, pl_per_s):
    """The same flow until nothing changes any more."""
    for _ in range(100):
        line.advance(pl_per_s * 1000, 1_000_000)


@pytest.mark.parametrize(("by_ppt", "times"), [(0, 1), (500, 2), (900, 10), (999, 1000)])
def test_the_pressure_of_a_flow_is_as_many_times_higher_as_a_kink_takes_conductance(by_ppt, times):
    line = make_line()
    line.kink(by_ppt)
    settled(line, 10_000)
    # 2 Pa for each pL/ms: tau over compliance
    assert line.pressure_pa() == pytest.approx(20 * times, rel=0.01, abs=1)
    assert line.plain == (by_ppt == 0)
    before_pl = line.outlet_pl
    line.advance(10**9, 100_000_000)
    assert line.outlet_pl - before_pl == pytest.approx(10**9, rel=0.01)  # all of it comes


def test_a_kink_that_is_gone_lets_out_what_it_held_back():
    line = make_line()
    line.kink(999)
    settled(line, 10_000)
    held_pl = line.stored_pl
    line.kink(0)
    line.advance(0, 100_000)
    assert line.stored_pl < held_pl // 40


def test_a_fast_flow_through_a_kink_closes_the_switch():
    line = make_line()
    line.kink(999)
    settled(line, 30_000)
    assert not line.pressed
    settled(line, 60_000)
    assert line.pressed


def test_a_line_that_has_come_apart_has_no_pressure_and_loses_all_that_comes():
    line = make_line()
    line.shut_off(True)
    line.advance(90_000_000, 1000)
    line.part(True)
    line.advance(10_000_000, 1000)
    assert (line.leaked_pl, line.stored_pl, line.outlet_pl) == (100_000_000, 0, 0)


def test_what_comes_out_of_a_tip_that_is_out_of_its_place_goes_astray():
    line = make_line()
    line.advance(ML, 10**6)
    line.dislodge(True)
    before_pl = line.outlet_pl
    line.advance(ML, 10**6)
    assert line.outlet_pl == before_pl and line.strayed_pl > 0.99 * ML
    assert line.plain  # its pressure is that of an open line


def test_nothing_leaks_from_a_line_at_rest():
    line = make_line()
    line.leak(ML)
    line.advance(0, MS_PER_DAY)
    assert line.leaked_pl == 0


@given(st.integers(0, 20 * ML), st.lists(st.integers(0, ML), max_size=40))
def test_a_reservoir_gives_what_it_has_above_its_residual(fill, wishes):
    reservoir = Reservoir(fill, residual_pl=ML // 2, switch_pl=2 * ML)
    drawn = sum(reservoir.draw(wish) for wish in wishes)
    assert drawn == min(sum(wishes), max(0, fill - ML // 2))
    assert reservoir.volume_pl == fill - drawn


def test_an_empty_reservoir_gives_air_until_it_is_refilled():
    reservoir = Reservoir(ML, residual_pl=ML // 2, switch_pl=2 * ML)
    assert [reservoir.draw(ML), reservoir.draw(ML)] == [ML // 2, 0]
    reservoir.refill(20 * ML, reservoir.volume_pl)
    assert reservoir.draw(ML) == ML


def test_the_float_closes_at_its_mark_and_opens_2_percent_above():
    reservoir = Reservoir(3 * ML, residual_pl=0, switch_pl=2 * ML)
    reservoir.draw(ML - 1)
    assert not reservoir.low
    reservoir.draw(1)
    assert reservoir.low
    reservoir.draw(-2 * ML // 50)
    assert reservoir.low
    reservoir.draw(-1)
    assert not reservoir.low


def test_volume_that_vanishes_is_no_more_than_there_is_and_moves_the_float():
    reservoir = Reservoir(3 * ML, residual_pl=0, switch_pl=2 * ML)
    reservoir.vanish(ML)
    assert (reservoir.volume_pl, reservoir.vanished_pl, reservoir.low) == (2 * ML, ML, True)
    reservoir.vanish(5 * ML)
    assert (reservoir.volume_pl, reservoir.vanished_pl) == (0, 3 * ML)


def test_the_float_may_trip_only_within_reach():
    reservoir = Reservoir(3 * ML, residual_pl=0, switch_pl=2 * ML)
    assert (reservoir.may_trip(ML - 1), reservoir.may_trip(ML)) == (False, True)
    reservoir.draw(ML)
    assert not reservoir.may_trip(ML)
