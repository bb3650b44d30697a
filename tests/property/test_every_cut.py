"""Power cuts at every flash operation of a therapy, a sample of what `make cuts` tries."""

import pytest

from tests.cuts.__main__ import cut, noticed
from tests.cuts.mutants import NAMED

MOST_BOOKED_TOO_MUCH = 965  # steps: three blind allowances of 320, and rounding


def test_after_any_cut_the_pump_knows_what_left_what_was_answered_and_what_it_may_still_give():
    found = cut(1, sample=True)
    assert found["violation"] is None
    assert found["recoveries"] > 2000
    assert min(found["single"], found["double"], found["triple"]) > 400
    assert 4 * found["at_opening"] >= found["recoveries"]
    assert found["old"] > 100 and found["new"] > 100
    assert 0 < found["most_overbooked"] <= MOST_BOOKED_TOO_MUCH


@pytest.mark.parametrize(
    "name", ["a reply leaves before its record", "steps are queued before they are reserved"]
)
def test_a_mistake_of_the_memory_is_noticed(name):
    assert name in NAMED
    assert noticed(name)
