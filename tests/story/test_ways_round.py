"""Ways round an alarm, a stop or a limit that must stay shut."""

from firmware.config import check
from firmware.errors import ConfigError, shown
from tests.rigs.pump import Bench, at_any_tick
from tests.rigs.raises import raises

RATE = 500_000_000
HOUR_MS = 3_600_000


@at_any_tick
def test_a_fault_whose_alarm_was_acknowledged_is_heard_of_again():
    bench = Bench(RATE)
    bench.fault("occlusion", lasts_ms=40 * HOUR_MS)
    bench.run_for(hours=50)
    assert bench.state() == "FAULT"
    assert bench.alarms() == ["OCCLUSION"]
    bench.ok("acknowledge")
    assert bench.alarms() == ["NOTHING_DELIVERED"]  # for two days


@at_any_tick
def test_a_program_that_is_stopped_does_not_fill_an_empty_reservoir():
    bench = Bench(RATE, reservoir={"fill_pl": 600_000_000, "residual_pl": 500_000_000})
    bench.run_for(hours=6)
    assert bench.state() == "EMPTY"
    bench.send("set_program", program={"mode": "stopped"})
    assert bench.state() == "EMPTY"
    assert "EMPTY_RESERVOIR" in bench.alarms()


@at_any_tick
def test_a_reply_is_never_too_long_for_a_frame():
    bench = Bench(RATE)
    program = {"mode": "continuous", "rate_pl_per_day": RATE, "k" * 5000: 1}
    assert bench.refused("set_program", program=program) == "BAD_FIELD"
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING"


def test_a_message_stays_short_whatever_was_sent():
    assert len(shown("x" * 10_000)) < 100
    raises(ConfigError, lambda: check({"k" * 10_000: 1}))
