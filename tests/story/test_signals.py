"""Stories of sound and light: priorities, acknowledge, latch, audio pause, alarm test."""

from firmware.alarms.alarm_table import DRIVER_FAULT, MOTION_SENSOR, SUPPLY_LOW
from hal.contract import (
    PATTERN_HIGH,
    PATTERN_LOW,
    PATTERN_MEDIUM,
    PATTERN_OFF,
    PATTERN_TEST,
    QUIET,
)
from tests.rigs.pump import ACKNOWLEDGED, ACTIVE, LATCHED, ML, UL, Bench, at_any_tick

RATE = 500 * UL


def supply_low(bench, low=True):
    bench.fault("supply_dip", to_mv=4000 if low else 5000)
    bench.step()


def seen(bench):
    return bench.sound(), bench.lamp()


# trace: alarm priority, speaker failure
@at_any_tick
def test_each_priority_has_its_own_sound_and_light_and_the_highest_wins():
    bench = Bench(RATE, reservoir={"fill_pl": 2 * ML})
    bench.run_for(s=1)
    assert seen(bench) == (PATTERN_LOW, PATTERN_LOW)
    supply_low(bench)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)
    bench.fault("stall")
    bench.run_for(minutes=1)
    assert seen(bench) == (PATTERN_HIGH, PATTERN_HIGH)
    supply_low(bench, False)
    assert seen(bench) == (PATTERN_HIGH, PATTERN_HIGH)


@at_any_tick
def test_a_condition_that_ends_takes_its_signal_with_it_unless_it_is_latched():
    bench = Bench(RATE)
    supply_low(bench)
    supply_low(bench, False)
    assert seen(bench) == (PATTERN_OFF, PATTERN_OFF)
    bench.fault("stall", lasts_ms=60_000)
    bench.run_for(minutes=10)
    assert bench.state() == "INFUSING"
    assert seen(bench) == (PATTERN_HIGH, PATTERN_HIGH)
    bench.ok("acknowledge")
    assert seen(bench) == (PATTERN_OFF, PATTERN_OFF)


# trace: alarm not silenced
@at_any_tick
def test_acknowledge_silences_what_is_there_and_leaves_the_lamp():
    bench = Bench(RATE)
    supply_low(bench)
    bench.ok("acknowledge")
    assert seen(bench) == (PATTERN_OFF, PATTERN_MEDIUM)
    assert bench.alarms(ACKNOWLEDGED) == ["SUPPLY_LOW"]
    bench.run_for(hours=6)
    assert seen(bench) == (PATTERN_OFF, PATTERN_MEDIUM)
    bench.fault("encoder_dead")
    bench.run_for(minutes=5)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)
    assert bench.alarms(ACKNOWLEDGED) == ["SUPPLY_LOW"]


@at_any_tick
def test_what_was_acknowledged_sounds_again_when_it_comes_again():
    bench = Bench(RATE)
    supply_low(bench)
    bench.ok("acknowledge")
    supply_low(bench, False)
    assert bench.alarms() == []
    supply_low(bench)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)
    assert bench.alarms(ACKNOWLEDGED) == []


@at_any_tick
def test_a_latch_is_not_released_while_its_condition_holds():
    bench = Bench(RATE)
    bench.fault("stall", lasts_ms=600_000)
    bench.run_for(minutes=1)
    bench.ok("acknowledge")
    assert bench.alarms(LATCHED) == bench.alarms(ACTIVE) == ["MOTOR_STALL"]
    assert seen(bench) == (PATTERN_OFF, PATTERN_HIGH)
    bench.run_for(hours=1)
    assert bench.alarms(ACTIVE) == []


# trace: GIP 3.2.1
@at_any_tick
def test_an_audio_pause_of_120_s_ends_by_itself_and_the_lamp_is_never_paused():
    bench = Bench(RATE)
    supply_low(bench)
    bench.ok("audio_pause", duration_ms=120_000)
    assert seen(bench) == (PATTERN_OFF, PATTERN_MEDIUM)
    assert bench.status()["audio_paused"] == 1
    bench.run_for(ms=119_999)
    assert seen(bench) == (PATTERN_OFF, PATTERN_MEDIUM)
    bench.run_for(ms=1)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)
    assert bench.status()["audio_paused"] == 0
    for duration_ms in (120_001, 999, 0, -1):
        assert bench.refused("audio_pause", duration_ms=duration_ms) == "BAD_FIELD"


@at_any_tick
def test_a_new_alarm_sounds_through_an_audio_pause():
    bench = Bench(RATE)
    supply_low(bench)
    bench.ok("audio_pause", duration_ms=120_000)
    bench.fault("stall")
    bench.run_for(minutes=1)
    assert seen(bench) == (PATTERN_HIGH, PATTERN_HIGH)


@at_any_tick
def test_a_pause_before_any_alarm_silences_none_that_comes():
    bench = Bench(RATE)
    bench.ok("audio_pause", duration_ms=120_000)
    bench.ok("acknowledge")
    supply_low(bench)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)


@at_any_tick
def test_quiet_pauses_the_sound_and_holding_it_does_not_keep_it_off():
    bench = Bench(RATE)
    supply_low(bench)
    bench.press(QUIET)
    assert seen(bench) == (PATTERN_OFF, PATTERN_MEDIUM)
    assert 0 < bench.events("AUDIO_PAUSED")[0].a <= 120_000
    bench.run_for(s=121)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)
    bench.press(QUIET, False)
    bench.press(QUIET)
    assert seen(bench) == (PATTERN_OFF, PATTERN_MEDIUM)


@at_any_tick
def test_quiet_does_not_prolong_a_pause():
    bench = Bench(RATE)
    supply_low(bench)
    bench.ok("audio_pause", duration_ms=120_000)
    for _ in range(120):
        assert bench.sound() == PATTERN_OFF
        bench.press(QUIET)
        bench.press(QUIET, False)
        bench.run_for(s=1)
    assert bench.sound() == PATTERN_MEDIUM


# trace: GIP 3.4, speaker failure
@at_any_tick
def test_the_alarm_test_plays_for_10_s_and_gives_way_to_an_alarm():
    bench = Bench(RATE)
    bench.ok("alarm_test")
    assert seen(bench) == (PATTERN_TEST, PATTERN_TEST)
    bench.run_for(ms=9999)
    assert seen(bench) == (PATTERN_TEST, PATTERN_TEST)
    bench.run_for(ms=1)
    assert seen(bench) == (PATTERN_OFF, PATTERN_OFF)
    bench.ok("alarm_test")
    supply_low(bench)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)


@at_any_tick
def test_an_alarm_test_is_no_way_to_pause_what_sounds():
    bench = Bench(RATE)
    supply_low(bench)
    bench.ok("audio_pause", duration_ms=60_000)
    bench.ok("alarm_test")
    bench.run_for(s=10)
    assert seen(bench) in ((PATTERN_MEDIUM, PATTERN_MEDIUM), (PATTERN_OFF, PATTERN_MEDIUM))
    bench.run_for(s=50)
    assert seen(bench) == (PATTERN_MEDIUM, PATTERN_MEDIUM)


# trace: GIP 2.2.3, forgets to resume
@at_any_tick
def test_stopped_too_long_sounds_after_the_limit_and_ends_with_a_start():
    bench = Bench(RATE, start=False)
    bench.run_for(ms=3_600_000 - 1)
    assert bench.alarms() == []
    bench.run_for(ms=1)
    assert bench.alarms(ACTIVE) == ["NOTHING_DELIVERED"]
    assert bench.raised("NOTHING_DELIVERED") == [3_600_000]
    assert seen(bench) == (PATTERN_HIGH, PATTERN_HIGH)
    bench.ok("start")
    assert bench.alarms() == []
    bench.run_for(hours=2)
    bench.ok("stop")
    stopped_ms = bench.now_ms()
    bench.run_for(hours=2)
    assert bench.raised("NOTHING_DELIVERED")[1:] == [stopped_ms + 3_600_000]


@at_any_tick
def test_a_high_alarm_that_was_acknowledged_and_still_holds_sounds_again_after_an_hour():
    bench = Bench(RATE, limits={"stopped_limit_s": 600})
    bench.ok("stop")
    bench.run_for(minutes=15)
    for _ in range(3):  # again and again, never off for good
        assert bench.sound() == PATTERN_HIGH
        bench.ok("acknowledge")
        bench.run_for(minutes=59, s=1)  # past the beep of the stop
        assert bench.sound() == PATTERN_OFF and bench.lamp() == PATTERN_HIGH
        bench.run_for(minutes=2)
    bench.ok("acknowledge")
    bench.ok("start")
    bench.run_for(hours=2)
    assert bench.sound() == bench.lamp() == PATTERN_OFF
    assert len(bench.raised("NOTHING_DELIVERED")) == 1


@at_any_tick
def test_a_reminder_is_put_off_by_an_audio_pause_and_does_not_end_it():
    bench = Bench(RATE, limits={"stopped_limit_s": 600})
    bench.ok("stop")
    bench.run_for(minutes=15)
    bench.ok("acknowledge")
    bench.run_for(minutes=59, s=30)
    bench.ok("audio_pause", duration_ms=120_000)
    bench.run_for(minutes=1)
    assert bench.sound() == PATTERN_OFF
    bench.run_for(minutes=1)
    assert bench.sound() == PATTERN_HIGH


@at_any_tick
def test_nobody_is_reminded_of_a_reservoir_that_is_low():
    bench = Bench(RATE, reservoir={"fill_pl": 18_900 * UL, "low_pl": 18_950 * UL})
    bench.run_for(minutes=10)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
    bench.ok("acknowledge")
    bench.run_for(hours=5)
    assert bench.sound() == PATTERN_OFF and bench.lamp() == PATTERN_LOW


@at_any_tick
def test_alarms_of_one_pass_are_reported_in_the_order_of_their_numbers():
    bench = Bench(RATE, limits={"supply_min_mv": 4500})
    bench.run_for(minutes=1)
    bench.fault("encoder_dead")
    bench.fault("supply_dip", to_mv=4000)
    bench.fault("driver_reset")
    bench.step()
    raised = [event.a for event in bench.events("ALARM_RAISED")]
    assert raised == [SUPPLY_LOW, MOTION_SENSOR, DRIVER_FAULT]


@at_any_tick
def test_a_refusal_names_the_same_field_on_every_interpreter():
    bench = Bench(RATE)
    reply = bench.send("bolus", zebra=1, volume_pl="x", apple=1, mango=2, duration_ms=0)
    assert "no field 'apple'" in reply["message"]
    reply = bench.send("bolus", dose_ng=1, duration_ms=0)
    assert "bolus.duration_ms" in reply["message"]


@at_any_tick
def test_an_alarm_test_every_9_s_hides_neither_lamp_nor_sound():
    bench = Bench(RATE, limits={"stopped_limit_s": 600})
    bench.ok("stop")
    bench.run_for(minutes=15)
    for _ in range(20):
        bench.ok("alarm_test")
        assert seen(bench) == (PATTERN_HIGH, PATTERN_HIGH)
        bench.run_for(s=9)


@at_any_tick
def test_an_audio_pause_every_110_s_leaves_a_high_alarm_audible():
    bench = Bench(RATE, limits={"stopped_limit_s": 600})
    bench.ok("stop")
    bench.run_for(minutes=15)
    heard = 0
    for _ in range(10):
        bench.send("audio_pause", duration_ms=120_000)
        bench.run_for(s=110)
        bench.press(QUIET)
        bench.press(QUIET, False)
        for _ in range(10):
            heard += bench.sound() == PATTERN_HIGH
            bench.run_for(s=1)
    assert heard > 20
    assert bench.refused("audio_pause", duration_ms=1000) == "NOT_NOW"
