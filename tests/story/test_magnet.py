"""Stories of a magnetic field: the rotor is held, its sensor and the level switch are disturbed,
and the rotor comes free at once, late, or a day later [SynchroMed EL 2008].
"""

from firmware import states
from hal.contract import LEVEL_LOW
from tests.rigs.pump import ACTIVE, HOUR_MS, MINUTE_MS, UL, Bench, at_any_tick, steps_at

RATE = 200 * UL  # half a turn of the rotor takes 36 min
SCAN_MS = 30 * MINUTE_MS
RECOVERIES_MS = (0, 2 * HOUR_MS)  # after a day: tests/scenario/test_magnet_scenarios.py
RETRY_MS = 13 * MINUTE_MS  # the longest pause between two tries, and the try


def in_a_field(recovers_after_ms, encoder="silent", lasts_ms=SCAN_MS):
    bench = Bench(RATE)
    bench.run_for(hours=1)
    bench.fault("magnet", lasts_ms, encoder=encoder, recovers_after_ms=recovers_after_ms)
    return bench


def look_on(bench):
    """Somebody asks for the status and the time, and then says nothing for a while."""
    bench.ok("status")
    bench.ok("hello")


def silence(bench):
    """The alarm that sounds is acknowledged."""
    bench.ok("acknowledge")


def pause(bench):
    bench.ok("audio_pause", duration_ms=120_000)


def nothing(bench):
    pass


ORDERS = (
    (nothing, nothing, nothing),
    (look_on, look_on, look_on),
    (nothing, look_on, silence),
    (look_on, silence, nothing),
    (silence, silence, silence),
    (nothing, pause, look_on),
    (pause, nothing, silence),
    (look_on, nothing, pause),
)


def recovered(bench):
    """It went on by itself: one stall, one recovery, no fault, nothing unexplained or caught up."""
    assert len(bench.raised("MOTOR_STALL")) == 1
    (recovery,) = bench.events("STALL_RECOVERED")
    assert bench.state() == "INFUSING"
    assert [event.a for event in bench.events("STATE") if event.a == states.FAULT] == []
    assert bench.raised("OVER_DELIVERY") == []
    status = bench.status()
    assert status["unexplained_steps"] == 0
    assert bench.plant.rotor_steps <= steps_at(RATE, bench.now_ms()) + 1
    return recovery


# trace: 2008 stall in a magnetic field
@at_any_tick
def test_whoever_looks_and_silences_in_whatever_order_a_scan_ends_in_stall_and_recovery():
    """A session on the link is no state of the pump: before, in and after the field."""
    for recovers_ms in RECOVERIES_MS:
        for before, during, after in ORDERS:
            bench = Bench(RATE)
            bench.run_for(minutes=10)
            before(bench)
            field_ms = bench.now_ms()
            bench.fault("magnet", SCAN_MS, encoder="silent", recovers_after_ms=recovers_ms)
            bench.run_for(minutes=15)
            during(bench)
            bench.run_for(minutes=15, s=10)
            after(bench)
            free_ms = field_ms + SCAN_MS + recovers_ms
            bench.run_for(ms=free_ms + 2 * RETRY_MS - bench.now_ms())
            recovery = recovered(bench)
            assert free_ms <= recovery.at_ms <= free_ms + RETRY_MS


@at_any_tick
def test_a_silent_sensor_is_told_and_the_stall_with_the_first_reading_after_the_field():
    bench = in_a_field(0)
    bench.run_for(minutes=29)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR", "MOTION_SENSOR"]
    assert bench.state() == "INFUSING"
    bench.run_for(minutes=2)
    (raised,) = bench.raised("MOTOR_STALL")
    assert HOUR_MS + SCAN_MS <= raised <= HOUR_MS + SCAN_MS + 10_000
    bench.run_for(minutes=10)
    recovered(bench)
    status = bench.status()
    missed = status["emitted_steps"] - status["moved_steps"]
    assert missed >= steps_at(RATE, SCAN_MS)


@at_any_tick
def test_through_a_sensor_that_the_field_leaves_alone_the_stall_is_seen_in_the_field():
    for recovers_ms in RECOVERIES_MS:
        bench = in_a_field(recovers_ms, encoder="sound")
        bench.run_for(minutes=2)
        assert bench.state() == "STALLED"
        bench.run_for(ms=SCAN_MS + recovers_ms + RETRY_MS)
        recovered(bench)


@at_any_tick
def test_what_a_scan_missed_is_not_caught_up():
    bench = in_a_field(2 * HOUR_MS)
    bench.run_for(hours=4)
    before = bench.plant.rotor_steps
    bench.run_for(hours=6)
    assert bench.plant.rotor_steps - before in (
        steps_at(RATE, 6 * HOUR_MS),
        steps_at(RATE, 6 * HOUR_MS) + 1,
    )


@at_any_tick
def test_a_level_switch_that_a_field_closes_stops_nothing_and_clears_with_the_field():
    bench = in_a_field(0, encoder="sound", lasts_ms=2 * HOUR_MS)
    bench.run_for(hours=1)
    assert "LEVEL_DISAGREES" in bench.alarms(ACTIVE)
    bench.run_for(hours=2)
    assert "LEVEL_DISAGREES" not in bench.alarms(ACTIVE)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_field_that_ends_mends_neither_a_dead_encoder_nor_a_switch_that_sticks():
    bench = Bench(RATE)
    bench.fault("encoder_dead")
    bench.fault("level_stuck", at="active")
    bench.fault("magnet", MINUTE_MS, encoder="silent", recovers_after_ms=0)
    bench.run_for(minutes=2)
    assert bench.hal.motion.angle() is None
    assert bench.hal.inputs.read() & LEVEL_LOW


@at_any_tick
def test_what_ends_within_a_field_leaves_sensor_and_switch_to_the_field():
    bench = Bench(RATE)
    bench.fault("encoder_dead", MINUTE_MS)
    bench.fault("level_stuck", MINUTE_MS, at="inactive")
    bench.fault("magnet", 3 * MINUTE_MS, encoder="silent", recovers_after_ms=0)
    assert not bench.hal.inputs.read() & LEVEL_LOW
    bench.run_for(minutes=2)
    assert bench.hal.motion.angle() is None
    assert bench.hal.inputs.read() & LEVEL_LOW
    bench.run_for(minutes=2)
    assert bench.hal.motion.angle() is not None
    assert not bench.hal.inputs.read() & LEVEL_LOW
