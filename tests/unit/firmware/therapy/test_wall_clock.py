"""The pump's civil time: it goes on with the pump's own axis, and is set, taken over and lost."""

import pytest

from firmware.therapy.revision import Revision
from firmware.therapy.wall_clock import WallClock
from host_sim.machine.clock import SimClock
from tests.rigs.recorded_pump import MONDAY_S


@pytest.mark.parametrize("raw_ms", [0, (1 << 30) - 1000])
def test_civil_time_goes_on_with_the_pumps_own_to_the_millisecond(raw_ms):
    clock = SimClock(raw_ms)
    clock.advance_to(1234)
    wall = WallClock(clock, Revision())
    assert wall.unset and wall.wall_s(1234) is None and wall.wall_ms(1234) is None
    wall.set(MONDAY_S, 1234)
    assert wall.wall_ms(1234) == MONDAY_S * 1000
    assert wall.wall_ms(1234 + 999) == MONDAY_S * 1000 + 999
    assert wall.wall_s(1234 + 999) == MONDAY_S
    assert wall.wall_s(1234 + 1000) == MONDAY_S + 1
    assert clock.wall_s() == MONDAY_S


def test_a_clock_that_is_set_at_power_up_is_taken_over():
    clock = SimClock()
    clock.advance_to(7)
    clock.set_wall_s(MONDAY_S)
    wall = WallClock(clock, Revision())
    assert not wall.unset
    assert wall.wall_s(7) == MONDAY_S


def test_the_loss_of_the_clock_is_told_once():
    clock = SimClock()
    wall = WallClock(clock, Revision())
    assert not wall.lost(), "one that was never set is not lost"
    wall.set(MONDAY_S, 0)
    assert not wall.lost()
    clock.lose_wall()
    assert [wall.lost(), wall.lost()] == [True, False]
    assert wall.unset
    wall.set(MONDAY_S, 5)
    assert not wall.unset and wall.wall_s(5) == MONDAY_S


def test_a_clock_that_is_set_or_lost_raises_the_version_of_what_is_wanted():
    clock, revision = SimClock(), Revision()
    wall = WallClock(clock, revision)
    seen = [revision.number]
    wall.set(MONDAY_S, 0)
    seen.append(revision.number)
    wall.lost()
    seen.append(revision.number)
    clock.lose_wall()
    wall.lost()
    seen.append(revision.number)
    assert seen == [0, 1, 1, 2]
