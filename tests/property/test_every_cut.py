"""Power cuts at every flash operation of a therapy, a sample of what `make cuts` tries."""

from pathlib import Path

import pytest

from tests.cuts.__main__ import noticed, sampled
from tests.cuts.bounds import most_steps
from tests.cuts.mutants import NAMED
from tests.cuts.therapies import ELSEWHERE, KEEPING, LINE

EVERY, TWICE_EVERY, THRICE_EVERY = 2, 50, 40
ROOT = Path(__file__).parents[2]


def test_after_any_cut_the_pump_knows_what_left_what_was_answered_and_what_it_may_still_give():
    found = sampled((EVERY, TWICE_EVERY, THRICE_EVERY))
    assert found["violation"] is None
    assert set(found["carried_out"]) >= KEEPING, "commands that no therapy of the cuts carries out"
    assert found["recoveries"] > 2000
    assert min(found["single"], found["double"], found["triple"]) > 400
    assert 4 * found["at_opening"] >= found["recoveries"]
    assert found["old"] > 100 and found["new"] > 100
    assert 0 < found["most_overbooked"] <= most_steps(LINE)[0]


def test_a_command_that_no_therapy_has_is_cut_in_a_test_of_its_own():
    for command, path in ELSEWHERE.items():
        assert '"%s"' % command in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["a reply leaves before its record", "steps are queued before they are reserved"]
)
def test_a_mistake_of_the_memory_is_noticed(name):
    assert name in NAMED
    assert noticed(name)
