"""Power cuts while a pump is told what its reservoir holds, and while one command does two things:
after each the books are lost or whole, and what counts as carried out has had its effect.
"""

import io

import pytest

from firmware.books.store_notes import VOID
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from firmware.link.frames import encode
from firmware.link.identity import PROGRAM
from firmware.therapy.overlays import BOLUS
from hal.contract import DOOR
from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS, PowerCut, SimFlash
from tests.rigs.config import ML
from tests.rigs.pump import Bench
from tests.story.test_store_grace import Stuck

CAP_NG = 80_000
CONFIG = {"limits": {"max_dose_1h_ng": CAP_NG, "max_dose_24h_ng": 1_000_000}}
MODES = sorted({*PROGRAM_CUTS, *ERASE_CUTS})
MOST_OPERATIONS = 40


def comes_up(flash, store, **changes):
    """A pump over a flash and what the store had."""
    blobs = tuple((name, store.read(name)) for name in ("journal_id", VOID) if store.read(name))
    return Bench(flash=flash, blobs=blobs, start=False, first_id=5_000_000, **CONFIG, **changes)


def damaged():
    """The newest opening has a flipped bit. Older sectors are whole."""
    bench = Bench(flash=SimFlash(io.BytesIO(), 4), **CONFIG)
    bench.run_for(hours=1)
    for _ in range(3):
        bench = bench.restart(**CONFIG)
        bench.start_again()
        bench.run_for(minutes=55)
    flash, newest = bench.flash, bench.pump.memory._ring._sector
    at = newest * flash.sector_bytes + 40
    flash._put(at, bytes([flash.read(at, 1)[0] ^ 1]))
    return flash, bench.hal.store


def void():
    """The flash failed, the basal went on, and now the flash works again."""
    bench = Bench(flash=Stuck(io.BytesIO(), 4), pump={"store_grace_s": 86_400}, **CONFIG)
    bench.run_for(minutes=20)
    bench.flash.stuck = True
    bench.run_for(hours=3)
    assert bench.state() == "INFUSING" and bench.hal.store.read(VOID)
    bench.flash.stuck = False
    return bench.flash, bench.hal.store


@pytest.mark.parametrize("lost", [damaged, void])
def test_a_cut_within_accept_books_leaves_them_lost_or_counted_as_full(lost):
    flash, store = lost()
    cuts = 0
    for operation in range(1, MOST_OPERATIONS):
        for mode in MODES:
            bench = comes_up(flash.copy(), store)
            assert bench.pump.memory_error is not None
            bench.flash.cut_at(operation, mode)
            try:
                bench.ok("accept_books", fill_pl=10 * ML)
                assert cuts > 8 * len(MODES), "so many operations clear four sectors and fill one"
                return
            except PowerCut:
                cuts += 1
            bench.flash.mend()
            again = comes_up(bench.flash.copy(), bench.hal.store)
            full = again.status()["dose_1h_ng"] >= CAP_NG
            assert again.pump.memory_error is not None or full, (operation, mode)
    raise AssertionError("accept_books is not done after %d operations" % MOST_OPERATIONS)


@pytest.mark.parametrize(
    "payload",
    [
        {"do": "bolus", "id": 77, "dose_ng": 16_000, "duration_ms": 300_000, "confirm_lowering": 1},
        {
            "do": "set_program",
            "id": 77,
            "program": {"mode": "continuous", "dose_ng_per_day": 200_000},
        },
    ],
)
@pytest.mark.parametrize("then", ["head opened", "stop in the same read"])
def test_what_counts_as_carried_out_has_had_its_effect_whatever_came_in_the_same_pass(
    payload, then
):
    kept = 0
    for operation in range(1, 9):
        for mode in ("none", "done"):
            bench = Bench(flash=SimFlash(io.BytesIO(), 4), **CONFIG)
            bench.run_for(minutes=4)
            data = encode(asked(bench, payload))
            if then == "head opened":
                bench.hal.inputs.force(DOOR, True)
            else:
                data += encode({"do": "stop", "id": 78})
            bench.hal.link.send_to_pump(data)
            bench.flash.cut_at(operation, mode)
            try:
                bench.step()
                continue
            except PowerCut:
                bench.flash.mend()
            again = comes_up(bench.flash, bench.hal.store)
            done = again.pump.command_ids.find(77)
            if done is not None and done.result == 0:
                kept += 1
                assert effect(again, payload), (operation, mode)
    assert kept, "no cut came after the record"


def asked(bench, payload):
    """A program is staged before, and asked for by its digest."""
    if payload["do"] != "set_program":
        return payload
    text = canonical(payload["program"]).decode()
    for part in staged(PROGRAM, text, digest(payload["program"])):
        reply = bench.ok(part.pop("do"), **part)
    return {"do": "confirm", "id": payload["id"], "digest": reply["digest"]}


def effect(bench, payload):
    if payload["do"] == "bolus":
        since_ms = bench.pump.demand.overlays.since_last_ms(BOLUS, bench.now_ms())
        return since_ms is not None and bench.status()["last_bolus"]["id"] == 77
    return bench.pump.kept_program.section == payload["program"]
