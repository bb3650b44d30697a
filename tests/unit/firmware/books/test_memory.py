"""The memory of the whole pump: what is restored is what was, and what is damaged is refused."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import states
from firmware.books.memory import COMMAND_IDS, RESERVOIR, STATE, RamMemory
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
    bench.memory.power_lost(bench.hal.clock.now_ms())
    return as_kept(bench.memory.recovered())


def as_kept(records):
    """The records as a medium would give them back."""
    return {kind: json.loads(json.dumps(record)) for kind, record in records.items()}


def restarted(records):
    return BenchPump(CONFIG, memory=RamMemory(records))


def test_what_is_restored_is_what_was(good):
    bench = restarted(copy.deepcopy(good))
    bench.memory.power_lost(0)
    again = as_kept(bench.memory.recovered())
    assert again.pop(STATE) == states.STOPPED, "it comes up stopped"
    assert again == {kind: record for kind, record in good.items() if kind != STATE}


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
def test_a_damaged_memory_is_taken_whole_or_refused(good, data):
    bad = copy.deepcopy(good)
    for _ in range(data.draw(st.integers(1, 2))):
        way = data.draw(st.sampled_from([way for way in sorted(places(bad), key=str) if way]))
        inner = bad
        for key in way[:-1]:
            inner = inner[key]
        if data.draw(st.booleans()):
            inner[way[-1]] = copy.deepcopy(data.draw(damage))
        else:
            del inner[way[-1]]
    try:
        bench = restarted(bad)
    except SnapshotError as error:
        assert str(error)
    else:
        bench.pump.step(0)
        bench.memory.power_lost(0)
        as_kept(bench.memory.recovered())


def whole_numbers(records):
    for way in places(records):
        inner = records
        for key in way:
            inner = inner[key]
        if isinstance(inner, int) and not isinstance(inner, bool):
            yield way


def test_a_number_that_no_pump_can_have_is_refused_wherever_it_stands(good):
    """As 10**18 pL in a reservoir of 20 mL. An alarm's figures and a digest have more bits."""
    ways = sorted(whole_numbers(good), key=str)
    assert len(ways) > 30
    for way in ways:
        bad = copy.deepcopy(good)
        inner = bad
        for key in way[:-1]:
            inner = inner[key]
        wide = "values" in way or (way[0] == COMMAND_IDS and way[-1] == 1)
        inner[way[-1]] = 1 << 70 if wide else 10**18
        with pytest.raises(SnapshotError):
            restarted(bad)


def test_a_reservoir_holds_no_more_than_its_capacity_and_was_filled_after_what_was_emitted(good):
    capacity_pl = CONFIG["reservoir"]["capacity_pl"]
    for part, bad_pl in (("fill_pl", capacity_pl + 1), ("emitted_at_fill_pl", 10**9)):
        bad = copy.deepcopy(good)
        bad[RESERVOIR][part] = bad_pl
        with pytest.raises(SnapshotError, match=part):
            restarted(bad)
    level = dict(good[RESERVOIR]["level"], at_pl=0)
    lonely = {RESERVOIR: dict(good[RESERVOIR], emitted_at_fill_pl=0, level=level)}
    assert restarted(lonely).pump.books.left_pl() == 10**14
    bad = copy.deepcopy(good)
    for bad_pl in (good[RESERVOIR]["emitted_at_fill_pl"] - 1, 10**12):
        bad[RESERVOIR]["level"]["at_pl"] = bad_pl
        with pytest.raises(SnapshotError, match="at_pl"):
            restarted(bad)
    with pytest.raises(SnapshotError, match="emitted_at_fill_pl"):
        restarted({RESERVOIR: dict(good[RESERVOIR], emitted_at_fill_pl=1)})
