"""Stories of a control loop that is held up: what is queued goes on and no further, and nothing is
caught up.
"""

from hal.contract import DRIVER_STARVED
from host_sim.machine.backend import WatchdogReset
from tests.rigs.pump import ACTIVE, LATCHED, ML, PL_PER_STEP, UL, Bench, at_any_tick, steps_at
from tests.rigs.raises import raises

FAST = 24 * ML  # the blind allowance of 1 uL lasts 3.6 s


@at_any_tick
def test_a_queue_that_runs_empty_is_reported_and_never_caught_up():
    bench = Bench(FAST)
    bench.run_for(minutes=1)
    hung_from = bench.emitted()
    bench.hang(8000)
    assert bench.emitted() - hung_from <= UL // PL_PER_STEP + 1
    assert bench.alarms(LATCHED) == ["UNDERRUN"]
    assert [e.c for e in bench.events("RUN_END")] == [3]
    assert len(bench.events("RUN_START")) == 2
    after, since_ms = bench.emitted(), bench.now_ms()
    bench.run_for(minutes=10)
    assert bench.emitted() - after == steps_at(FAST, bench.now_ms() - since_ms)
    assert bench.alarms(ACTIVE) == []
    status = bench.status()
    assert status["state"] == "INFUSING"
    assert status["booked_steps"] >= status["emitted_steps"] + status["missed_steps"]
    bench.ok("acknowledge")
    assert bench.alarms() == []


@at_any_tick
def test_a_hung_loop_pumps_no_more_than_what_was_queued():
    for rate in (500 * UL, 5 * ML, FAST):
        bench = None  # a board-like heap has room for one at a time
        bench = Bench(rate)
        bench.run_for(minutes=2)
        queued, emitted = bench.hal.driver.pending(), bench.emitted()
        assert queued <= UL // PL_PER_STEP + 3
        raises(WatchdogReset, lambda bench=bench: bench.world.hang(8400))
        assert bench.emitted() - emitted <= min(queued, steps_at(rate, 8400) + 1)


@at_any_tick
def test_a_short_hang_is_no_underrun_and_loses_nothing():
    bench = Bench(FAST)
    for _ in range(30):
        bench.run_for(ms=1777)
        bench.hang(900)
    bench.run_for(s=10)
    assert bench.events("RUN_END") == []
    assert bench.alarms() == []
    assert bench.emitted() == steps_at(FAST, bench.now_ms())


@at_any_tick
def test_hangs_that_come_again_and_again_are_one_run_each():
    bench = Bench(FAST)
    for _ in range(5):
        bench.run_for(s=30)
        bench.hang(7000)
    assert len(bench.raised("UNDERRUN")) == 5
    assert [e.c for e in bench.events("RUN_END")] == [3] * 5
    status = bench.status()
    assert sum(status["by_source"].values()) == status["emitted_steps"] == bench.emitted()


@at_any_tick
def test_a_bolus_ends_with_the_run_that_ran_empty():
    bench = Bench(FAST // 2)
    bench.run_for(minutes=1)
    bench.ok("bolus", volume_pl=80 * UL, duration_ms=600_000)
    bench.run_for(minutes=5)
    bench.hang(8000)
    (ended,) = bench.events("BOLUS_ENDED")
    assert (ended.b, ended.c) == (25_600, 0)
    assert ended.a <= 25_600 * 308 // 600
    bench.run_for(minutes=10)
    assert bench.status()["by_source"]["bolus"] == ended.a
    assert bench.rate() == FAST // 2


@at_any_tick
def test_a_bolus_whose_last_steps_were_never_pumped_is_not_called_complete():
    bench = Bench(FAST // 2)
    bench.run_for(minutes=1)
    bench.ok("bolus", volume_pl=8 * UL, duration_ms=60_000)
    bench.run_for(s=54)
    bench.hang(
        8000
    )  # the queue runs empty some 2 s before the bolus's end, which is 2 s before anybody looks
    (ended,) = bench.events("BOLUS_ENDED")
    assert ended.c == 0 and ended.b == 2560
    lasted_ms = ended.at_ms - 60_000
    assert 54_000 < lasted_ms < 60_000 and abs(ended.a - 2560 * lasted_ms // 60_000) <= 1
    assert bench.status()["by_source"]["bolus"] == ended.a


# trace: GIP 3.5, GIP 3.3
@at_any_tick
def test_a_hang_as_long_as_the_watchdog_resets_the_chip():
    bench = Bench(FAST)
    bench.run_for(minutes=1)
    raises(WatchdogReset, lambda: bench.world.hang(8388))
    bench = None
    bench = Bench(FAST)
    bench.run_for(minutes=1)
    bench.hang(8387)
    assert bench.state() == "INFUSING"
    assert bench.alarms(LATCHED) == ["UNDERRUN"]


@at_any_tick
def test_an_underrun_that_comes_back_three_times_in_a_minute_is_a_fault():
    bench = Bench(FAST)
    bench.run_for(minutes=1)
    for _ in range(2):
        bench.hang(8000)
        assert bench.state() == "INFUSING"
        bench.run_for(s=10)
    bench.hang(8000)
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["DRIVER_FAULT"]
    assert bench.events("ALARM_RAISED")[-1].b == DRIVER_STARVED
    emitted = bench.emitted()
    bench.run_for(minutes=1)
    assert bench.emitted() == emitted


@at_any_tick
def test_underruns_that_lie_further_apart_each_end_a_run_and_no_more():
    bench = Bench(FAST)
    for _ in range(5):
        bench.run_for(minutes=1)
        bench.hang(8000)
    assert bench.state() == "INFUSING"
    assert len(bench.raised("UNDERRUN")) == 5
