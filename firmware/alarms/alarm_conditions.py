"""Conditions: which alarm holds now, and with which values.

    next_ms = conditions.look(now_ms)

It reads the pump's parts, hands the level switch to the books, and reports what holds to the alarms
(signals.py). What stops the pump is in guard/safety.py. Numbers, names, priorities and hints stand
in alarm_table.py.
"""

from firmware import states
from firmware.alarms import alarm_table as alarm
from firmware.alarms.reservoir_conditions import ReservoirConditions
from firmware.alarms.under_delivery import UnderDelivery
from firmware.books.level_switch import STUCK_MS
from firmware.units import MS_PER_MIN
from hal import contract

SUPPLY_HYSTERESIS_MV = 100

# The alarm conditions that follow from a state alone
_OF_STATE = {
    states.STOPPED: 0,
    states.INFUSING: 0,
    states.STALLED: 1 << alarm.MOTOR_STALL,
    states.EMPTY: 1 << alarm.EMPTY_RESERVOIR,
    states.FAULT: 0,
}
# (why the pump is in FAULT, the alarm that holds until reset_fault). Occlusion has a switch.
_OF_FAULT = (
    (states.BY_OVER_DELIVERY, alarm.OVER_DELIVERY),
    (states.BY_CONFIGURATION, alarm.BAD_CONFIGURATION),
    (states.BY_DRIVER, alarm.DRIVER_FAULT),
    (states.BY_MEMORY, alarm.BOOKS_LOST),
)


class Conditions:
    """alarms: the Alarms to report to. hal: its supply and its list of inputs are read; settings:
    in force now; all others: the pump's parts of these names.
    """

    def __init__(
        self,
        alarms,
        hal,
        settings,
        state,
        safety,
        books,
        delivery,
        demand,
        wall_clock,
        rotor,
        forecast,
        revision,
    ):
        self._alarms = alarms
        self._power = hal.power
        self._of_reservoir = ReservoirConditions(
            alarms, hal.inputs, safety, books, forecast, revision
        )
        self._state = state
        self._safety = safety
        self._reservoir = books.reservoir
        self._ledger = books.ledger
        self._delivery = delivery
        self._demand = demand
        self._wall_clock = wall_clock
        self._rotor = rotor
        self._sensed = False
        self._infusing = False
        self._supply_mv = None
        self._supply_min_mv = None
        self.adopt_epoch(settings.epoch)
        self.adopt(settings)

    def adopt(self, settings):
        """Other settings are in force."""
        self._stopped_limit_ms = settings.stopped_limit_ms
        if settings.supply_min_mv != self._supply_min_mv:
            self._supply_min_mv = settings.supply_min_mv
            self._supply_limit_mv = settings.supply_min_mv  # higher while the alarm is on

    def adopt_epoch(self, epoch):
        """Steps mean another volume from here on."""
        self._under = UnderDelivery(epoch, self._rotor.resolution_steps)

    def look(self, now_ms):
        """Report to the alarms what holds now; return the instant of the next look, ms."""
        alarms, state = self._alarms, self._state
        holds = self._holds(now_ms)
        if holds != alarms.active:
            self._report(holds, now_ms)
        next_ms = self._of_reservoir.next_look_ms(holds, now_ms)
        if alarms.due_ms is not None:
            next_ms = min(next_ms, alarms.poll(now_ms) or next_ms)
        if state.now == states.STOPPED and not _is_set(holds, alarm.STOPPED_TOO_LONG):
            next_ms = min(next_ms, state.since_ms + self._stopped_limit_ms)
        return next_ms

    def _report(self, holds, now_ms):
        """Report each condition that has begun or ended."""
        changed = holds ^ self._alarms.active
        for code in alarm.CODES:
            if _is_set(changed, code):
                measured, limit = self._values(code, now_ms)
                self._alarms.update(code, _is_set(holds, code), now_ms, measured, limit)
        self._supply_limit_mv = self._supply_min_mv
        if _is_set(holds, alarm.SUPPLY_LOW):
            self._supply_limit_mv += SUPPLY_HYSTERESIS_MV

    def _holds(self, now_ms):
        """The bits of all alarm conditions that hold now. Runs in every pass: plain comparisons
        only.
        """
        state = self._state
        holds = _OF_STATE[state.now]
        emitted_pl = self._ledger.total_pl()
        if self._safety.inputs:
            holds |= self._input_holds()
        if self._safety.inputs or emitted_pl >= self._reservoir.look_at_pl:
            holds |= self._of_reservoir.holds(emitted_pl, now_ms)
        infusing = state.now == states.INFUSING or state.now == states.STALLED
        if not infusing:
            holds |= self._rest_holds(holds, now_ms)
        if infusing and self._wall_clock.unset and self._demand.program.needs_clock:
            holds |= 1 << alarm.CLOCK_UNSET
        if self._rotor.dead:
            holds |= 1 << alarm.MOTION_SENSOR
        if self._delivery.capped:
            holds |= 1 << alarm.DOSE_CAP
        self._supply_mv = self._power.supply_mv()
        if self._supply_mv is not None and self._supply_mv < self._supply_limit_mv:
            holds |= 1 << alarm.SUPPLY_LOW
        if self._delivers_too_little(now_ms, infusing):
            holds |= 1 << alarm.UNDER_DELIVERY
        return holds

    def _rest_holds(self, holds, now_ms):
        """What holds only while no therapy is given."""
        if self._state.faults:
            holds |= self._fault_holds()
        resting_ms = now_ms - self._state.since_ms
        if resting_ms >= self._stopped_limit_ms and self._rests_unheard(holds, now_ms):
            holds |= 1 << alarm.STOPPED_TOO_LONG
        return holds

    def _rests_unheard(self, holds, now_ms):
        """True in STOPPED. In FAULT, true only if no other HIGH alarm is signalled and nothing was
        acknowledged within the limit: an unattended fault must become audible again.
        """
        alarms = self._alarms
        if self._state.now == states.FAULT:
            if now_ms - alarms.heard_ms < self._stopped_limit_ms:
                return False
            signalled = holds | alarms.active | alarms.latched
            others = signalled & ~(1 << alarm.STOPPED_TOO_LONG)
            return alarms.highest(others) < alarm.HIGH
        return self._state.now == states.STOPPED

    def _fault_holds(self):
        holds = 0
        for why, code in _OF_FAULT:
            if why in self._state.faults:
                holds |= 1 << code
        return holds

    def _input_holds(self):
        holds = 0
        if self._safety.inputs & contract.OCCLUSION:
            holds |= 1 << alarm.OCCLUSION
        if self._safety.inputs & contract.DOOR:
            holds |= 1 << alarm.DOOR_OPEN
        return holds

    def _delivers_too_little(self, now_ms, infusing):
        """True if less moved than was wanted, or, while a cap holds the rate down, permitted."""
        under = self._under
        if infusing != self._infusing or self._rotor.sensed != self._sensed:
            self._infusing = infusing
            self._sensed = self._rotor.sensed
            under.begin(now_ms, self._moved_steps())
        if infusing:
            rate = self._delivery.permitted_pl_per_day
            if not self._delivery.active:
                rate = self._demand.wanted_pl_per_day(now_ms)
            if rate != under.rate_pl_per_day or now_ms >= under.due_ms:
                under.want(now_ms, rate, self._moved_steps())
        return under.under

    def _moved_steps(self):
        return self._rotor.moved_steps(self._ledger.driver_steps)

    def _values(self, code, now_ms):
        """(measured, limit) of a condition that begins, for the hint of its alarm."""
        state, reservoir = self._state, self._reservoir
        left_pl = reservoir.left_pl(self._ledger.total_pl())
        if code == alarm.MOTOR_STALL:
            return state.stall
        for why, alarm_code in _OF_FAULT:
            if code == alarm_code:
                return state.faults.get(why, (0, 0))
        if code == alarm.EMPTY_RESERVOIR:
            return reservoir.least_left_pl(self._ledger.total_pl()), reservoir.empty_pl
        if code == alarm.LEVEL_STUCK:
            return reservoir.level.minutes_since_fill(now_ms), STUCK_MS // MS_PER_MIN
        if code == alarm.LOW_RESERVOIR or code == alarm.LEVEL_DISAGREES:
            return left_pl, reservoir.low_pl
        if code == alarm.STOPPED_TOO_LONG:
            return (now_ms - state.since_ms) // 1000, self._stopped_limit_ms // 1000
        if code == alarm.UNDER_DELIVERY:
            return self._under.moved_steps, self._under.wanted_steps
        if code == alarm.SUPPLY_LOW:
            return self._supply_mv, self._supply_min_mv
        if code == alarm.DOSE_CAP:
            return self._delivery.cap_values(now_ms)
        return 0, 0


def _is_set(codes, code):
    """Whether the bit of alarm `code` is set in the bit set `codes`."""
    return codes >> code & 1 == 1
