"""Stories of motion beyond the pulses (S17): each sentence of the rule that no other file tells,
and a magnetic field in every order with a session and an alarm.
"""

from boards.rpi_pico import BOARD
from firmware import states
from firmware.events import STATE
from firmware.line_changes import ALL_OFF
from hal.contract import DOOR
from tests.rigs.pump import (
    ACTIVE,
    HOUR_MS,
    MINUTE_MS,
    PL_PER_STEP,
    UL,
    Bench,
    at_any_tick,
    steps_at,
)
from tests.story.test_rotor import JUMP_STEPS, turn

RATE = 200 * UL
CONC = 2_000_000
LINE = {
    "tubing_pl": 140 * UL,
    "catheter_pl": 132 * UL,
    "holds_tubing_ng_per_ml": CONC,
    "holds_catheter_ng_per_ml": CONC,
}
WITH_DOOR = dict(BOARD, pins=dict(BOARD["pins"], door=20))
SCAN_MS = 30 * MINUTE_MS
RETRY_MS = 13 * MINUTE_MS  # the longest pause between two tries, and the try
BEFORE, DURING, AFTER = 0, 1, 2  # the field


# trace: S17.4
@at_any_tick
def test_motion_with_the_head_open_leaves_a_line_that_nobody_knows_until_it_is_confirmed():
    bench = Bench(RATE, line=LINE, board=WITH_DOOR)
    bench.run_for(hours=1)
    bench.ok("stop")
    bench.press(DOOR)
    bench.run_for(minutes=1)
    assert bench.status()["line"] == [[272 * UL, CONC]]  # open, and not turned
    turn(bench, 500)
    bench.run_for(s=5)
    (told,) = bench.events("TURNED")
    assert told.b == 1
    assert [(e.a, e.b) for e in bench.events("LINE_STATED")] == [(0, ALL_OFF)]
    assert bench.status()["line"] == [[272 * UL, None]]
    assert "OVER_DELIVERY" not in bench.alarms()
    bench.press(DOOR, False)
    bench.ok("start")
    assert bench.send("bolus", volume_pl=UL, duration_ms=60_000)["reason"] == "LINE_MIXED"
    bench.ok("stop")
    bench.ok("line_confirmed", holds_ng_per_ml=CONC)
    assert bench.status()["line"] == [[272 * UL, CONC]]
    bench.ok("start")
    bench.ok("bolus", volume_pl=UL, duration_ms=60_000)


@at_any_tick
def test_motion_with_the_head_closed_leaves_the_line_known():
    bench = Bench(RATE, line=LINE, board=WITH_DOOR)
    bench.run_for(hours=1)
    bench.ok("stop")
    turn(bench, JUMP_STEPS + 100)
    bench.run_for(s=5)
    assert bench.status()["line"] == [[272 * UL, CONC]]
    assert bench.events("LINE_STATED") == []


# trace: S5.1, S17.5
@at_any_tick
def test_unexplained_steps_stand_beside_the_emitted_ones_and_the_caps_count_both():
    bench = Bench(RATE, limits={"max_dose_24h_ng": 20_000})
    bench.run_for(hours=1)
    bench.ok("stop")
    emitted = bench.status()["emitted_steps"]
    turn(bench, JUMP_STEPS + 300)
    bench.run_for(s=5)
    status = bench.status()
    unexplained = status["unexplained_steps"]
    assert status["emitted_steps"] == emitted and unexplained in (300, 301)
    assert sum(status["by_source"].values()) == emitted
    bench.ok("start")
    bench.run_for(hours=2)
    # The cap is 3200 steps: what turned has taken its part of them.
    most = 20_000 * 10**9 // (PL_PER_STEP * CONC)
    assert bench.emitted() + unexplained <= most


# trace: S17.1
@at_any_tick
def test_a_rotor_ahead_for_less_than_two_seconds_is_no_over_delivery():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    turn(bench, 100)
    bench.run_for(ms=1500)
    turn(bench, -100)
    bench.run_for(minutes=30)
    assert bench.state() == "INFUSING" and bench.raised("OVER_DELIVERY") == []


# trace: S17.1
@at_any_tick
def test_a_rotor_ahead_for_two_seconds_and_three_readings_is_over_delivery():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    turn(bench, 100)
    bench.run_for(s=10)
    for _ in range(4):
        bench.run_for(s=1)
    assert list(bench.pump.state.faults) == [states.BY_OVER_DELIVERY]


class Order:
    """A field of half an hour, and when the session and the alarm open: before it, in it, or after
    it. Both stay open.
    """

    def __init__(self, recovers_ms, session, alarm):
        self.bench = bench = Bench(RATE)
        bench.run_for(minutes=10)
        self._session, self._alarm = session, alarm
        self._asks = False
        self._comes(BEFORE)
        field_ms = bench.now_ms()
        bench.fault("magnet", SCAN_MS, encoder="silent", recovers_after_ms=recovers_ms)
        self._run(minutes=15)
        self._comes(DURING)
        self._run(minutes=16)
        self._comes(AFTER)
        self.free_ms = field_ms + SCAN_MS + recovers_ms
        self._run(minutes=(self.free_ms + 2 * RETRY_MS - bench.now_ms()) // MINUTE_MS)

    def _comes(self, when):
        if self._session == when:
            self._asks = True
            self.bench.ok("hello")
        if self._alarm == when:
            self.bench.fault("supply_dip", to_mv=4000)
            self.bench.step()
            assert "SUPPLY_LOW" in self.bench.alarms(ACTIVE)

    def _run(self, minutes):
        """While a session is open it asks and asks."""
        while minutes > 0:
            self.bench.run_for(minutes=min(minutes, 10))
            self._forget()
            minutes -= 10
            if self._asks:
                self.bench.ok("status")

    def _forget(self):
        """A day of tries brings more events than the heap of a board holds."""
        told = self.bench.events("ALARM_RAISED", "STALL_RECOVERED", "STATE")
        self.bench.far_end.events[:] = [e for e in told if e.code != STATE or e.a == states.FAULT]

    def judge(self):
        """One stall, one recovery by itself, no fault, and nothing unexplained or caught up."""
        bench = self.bench
        assert len(bench.raised("MOTOR_STALL")) == 1
        (recovery,) = bench.events("STALL_RECOVERED")
        assert self.free_ms <= recovery.at_ms <= self.free_ms + RETRY_MS
        assert bench.state() == "INFUSING"
        assert [e.a for e in bench.events("STATE") if e.a == states.FAULT] == []
        assert bench.raised("OVER_DELIVERY") == []
        assert bench.status()["unexplained_steps"] == 0
        assert bench.plant.rotor_steps <= steps_at(RATE, bench.now_ms()) + 1
        assert "SUPPLY_LOW" in bench.alarms(ACTIVE)


def orders_with(recovers_ms):
    for session in (BEFORE, DURING, AFTER):
        for alarm in (BEFORE, DURING, AFTER):
            Order(recovers_ms, session, alarm).judge()


# trace: 2008 stall in a magnetic field, S17.9
def test_a_field_with_a_session_and_an_alarm_in_every_order_ends_in_recovery_at_once():
    orders_with(0)


def test_a_field_with_a_session_and_an_alarm_in_every_order_ends_in_recovery_hours_later():
    orders_with(3 * HOUR_MS)


def test_a_field_with_a_session_and_an_alarm_in_every_order_ends_in_recovery_a_day_later():
    orders_with(24 * HOUR_MS)
