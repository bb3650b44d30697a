"""The power is cut around each flash operation of each command, with a sector of the journal that
is full at each of its records: what the command changes is there as a whole and with its id, or
nothing of it is.
"""

import io
import json

import pytest

from boards.rpi_pico import BOARD
from boards.rpi_pico_syringe import BOARD as SYRINGE_BOARD
from firmware.books import memory as kinds
from firmware.books.store_notes import MARK, VOID
from firmware.link.canonical import digest
from firmware.link.commands import FREE, TABLE
from firmware.link.identity import CONFIG, PROGRAM
from hal.contract import OCCLUSION
from host_sim.machine.sim_flash import SimFlash
from host_sim.machine.sim_power import LeftForConsole, PowerLost
from tests.rigs.primed_pump import CATHETER, DOSE, HIGH, LOW, made
from tests.rigs.pump import ML, MONDAY_S, UL, Bench, records_of
from tests.story.test_staging import RAISING, TWICE, stage
from tests.story.test_syringe import syringe

RATE = 150 * UL
DAILY_NG = 300_000
TEN_MIN = 600_000
BOLUS = {"dose_ng": 20_000, "duration_ms": TEN_MIN, "lockout_s": 14_400, "per_day": 4}
CAPS = {"max_dose_24h_ng": 2_000_000, "max_dose_1h_ng": 500_000}
# These depend on what is reserved, and a reservation is no part of what a command changes.
OF_STEPS = (kinds.LEDGER, kinds.WINDOWS, kinds.MONITOR, kinds.DOSES)
STORED = "config.json"
BLOBS = (MARK, VOID, STORED)
UNKEPT = ("stop",)
CUT_ELSEWHERE = {"unpair"}  # test_pairing_cuts.py
DRAWN_OFF = {"withdrawn_pl": 19 * ML, "fill_pl": 18 * ML}


class CopiedFlash(SimFlash):
    """on_operation(): before each operation, unless it is None."""

    on_operation = None

    def program(self, at, data):
        if self.on_operation:
            self.on_operation()
        SimFlash.program(self, at, data)

    def erase(self, number):
        if self.on_operation:
            self.on_operation()
        SimFlash.erase(self, number)


def pump(**changes):
    return Bench(RATE, limits=CAPS, flash=new_flash(), patient_bolus=BOLUS, **changes)


def new_flash():
    return CopiedFlash(io.BytesIO(), 4)


def infusing():
    bench = pump()
    bench.run_for(minutes=7)
    return bench


def stopped():
    bench = infusing()
    bench.ok("stop")
    return bench


def came_back():
    """After an outage: nobody has stated the dose."""
    bench = infusing()
    bench = bench.restart(limits=CAPS)
    bench.ok("set_clock", wall_s=MONDAY_S + 20_000)
    return bench


def faulted():
    bench = infusing()
    bench.press(OCCLUSION)
    bench.press(OCCLUSION, False)
    return bench


def of_a_plan(phase):
    def prepared():
        bench = pump(program=RAISING)
        if phase == "waits":
            bench.run_for(days=7, minutes=1)
        if phase == "paused":
            bench.ok("plan_pause")
        bench.run_for(minutes=3)
        return bench

    return prepared


def screened():
    bench = infusing()
    bench.ok("test_bolus", dose_ng=50_000, duration_ms=TEN_MIN)
    bench.run_for(minutes=14)
    return bench


def bolus_runs():
    bench = infusing()
    bench.ok("bolus", dose_ng=20_000, duration_ms=TEN_MIN)
    bench.run_for(minutes=2)
    return bench


def lined(conc=HIGH, start=True, **changes):
    def prepared():
        bench = made(conc=conc, start=start, flash=new_flash(), **changes)
        bench.run_for(minutes=3)
        return bench

    return prepared


def rests(prepared):
    def at_rest():
        bench = prepared()
        bench.ok("stop")
        return bench

    return at_rest


def bridged():
    bench = lined(conc=LOW, tubing=LOW, catheter=LOW, reservoir={"residual_pl": 0})()
    bench.ok("refill", conc_ng_per_ml=HIGH, bridge_ng_per_day=DOSE, **DRAWN_OFF)
    bench.run_for(minutes=2)
    return bench


def of_a_syringe():
    bench = syringe(board=SYRINGE_BOARD, flash=new_flash())
    bench.run_for(minutes=3)
    bench.ok("stop")
    return bench


def lost():
    """The flash was erased: the store has the mark, and there is no journal."""
    bench = infusing()
    bench.flash = new_flash()
    return bench.restart(limits=CAPS)


def staged(what, value):
    def prepared():
        bench = stopped() if what == CONFIG else infusing()
        value_ = dict(bench.config, name="another", program=TWICE) if what == CONFIG else value
        stage(bench, what, value_)
        bench.asked = digest(value_)[:16]
        return bench

    return prepared


PRIME_ASKED = {"tubing": 0, "catheter": 1, "counted_ng": 132_000}
FLUSH = {"aspirated_pl": CATHETER, "injected_pl": CATHETER, "with_ng_per_ml": 0}
CLOCK = {"wall_s": MONDAY_S + 50_000, "offset_s": 3600, "confirm_jump": 1}
# (how the pump is prepared, the command, its fields): each command that changes what is kept
COMMANDS = [
    (stopped, "start", {}),
    (came_back, "start", {"confirm_dose_ng_per_day": DAILY_NG}),
    (infusing, "stop", {}),
    (infusing, "bolus", {"dose_ng": 20_000, "duration_ms": TEN_MIN}),
    (infusing, "refill", DRAWN_OFF),
    (stopped, "refill", DRAWN_OFF),
    (
        lined(conc=LOW, tubing=LOW, catheter=LOW, reservoir={"residual_pl": 0}),
        "refill",
        dict(DRAWN_OFF, conc_ng_per_ml=HIGH, bridge_ng_per_day=DOSE),
    ),
    (came_back, "acknowledge", {}),
    (faulted, "audio_pause", {"duration_ms": 60_000}),
    (faulted, "reset_fault", {}),
    (infusing, "set_clock", CLOCK),
    (infusing, "set_program", {"program": TWICE}),
    (infusing, "alarm_test", {}),
    (stopped, "maintenance", {}),
    (bolus_runs, "cancel_bolus", {}),
    (lost, "accept_books", {"fill_pl": 5 * ML}),
    (came_back, "confirm_dose", {"confirm_dose_ng_per_day": DAILY_NG}),
    (infusing, "empty", {"withdrawn_pl": 9 * ML}),
    (stopped, "empty", {"withdrawn_pl": 9 * ML}),
    (stopped, "tube_replaced", {"first_use_day": MONDAY_S // 86_400, "revs": 5}),
    (infusing, "patient_bolus", {}),
    (of_a_plan("waits"), "plan_confirm", {"dose_ng_per_day": 1_200_000}),
    (of_a_plan("runs"), "plan_pause", {}),
    (of_a_plan("paused"), "plan_resume", {}),
    (of_a_plan("runs"), "plan_end", {}),
    (infusing, "test_bolus", {"dose_ng": 50_000, "duration_ms": TEN_MIN}),
    (screened, "screening_response", {"effective": 1, "lasted_min": 90, "note": "less"}),
    (of_a_syringe, "withdraw", {"volume_pl": 1 * ML, "line_off": 1}),
    (lined(tubing=HIGH), "prime", PRIME_ASKED),
    (rests(lined(tubing=HIGH)), "prime", PRIME_ASKED),
    (bridged, "bridge_dose", {"dose_ng_per_day": 2 * DOSE}),
    (lined(start=False), "catheter_flushed", FLUSH),
    (lined(start=False, tubing=None), "line_confirmed", {"holds_ng_per_ml": 0}),
    (staged(PROGRAM, TWICE), "confirm", {}),
]


def known(bench, flash, blobs):
    """What a pump that comes up from this flash and these blobs knows, but for steps."""
    with_flash, bench.flash = bench.flash, flash.copy()
    try:
        again = bench.restart(
            stored=blobs[STORED],
            blobs=[(name, blobs[name]) for name in (MARK, VOID) if blobs[name] is not None],
            syringe=bench.config["syringe"],
            board=SYRINGE_BOARD if bench.config["syringe"]["diameter_um"] else BOARD,
        )
    finally:
        bench.flash = with_flash
    records = records_of(again.pump, again.clock.ms)
    for kind in OF_STEPS:
        del records[kind]
    records[kinds.LINE]["line"][4:] = []  # what was drawn, and the doubt
    records[kinds.ALARMS]["values"] = []
    return json.dumps(sorted(records.items()), default=bytes.hex)


class Cuts:
    """All that a cut in the pass of a command can leave: (flash, blobs) before each operation.

    full_at: the record of the pass that finds its sector full, None for none of them
    """

    def __init__(self, bench, full_at=None):
        self.left = []
        self.records = 0
        self._bench = bench
        self._full_at = full_at
        self._ring = bench.memory._ring
        self._add, self._ring.add = self._ring.add, self._turned
        self._write, bench.hal.store.write = bench.hal.store.write, self._store
        bench.flash.on_operation = self.keep

    def keep(self):
        """A cut now leaves this."""
        read = self._bench.hal.store.read
        self.left.append((self._bench.flash.copy(), {name: read(name) for name in BLOBS}))

    def _turned(self, kind, payload):
        self.records += 1
        if self.records == self._full_at:
            self._ring.turn()
        return self._add(kind, payload)

    def _store(self, name, data):
        self.keep()
        self._write(name, data)

    def done(self):
        self._bench.flash.on_operation = None
        self.keep()


def carried_out(bench, do, fields):
    """The answer to the command, None where the pump comes up anew with it."""
    fields = dict(fields, digest=bench.asked) if do == "confirm" else fields
    try:
        return bench.send(do, **fields)["ok"]
    except (LeftForConsole, PowerLost):
        return bench.far_end.replies[-1]["ok"]


def test_each_command_that_changes_something_is_cut():
    changing = {name for name, command in TABLE.items() if command.ids != FREE}
    assert {do for _, do, _ in COMMANDS} | CUT_ELSEWHERE == changing | {"stop"}


# trace: S20.4
@pytest.mark.parametrize(
    ("prepared", "do", "fields"),
    COMMANDS,
    ids=[f"{n} {do}" for n, (_, do, _) in enumerate(COMMANDS)],
)
def test_after_a_cut_all_that_a_command_changes_is_there_with_its_id_or_nothing_of_it(
    prepared, do, fields
):
    full_at, records = None, 1
    while full_at is None or full_at <= records:
        bench = prepared()
        bench.memory.note()  # of this instant, so that no age differs
        cuts = Cuts(bench, full_at)
        cuts.keep()
        before = known(bench, *cuts.left[0])
        assert carried_out(bench, do, fields)
        cuts.done()
        after = known(bench, *cuts.left[-1])
        assert before != after or do in UNKEPT
        found = [known(bench, *left) for left in cuts.left]
        assert [one for one in found if one not in (before, after)] == []
        assert found == sorted(found, key=lambda one: one == after)  # once new, always new
        records = cuts.records
        full_at = 1 if full_at is None else full_at + 1
