"""Stories of a line that is shut, a head that is open, and a supply that dips."""

from firmware import states
from hal.contract import DOOR, OCCLUSION
from tests.rigs.pump import ACTIVE, HOUR_MS, LATCHED, ML, UL, Bench, at_any_tick, steps_at

FAST = 24 * ML  # fills the line to the switch's pressure in 6 min


# trace: GIP 1.6.2, occlusion
@at_any_tick
def test_an_occlusion_stops_within_4_s_of_the_switch():
    bench = Bench(500 * UL)
    bench.run_for(minutes=10)
    pressed_ms = bench.now_ms() + 100_123
    bench.world.at(pressed_ms, lambda at_ms, argument: bench.hal.inputs.force(OCCLUSION, True))
    bench.run_for(minutes=3)
    (fault,) = [e for e in bench.events("STATE") if e.a == states.FAULT]
    assert pressed_ms <= fault.at_ms <= pressed_ms + 4000
    assert fault.c == states.BY_OCCLUSION
    emitted = bench.emitted()
    bench.run_for(hours=1)
    assert bench.emitted() == emitted == steps_at(500 * UL, fault.at_ms)


# trace: GIP 1.10.3, GIP 1.10.7, post-occlusion bolus
@at_any_tick
def test_a_shut_line_is_stopped_by_its_own_pressure_and_hardly_above_the_threshold():
    bench = Bench(FAST)
    bench.run_for(minutes=1)
    bench.fault("occlusion")
    bench.run_for(minutes=20)
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["OCCLUSION"]
    assert (
        100_000 <= bench.plant.line.pressure_pa() <= 100_000 + 4 * 278 + 3000
    )  # 278 Pa/s, and a roller's push


# trace: GIP 1.10.5
@at_any_tick
def test_an_occlusion_needs_reset_fault_and_then_start():
    bench = Bench(FAST)
    bench.fault("occlusion", lasts_ms=HOUR_MS)
    bench.run_for(minutes=30)
    assert bench.refused("start") == "WRONG_STATE"
    bench.send("stop")
    assert bench.state() == "FAULT"  # whatever a stop is answered with
    bench.ok("reset_fault")
    assert bench.state() == "FAULT"  # the switch is still closed
    assert bench.alarms(ACTIVE) == ["OCCLUSION"]
    bench.run_for(hours=1)
    assert bench.state() == "FAULT"  # the line is open again, but nobody has said so
    assert (bench.alarms(ACTIVE), bench.alarms(LATCHED)) == ([], ["OCCLUSION"])
    bench.ok("reset_fault")
    assert bench.state() == "STOPPED"
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING"
    assert bench.alarms() == ["OCCLUSION"]
    bench.ok("acknowledge")
    assert bench.alarms() == []


@at_any_tick
def test_the_first_fault_wins():
    bench = Bench(FAST)
    bench.press(OCCLUSION)
    bench.press(DOOR)
    bench.fault("stall")
    bench.run_for(minutes=10)
    assert [e.c for e in bench.events("STATE") if e.a == states.FAULT] == [states.BY_OCCLUSION]
    assert bench.raised("MOTOR_STALL") == []


@at_any_tick
def test_a_stopped_pump_with_pressure_in_the_line_goes_to_fault_too():
    bench = Bench(start=False)
    bench.press(OCCLUSION)
    assert bench.state() == "FAULT"
    assert bench.emitted() == 0


# trace: free flow
@at_any_tick
def test_an_open_head_stops_the_pump_on_a_board_that_can_see_it():
    from boards.rpi_pico import BOARD

    board, pins = dict(BOARD), dict(BOARD["pins"])
    pins["door"] = "^!19"
    board["pins"] = pins
    bench = Bench(500 * UL, board=board)
    bench.run_for(minutes=1)
    bench.press(DOOR)
    assert bench.state() == "STOPPED"
    assert bench.alarms(ACTIVE) == ["DOOR_OPEN"]
    bench.press(DOOR, False)
    assert bench.alarms(LATCHED) == ["DOOR_OPEN"]
    emitted = bench.emitted()
    bench.run_for(minutes=10)
    assert (bench.state(), bench.emitted()) == ("STOPPED", emitted)
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_an_open_head_is_not_started():
    from boards.rpi_pico import BOARD

    board, pins = dict(BOARD), dict(BOARD["pins"])
    pins["door"] = "^!19"
    board["pins"] = pins
    bench = Bench(500 * UL, board=board, start=False)
    bench.press(DOOR)
    bench.send("start")
    bench.run_for(minutes=1)
    assert bench.state() == "STOPPED"
    assert bench.emitted() == 0


# trace: supply out of range
@at_any_tick
def test_a_supply_dip_is_an_alarm_that_ends_100_mv_above_the_limit():
    bench = Bench(500 * UL)
    for supply_mv, low in (
        (4500, False),
        (4499, True),
        (4500, True),
        (4599, True),
        (4600, False),
        (4500, False),
    ):
        bench.fault("supply_dip", to_mv=supply_mv)
        bench.run_for(minutes=5)
        assert bench.alarms(ACTIVE) == (["SUPPLY_LOW"] if low else []), supply_mv
    assert bench.raised("SUPPLY_LOW") and len(bench.raised("SUPPLY_LOW")) == 1
    assert bench.emitted() == steps_at(500 * UL, bench.now_ms())
