"""The slugs of a line: the highest and the lowest of them, and where a bridge over them ends."""

from firmware.books.fluid_line import FluidLine
from firmware.books.slugs import NEVER_PL
from tests.unit.firmware.books.test_fluid_line import section


def test_the_highest_and_the_lowest_that_are_no_water():
    line = FluidLine(section(1000, 2000, 0, 0, 9), 5)
    assert (line.highest(), line.lowest()) == (9, 5)
    assert FluidLine(section(0, 0), 0).lowest() == 0
    assert FluidLine(section(1000, 2000), 0).highest() == 0  # no drug anywhere


def test_where_a_bridge_ends_and_whether_its_last_step_is_of_it():
    line = FluidLine(section(1000, 2000, 100, 4, 4), 4)
    assert line.bridge_end(0) == (0, False)  # one concentration: none
    line.enters(9, 0)
    assert line.bridge_end(0) == (2700, False)  # the new one is the higher: as soon as it may be
    line.enters(2, 500)
    assert line.bridge_end(0) == (3800, True)  # and the last one only once 9 is gone for certain
    assert line.rate_at(0) == (4, 2700) and line.rate_at(2700) == (9, 3800)
    assert line.most_within(0, 2700) == 4 and line.most_within(0, 2701) == 9
    assert line.drug_pl(100) == (3100, 3700) and line.clear_pl(100) == 3700
    assert line.plug_pl(100) == 3400 and line.plug_pl(10**6) == 0
    line.look(3800, 0)
    assert not line.mixed and line.drug_pl(3800) == (0, 0) and line.clear_pl(3800) == 0


def test_a_slug_that_is_thinner_than_the_doubt_of_its_place_holds_its_bridge_until_it_is_past():
    line = FluidLine(section(1000, 2000, 0, 9, 9), 9)
    line.enters(2, 100)
    line.enters(9, 150)
    assert line.bridge_end(200) == (3150, False)
    line.look(200, 500)  # somewhere within 500 pL, so 9 may be at the tip at any time
    assert line.rate_at(200) == (9, 3150) and line.bridge_end(200) == (3150, False)
    assert line.rate_at(3150) == (9, NEVER_PL) and line.bridge_end(3150) == (3150, False)


def test_water_asks_for_no_rate_of_its_own():
    line = FluidLine(section(1000, 2000, 0, 0, 0), 5)
    assert line.at_tip(0) == (0, 3000) and line.rate_at(0) == (5, NEVER_PL)
