"""The bench of the stories: each story runs at both ends of the raw ticks, and time goes over the
wrap. CPython only.
"""

import pytest

from hal.ticks import TICKS_PERIOD
from tests.rigs import pump
from tests.rigs.pump import UL, Bench, at_any_tick, over_a_wrap

DAY_MS = 86_400_000


def test_a_story_runs_with_the_ticks_at_0_and_just_before_they_wrap():
    starts = []

    @at_any_tick
    def story():
        bench = Bench(500 * UL)
        starts.append(pump._raw["ms"])
        bench.run_for(s=2)
        assert bench.now_ms() == bench.clock.now_ms() == 2000

    story()
    assert starts == [0, TICKS_PERIOD - 1000]


def test_a_story_of_more_than_13_days_runs_once_and_the_ticks_wrap_twice():
    starts = []

    @over_a_wrap
    def story():
        starts.append(pump._raw["ms"])

    story()
    assert starts == [TICKS_PERIOD - 1000]
    assert (starts[0] + 13 * DAY_MS) // TICKS_PERIOD == 2


def test_a_story_that_fails_at_the_wrap_says_so(capsys):
    @at_any_tick
    def story():
        assert pump._raw["ms"] == 0

    with pytest.raises(AssertionError):
        story()
    assert capsys.readouterr().out == "raw ticks start at %d ms\n" % (TICKS_PERIOD - 1000)
    assert pump._raw["ms"] == 0


def test_a_pump_that_turns_on_the_spot_is_found_out():
    bench = Bench(500 * UL)
    bench.pump.step = lambda now_ms: now_ms
    bench.step()
    with pytest.raises(AssertionError, match="turns on the spot"):
        bench.run_for(s=1)


def test_a_command_that_must_be_carried_out_and_is_not_fails_the_story():
    bench = Bench(500 * UL)
    with pytest.raises(AssertionError, match="WRONG_STATE"):
        bench.ok("start")
    with pytest.raises(AssertionError):
        bench.refused("stop")
