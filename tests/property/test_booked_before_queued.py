"""Booked before queued: no pulse is handed to the driver that the ledger does not hold, at each
call of driver.queue. CPython only.
"""

from hypothesis import HealthCheck, given, settings

from firmware.motion.timeline import Timeline
from tests.rigs.recorded_pump import BenchPump, made_pump_config
from tests.rigs.therapies import therapies


class Witness:
    """Sees each call of the driver's queue. calls: how many; unbooked: pulses of those that would
    leave beyond what the ledger holds.
    """

    def __init__(self, bench):
        self.calls, self.unbooked = 0, []
        self._driver, self._bench = bench.hal.driver, bench
        self._queue = self._driver.queue
        self._driver.queue = self._seen

    def _seen(self, pulses, ticks):
        ledger = self._bench.pump.books.ledger
        # Settled at the start of the pass: what left since then is in the driver's count only.
        left_since = self._driver.emitted() - ledger.driver_steps
        held = self._driver.pending() + pulses + left_since
        booked = ledger.booked_steps - ledger.emitted_steps - ledger.missed_steps
        self.calls += 1
        if held > booked:
            self.unbooked.append((self._bench.hal.clock.ms, held, booked))
        self._queue(pulses, ticks)


@settings(
    max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(therapies(pulses=5_000))
def test_at_every_call_of_the_drivers_queue_the_ledger_holds_all_that_may_still_leave(therapy):
    bench = therapy.bench()
    witness = Witness(bench)
    bench.run(look=False)
    assert witness.unbooked == []
    assert witness.calls or not bench.emitted()


def test_a_planner_that_queues_before_it_books_is_noticed(monkeypatch):
    lay, queue = Timeline.lay, Timeline.queue

    def lay_and_queue(timeline, until_ms):
        steps = lay(timeline, until_ms)
        queue(timeline)
        return steps

    monkeypatch.setattr(Timeline, "lay", lay_and_queue)
    monkeypatch.setattr(Timeline, "queue", lambda timeline: None)
    bench = BenchPump(made_pump_config(), [(0, {"do": "start"})])
    witness = Witness(bench)
    bench.run(look=False)
    assert bench.emitted() > 100
    assert len(witness.unbooked) == witness.calls > 0
