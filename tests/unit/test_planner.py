"""The planner outside a run, and what makes it ask the gate anew."""

from tests.unit.bench_pump import BenchPump, made_pump_config

START, STOP = {"do": "start"}, {"do": "stop"}


def planned_after(commands, duration_ms):
    """(pump, segments that wait or run) after a planner was asked once more at the end of a run of commands."""
    bench = BenchPump(made_pump_config(), commands, duration_ms).run()
    driver = bench.hal.driver
    bench.pump.delivery.plan(bench.hal.clock.now_ms())
    return bench.pump, driver.depth - driver.room() + driver.pending()


def test_before_the_first_start_nothing_is_planned():
    pump, queued = planned_after([], 60_000)
    assert (pump.ledger.booked_steps, queued) == (0, 0)


def test_after_a_stop_nothing_is_planned():
    pump, queued = planned_after([(0, START), (60_000, STOP)], 120_000)
    assert queued == 0
    assert pump.ledger.booked_steps == pump.ledger.emitted_steps + pump.ledger.missed_steps


def test_within_a_run_motion_is_planned():
    _, queued = planned_after([(0, START)], 60_000)
    assert queued > 0


def test_a_refill_with_less_than_before_is_seen_by_the_gate_at_once():
    """A quarter of an hour may have been granted on the old fill; the new one ends sooner."""
    config = made_pump_config(reservoir={"capacity_pl": 10**10, "fill_pl": 10**9, "low_pl": 2, "residual_pl": 1})
    little_pl = 2_000_000  # under 6 min at 0.5 mL/day
    bench = BenchPump(config, [(0, START), (600_000, {"do": "refill", "fill_pl": little_pl})], 2_400_000).run()
    assert bench.pump.state == 4  # EMPTY
    assert bench.pump.ledger.total_pl() <= 500_000_000 * 600_000 // 86_400_000 + little_pl
