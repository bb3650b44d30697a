"""The simulated hardware in use; and since these run on both interpreters against the same numbers,
that both agree.
"""

from hal.contract import LEVEL_LOW, OCCLUSION
from tests.contract.simulated import SimulatedBench

HOUR = 3_600_000
DAY = 24 * HOUR
ML = 1_000_000_000


def never():
    return False


def keep_running(bench, until_ms, ticks, pulses=160):
    """Feed the driver at a steady rate, as a pump would, until an instant or an input's change."""
    hal = bench.hal
    inputs = hal.inputs.read()
    while hal.clock.now_ms() < until_ms and hal.inputs.read() == inputs:
        while hal.driver.room() > 2:
            hal.driver.queue(pulses, ticks)
        hal.clock.wait_until_ms(min(until_ms, hal.clock.now_ms() + 80_000), never)


def running_bench(raw_ms=0):
    bench = SimulatedBench(raw_ms)
    bench.hal.driver.tap = None  # a month of segments would not fit a board's heap
    bench.hal.driver.enable(True)
    return bench


def test_a_month_of_pulses_and_faults_gives_these_very_numbers():
    bench = running_bench(raw_ms=(1 << 30) - 1000)
    plant, world = bench.plant, bench.world
    world.at(2 * DAY, lambda at_ms, _: plant.motor.hold(True))
    world.at(2 * DAY + 2 * HOUR, lambda at_ms, _: plant.motor.hold(False))
    world.at(5 * DAY, lambda at_ms, _: plant.head.wear(plant.now_ms, 50_000, 10 * DAY))
    world.at(7 * DAY + 1, lambda at_ms, _: plant.motor.lose(123))
    world.at(9 * DAY, lambda at_ms, _: plant.motor.lose(0))
    world.at(20 * DAY, lambda at_ms, _: bench.hal.clock.set_crystal(-50_000))
    world.at(25 * DAY, lambda at_ms, _: plant.reservoir.refill(19_500 * ML // 1000, 20 * ML))
    keep_running(bench, 30 * DAY, ticks=67_500_001)
    line = plant.line
    numbers = (
        bench.hal.driver.emitted(),
        plant.rotor_steps,
        line.outlet_pl,
        line.stored_pl,
        plant.reservoir.volume_pl,
    )
    assert numbers == (4_799_999, 4_747_305, 14_337_155_684, 10_964, 17_624_877_860), numbers
    assert bench.hal.clock.true_ms() == 30 * DAY + 43_202, bench.hal.clock.true_ms()


def test_a_shut_line_hides_for_hours_at_an_intrathecal_rate_and_is_seen_within_a_slice():
    bench = running_bench()
    bench.world.at(10 * HOUR, lambda at_ms, _: bench.plant.line.shut_off(True))
    keep_running(bench, 2 * DAY, ticks=67_500_000)
    now_ms = bench.hal.clock.now_ms()
    assert bench.hal.inputs.read() == OCCLUSION
    assert 14 * HOUR < now_ms < 15 * HOUR
    assert 100_000 <= bench.plant.line.pressure_pa() < 100_000 + 30  # 4 s at 0.5 mL/d are 25 Pa


def test_the_float_wakes_the_pump_within_a_slice_of_its_mark():
    bench = running_bench()
    bench.plant.reservoir.refill(ML + 6 * ML // 10, 20 * ML)
    keep_running(bench, 2 * DAY, ticks=67_500_000)
    assert bench.hal.inputs.read() == LEVEL_LOW
    assert 2 * ML - 30_000 < bench.plant.reservoir.volume_pl <= 2 * ML


def test_a_slow_crystal_makes_the_pump_late_and_slow_by_as_much():
    bench = running_bench()
    bench.hal.clock.set_crystal(-50_000)  # 50 ppm
    keep_running(bench, 10 * DAY, ticks=67_500_000)
    late_ms = bench.hal.clock.true_ms() - bench.hal.clock.now_ms()
    assert late_ms == 43_202  # 10 d * 50 / (10**6 - 50)
    assert bench.plant.now_ms == bench.hal.clock.true_ms()


def test_what_is_planned_at_the_same_instant_happens_in_the_order_it_was_planned():
    bench = running_bench()
    seen = []
    for name in ("first", "second", "third"):
        bench.world.at(1000, lambda at_ms, name: seen.append((at_ms, name)), name)
    bench.world.at(500, lambda at_ms, _: seen.append((at_ms, "before")))
    bench.pass_ms(2000)
    assert seen == [(500, "before"), (1000, "first"), (1000, "second"), (1000, "third")]
