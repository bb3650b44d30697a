"""A power cut at each flash operation of a refill with another concentration: the pump then knows
all of it or nothing of it (decision 0154).
"""

import io
import json

from firmware import states
from firmware.link.frames import encode
from tests.property.test_bridge_cuts import DOSE, HIGH, LOW
from tests.rigs.cut_flash import CutFlash
from tests.rigs.pump import ML, UL, Bench

LINE = {
    "tubing_pl": 14 * UL,
    "catheter_pl": 13_200_000,
    "tolerance_ppt": 0,
    "holds_tubing_ng_per_ml": LOW,
    "holds_catheter_ng_per_ml": LOW,
}
REFILL = 777  # its id
SECTIONS = {
    "program": {"mode": "continuous", "dose_ng_per_day": DOSE},
    "drug": {"conc_ng_per_ml": LOW},
    "line": LINE,
    "reservoir": {"residual_pl": 0},
}


def known_to(flash):
    """What a pump that comes up from this flash knows of the refill."""
    bench = Bench(flash=flash, start=False, **SECTIONS)
    assert bench.pump.state.now != states.FAULT, bench.pump.memory_error
    books = bench.pump.books
    return (
        books.epoch.conc_ng_per_ml == HIGH,
        bench.pump.settings.config["drug"]["conc_ng_per_ml"] == HIGH,
        books.reservoir.refills.count == 1,
        books.line.bridge is not None,
        books.line.highest() == HIGH,
        bench.pump.command_ids.find(REFILL) is not None,
    )


def test_after_a_cut_at_any_flash_operation_all_of_a_refill_is_known_or_nothing():
    flash = CutFlash(io.BytesIO(), sectors=4)
    bench = Bench(flash=flash, **SECTIONS)
    bench.run_for(minutes=50)
    found = set()
    flash.judge = lambda cut: found.add(known_to(CutFlash.of(cut)))
    payload = {
        "id": REFILL,
        "do": "refill",
        "withdrawn_pl": 19 * ML,
        "fill_pl": 18 * ML,
        "conc_ng_per_ml": HIGH,
        "bridge_ng_per_day": DOSE,
    }
    (reply,) = bench.send_bytes(encode(payload))
    assert reply["ok"] == 1, json.dumps(reply)
    flash.judge = None
    assert found == {(False,) * 6, (True,) * 6}
    assert known_to(CutFlash.of(flash)) == (True,) * 6
