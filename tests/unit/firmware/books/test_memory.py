"""The memory of the whole pump: what is restored is what was, and what is damaged is refused."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import states
from firmware.alarms.alarm_table import THERAPY_INTERRUPTED
from firmware.books.bucket_code import read
from firmware.books.memory import (
    ALARMS,
    COMMAND_IDS,
    OVERLAYS,
    PROGRAM,
    RESERVOIR,
    RESTART,
    STATE,
    WINDOWS,
    RamMemory,
)
from firmware.books.packing import Reader, pack, unpack
from tests.rigs.pump import records_of
from tests.rigs.recorded_pump import MONDAY_S, BenchPump, made_pump_config

CONFIG = made_pump_config(
    limits={"bolus_lockout_s": 3600, "max_dose_1h_ng": 10**9, "max_dose_24h_ng": 10**9}
)
SENT = [
    (0, {"do": "set_clock", "wall_s": MONDAY_S}),
    (0, {"do": "start"}),
    (60_000, {"do": "bolus", "volume_pl": 1_000_000, "duration_ms": 60_000}),
    (400_000, {"do": "refill", "fill_pl": 10**14, "withdrawn_pl": 10**15}),
]


@pytest.fixture(scope="module")
def good():
    bench = BenchPump(CONFIG, SENT, 600_000).run()
    return as_kept(records_of(bench.pump, bench.hal.clock.now_ms()))


def as_kept(records):
    """The records as a medium would give them back."""
    return {kind: unpack(pack(record)) for kind, record in records.items()}


def restarted(records):
    return BenchPump(CONFIG, memory=RamMemory(records))


def test_what_is_restored_is_what_was(good):
    bench = restarted(copy.deepcopy(good))
    again = as_kept(records_of(bench.pump, 0))
    assert again.pop(STATE)["now"] == states.STOPPED, "it comes up stopped"
    alarms = again.pop(ALARMS)
    assert alarms["latched"] == 1 << THERAPY_INTERRUPTED, "and says so"
    restart = again.pop(RESTART)
    assert restart["unconfirmed"] == 1, "nobody knows how long it was away"
    assert restart["ages_ms"] == [*good[RESTART]["ages_ms"], 0]
    windows = good[WINDOWS], again.pop(WINDOWS)
    for window in ("hour", "day"):
        doses = [list(read(Reader(one[window]["ng"]))) for one in windows]
        assert [ng for ng in doses[0] if ng] == [ng for ng in doses[1] if ng]
    assert again == {kind: good[kind] for kind in again}
    assert set(good) - set(again) == {STATE, ALARMS, RESTART, WINDOWS}


class ToldMemory(RamMemory):
    """Keeps of a record what it was at the last `keep`, as a medium would."""

    now_ms = staticmethod(lambda: 0)

    def __init__(self):
        super().__init__()
        self.told = {}

    def hold(self, keepers, rotor=None, notice=None):
        for kind, keeper in keepers:
            self.keep(kind, keeper)

    def keep(self, kind, keeper):
        self.told[kind] = keeper.snapshot(self.now_ms())


def test_a_memory_is_told_of_each_change_that_must_survive():
    sent = [
        *SENT[:3],
        (90_000, {"do": "cancel_bolus"}),
        (120_000, {"do": "set_program", "program": {"mode": "minimum"}}),
        (180_000, {"do": "stop"}),
        (7_500_000, {"do": "acknowledge"}),
        (7_600_000, {"do": "start"}),
        (7_700_000, {"do": "set_program", "program": CONFIG["program"]}),
        (7_800_000, {"do": "refill", "fill_pl": 10**14, "withdrawn_pl": 10**15}),
        (7_900_000, {"do": "bolus", "volume_pl": 1_000_000, "duration_ms": 60_000}),
    ]
    faults = [(8_500_000, {"kind": "driver_reset"})]
    config = made_pump_config(limits={"stopped_limit_s": 3600})
    for end_ms in (70_000, 100_000, 150_000, 7_400_000, 7_550_000, 7_750_000, 7_930_000, 9_000_000):
        told = ToldMemory()
        bench = BenchPump(config, sent, end_ms, faults, memory=told)
        told.now_ms = bench.hal.clock.now_ms
        bench.run()
        now = records_of(bench.pump, bench.hal.clock.now_ms())
        for kind in (STATE, ALARMS, OVERLAYS, PROGRAM, RESERVOIR, COMMAND_IDS):
            assert without_ages(kind, told.told[kind]) == without_ages(kind, now[kind]), (
                end_ms,
                kind,
            )


def without_ages(kind, record):
    """A record without what grows with the time since it was kept."""
    ages = {
        STATE: ("lasts_ms",),
        ALARMS: ("remind_ms",),
        OVERLAYS: ("bolus",),
        COMMAND_IDS: (),
    }
    record = {name: value for name, value in record.items() if name not in ages.get(kind, ())}
    if kind == RESERVOIR:
        level = record["level"]
        record["level"] = {name: level[name] for name in level if not name.startswith("since_")}
        record["boluses"] = record["boluses"]["days"]
    if kind == OVERLAYS and record.get("running"):
        record["running"] = record["running"][:2] + record["running"][3:]
    if kind == COMMAND_IDS:
        done = record["done"]  # rows of 18 bytes, the last five of them the age
        record["done"] = [done[at : at + 13] for at in range(0, len(done), 18)]
        record["last_bolus"] = record["last_bolus"] and record["last_bolus"][::2]
    return record


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
    bench = restarted(bad)
    assert (bench.pump.state.now == states.FAULT) == (bench.pump.memory_error is not None)
    bench.pump.step(0)
    again = restarted(as_kept(records_of(bench.pump, 0)))
    assert again.pump.memory_error is None, "its own records are taken"


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
        wide = wide or way[-1] == "config" or "line" in way
        inner[way[-1]] = 1 << 70 if wide else 10**18
        assert restarted(bad).pump.memory_error, way


def test_a_reservoir_holds_no_more_than_its_capacity_and_was_filled_after_what_was_emitted(good):
    capacity_pl = CONFIG["reservoir"]["capacity_pl"]
    for part, bad_pl in (("fill_pl", capacity_pl + 1), ("emitted_at_fill_pl", 10**9)):
        bad = copy.deepcopy(good)
        bad[RESERVOIR][part] = bad_pl
        assert part in restarted(bad).pump.memory_error
    level = dict(good[RESERVOIR]["level"], at_pl=0)
    lonely = {RESERVOIR: dict(good[RESERVOIR], emitted_at_fill_pl=0, level=level)}
    assert restarted(lonely).pump.books.left_pl() == 10**14 + 1  # and the residual
    lonely = {RESERVOIR: dict(good[RESERVOIR], emitted_at_fill_pl=1)}
    assert "emitted_at_fill_pl" in restarted(lonely).pump.memory_error
    for bad_pl in (good[RESERVOIR]["emitted_at_fill_pl"] - 1, 10**12):
        bad = copy.deepcopy(good)
        bad[RESERVOIR]["level"]["at_pl"] = bad_pl
        assert "at_pl" in restarted(bad).pump.memory_error
