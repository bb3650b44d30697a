"""Stories of a rotor that does not follow, and of a sensor that does not answer."""

from firmware import states
from tests.rigs.pump import ACTIVE, HOUR_MS, LATCHED, MINUTE_MS, UL, Bench, at_any_tick, steps_at

RATE = 500 * UL  # 40 steps in 21.6 s


# trace: motor failure, 2019 particle in the motor
@at_any_tick
def test_a_held_rotor_stops_the_driver_and_is_tried_again_after_1_2_5_10_and_10_minutes():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("stall")
    at_ms = bench.now_ms()
    bench.run_for(minutes=1)
    (raised,) = bench.raised("MOTOR_STALL")
    assert 21_600 <= raised - at_ms <= 21_600 + 4000 + 600
    assert bench.state() == "STALLED"
    emitted = bench.emitted()
    bench.run_for(s=20)
    assert bench.emitted() == emitted
    bench.run_for(minutes=33)
    retries = [(e.a, e.b) for e in bench.events("STALL_RETRY")]
    assert retries == [(n + 1, minutes * MINUTE_MS) for n, minutes in enumerate((1, 2, 5, 10, 10))]
    assert len(bench.raised("MOTOR_STALL")) == 1
    assert bench.plant.rotor_steps < bench.emitted() - 5 * 40
    assert bench.state() == "STALLED"


# trace: 2008 stall in a magnetic field
@at_any_tick
def test_a_rotor_that_is_let_go_recovers_by_sensed_motion_and_the_alarm_stays_until_acknowledged():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("stall", lasts_ms=30 * MINUTE_MS)
    let_go_ms = bench.now_ms() + 30 * MINUTE_MS
    bench.run_for(hours=1)
    (recovered,) = bench.events("STALL_RECOVERED")
    assert let_go_ms < recovered.at_ms <= let_go_ms + 11 * MINUTE_MS
    assert recovered.b == recovered.at_ms - bench.raised("MOTOR_STALL")[0]
    assert [e.c for e in bench.events("STATE") if e.a == states.INFUSING] == [
        states.BY_COMMAND,
        states.BY_MOTION,
    ]
    assert bench.state() == "INFUSING"
    assert bench.alarms(ACTIVE) == []
    assert bench.alarms(LATCHED) == ["MOTOR_STALL"]
    bench.ok("acknowledge")
    assert bench.alarms() == []


@at_any_tick
def test_what_was_not_delivered_in_a_stall_is_not_caught_up():
    bench = Bench(RATE)
    bench.fault("stall", lasts_ms=30 * MINUTE_MS)
    bench.run_for(hours=2)
    before = bench.emitted()
    bench.run_for(hours=1)
    assert bench.emitted() - before in (steps_at(RATE, HOUR_MS), steps_at(RATE, HOUR_MS) + 1)
    status = bench.status()
    assert status["booked_steps"] - status["missed_steps"] - status["emitted_steps"] <= 400


# trace: 2012 motor corrosion
@at_any_tick
def test_a_second_stall_raises_the_alarm_anew():
    bench = Bench(RATE)
    for _ in range(2):
        bench.fault("stall", lasts_ms=1 * MINUTE_MS)
        bench.run_for(minutes=10)
        bench.ok("acknowledge")
    assert len(bench.raised("MOTOR_STALL")) == len(bench.events("STALL_RECOVERED")) == 2
    assert bench.events("STALL_RETRY")[-1].b == MINUTE_MS  # the waiting begins anew


# trace: GIP 1.2.3, S5.3
@at_any_tick
def test_a_rotor_that_loses_a_third_of_its_steps_is_no_stall_but_under_delivery():
    bench = Bench(RATE)
    bench.fault("step_loss", by_ppt=333)
    bench.run_for(minutes=40)
    assert bench.state() == "INFUSING"
    assert bench.alarms(ACTIVE) == ["UNDER_DELIVERY"]


@at_any_tick
def test_a_rotor_that_loses_two_thirds_of_its_steps_is_a_stall():
    bench = Bench(RATE)
    bench.fault("step_loss", by_ppt=667)
    bench.run_for(minutes=1)
    assert bench.state() == "STALLED"


@at_any_tick
def test_microsteps_finer_than_the_sensor_make_no_false_under_delivery():
    for steps_per_rev, rate in (
        (12_800, 34 * UL),
        (51_200, 8 * UL),
    ):  # some 45 steps in a quarter of an hour
        bench = Bench(rate, head={"pl_per_rev": 100 * UL, "steps_per_rev": steps_per_rev})
        bench.run_for(hours=24)
        assert bench.raised("UNDER_DELIVERY") == [], steps_per_rev
        bench.fault("step_loss", by_ppt=200)
        bench.run_for(hours=6)
        assert bench.alarms(ACTIVE) == ["UNDER_DELIVERY"], steps_per_rev


@at_any_tick
def test_fewer_steps_than_the_sensor_can_judge_are_no_stall_and_a_held_rotor_is_one_all_the_same():
    bench = Bench(
        UL // 2, head={"steps_per_rev": 102_400}, limits={"stall_steps": 4}
    )  # 25 steps a count, one in 17 s
    bench.run_for(hours=12)
    assert bench.raised("MOTOR_STALL") == []
    bench.fault("stall", lasts_ms=2 * HOUR_MS)
    bench.run_for(minutes=95)
    assert bench.state() == "STALLED"
    bench.run_for(hours=4)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_stop_ends_the_attempts():
    bench = Bench(RATE)
    bench.fault("stall")
    bench.run_for(minutes=1)
    bench.ok("stop")
    emitted = bench.emitted()
    bench.run_for(minutes=30)
    assert bench.state() == "STOPPED"
    assert bench.emitted() == emitted
    assert bench.alarms(ACTIVE) == []
    assert bench.alarms(LATCHED) == ["MOTOR_STALL"]


# trace: GIP 3.1.3
@at_any_tick
def test_a_bolus_ends_with_the_run_that_stalls_and_none_is_accepted_before_motion_is_back():
    bench = Bench(RATE)
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=30 * MINUTE_MS)
    bench.run_for(minutes=5)
    bench.fault("stall", lasts_ms=10 * MINUTE_MS)
    bench.run_for(minutes=1)
    assert bench.state() == "STALLED"
    assert [e.c for e in bench.events("BOLUS_ENDED")] == [0]
    assert bench.refused("bolus", volume_pl=UL, duration_ms=MINUTE_MS) == "GATE"
    bench.run_for(minutes=30)
    assert bench.state() == "INFUSING"
    bench.ok("bolus", volume_pl=UL, duration_ms=MINUTE_MS)


# trace: S17.3
@at_any_tick
def test_a_dead_encoder_raises_motion_sensor_and_delivery_goes_on():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("encoder_dead", lasts_ms=6 * HOUR_MS)
    bench.run_for(hours=2)
    assert bench.alarms(ACTIVE) == ["MOTION_SENSOR"]
    assert bench.status()["rotor_sensor"] == 0
    assert bench.state() == "INFUSING"
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    bench.run_for(hours=6)
    assert bench.alarms() == []
    assert bench.emitted() == steps_at(RATE, bench.now_ms())


@at_any_tick
def test_a_sensor_that_comes_back_sees_the_next_stall_and_not_the_last_silence():
    bench = Bench(RATE)
    bench.fault("encoder_dead", lasts_ms=2 * HOUR_MS)
    bench.run_for(hours=3)
    assert bench.raised("MOTOR_STALL") == []
    bench.fault("stall")
    bench.run_for(minutes=1)
    assert bench.state() == "STALLED"


@at_any_tick
def test_a_sensor_that_is_silent_off_and_on_hides_no_stall():
    for silent_s, heard_s, found_within_s in (
        (10, 5, 60),
        (30, 5, 60),
        (1200, 10, 3 * 1210),
    ):  # 40 steps are 21.6 s
        bench = None
        bench = Bench(RATE)
        bench.run_for(minutes=1)
        bench.fault("stall")
        stalled_s = 0
        while bench.state() != "STALLED":
            assert stalled_s <= found_within_s, (silent_s, heard_s)
            bench.fault("encoder_dead", lasts_ms=silent_s * 1000)
            bench.run_for(s=silent_s + heard_s)
            stalled_s += silent_s + heard_s


@at_any_tick
def test_a_sensor_that_is_silent_off_and_on_makes_no_stall_either():
    bench = Bench(RATE)
    for silent_s in (1, 10, 30, 1200, 5, 2000):
        bench.fault("encoder_dead", lasts_ms=silent_s * 1000)
        bench.run_for(s=silent_s + 7)
    assert bench.raised("MOTOR_STALL") == []
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_sensor_that_dies_during_a_stall_is_no_sensed_motion():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("stall")
    bench.run_for(minutes=1)
    bench.fault("encoder_dead")
    bench.run_for(minutes=30)
    assert bench.events("STALL_RECOVERED") == []
    assert "MOTION_SENSOR" in bench.alarms(ACTIVE)
    assert bench.state() == "STALLED"


@at_any_tick
def test_a_bench_without_an_encoder_says_so_and_delivers():
    from boards.rpi_pico import BOARD

    board = dict(BOARD)
    del board["encoder"]
    bench = Bench(RATE, board=board)
    bench.fault("stall")
    bench.run_for(hours=1)
    assert bench.status()["rotor_sensor"] == 0
    assert bench.alarms() == []
    assert bench.state() == "INFUSING"
    assert bench.emitted() == steps_at(RATE, HOUR_MS)
