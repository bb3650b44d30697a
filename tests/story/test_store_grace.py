"""The journal takes nothing more: the basal goes on for a while, and nothing else does."""

from firmware.books.store_notes import VOID
from hal.contract import HalError
from host_sim.machine.sim_flash import SimFlash
from tests.rigs.heap_file import HeapFile
from tests.rigs.pump import UL, Bench, at_any_tick

RATE = 500 * UL
GRACE = {"store_grace_s": 6 * 3600}
FULL = {"fill_pl": 20_000 * UL}


class Stuck(SimFlash):
    """Takes nothing, once it is stuck."""

    stuck = False

    def program(self, at, data):
        if self.stuck:
            raise HalError("flash: write protected")
        SimFlash.program(self, at, data)

    def erase(self, number):
        if self.stuck:
            raise HalError("flash: write protected")
        SimFlash.erase(self, number)


def stuck(**changes):
    """A pump whose journal has taken nothing for an hour."""
    bench = Bench(RATE, flash=Stuck(HeapFile(), 4), **changes)
    bench.run_for(hours=2)
    bench.flash.stuck = True
    bench.run_for(hours=1)
    return bench


# trace: S21.1
@at_any_tick
def test_the_basal_goes_on_for_its_grace_and_then_it_is_a_fault():
    bench = stuck(pump=GRACE)
    assert bench.state() == "INFUSING" and bench.rate() == RATE
    assert bench.alarms() == ["STORE_FAILED"] and bench.sound() == 3
    bench.run_for(hours=4)
    assert bench.state() == "INFUSING"
    bench.run_for(hours=2)
    assert bench.state() == "FAULT"


# trace: S21.2
@at_any_tick
def test_without_a_grace_it_is_a_fault_when_what_is_reserved_is_used_up():
    bench = stuck()
    assert bench.state() == "FAULT"
    assert bench.emitted() <= bench.memory.reserved_steps
    assert bench.hal.store.read(VOID) is None


# trace: S21.2
@at_any_tick
def test_where_the_store_does_not_take_the_note_there_is_no_grace():
    bench = Bench(RATE, flash=Stuck(HeapFile(), 4), pump=GRACE)
    bench.run_for(hours=2)
    bench.flash.stuck = True
    bench.hal.store.fill_up(True)
    bench.run_for(hours=1)
    assert bench.state() == "FAULT"


# trace: S21.1
@at_any_tick
def test_meanwhile_no_bolus_refill_or_program_is_taken():
    bench = stuck(pump=GRACE)
    assert bench.refused("bolus", volume_pl=20 * UL, duration_ms=600_000) == "NOT_NOW"
    assert bench.refused("refill", withdrawn_pl=0, **FULL) == "NOT_NOW"
    assert bench.refused("set_program", program={"mode": "minimum"}) == "NOT_NOW"
    bench.ok("acknowledge")
    bench.ok("stop")
    assert bench.refused("start") in ("NOT_NOW", "WRONG_STATE")


@at_any_tick
def test_the_clock_is_set_meanwhile_but_not_its_offset():
    bench = stuck(pump=GRACE)
    now_s = bench.status()["wall_s"]
    reply = bench.send("set_clock", wall_s=now_s, offset_s=3600)
    assert reply["error"] == "NOT_NOW" and "offset" in reply["message"]
    assert bench.status()["offset_s"] == 0
    bench.ok("set_clock", wall_s=now_s + 60)


# trace: S21.1
@at_any_tick
def test_caps_hold_meanwhile():
    bench = stuck(pump=GRACE, limits={"max_dose_1h_ng": 50_000})  # 41,667 ng an hour
    bench.run_for(hours=4)
    assert bench.state() == "INFUSING"
    assert bench.status()["dose_1h_ng"] <= 50_000


# trace: S21.3
@at_any_tick
def test_the_power_up_after_it_has_lost_its_books_until_a_person_states_them():
    bench = stuck(pump=GRACE)
    void = bench.hal.store.read(VOID)
    assert void
    bench.flash.stuck = False  # another flash of the same content, or it works again
    bench = bench.restart(pump=GRACE, blobs=((VOID, void),))
    assert bench.state() == "FAULT" and "BOOKS_LOST" in bench.alarms()
    assert "without a journal" in bench.status()["memory_error"]
    bench.ok("accept_books", **FULL)
    assert bench.state() == "STOPPED"
    assert not bench.hal.store.read(VOID)
    bench = bench.restart(pump=GRACE, blobs=())
    assert bench.state() == "STOPPED" and bench.status()["memory_error"] is None


# trace: S21.3
@at_any_tick
def test_a_power_up_that_cannot_write_is_a_fault():
    bench = Bench(RATE, flash=Stuck(HeapFile(), 4), pump=GRACE)
    bench.run_for(hours=1)
    bench.flash.stuck = True
    bench = bench.restart(pump=GRACE)
    bench.run_for(s=1)
    assert bench.state() == "FAULT" and "STORE_FAILED" in bench.alarms()
