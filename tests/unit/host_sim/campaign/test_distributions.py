import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.campaign.distributions import read_share, read_source
from host_sim.shared.quantities import QuantityError, parse_duration, parse_volume
from host_sim.shared.reader import Reader


def source(raw, parse=None):
    reader = Reader("campaign.toml")
    found = read_source(reader, "draw[1]", raw, parse)
    assert not reader.problems
    return found


def problem(raw, parse=None):
    reader = Reader("campaign.toml")
    assert read_source(reader, "draw[1]", raw, parse) is None
    (line,) = reader.problems
    return line


seeds = st.integers(0, 10**6)
ends = st.tuples(st.integers(1, 5000), st.integers(0, 5000)).map(lambda two: (two[0], sum(two)))


@pytest.mark.parametrize("kind", ["uniform", "log_uniform"])
@given(ends=ends, seed=seeds)
def test_a_number_with_a_unit_lies_between_its_bounds(kind, ends, seed):
    low, high = (f"{end} uL" for end in ends)
    drawn = source({kind: [low, high]}).draw(random.Random(seed))
    assert parse_volume(low) <= parse_volume(drawn) <= parse_volume(high)


@given(ends=ends, seed=seeds)
def test_a_time_is_whole_milliseconds_between_its_bounds(ends, seed):
    low, high = (f"{end} s" for end in ends)
    drawn = source({"uniform": [low, high]}).draw(random.Random(seed))
    assert ends[0] * 1000 <= parse_duration(drawn) <= ends[1] * 1000


@given(seed=seeds)
def test_a_whole_number_stays_whole_and_both_bounds_can_come(seed):
    drawn = source({"uniform": [3, 5]}).draw
    chance = random.Random(seed)
    assert {drawn(chance) for _ in range(200)} == {3, 4, 5}


@given(seed=seeds)
def test_a_normal_draw_stays_within_what_is_stated(seed):
    one = source({"normal": ["10 uL", "1 uL"], "within": ["9.5 uL", "10.5 uL"]})
    chance = random.Random(seed)
    for _ in range(20):
        assert 9.5 <= float(one.draw(chance).split()[0]) <= 10.5


def test_the_means_are_those_that_are_stated():
    chance = random.Random(7)
    many = range(20_000)
    normal = source({"normal": ["100 uL", "10 uL"]}).draw
    assert sum(float(normal(chance).split()[0]) for _ in many) / 20_000 == pytest.approx(100, abs=1)
    gaps = source({"exponential": "2 d"}).draw
    mean_ms = sum(parse_duration(gaps(chance)) for _ in many) / 20_000
    assert mean_ms == pytest.approx(2 * 86_400_000, rel=0.03)


def test_a_choice_comes_by_its_weight_and_never_at_zero():
    one = source({"choice": ["a", "b", "c"], "weights": [3, 0, 1]})
    chance = random.Random(1)
    drawn = [one.draw(chance) for _ in range(4000)]
    assert set(drawn) == {"a", "c"}
    assert drawn.count("a") == pytest.approx(3000, abs=150)


def test_a_value_that_is_no_distribution_is_itself():
    table = {"mode": "continuous", "rate": "400 ug/d"}
    assert source(table).draw(random.Random(1)) == table


def test_a_key_of_the_scenario_may_be_named_instead():
    assert source({"same_as": "program.rate"}).same_as == "program.rate"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"uniform": ["2 uL", "1 uL"]}, "falls; allowed: the lower one first"),
        ({"uniform": ["1 uL", "2 mL"]}, "has not one unit; allowed: numbers with the same unit"),
        ({"uniform": "1 uL"}, '"1 uL" is not two numbers; allowed: a list of two'),
        ({"uniform": [1, 2], "log_uniform": [1, 2]}, "allowed: exactly one of uniform"),
        ({"uniform": [1, 2], "weights": [1, 2]}, "allowed: uniform"),
        ({"log_uniform": ["0 s", "1 s"]}, "has a bound that is not above 0"),
        ({"normal": ["1 uL", "0 uL"]}, "has no standard deviation above 0"),
        ({"normal": [9, 1], "within": [20, 30]}, "leaves out almost all"),
        ({"exponential": "0 s"}, "is no mean above 0"),
        ({"choice": []}, "is no list of values"),
        ({"choice": [1, 2], "weights": [1]}, "is no weight for each value"),
        ({"choice": [1], "weights": [0]}, "has only zeros"),
        ({"same_as": 3}, "3 is no key"),
    ],
)
def test_a_distribution_that_is_none_says_what_is_allowed(raw, said):
    assert said in problem(raw)


def test_what_may_be_drawn_is_checked_by_the_key_that_it_is_for():
    line = problem({"uniform": ["1 s", "2 s"]}, parse_volume)
    assert line.startswith("campaign.toml:1:1: draw[1].uniform: ")
    assert "allowed: a volume in mL, uL, nL or pL" in line


@pytest.mark.parametrize("raw", ["101 %", "-1 %", "0.5", 0.5, "half"])
def test_a_probability_is_a_percentage(raw):
    assert read_share("25 %") == 0.25
    with pytest.raises(QuantityError, match="allowed: 0 % to 100 %"):
        read_share(raw)
