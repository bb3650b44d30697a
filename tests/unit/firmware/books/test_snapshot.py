"""Snapshots of the whole pump: what is restored is what was, and what is damaged is refused and
changes nothing.
"""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.errors import SnapshotError
from tests.rigs.recorded_pump import MONDAY_S, BenchPump, made_pump_config

CONFIG = made_pump_config(
    limits={"bolus_lockout_s": 3600, "max_dose_1h_ng": 10**9, "max_dose_24h_ng": 10**9}
)
SENT = [
    (0, {"do": "set_clock", "wall_s": MONDAY_S}),
    (0, {"do": "start"}),
    (60_000, {"do": "bolus", "volume_pl": 1_000_000, "duration_ms": 60_000}),
    (400_000, {"do": "refill", "fill_pl": 10**14}),
]


@pytest.fixture(scope="module")
def good():
    bench = BenchPump(CONFIG, SENT, 600_000).run()
    return json.loads(json.dumps(bench.pump.snapshot()))


def fresh():
    return BenchPump(CONFIG).pump


def test_what_is_restored_is_what_was(good):
    pump = fresh()
    pump.restore(copy.deepcopy(good))
    again = json.loads(json.dumps(pump.snapshot()))
    assert again.pop("state") == 1, "it comes up stopped"
    assert again == {key: value for key, value in good.items() if key != "state"}


def places(value, way=()):
    yield way
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in inner:
        yield from places(part, (*way, key))


damage = st.one_of(
    st.none(),
    st.integers(-2, 20),
    st.sampled_from([-1, 1 << 70, "", "text", [], {}, [[]], [[0, 1]], [0, 0, 0, 0], {"hour": []}]),
)


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_snapshot_is_taken_whole_or_refused_and_changes_nothing(good, data):
    bad = copy.deepcopy(good)
    for _ in range(data.draw(st.integers(1, 2))):
        way = data.draw(st.sampled_from(sorted(places(bad), key=str)))
        value = copy.deepcopy(data.draw(damage))
        if not way:
            bad = value
            break
        inner = bad
        for key in way[:-1]:
            inner = inner[key]
        if data.draw(st.booleans()):
            inner[way[-1]] = value
        else:
            del inner[way[-1]]
        if not isinstance(bad, dict):
            break
    pump = fresh()
    before = json.dumps(pump.snapshot())
    try:
        pump.restore(bad)
    except SnapshotError as error:
        assert str(error)
        assert json.dumps(pump.snapshot()) == before
    else:
        pump.step(0)
        json.dumps(pump.snapshot())
