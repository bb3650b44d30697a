"""Stories of passes that take half a second each, in the call that queues motion where there is
one: what is queued lasts until the next pass, up to a change of rate and beyond it.
"""

from tests.rigs.pump import UL, Bench, at_any_tick

PASS_MS = 500
BOLUS_PL = 2_700_000


def slow_from_now_on(bench):
    """Each pass takes PASS_MS: before it queues the first segment, else at its end."""
    to_come = []
    queue, step = bench.hal.driver.queue, bench.step

    def take():
        if to_come:
            bench.world.hang(to_come.pop())

    def queue_slowly(pulses, ticks):
        take()
        queue(pulses, ticks)

    def step_slowly():
        to_come.append(PASS_MS)
        step()
        take()

    bench.hal.driver.queue = queue_slowly
    bench.step = step_slowly


@at_any_tick
def test_passes_of_half_a_second_up_to_the_end_of_a_bolus_leave_no_underrun():
    for duration_ms in (20_097, 27_469, 37_945, 51_137, 58_897):
        bench = Bench(540 * UL, limits={"blind_pl": 125_000, "max_rate_pl_per_day": 24_000 * UL})
        bench.run_for(s=20)
        bench.ok("bolus", volume_pl=BOLUS_PL, duration_ms=duration_ms)
        bench.run_for(s=1)
        slow_from_now_on(bench)
        bench.run_for(ms=duration_ms + 10_000)
        (ended,) = bench.events("BOLUS_ENDED")
        assert ended.a == ended.b and ended.c == 1, (duration_ms, ended)
        assert bench.raised("UNDERRUN") == [], duration_ms
