"""Stories of a driver that does not do what it is told: the monitor counts, and stops it."""

from firmware import states
from firmware.alarms import alarm_table
from hal.contract import OCCLUSION
from tests.rigs.pump import ACTIVE, LATCHED, ML, UL, Bench, at_any_tick, steps_at

RATE = 500 * UL


@at_any_tick
def test_a_driver_that_emits_twice_as_many_pulses_is_caught_and_faults():
    for rate in (RATE, 24 * ML):
        bench = None  # a board-like heap has room for one at a time
        bench = Bench(rate)
        bench.run_for(minutes=10)
        bench.hal.driver.times = 2
        lies_from_ms = bench.now_ms()
        bench.run_for(minutes=10)
        assert bench.state() == "FAULT"
        assert bench.alarms(ACTIVE) == ["OVER_DELIVERY"]
        (fault,) = [e for e in bench.events("STATE") if e.a == states.FAULT]
        assert fault.c == states.BY_OVER_DELIVERY
        emitted = bench.emitted()
        blind_ms = max(2500, 86_400_000 * UL // rate)  # the pulses queued before the lie come first
        assert fault.at_ms <= lies_from_ms + 2 * blind_ms + 4000
        assert emitted - steps_at(rate, fault.at_ms) <= UL // 3125 + 10
        bench.run_for(hours=1)
        assert bench.emitted() == emitted


@at_any_tick
def test_ten_steps_too_many_are_borne_and_the_eleventh_faults():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    for extra in range(1, 12):
        bench.hal.driver.slip(1)
        bench.run_for(ms=200)
        assert bench.state() == ("FAULT" if extra > 10 else "INFUSING"), extra
    (event,) = bench.events("ALARM_RAISED")
    assert event.b == event.c + 11


@at_any_tick
def test_over_delivery_needs_reset_fault_start_and_an_acknowledgement():
    bench = Bench(RATE)
    bench.hal.driver.times = 2
    bench.run_for(minutes=10)
    bench.hal.driver.times = 1
    assert bench.refused("start") == "WRONG_STATE"
    bench.ok("acknowledge")
    assert bench.alarms(ACTIVE) == ["OVER_DELIVERY"]
    bench.ok("reset_fault")
    assert bench.state() == "STOPPED"
    bench.ok("start")
    bench.run_for(hours=1)
    assert bench.state() == "INFUSING"
    assert bench.alarms(ACTIVE) == []
    if bench.alarms():
        assert bench.alarms(LATCHED) == ["OVER_DELIVERY"]
        bench.ok("acknowledge")
    assert bench.alarms() == []


@at_any_tick
def test_pulses_that_left_too_many_are_in_the_books():
    bench = Bench(RATE)
    bench.hal.driver.times = 2
    bench.run_for(minutes=10)
    status = bench.status()
    assert status["emitted_steps"] == bench.emitted()
    assert sum(status["by_source"].values()) == bench.emitted()
    assert status["residual_pl"] == 20 * ML - bench.emitted() * 3125


@at_any_tick
def test_a_crystal_that_is_off_does_not_look_like_over_delivery():
    for crystal_ppb in (-100_000, 100_000):
        bench = None
        bench = Bench(RATE, truth={"crystal_ppb": crystal_ppb})
        bench.run_for(days=3)
        assert bench.alarms() == []
        assert bench.state() == "INFUSING"


@at_any_tick
def test_pulses_at_rest_are_reported_even_as_the_occlusion_switch_closes():
    bench = Bench(RATE, start=False)
    bench.run_for(minutes=1)
    bench.hal.driver.slip(5)
    bench.press(OCCLUSION)  # one pass
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["OVER_DELIVERY", "OCCLUSION"]
    (event,) = [e for e in bench.events("ALARM_RAISED") if e.a == alarm_table.OVER_DELIVERY]
    assert (event.b, event.c) == (5, 0)
    assert bench.status()["emitted_steps"] == bench.emitted() == 5


@at_any_tick
def test_pulses_too_many_are_a_fault_even_if_the_rotor_does_not_follow_them():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.fault("stall")
    bench.hal.driver.slip(50)
    bench.run_for(s=5)
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["OVER_DELIVERY"]
