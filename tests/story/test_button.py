"""Stories of the patient's button."""

from hal.contract import BUTTON, PATTERN_MEDIUM, PATTERN_OFF
from tests.rigs.pump import ACTIVE, UL, Bench, at_any_tick

RATE = 500 * UL


# trace: GIP 2.3.1
@at_any_tick
def test_a_button_that_sticks_for_a_minute_is_an_alarm_and_the_pump_goes_on():
    bench = Bench(RATE)
    bench.run_for(minutes=1)
    bench.press(BUTTON)
    pressed_ms = bench.now_ms()
    bench.run_for(minutes=2)
    (raised_ms,) = bench.raised("BUTTON_STUCK")
    assert raised_ms == pressed_ms + 60_000
    assert bench.alarms(ACTIVE) == ["BUTTON_STUCK"]
    assert bench.state() == "INFUSING"
    bench.press(BUTTON, False)
    assert bench.alarms() == []


# trace: stuck key
@at_any_tick
def test_a_button_that_is_down_at_power_up_is_no_silence():
    bench = Bench(RATE, start=False, held=BUTTON)
    assert bench.alarms() == ["BUTTON_STUCK"]
    assert bench.sound() == PATTERN_MEDIUM
    bench.press(BUTTON, False)
    assert bench.alarms() == []


@at_any_tick
def test_a_stuck_button_pauses_the_sound_once_and_not_for_good():
    bench = Bench(RATE, start=False, limits={"stopped_limit_s": 60})
    bench.run_for(minutes=2)
    assert bench.alarms(ACTIVE) == ["NOTHING_DELIVERED"]
    bench.press(BUTTON)
    assert bench.sound() == PATTERN_OFF
    bench.run_for(s=90)  # it sticks: a new alarm ends the pause
    assert bench.sound() != PATTERN_OFF
    bench.ok("start")
    bench.run_for(s=1)
    assert bench.sound() == PATTERN_MEDIUM
