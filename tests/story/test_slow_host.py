"""Stories of a host that is slow to take what the pump writes: 0.5 s once, as hal/board_link.py has
it. Time passes inside a pass, and a healthy pump neither faults nor stalls.
"""

from tests.rigs.pump import ML, MONDAY_S, UL, Bench, at_any_tick

FIVE_ML = {"mode": "continuous", "rate_pl_per_day": 5 * ML}


def slow_once(bench, ms):
    """The next write of the pump takes so long."""
    hear, once = bench.far_end.hear, [1]

    def listen(data):
        if once:
            once.pop()
            bench.world.hang(ms)
        hear(data)

    bench.hal.link.listen(listen)


def infusing(rate):
    bench = Bench(rate)
    bench.run_for(minutes=5)
    slow_once(bench, 500)
    return bench


def is_well(bench):
    bench.run_for(s=5)
    return bench.state() == "INFUSING" and bench.alarms() == []


@at_any_tick
def test_a_program_that_is_set_over_a_slow_link_is_no_over_delivery():
    for rate in (2 * ML, 6 * ML, 23 * ML):
        bench = infusing(rate)
        bench.ok("set_program", program=FIVE_ML)
        assert is_well(bench), rate


@at_any_tick
def test_a_clock_that_is_lost_over_a_slow_link_is_no_over_delivery():
    bench = infusing(12 * ML)
    bench.fault("clock_lost")
    bench.run_for(s=1)
    assert is_well(bench)


@at_any_tick
def test_a_bolus_over_a_slow_link_is_given_whole():
    bench = infusing(6 * ML)
    bench.ok("bolus", volume_pl=UL, duration_ms=60_000)
    bench.run_for(minutes=2)
    ended = bench.events("BOLUS_ENDED")[-1]
    assert (ended.a, ended.b, ended.c) == (320, 320, 1)
    assert is_well(bench)


@at_any_tick
def test_two_requests_for_the_status_are_no_stall():
    bench = infusing(24 * ML)
    bench.send("status")
    bench.run_for(ms=20)
    bench.send("status")
    assert is_well(bench)


@at_any_tick
def test_setting_the_clock_over_a_slow_link_is_no_over_delivery():
    bench = infusing(23 * ML)
    bench.ok("set_clock", wall_s=MONDAY_S + 500)
    assert is_well(bench)
