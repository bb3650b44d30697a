"""Every attribute of the pump's long-lived objects is kept over a restart, or is named here with
the reason why it is not worth keeping. A new attribute has to be put into one of the tables.
"""

import pytest

from firmware.books.memory import MONITOR, RESTART, WINDOWS
from firmware.books.ring import LEAST_SECTORS
from firmware.therapy import overlays
from host_sim.machine.sim_flash import SimFlash
from tests.rigs.heap_file import HeapFile
from tests.rigs.recorded_pump import BenchPump, made_pump_config
from tests.rigs.volumes import rows_of

# Class: why nothing of it is kept
NOT_WORTH = {
    "Settings": "follows from the stored configuration and the program that is kept",
    "Limits": "follows from the stored configuration",
    "Epoch": "follows from the stored configuration; the ledger keeps those of before",
    "Continuous": "follows from the program that is kept",
    "Build": "of the image",
    "Stored": "read anew at power-up",
    "Delivery": "of a run, and no run outlives the power",
    "Planner": "of a run",
    "Timeline": "of a run",
    "Meter": "of a run: its remainder is dropped with it",
    "Budget": "of a run: at rest nothing is permitted",
    "Port": "of the conversation on the link, which begins anew",
    "Decoder": "of the conversation on the link",
    "RecentEvents": "gone with a reset, as docs/commands.md says of events_since",
    "EventLog": "numbers go on with those of the event ring",
    "EventRing": "the events on flash themselves",
    "EventPages": "the events on flash themselves",
    "SearchedRing": "the events on flash themselves",
    "Deltas": "nothing is compared with what stands before a power-up",
    "Flood": "each power-up has its allowance",
    "Journal": "the memory itself",
    "Ring": "the memory itself",
    "Recovery": "the memory itself",
    "StoreNotes": "the memory itself",
    "Reservation": "begins at the blind allowance after each power-up",
    "Revision": "compared within a power-up only",
    "Rotor": "looks from the first reading after power-up on",
    "MotionReading": "looks from the first reading after power-up on",
    "Lead": "looks from the first reading after power-up on",
    "Follow": "looks from the first reading after power-up on",
    "Underruns": "three within a minute of one power-up",
    "Deliveries": "their windows begin anew with a power-up",
    "UnderDelivery": "its window begins anew with a power-up",
    "LoweredRate": "what was missing is counted anew from a power-up",
    "NothingDelivered": "counts from the instant of the state, which is kept",
    "Supply": "looked at anew",
    "Button": "looked at anew",
    "Grace": "a power-up after it has no books",
    "Access": "a session is no state of the pump; its keys and its boots are kept by themselves",
    "Staged": "what nobody has confirmed yet is no state of the pump",
}

# Class: the attributes that a keeper restores
KEPT = {
    "TipDoses": "code values cause _hours _hour",
    "State": "now since_ms faults stall interrupted infused stopped_by",
    "Restart": "unconfirmed waited rests_ms _power_ups_ms",
    "Alarms": "active latched acknowledged values _priorities _remind_ms",
    "Overlays": "running _before_steps _last_start_ms",
    "KeptProgram": "section drug _digest _waiting",
    "CommandIds": "_done last_bolus",
    "Ledger": "by_source unproven_steps emitted_steps booked_steps missed_steps epochs _closed_pl "
    "_epoch_start_steps epoch unexplained_steps beyond_pl _closed_beyond "
    "_unmoved_before _volume_start_steps",
    "Screw": "line_off _take_up_to",
    "DoseRing": "_bucket _ng _first _last _total_ng _phase_ms",
    "DoseWindows": "hour day",
    "FluidLine": "_at_pl _tip_ag _counted_ag _doubt_pl _slugs mixed bridge _stated _waiting "
    "half_pl prime_to_pl prime_conc primed short unbridged tube_pl tube_conc _seal",
    "Reservoir": "fill_pl _emitted_at_fill_pl low_at_pl look_at_pl open_until_pl _empty_at_pl "
    "boluses level refills unsure_pl",
    "Refills": "count in_a_row last",
    "PatientBoluses": "granted denied given_ng _starts_ms _full_ms",
    "Window": "_steps _newest _phase_ms over_ms total_steps",
    "Volumes": "_hour _day _outgrown_ms _most_1h_steps _most_24h_steps _seal _allowed_steps",
    "LevelSwitch": "closed at_fill low doubtful stuck verdict at_pl due_ms _changed_ms _filled_ms "
    "_opening_ms _openings",
    "BolusDays": "_days_pl _today_ms",
    "WallClock": "offset_s local_from_ms",
    "Plan": "phase stage due_ms section _short_pl _part_pl _hour_ms _counted_ms _mark_steps",
    "Screening": "trials _last_ms",
    "Keys": "slots",
    "Boots": "count",
    "Life": "_from_ms _from_steps _before_revs _steps_per_rev _first_use _eri_ms _worn_s stage",
}

PARTS = "the parts that it works with"
CHANGED = "what the memory has not been told of yet"
ANEW = "looked up or reckoned anew in the first pass"
CONFIGURED = "follows from the configuration"

# Class: {why it is not worth keeping: attributes}
NAMED = {
    "TipDoses": {
        PARTS: "_state _delivery _demand _books",
        CHANGED: "changed",
        "the hour goes on without what came before the restart": "look_ms _mark _most_ng",
    },
    "State": {PARTS: "_log _count", CHANGED: "changed"},
    "Restart": {CHANGED: "changed", "waits anew from a power-up on": "due_ms"},
    "Alarms": {
        PARTS: "_log _lamp _sounder",
        CHANGED: "changed",
        "a restart ends a pause of the sound, a test and a beep": "_paused _paused_ms _test_ms "
        "_beeps _beep_ms",
        "a press is not taken for one of before the restart": "_ended_ms",
        "follows from what is kept": "due_ms _shown _played _sound",
        "a restart lets it sound once more": "_resting",
    },
    "Overlays": {PARTS: "_revision", CHANGED: "changed"},
    "KeptProgram": {
        CONFIGURED: "_limits _conc_ng_per_ml _usable _own",
        CHANGED: "changed",
        "told once": "dropped known",
    },
    "CommandIds": {},
    "Ledger": {
        "the driver counts from 0 again": "driver_steps",
        "of the restart itself": "kept_epoch",
        PARTS: "_rotor",
    },
    "DoseRing": {"the same in each": "_size bucket_ms buckets"},
    "DoseWindows": {},
    "Reservoir": {CONFIGURED: "_belief_ppt _tolerance_pl capacity_pl empty_pl low_pl"},
    "LevelSwitch": {PARTS: "_marks"},
    "FluidLine": {
        CONFIGURED: "_conc path_pl _tubing_pl _tolerance_pl _waits",
        CHANGED: "changed",
        "said once, of this power-up": "known",
        ANEW: "missing",
    },
    "Refills": {},
    "PatientBoluses": {CHANGED: "changed _told_ms"},
    "BolusDays": {},
    "WallClock": {
        PARTS: "_clock _revision",
        CHANGED: "changed",
        "the clock of the board says what time it is": "unset _offset_ms",
    },
    "Screw": {
        PARTS: "_ledger",
        CHANGED: "changed",
        CONFIGURED: "backlash_steps",
        "a withdrawal does not outlive the power": "turning_steps begun_steps segments",
    },
    "Life": {
        PARTS: "_ledger _wall_clock",
        CHANGED: "changed",
        CONFIGURED: "at_eos tube_revs _months _config_day",
        ANEW: "in_force due_ms",
        "told anew at each power-up": "_told",
    },
    "Plan": {
        PARTS: "_demand _ledger",
        CHANGED: "changed",
        ANEW: "look_ms seal _of_section",
    },
    "Screening": {CHANGED: "changed"},
    "Keys": {CHANGED: "changed"},
    "Boots": {CHANGED: "changed", "counted once in each power-up": "_used"},
    "Window": {"the same in each": "bucket_ms"},
    "Volumes": {
        "the driver counts from 0 again": "_seen_steps _base_steps _committed_steps _most_steps "
        "refused",
        CONFIGURED: "_head _own",
        "no run after a power-up has an allowance": "_allowed_until_ms",
        PARTS: "_driver",
        "looked up or reckoned anew at the first look": "_turn_ms _kept_head",
    },
    "Seals": {
        PARTS: "_demand _books _volumes _plan _limits _epoch _program",
        CONFIGURED: "_of_limits _of_epoch _of_program",
        ANEW: "_looked_from_ms _turn",
    },
    "Forecast": {PARTS: "_books _demand _ledger _reservoir _state _wall_clock"},
    "ReservoirConditions": {
        PARTS: "_alarms _books _forecast _level _reservoir _revision _safety",
        ANEW: "_due_ms _seen_revision",
        "of the board": "_has_level",
    },
    "Books": {
        PARTS: "_memory _note _revision epoch ledger line patient reservoir settle windows",
        "reserved anew with the first stretch": "_may_leave_steps",
    },
    "Demand": {
        PARTS: "_count _revision _wall_clock overlays",
        "kept as the bridge of the line": "_bridge _bridges conc",
        ANEW: "from_ms _looked_at _looked_conc basal_pl_per_day overlay_pl_per_day until_ms",
        "kept as the program in force": "program",
        "kept as whether the dose is confirmed": "_most_at",
    },
    "Conditions": {
        PARTS: "_alarms _button _deliveries _delivery _demand _ledger _lowered _memory _nothing "
        "_of_reservoir _line _doses "
        "_life _plan _power _reservoir _restart _rotor _safety _state _supply _wall_clock",
        ANEW: "_harm _harm_due_ms _lowered_by _moved_ms _reported _steps _was _of_state _stops",
    },
    "Safety": {
        PARTS: "_clock _delivery _driver _ledger _rotor _state _supply _switches _wall_clock "
        "_volumes _seals",
        ANEW: "inputs",
    },
    "StopReminder": {
        PARTS: "_alarms _state",
        "a restart has an alarm of its own": "due_ms",
    },
    "Pump": {
        PARTS: "_driver _link _noticed access alarms books build button command_ids conditions "
        "delivery demand doses event_ring forecast hal kept_program life log memory plan port "
        "reminder restart rotor safety screening screw seals settings staged starved state stored "
        "supply volumes wall_clock",
        "a try after a stall does not outlive the power": "_retries",
        "when the next look is due": "later_ms",
        "a run does not outlive the power": "begins",
        "follows from the drug in force and the line": "_watched_drug",
        "said once, of this power-up": "memory_error self_test _told_started",
        "a board at its console has no pump": "_leaving",
    },
}


@pytest.fixture(scope="module")
def found():
    """{class: attributes} of all objects of the firmware that a pump holds."""
    config = made_pump_config(limits={"max_dose_1h_ng": 10**9})
    events = SimFlash(HeapFile(), LEAST_SECTORS)
    bench = BenchPump(config, [(0, {"do": "start"})], 60_000, events=events).run()
    classes = {}
    _walk(bench.pump, classes, set())
    return classes


def _walk(thing, classes, seen):
    kind = type(thing)
    if not kind.__module__.startswith("firmware") or id(thing) in seen:
        return
    seen.add(id(thing))
    attributes = vars(thing) if hasattr(thing, "__dict__") else {}
    classes.setdefault(kind.__name__, set()).update(attributes)
    if hasattr(kind, "changed"):
        classes[kind.__name__].add("changed")
    for name in sorted(attributes):
        _walk(attributes[name], classes, seen)


def told_of(name):
    """The attributes of a class that this file speaks of."""
    return set(" ".join([KEPT.get(name, ""), *NAMED.get(name, {}).values()]).split())


# trace: uninitialised variable
def test_every_attribute_is_kept_or_named_as_not_worth_keeping(found):
    silent = {
        name: sorted(attributes - told_of(name))
        for name, attributes in found.items()
        if name not in NOT_WORTH
    }
    assert {name: rest for name, rest in silent.items() if rest} == {}


def test_what_is_named_is_there(found):
    assert set(found) == set(NOT_WORTH) | set(NAMED)
    assert {name: told_of(name) - found[name] for name in NAMED} == {name: set() for name in NAMED}


def test_nothing_is_named_twice():
    for name in NAMED:
        words = " ".join([KEPT.get(name, ""), *NAMED[name].values()]).split()
        assert len(words) == len(set(words)), name
    assert not set(NOT_WORTH) & set(NAMED)


def steps_in(window):
    return sum(steps for _, steps in rows_of(window))


def test_what_is_called_kept_is_the_same_after_a_restart():
    config = made_pump_config(limits={"max_dose_1h_ng": 10**9, "bolus_lockout_s": 3600})
    sent = [
        (0, {"do": "start"}),
        (60_000, {"do": "bolus", "volume_pl": 10**6, "duration_ms": 60_000}),
        (200_000, {"do": "set_program", "program": {"mode": "minimum"}}),
        (300_000, {"do": "refill", "fill_pl": 10**14, "withdrawn_pl": 10**15}),
        (305_000, {"do": "patient_bolus"}),
        (310_000, {"do": "stop"}),
        (320_000, {"do": "tube_replaced", "first_use_day": 20_000, "revs": 7}),
        (330_000, {"do": "set_clock", "wall_s": 1_767_571_200, "offset_s": 3600}),
    ]
    bench = BenchPump(config, sent, 400_000).run()
    bench.memory.renew()  # the journal knows all, and the time up to this instant
    again = BenchPump(config, flash=bench.flash)
    for keeper, other in zip(bench.pump.keepers(), again.pump.keepers(), strict=True):
        kind, before, after = keeper[0], keeper[1].snapshot(400_000), other[1].snapshot(0)
        if kind == WINDOWS:  # its buckets lie otherwise
            before = bench.pump.books.windows.day.total_ng(400_000)
            after = again.pump.books.windows.day.total_ng(0)
            assert before <= after <= before + before // 1024
            continue
        if kind == RESTART:
            before["ages_ms"].append(0)  # of this power-up
            before["unconfirmed"] = 1  # it was away for an unknown time
        if kind == MONITOR:
            for window in ("hour", "day"):  # rounded up, and by that the same
                before[window], after[window] = steps_in(before[window]), steps_in(after[window])
            before["left_ms"] = after["left_ms"]
        assert before == after, kind
    assert again.pump.demand.overlays.since_last_ms(overlays.BOLUS, 0) == 340_000
