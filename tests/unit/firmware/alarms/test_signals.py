"""Alarms against a plain model of condition, occurrence, signal, latch and acknowledgement."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import events
from firmware.alarms import alarm_table
from firmware.alarms.signals import MAX_PAUSE_MS, REMIND_MS, Alarms
from firmware.errors import SnapshotError
from hal import contract

PATTERN = {
    0: contract.PATTERN_OFF,
    1: contract.PATTERN_LOW,
    2: contract.PATTERN_MEDIUM,
    3: contract.PATTERN_HIGH,
}


class Signal:
    def __init__(self):
        self.pattern = contract.PATTERN_OFF

    def play(self, pattern):
        self.pattern = pattern

    show = play


class Bench:
    def __init__(self):
        self.sounder, self.lamp, self.told = Signal(), Signal(), []
        log = events.EventLog(
            lambda seq, at_ms, code, a, b, c: self.told.append((at_ms, code, a, b, c))
        )
        self.alarms = Alarms(self.sounder, self.lamp, log)

    def raise_(self, code, now_ms=0):
        self.alarms.update(code, True, now_ms, 7, 8)

    def clear(self, code, now_ms=0):
        self.alarms.update(code, False, now_ms)

    def codes(self, code):
        return [row[2] for row in self.told if row[1] == code]


HIGH = {code for code, row in alarm_table.TABLE.items() if row.priority == alarm_table.HIGH}


class Model:
    """The same in sets, as the words of the design have it."""

    def __init__(self):
        self.active, self.latched, self.acknowledged = set(), set(), set()
        self.silent_until = self.test_until = None
        self.reminds_at = None

    def sounding(self):
        return (self.active | self.latched) - self.acknowledged

    def act(self, what, code, now_ms):
        if self.reminds_at is not None and now_ms >= self.reminds_at:
            self.reminds_at = None
            self.acknowledged -= HIGH
        if what == "raise" and code not in self.active:
            self.active.add(code)
            self.acknowledged.discard(code)
            if alarm_table.TABLE[code].latches:
                self.latched.add(code)
            self.silent_until = self.test_until = None
        elif what == "clear":
            self.active.discard(code)
            if code in self.acknowledged:  # seen to while it held: nothing is left to acknowledge
                self.acknowledged.discard(code)
                self.latched.discard(code)
        elif what == "acknowledge":
            if not self.active & HIGH:
                self.reminds_at = None
            elif self.reminds_at is None or not self.active & HIGH & self.acknowledged:
                self.reminds_at = now_ms + 3_600_000
            self.acknowledged = set(self.active)
            self.latched &= self.active
        elif what == "pause":
            burst_ms = 4_000 if self.sounding() & HIGH else 0
            if self.silent_until is None or now_ms >= self.silent_until + burst_ms:
                self.silent_until, self.test_until = now_ms + 60_000, None
        elif what == "test":
            self.test_until = now_ms + 10_000

    def signals(self, now_ms):
        """(lamp, sound)"""
        tests = self.test_until is not None and now_ms < self.test_until
        otherwise = contract.PATTERN_TEST if tests else contract.PATTERN_OFF
        paused = self.silent_until is not None and now_ms < self.silent_until
        sound = contract.PATTERN_OFF if paused else highest(self.sounding())
        return highest(self.active | self.latched) or otherwise, sound or otherwise


def highest(codes):
    return PATTERN[max([alarm_table.TABLE[code].priority for code in codes], default=0)]


actions = st.tuples(
    st.sampled_from(["raise", "raise", "clear", "clear", "acknowledge", "pause", "test", "wait"]),
    st.sampled_from(sorted(alarm_table.TABLE)),
    st.sampled_from([0, 1, 5000, 9999, 10_000, 60_000, 3_599_999, 3_600_000, 10**7]),
)


@settings(max_examples=150)
@given(st.lists(actions, max_size=40))
def test_lamp_and_sounder_are_what_the_model_says_after_any_history(history):
    bench, model, now_ms = Bench(), Model(), 0
    act = {
        "raise": lambda code: bench.raise_(code, now_ms),
        "clear": lambda code: bench.clear(code, now_ms),
        "acknowledge": lambda code: bench.alarms.acknowledge(now_ms),
        "pause": lambda code: bench.alarms.pause_audio(60_000, now_ms),
        "test": lambda code: bench.alarms.test(now_ms),
        "wait": lambda code: None,
    }
    for what, code, ms in history:
        now_ms += ms
        bench.alarms.poll(now_ms)
        act[what](code)
        model.act(what, code, now_ms)
        assert (bench.lamp.pattern, bench.sounder.pattern) == model.signals(now_ms)
        listed = {row[0]: row[1:4] for row in bench.alarms.listing()}
        assert set(listed) == model.active | model.latched
        for code, bits in listed.items():
            assert bits == [code in model.active, code in model.latched, code in model.acknowledged]


@pytest.mark.parametrize("code", sorted(alarm_table.TABLE))
def test_an_occurrence_is_told_once_and_its_end_once(code):
    bench = Bench()
    for _ in range(3):
        bench.raise_(code, 5)
    for _ in range(3):
        bench.clear(code, 9)
    assert bench.told == [
        (5, events.ALARM_RAISED, code, 7, 8),
        (9, events.ALARM_CLEARED, code, 0, 0),
    ]


@pytest.mark.parametrize("code", sorted(alarm_table.TABLE))
def test_what_latches_signals_until_it_is_acknowledged_and_the_rest_ends_with_its_condition(code):
    bench = Bench()
    bench.raise_(code)
    bench.clear(code)
    latching = alarm_table.TABLE[code].latches
    assert (bench.lamp.pattern != contract.PATTERN_OFF) == latching
    bench.alarms.acknowledge(1)
    assert bench.lamp.pattern == bench.sounder.pattern == contract.PATTERN_OFF
    assert bench.codes(events.ALARM_ACKNOWLEDGED) == ([code] if latching else [])


def test_an_alarm_acknowledged_while_it_holds_is_over_with_its_condition():
    bench = Bench()
    bench.raise_(alarm_table.MOTOR_STALL)
    bench.alarms.acknowledge(1)
    assert (bench.lamp.pattern, bench.sounder.pattern) == (
        contract.PATTERN_HIGH,
        contract.PATTERN_OFF,
    )
    bench.clear(alarm_table.MOTOR_STALL, 2)
    assert bench.lamp.pattern == contract.PATTERN_OFF
    bench.raise_(alarm_table.MOTOR_STALL, 3)
    assert bench.sounder.pattern == contract.PATTERN_HIGH


def test_a_new_occurrence_sounds_again_although_it_was_acknowledged_and_the_sound_paused():
    bench = Bench()
    bench.raise_(alarm_table.SUPPLY_LOW)
    bench.alarms.acknowledge(1)
    bench.alarms.pause_audio(MAX_PAUSE_MS, 2)
    bench.clear(alarm_table.SUPPLY_LOW, 3)
    bench.raise_(alarm_table.SUPPLY_LOW, 4)
    assert bench.sounder.pattern == contract.PATTERN_MEDIUM
    assert not bench.alarms.audio_paused()


def test_acknowledging_tells_each_alarm_once():
    bench = Bench()
    bench.raise_(alarm_table.MOTOR_STALL)
    bench.raise_(alarm_table.LOW_RESERVOIR)
    bench.alarms.acknowledge(1)
    bench.alarms.acknowledge(2)
    assert sorted(bench.codes(events.ALARM_ACKNOWLEDGED)) == [
        alarm_table.MOTOR_STALL,
        alarm_table.LOW_RESERVOIR,
    ]


def test_a_pause_of_the_sound_leaves_the_lamp_and_ends_on_its_millisecond():
    bench = Bench()
    bench.raise_(alarm_table.EMPTY_RESERVOIR)
    bench.alarms.pause_audio(60_000, 10)
    assert (bench.lamp.pattern, bench.sounder.pattern) == (
        contract.PATTERN_HIGH,
        contract.PATTERN_OFF,
    )
    assert bench.alarms.poll(60_009) == 60_010
    assert bench.sounder.pattern == contract.PATTERN_OFF
    assert bench.alarms.poll(60_010) is None
    assert bench.sounder.pattern == contract.PATTERN_HIGH


repeated = st.tuples(st.sampled_from(["pause", "test"]), st.integers(1000, MAX_PAUSE_MS * 2))


# trace: GIP 3.2.2
@pytest.mark.parametrize("code", sorted(HIGH))
@settings(max_examples=10, deadline=None)
@given(st.lists(repeated, min_size=1, max_size=6))
def test_no_repetition_of_pause_and_test_hides_a_high_alarm(code, cycle):
    bench, now_ms, heard_ms, longest_ms = Bench(), 0, 0, 0
    bench.raise_(code)
    while now_ms < 3_600_000:
        for what, after_ms in cycle:
            if what == "pause":
                bench.alarms.pause_audio(MAX_PAUSE_MS, now_ms)
            else:
                bench.alarms.test(now_ms)
            until_ms = now_ms + after_ms
            while now_ms < until_ms:
                assert bench.lamp.pattern == contract.PATTERN_HIGH
                now_ms = min(until_ms, bench.alarms.poll(now_ms) or until_ms)
                bench.alarms.poll(now_ms)
                if bench.sounder.pattern == contract.PATTERN_HIGH:
                    heard_ms = now_ms
                longest_ms = max(longest_ms, now_ms - heard_ms)
    assert longest_ms <= MAX_PAUSE_MS


@pytest.mark.parametrize("every_ms", [60_000, 3_000_000, 3_599_999])
def test_acknowledging_again_puts_no_reminder_off(every_ms):
    bench, heard = Bench(), 0
    bench.raise_(alarm_table.EMPTY_RESERVOIR)
    for now_ms in range(0, 86_400_000, every_ms):
        bench.alarms.poll(now_ms)
        heard += bench.sounder.pattern == contract.PATTERN_HIGH
        bench.alarms.acknowledge(now_ms)
    assert heard >= 12


def test_a_high_alarm_is_heard_for_a_burst_between_two_pauses():
    bench = Bench()
    bench.raise_(alarm_table.MOTOR_STALL)
    assert bench.alarms.pause_audio(MAX_PAUSE_MS, 0)
    assert not bench.alarms.pause_audio(MAX_PAUSE_MS, 110_000)
    bench.alarms.poll(MAX_PAUSE_MS)
    assert bench.sounder.pattern == contract.PATTERN_HIGH
    assert not bench.alarms.pause_audio(MAX_PAUSE_MS, MAX_PAUSE_MS + 3_999)
    assert bench.alarms.pause_audio(MAX_PAUSE_MS, MAX_PAUSE_MS + 4_000)
    assert len(bench.codes(events.AUDIO_PAUSED)) == 2


def test_the_numbers_and_the_names_are_unique():
    assert min(alarm_table.TABLE) == 1
    assert len({row.name for row in alarm_table.TABLE.values()}) == len(alarm_table.TABLE)
    for code, row in alarm_table.TABLE.items():
        assert getattr(alarm_table, row.name) == code
        assert row.priority in (alarm_table.LOW, alarm_table.MEDIUM, alarm_table.HIGH)


@pytest.mark.parametrize("code", sorted(alarm_table.TABLE))
def test_a_hint_takes_at_most_what_was_measured_and_the_limit(code):
    hint = alarm_table.TABLE[code].hint
    places = hint.replace("%%", "").count("%d")
    assert places <= 2
    assert hint % ((41, 40)[:places])


@pytest.mark.parametrize(
    "name",
    [
        "MOTOR_STALL",
        "EMPTY_RESERVOIR",
        "OVER_DELIVERY",
        "NOTHING_DELIVERED",
        "RESET_UNEXPECTED",
        "BAD_CONFIGURATION",
    ],
)
def test_what_stops_therapy_or_may_harm_is_high(name):
    assert alarm_table.TABLE[getattr(alarm_table, name)].priority == alarm_table.HIGH


# Over a restart


@settings(max_examples=100)
@given(st.lists(actions, max_size=30))
def test_a_restart_keeps_what_is_signalled_and_what_of_it_was_acknowledged(history):
    bench, again = Bench(), Bench()
    for what, code, _ in history:
        if what == "raise":
            bench.raise_(code)
        elif what == "clear":
            bench.clear(code)
        elif what == "acknowledge":
            bench.alarms.acknowledge(0)
    snapshot = bench.alarms.snapshot(0)
    again.alarms.check(snapshot)
    again.alarms.restore(snapshot, 0)
    assert again.alarms.listing() == bench.alarms.listing()
    signalled = {row[0] for row in again.alarms.listing()}
    unheard = {row[0] for row in again.alarms.listing() if not row[3]}
    assert (again.lamp.pattern, again.sounder.pattern) == (highest(signalled), highest(unheard))


def test_restarts_do_not_put_off_the_reminder_of_an_acknowledged_alarm():
    bench = Bench()
    bench.raise_(alarm_table.DRIVER_FAULT)
    bench.alarms.acknowledge(0)
    for _ in range(2):
        snapshot = bench.alarms.snapshot(REMIND_MS // 2)
        bench = Bench()
        bench.alarms.check(snapshot)
        bench.alarms.restore(snapshot, 0)
    assert bench.sounder.pattern == contract.PATTERN_OFF
    assert bench.alarms.due_ms == 0
    bench.alarms.poll(0)
    assert bench.sounder.pattern == contract.PATTERN_HIGH


def test_a_signalled_alarm_without_its_values_is_refused():
    kept = Bench().alarms.snapshot(0)
    for part in ("active", "latched", "acknowledged"):
        with pytest.raises(SnapshotError, match="alarms." + part):
            Bench().alarms.check(dict(kept, **{part: 2}))
    bench = Bench()
    bench.raise_(3)
    with pytest.raises(SnapshotError, match="without values"):
        Bench().alarms.check(dict(bench.alarms.snapshot(0), latched=2))


@pytest.mark.parametrize("code", [0, 39, -1, 99])
def test_a_snapshot_with_an_unknown_alarm_is_refused(code):
    with pytest.raises(SnapshotError, match=r"alarms.values.* of a snapshot.* %d" % code):
        Bench().alarms.check({"latched": 0, "values": [[code, 0, 0]]})
