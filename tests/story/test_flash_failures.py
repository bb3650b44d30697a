"""A flash that fails once, in each way and at each of its operations: no answered command is lost,
and no sector that counts is written over.
"""

from hal.contract import HalError
from host_sim.machine.sim_flash import SimFlash
from tests.rigs.heap_file import HeapFile
from tests.rigs.pump import MONDAY_S, Bench, at_any_tick

WAYS = ("not at all", "half", "done", "read-back")


class FailsOnce(SimFlash):
    """way: of the failure; at: the program operation, 1 is the next, 0 none."""

    def __init__(self):
        SimFlash.__init__(self, HeapFile(), 4)
        self.way, self.at = None, 0
        self._read_fails = False

    def program(self, at, data):
        self.at -= 1
        failing = self.at == 0
        if failing and self.way == "half":
            data = data[: len(data) // 2]
        if not failing or self.way != "not at all":
            SimFlash.program(self, at, data)
        self._read_fails = failing and self.way == "read-back"
        if failing and not self._read_fails:
            raise HalError("flash: no answer")

    def read(self, at, size):
        if self._read_fails:
            self._read_fails = False
            raise HalError("flash: no answer")
        return SimFlash.read(self, at, size)


def told_of(opening, way, operation):
    """(what was answered, what the next power-up knows); opening: the record opens a sector."""
    flash = FailsOnce()
    bench = Bench(flash=flash)
    bench.run_for(minutes=10)
    if opening:
        bench.memory.turn()
    flash.way, flash.at = way, operation
    bench.ok("set_clock", wall_s=MONDAY_S, offset_s=3600, confirm_jump=1)
    assert flash.at <= 0, "so many operations are done"
    flash.at = 0
    bench.run_for(minutes=10)
    assert bench.memory.trouble is None
    emitted = bench.emitted()
    again = bench.restart()
    return emitted, again.status()


@at_any_tick
def test_one_failure_of_the_flash_at_a_record_loses_nothing_that_was_answered():
    for way in WAYS:
        emitted, status = told_of(False, way, 1)
        assert status["memory_error"] is None, way
        assert status["offset_s"] == 3600 and status["emitted_steps"] >= emitted, way


@at_any_tick
def test_one_failure_of_the_flash_while_a_sector_opens_loses_nothing_that_was_answered():
    for way in WAYS:
        for operation in (1, 2, 3):
            emitted, status = told_of(True, way, operation)
            assert status["memory_error"] is None, (way, operation)
            assert status["offset_s"] == 3600 and status["emitted_steps"] >= emitted
