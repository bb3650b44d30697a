"""More events than the heap of a board could hold, on MicroPython with that heap."""

import pytest

from host_sim.run.run import run
from tests.rigs.scenario import BASE, loaded

MANY = 1000  # 244 were too many once
HEAD = BASE.replace('duration = "7 d"', 'duration = "1 d"')
REFUSED = '[[at]]\ntime = "%d s"\ndo = "bolus"\nvolume = "1 uL"\nover = "10 min"\n'
SWING = '[[fault]]\ntime = "%d s"\nkind = "slow_crystal"\nby = "1 ppb"\n'


def many(entry, how_many=MANY):
    return HEAD.replace("[drug]", "autostart = false\n[drug]") + "".join(
        entry % (60 * n + 1) for n in range(how_many)
    )


@pytest.mark.parametrize("entry", [REFUSED, SWING], ids=["refused boluses", "rates of the crystal"])
def test_a_schedule_longer_than_the_heap_runs_to_its_end(entry, tmp_path):
    outcome = run(loaded(tmp_path, many(entry)), "micropython", tmp_path)
    record = outcome.record
    assert len(record.refused) == (MANY if entry is REFUSED else 0)
    assert len(record.crystal) == (1 if entry is REFUSED else MANY + 1)
    few = run(loaded(tmp_path, many(entry, 3)), "micropython", tmp_path).record
    assert record.child.heap_bytes < few.child.heap_bytes + 2048


def test_both_interpreters_take_a_long_schedule_alike(tmp_path):
    left = []
    for on in ("micropython", "cpython"):
        (tmp_path / on).mkdir()
        run(loaded(tmp_path, many(REFUSED)), on, tmp_path / on)
        left.append([(tmp_path / on / name).read_bytes() for name in ("events.csv", "notes.jsonl")])
    assert left[0] == left[1]
