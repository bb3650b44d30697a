"""Stories of a stepper driver in trouble, and of leaving for the console."""

from boards.rpi_pico import BOARD
from firmware import states
from hal.contract import DRIVER_OFF, DRIVER_RESET, PATTERN_HIGH
from host_sim.machine.sim_power import LeftForConsole
from tests.rigs.pump import ACTIVE, UL, Bench, at_any_tick

RATE = 500 * UL


@at_any_tick
def test_a_driver_that_loses_its_settings_faults_within_4_s():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("driver_reset")
    from_ms = bench.now_ms()
    bench.run_for(minutes=1)
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["DRIVER_FAULT"]
    (fault,) = [e for e in bench.events("STATE") if e.a == states.FAULT]
    assert fault.c == states.BY_DRIVER
    assert fault.at_ms <= from_ms + 4000
    (raised,) = bench.events("ALARM_RAISED")
    assert raised.b == DRIVER_RESET


@at_any_tick
def test_after_reset_fault_and_start_a_driver_that_was_reset_runs_with_its_settings():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("driver_reset")
    bench.run_for(minutes=1)
    emitted = bench.emitted()
    bench.send("reset_fault")
    assert bench.send("start")["ok"]
    bench.run_for(minutes=10)
    assert bench.state() == "INFUSING"
    assert bench.emitted() > emitted + 1000


@at_any_tick
def test_with_a_driver_that_stays_silent_no_start_moves_the_motor():
    bench = Bench(RATE)
    bench.send("stop")
    emitted = bench.emitted()
    bench.hal.driver.fall_silent()
    bench.send("start")
    bench.run_for(minutes=1)
    assert bench.state() == "FAULT"
    assert bench.emitted() == emitted


@at_any_tick
def test_maintenance_is_refused_while_the_pump_infuses():
    bench = Bench(RATE)
    reply = bench.send("maintenance")
    assert reply["error"] == "WRONG_STATE"
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_the_console_does_not_silence_a_fault_that_nobody_has_acknowledged():
    bench = Bench(RATE)
    bench.fault("occlusion")
    bench.run_for(hours=24)
    assert bench.state() == "FAULT"
    reply = bench.send("maintenance")
    assert reply["error"] == "NOT_NOW" and "acknowledge" in reply["message"], reply
    bench.run_for(minutes=1)
    assert bench.sound() == bench.lamp() == PATTERN_HIGH
    bench.ok("acknowledge")
    assert leaves(bench)


@at_any_tick
def test_a_bad_configuration_is_mended_from_the_console_without_further_ado():
    assert leaves(Bench(stored=b"{}", start=False))


def leaves(bench):
    try:
        bench.send("maintenance")
    except LeftForConsole:
        return bench.far_end.replies[-1]["ok"] == 1
    return False


@at_any_tick
def test_a_stopped_pump_answers_and_leaves_for_the_console():
    bench = Bench(RATE)
    bench.send("stop")
    assert leaves(bench)


# trace: overheating
@at_any_tick
def test_a_driver_whose_output_stage_is_off_faults_within_4_s_with_and_without_a_rotor_sensor():
    without = {name: part for name, part in BOARD.items() if name != "encoder"}
    for board in (BOARD, without):
        bench = Bench(RATE, board=board)
        bench.run_for(minutes=10)
        bench.hal.driver.switch_off()
        from_ms = bench.now_ms()
        bench.run_for(s=4)
        assert bench.state() == "FAULT"
        assert bench.alarms(ACTIVE) == ["DRIVER_FAULT"]
        (raised,) = bench.events("ALARM_RAISED")
        assert raised.b == DRIVER_OFF
        assert raised.at_ms <= from_ms + 4000
