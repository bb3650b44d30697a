"""What goes wrong is looked at every 4 s, at rest as in a run: sensor, driver, supply, clock."""

from hal.contract import DRIVER_OFF, DRIVER_RESET, DRIVER_SILENT, WATCH_PERIOD_MS
from tests.rigs.pump import ACTIVE, UL, Bench, at_any_tick

RATE = 500 * UL
SOON_MS = WATCH_PERIOD_MS


def stopped(**sections):
    bench = Bench(RATE, **sections)
    bench.run_for(minutes=5)
    bench.ok("stop")
    bench.run_for(s=63)
    return bench


@at_any_tick
def test_a_sensor_that_is_well_again_while_the_pump_is_stopped_is_no_alarm():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    bench.fault("encoder_dead")
    bench.run_for(minutes=1)
    bench.ok("stop")
    bench.hal.motion.revive()
    bench.world.at(bench.clock.true_ms(), lambda at_ms, argument: None)
    bench.run_for(ms=SOON_MS)
    assert bench.alarms() == [] and bench.status()["rotor_sensor"] == 1


@at_any_tick
def test_a_sensor_that_dies_at_rest_is_told_within_4_s():
    bench = stopped()
    bench.fault("encoder_dead", lasts_ms=60_000)
    at_ms = bench.now_ms()
    bench.run_for(minutes=30)
    (raised_ms,) = bench.raised("MOTION_SENSOR")
    (cleared,) = bench.events("ALARM_CLEARED")
    assert at_ms <= raised_ms <= at_ms + SOON_MS
    assert at_ms + 60_000 <= cleared.at_ms <= at_ms + 60_000 + SOON_MS


# trace: 2013 feed-through short
@at_any_tick
def test_a_driver_chip_in_trouble_at_rest_is_a_fault_within_4_s():
    for ails in (DRIVER_RESET, DRIVER_SILENT, DRIVER_OFF):
        bench = stopped()
        at_ms = bench.now_ms()
        bench.hal.driver.ailing = ails
        bench.world.at(at_ms, lambda at_ms, argument: None)
        bench.run_for(minutes=2)
        assert bench.state() == "FAULT" and bench.alarms(ACTIVE) == ["DRIVER_FAULT"]
        (raised,) = bench.events("ALARM_RAISED")
        assert at_ms <= raised.at_ms <= at_ms + SOON_MS and raised.b == ails


@at_any_tick
def test_after_a_reset_at_rest_the_driver_chip_gets_its_settings_with_reset_fault():
    for safe_state in ("hold", "off"):
        bench = stopped(head={"safe_state": safe_state})
        bench.fault("driver_reset")
        bench.run_for(s=10)
        assert bench.state() == "FAULT"
        bench.ok("reset_fault")
        bench.run_for(minutes=5)
        assert bench.state() == "STOPPED"
        assert bench.plant.motor.enabled == (safe_state == "hold")
        bench.ok("start")
        bench.run_for(minutes=5)
        assert bench.state() == "INFUSING"


@at_any_tick
def test_a_driver_chip_that_stays_silent_is_a_fault_again_after_reset_fault():
    bench = stopped()
    bench.hal.driver.fall_silent()
    bench.world.at(bench.now_ms(), lambda at_ms, argument: None)
    bench.run_for(s=10)
    bench.ok("reset_fault")
    assert bench.state() == "FAULT"
    passes = bench.world.passes
    bench.run_for(hours=1)
    assert bench.world.passes - passes < 20, "what is told already wakes nobody"


# trace: GIP 5.1
@at_any_tick
def test_a_supply_dip_of_5_s_is_seen_in_a_run_and_at_rest():
    for command in ("status", "stop"):
        bench = Bench(RATE, limits={"supply_min_mv": 4500})
        bench.run_for(hours=1, s=10)
        bench.ok(command)
        bench.run_for(s=71)
        at_ms = bench.now_ms()
        bench.fault("supply_dip", to_mv=2000, lasts_ms=5_000)
        bench.run_for(minutes=20)
        (raised,) = bench.events("ALARM_RAISED")
        assert at_ms <= raised.at_ms <= at_ms + SOON_MS
        assert (raised.b, raised.c) == (2000, 4500)
        (cleared,) = bench.events("ALARM_CLEARED")
        assert at_ms + 5_000 <= cleared.at_ms <= at_ms + 5_000 + SOON_MS


@at_any_tick
def test_a_dip_that_is_over_when_the_pass_comes_leaves_its_trace_all_the_same():
    bench = stopped(limits={"supply_min_mv": 4500})
    bench.plant.supply_mv = 2100
    assert bench.pump.safety.watch()
    bench.plant.supply_mv = 5000
    bench.step()
    (raised,) = bench.events("ALARM_RAISED")
    assert raised.b == 2100
    bench.run_for(s=8)
    assert bench.alarms() == []


@at_any_tick
def test_the_lowest_supply_of_a_dip_is_kept_with_its_alarm():
    bench = stopped(limits={"supply_min_mv": 4500})
    for mv in (4400, 3000, 4000):
        bench.fault("supply_dip", to_mv=mv)
        bench.run_for(s=10)
    (row,) = bench.status()["alarms"]
    assert row[4:6] == [3000, 4500]


@at_any_tick
def test_a_supply_that_wavers_about_its_limit_is_one_alarm():
    bench = stopped(limits={"supply_min_mv": 4500})
    for step in range(20):
        bench.fault("supply_dip", to_mv=4480 + 60 * (step % 2))
        bench.run_for(s=10)
    assert len(bench.raised("SUPPLY_LOW")) == 1


@at_any_tick
def test_a_wall_clock_that_is_lost_is_noticed_within_4_s():
    for command in ("status", "stop"):
        bench = Bench(20 * UL)
        bench.run_for(minutes=11)
        bench.ok(command)
        bench.run_for(s=63)
        at_ms = bench.now_ms()
        bench.fault("clock_lost")
        bench.run_for(minutes=5)
        (lost,) = bench.events("CLOCK_LOST")
        assert at_ms <= lost.at_ms <= at_ms + SOON_MS
