"""The planner outside a run, what makes it ask the gate anew, and what it does with commands that
come in bursts.
"""

import random

import pytest

from firmware import states
from tests.rigs.pump import ML, MONDAY_S, UL, Bench
from tests.rigs.recorded_pump import BenchPump, made_pump_config

START, STOP = {"do": "start"}, {"do": "stop"}


def planned_after(commands, duration_ms):
    """(pump, segments that wait or run) after a planner was asked once more at the end of a run of
    commands.
    """
    bench = BenchPump(made_pump_config(), commands, duration_ms).run()
    driver = bench.hal.driver
    bench.pump.delivery.plan(bench.hal.clock.now_ms())
    return bench.pump, driver.depth - driver.room() + driver.pending()


def test_before_the_first_start_nothing_is_planned():
    pump, queued = planned_after([], 60_000)
    assert (pump.books.ledger.booked_steps, queued) == (0, 0)


def test_after_a_stop_nothing_is_planned():
    pump, queued = planned_after([(0, START), (60_000, STOP)], 120_000)
    assert queued == 0
    assert (
        pump.books.ledger.booked_steps
        == pump.books.ledger.emitted_steps + pump.books.ledger.missed_steps
    )


def test_within_a_run_motion_is_planned():
    _, queued = planned_after([(0, START)], 60_000)
    assert queued > 0


def test_a_refill_with_less_than_before_is_seen_by_the_gate_at_once():
    """A quarter of an hour may have been granted on the old fill; the new one ends sooner."""
    config = made_pump_config(
        reservoir={"capacity_pl": 10**10, "fill_pl": 10**9, "low_pl": 2, "residual_pl": 1}
    )
    little_pl = 2_000_000  # under 6 min at 0.5 mL/day
    bench = BenchPump(
        config,
        [
            (0, START),
            (
                600_000,
                {
                    "do": "refill",
                    "fill_pl": little_pl - config["reservoir"]["residual_pl"],
                    "withdrawn_pl": config["reservoir"]["capacity_pl"],
                },
            ),
        ],
        2_400_000,
    ).run()
    assert bench.pump.state.now == states.EMPTY
    assert bench.pump.books.ledger.total_pl() <= 500_000_000 * 600_000 // 86_400_000 + little_pl


def burst(bench, rate, chance):
    """Some commands within a few milliseconds, then a rest."""
    for _ in range(chance.randrange(1, 8)):
        what = chance.random()
        if what < 0.2:
            program = {
                "mode": "continuous",
                "rate_pl_per_day": chance.choice([rate, rate // 2, rate // 3, rate // 100]),
            }
            bench.send("set_program", program=program)
        elif what < 0.3:
            bench.send(
                "bolus",
                volume_pl=chance.randrange(1, UL),
                duration_ms=chance.choice([1000, 1500, 3000]),
            )
        elif what < 0.4:
            bench.send("set_clock", wall_s=MONDAY_S + chance.randrange(10**6), confirm_jump=1)
        else:
            bench.send("status")
        bench.run_for(ms=chance.choice([0, 1, 2, 3, 5, 20]))
    bench.run_for(ms=chance.choice([500, 2000, 10_000]))


@pytest.mark.parametrize("pl_per_rev", [10 * UL, 3 * UL, 900_000])  # 89, 296 and 988 steps a second
@pytest.mark.parametrize("blind_pl", [1, UL])
def test_no_burst_of_commands_makes_the_queue_run_empty(pl_per_rev, blind_pl):
    for seed in range(12):
        chance = random.Random(seed)
        reservoir = {"capacity_pl": 10**13, "fill_pl": 10**13}
        bench = Bench(
            24 * ML,
            head={"pl_per_rev": pl_per_rev},
            limits={"blind_pl": blind_pl},
            reservoir=reservoir,
        )
        for _ in range(30):
            burst(bench, 24 * ML, chance)
        assert bench.raised("UNDERRUN") == [], seed


@pytest.mark.parametrize("rate", range(80 * UL, 200 * UL, 6 * UL))
def test_a_late_wake_up_before_a_change_of_rate_does_not_find_the_queue_empty(rate):
    """A step every few seconds, and boluses that end anywhere between two of them."""
    sent = [(0, START)]
    for n in range(1, 8):
        bolus = {"do": "bolus", "volume_pl": 10_000, "duration_ms": 60_000 + 137 * n, "id": n}
        sent.append((120_000 * n, bolus))
    program = {"mode": "continuous", "rate_pl_per_day": rate}
    config = made_pump_config(999_983, 200, program, limits={"blind_pl": 4999})
    bench = BenchPump(config, sent, 1_000_000, late_ms=(400,)).run(look=False)
    assert bench.hal.driver.underruns() == 0


@pytest.mark.parametrize("late_ms", [(), (400,)])
def test_a_step_that_falls_due_right_after_a_change_of_rate_does_not_leave_the_queue_empty(late_ms):
    """200 full steps of 5 uL in a turn, and 1 uL may be pumped blind: the pulse after is far beyond
    the horizon.
    """
    rate = 40 * ML  # a step every 10.8 s
    other = {"do": "set_program", "program": {"mode": "continuous", "rate_pl_per_day": rate - 1}}
    for just_before_ms in (1, 2, 300, 999):
        limits = {"max_rate_pl_per_day": rate, "program_max_rate_pl_per_day": rate}
        config = made_pump_config(
            1000 * UL, 200, limits=limits, program={"mode": "continuous", "rate_pl_per_day": rate}
        )
        bench = BenchPump(
            config, [(0, START), (5 * 10_800 - just_before_ms, other)], 600_000, late_ms=late_ms
        ).run()
        assert bench.hal.driver.underruns() == 0, just_before_ms
        assert bench.emitted() == 600_000 // 10_800
