"""Stories of a rotor that turns otherwise than by pulses, and of a sensor that is wrong."""

from boards.rpi_pico import BOARD
from firmware import events, states
from hal.contract import DOOR, Motion
from tests.rigs.pump import ACTIVE, PL_PER_STEP, UL, Bench, at_any_tick

RATE = 500 * UL
BLIND_STEPS = 400
JUMP_STEPS = 32  # two full steps


def turn(bench, steps):
    """The rotor is turned from outside, and pumps."""
    plant = bench.plant
    plant.rotor_steps += steps
    plant.reservoir.draw(plant.head.push(plant.rotor_steps, plant.now_ms))
    bench.world.at(bench.clock.true_ms(), lambda at_ms, argument: None)


class Sensor(Motion):
    """A sensor whose next readings are off; by: {reading: counts}."""

    def __init__(self, motion, by):
        self.counts_per_rev = motion.counts_per_rev
        self.dead = False
        self._motion = motion
        self._by = by
        self._reading = 0

    def moved_counts(self):
        self._reading += 1
        return self._motion.moved_counts() + self._by.get(self._reading, 0)


def wrong_readings(bench, by):
    """Another sensor, from now on."""
    bench.pump.rotor._reading._motion = Sensor(bench.hal.motion, by)


# trace: 2016 over-infusion
@at_any_tick
def test_a_microstep_twice_as_large_is_over_delivery_within_two_minutes():
    bench = Bench(RATE, truth={"steps_per_rev": 1600})
    bench.run_for(minutes=2)
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["OVER_DELIVERY"]
    status = bench.status()
    assert status["moved_steps"] >= 2 * status["emitted_steps"] - 2
    assert status["unexplained_steps"] >= status["emitted_steps"] - 2


@at_any_tick
def test_a_rotor_that_runs_away_is_over_delivery():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    motor = bench.plant.motor
    motor.faithful, motor._judge = False, lambda: None
    motor.follow = lambda pulses: 20 * pulses
    bench.run_for(minutes=1)
    assert bench.state() == "FAULT"


# trace: GIP 1.2.2, S17.2
@at_any_tick
def test_a_tenth_too_much_is_found_at_the_lowest_rate_too():
    bench = Bench(50 * UL, truth={"steps_per_rev": 2800}, limits={"stall_steps": 10_000})
    bench.run_for(hours=1)
    assert bench.alarms(ACTIVE) == ["OVER_DELIVERY"]


@at_any_tick
def test_a_rotor_of_the_right_size_is_no_over_delivery_at_any_rate():
    for rate in (50 * UL, 24_000 * UL):
        bench = Bench(rate, reservoir={"fill_pl": 18_000 * UL})
        bench.run_for(hours=2)
        assert bench.state() == "INFUSING"
        status = bench.status()
        assert status["unexplained_steps"] == 0
        assert status["moved_steps"] == status["emitted_steps"]


# trace: free flow, S17.6
@at_any_tick
def test_ten_turns_by_hand_at_rest_are_a_fault_within_a_look_and_are_booked():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    bench.ok("stop")
    bench.run_for(minutes=1)
    before = bench.status()
    turn(bench, 32_000)
    bench.run_for(s=5)
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["OVER_DELIVERY"]
    after = bench.status()
    assert 0 <= 32_000 - after["unexplained_steps"] <= JUMP_STEPS
    assert after["emitted_steps"] == before["emitted_steps"]
    steps = after["unexplained_steps"]
    assert 0 <= before["residual_pl"] - after["residual_pl"] - steps * PL_PER_STEP < PL_PER_STEP
    (told,) = bench.events("TURNED")
    assert told.a == steps and told.b == 0
    bench.ok("reset_fault")
    bench.run_for(hours=1)
    assert bench.state() == "STOPPED"


# trace: S5.1
@at_any_tick
def test_what_is_turned_by_hand_counts_in_the_dose_windows():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    bench.ok("stop")
    before = bench.status()
    turn(bench, JUMP_STEPS + 300)
    bench.run_for(s=5)
    after = bench.status()
    assert after["state"] == "STOPPED" and after["unexplained_steps"] in (300, 301)
    dose_ng = (
        after["unexplained_steps"] * PL_PER_STEP * bench.config["drug"]["conc_ng_per_ml"] // 10**9
    )
    assert 0 <= after["dose_24h_ng"] - before["dose_24h_ng"] - dose_ng <= 1


# trace: GIP 1.8.1, reverse flow, S5.2, S17.8
@at_any_tick
def test_reverse_motion_at_rest_is_told_and_never_gives_dose_back():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    bench.ok("stop")
    before = bench.status()
    turn(bench, -2000)
    bench.run_for(s=5)
    after = bench.status()
    (told,) = bench.events("TURNED")
    assert -2001 <= told.a <= -1999
    for name in ("state", "unexplained_steps", "residual_pl", "dose_24h_ng"):
        assert after[name] == before[name]


# trace: 2025 false alarm blocks a start, S17.7
@at_any_tick
def test_with_the_door_open_the_rotor_may_be_turned_and_the_base_is_taken_anew():
    bench = Bench(RATE, board=dict(BOARD, pins=dict(BOARD["pins"], door=20)))
    bench.run_for(hours=1)
    bench.ok("stop")
    bench.press(DOOR)
    turn(bench, 5000)
    bench.run_for(s=5)
    assert [(e.a > 4900, e.b) for e in bench.events("TURNED")] == [(True, 1)]
    bench.press(DOOR, False)
    bench.run_for(minutes=1)
    bench.ok("start")
    bench.run_for(hours=1)
    assert bench.state() == "INFUSING"
    assert bench.status()["unexplained_steps"] == 0


# trace: S5.2
@at_any_tick
def test_pulses_of_stall_retries_are_emitted_and_not_moved():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    moved = bench.status()["moved_steps"]
    bench.fault("stall")
    bench.run_for(hours=1)
    status = bench.status()
    assert status["emitted_steps"] > moved + 5 * 40
    assert abs(status["moved_steps"] - bench.plant.rotor_steps) <= 2
    assert status["unexplained_steps"] == 0


@at_any_tick
def test_what_moved_and_what_is_unexplained_outlast_a_restart():
    bench = Bench(RATE)
    bench.fault("stall", lasts_ms=30 * 60_000)
    bench.run_for(hours=1)
    bench.ok("stop")
    turn(bench, JUMP_STEPS + 300)
    bench.run_for(s=5)
    before = bench.status()
    after = bench.restart().status()
    steps = before["unexplained_steps"]
    assert steps in (300, 301) and after["unexplained_steps"] == steps
    assert after["dose_24h_ng"] >= before["dose_24h_ng"]
    assert after["residual_pl"] == before["residual_pl"]
    unmoved = before["emitted_steps"] + steps - before["moved_steps"]
    assert unmoved > 100
    assert after["emitted_steps"] + steps - after["moved_steps"] == unmoved


# trace: EMI
@at_any_tick
def test_one_wrong_angle_ends_no_run_and_no_bolus():
    for by in (60, -300, 569, 2000, -2000):
        bench = Bench(RATE)
        bench.run_for(minutes=5)
        bench.ok("bolus", volume_pl=25 * UL, duration_ms=600_000)
        bench.run_for(minutes=2)
        wrong_readings(bench, {2: by, 9: -by})
        bench.run_for(minutes=20)
        assert bench.raised("MOTOR_STALL") == bench.raised("OVER_DELIVERY") == [], by
        assert bench.status()["by_source"]["bolus"] == 25 * UL // PL_PER_STEP
        assert bench.events("BOLUS_ENDED")[0].c == 1


@at_any_tick
def test_one_wrong_angle_at_rest_is_no_motion():
    bench = Bench(RATE)
    bench.run_for(minutes=5)
    bench.ok("stop")
    wrong_readings(bench, {2: 900, 4: -900, 6: 2000})
    bench.run_for(minutes=5)
    assert bench.events("TURNED") == []
    bench.ok("start")
    bench.run_for(minutes=5)
    assert bench.raised("MOTOR_STALL") == []


# trace: sensor drift
@at_any_tick
def test_a_sensor_of_nothing_but_noise_is_a_sensor_alarm_and_no_stall():
    bench = Bench(RATE)
    bench.run_for(minutes=5)
    wrong_readings(bench, {n: n * 7919 % 4096 - 2048 for n in range(2000)})
    bench.run_for(minutes=30)
    assert bench.alarms(ACTIVE) == ["MOTION_SENSOR"]
    assert bench.state() == "INFUSING"
    assert [e.a for e in bench.events("STATE")][-1] == states.INFUSING


@at_any_tick
def test_a_board_without_a_sensor_says_that_all_pulses_moved():
    board = dict(BOARD)
    del board["encoder"]
    bench = Bench(RATE, board=board)
    bench.run_for(hours=1)
    status = bench.status()
    assert status["moved_steps"] == status["emitted_steps"] > 0
    assert events.TURNED not in [e.code for e in bench.far_end.events]
