"""Conditions: which alarm holds, and what the pump does at once because of it.

`guard` runs before planning and may stop the pump; `look` runs at the end of a pass and tells the
alarms. Numbers, names, priorities and hints stand in alarm_table.py.
"""

from firmware import states
from firmware.alarms import alarm_table as alarm
from firmware.alarms.signals import MAX_PAUSE_MS
from firmware.alarms.under_delivery import UnderDelivery
from firmware.units import LONGEST_WAIT_MS
from hal import contract

SUPPLY_HYSTERESIS_MV = 100

# The conditions that a state is by itself
_OF_STATE = {
    states.STOPPED: 0,
    states.INFUSING: 0,
    states.STALLED: 1 << alarm.MOTOR_STALL,
    states.EMPTY: 1 << alarm.EMPTY_RESERVOIR,
    states.FAULT: 0,
}


class Conditions:
    """Reads the pump's parts and inputs; pump.alarms keeps what is signalled. cause: the reset
    cause at boot.
    """

    def __init__(self, pump, cause):
        self._pump = pump
        self._alarms = pump.alarms
        self._hal = pump.hal
        limits, head = pump.config["limits"], pump.config["head"]
        self._stopped_limit_ms = limits["stopped_limit_s"] * 1000
        self._supply_min_mv = limits["supply_min_mv"]
        self._supply_limit_mv = self._supply_min_mv  # higher while the alarm is on
        self._under = UnderDelivery(
            head["pl_per_rev"], head["steps_per_rev"], pump.rotor.resolution_steps
        )
        self._has_level = pump.hal.inputs.present & contract.LEVEL_LOW != 0
        self._inputs = 0
        self._sensed = False
        self._infusing = False
        self._evidence = (
            0,
            0,
        )  # (steps emitted, steps sensed or permitted) of the last stall or excess
        self._driver_trouble = contract.DRIVER_SOUND
        self._supply_mv = None
        now_ms = pump.hal.clock.now_ms()
        if cause != contract.POWER_ON and cause != contract.INTENDED_RESET:
            self._moment(alarm.RESET_UNEXPECTED, now_ms, cause, contract.POWER_ON)
        self._faults = (
            0 if pump.config_error is None else 1 << alarm.BAD_CONFIGURATION
        )  # hold until reset_fault

    def _moment(self, code, now_ms, measured, limit):
        """A condition that is over as soon as it is told; its latch keeps the signal."""
        self._alarms.update(code, True, now_ms, measured, limit)
        self._alarms.update(code, False, now_ms)

    def note_underrun(self, now_ms, missed_steps):
        self._moment(alarm.UNDERRUN, now_ms, missed_steps, 0)

    def forget_fault(self):
        """reset_fault: the conditions that hold as long as the fault does are over."""
        self._faults = 0

    def guard(self, now_ms):
        """Inputs and monitor: stop what must not go on."""
        pump = self._pump
        inputs = self._hal.inputs.read()
        if inputs != self._inputs:
            self._edges(inputs, now_ms)
        if inputs & contract.OCCLUSION and pump.state != states.FAULT:
            pump.fault(now_ms, states.BY_OCCLUSION)
        if inputs & contract.DOOR:
            pump.stop(now_ms, states.BY_DOOR)
        if pump.delivery.active:
            self._guard_run(now_ms, pump.ledger.driver_steps)
        else:
            self._guard_rest(now_ms)

    def _guard_run(self, now_ms, emitted):
        """Does the rotor follow, are there no more pulses than permitted, is the driver well?"""
        pump = self._pump
        lag = pump.rotor.lag(emitted)
        if lag is not None:
            self._evidence = lag
            pump.stalled(now_ms)
            return
        excess = pump.delivery.budget.excess(now_ms, emitted)
        if excess is not None:
            self.over_delivery(now_ms, excess)
            return
        trouble = self._hal.driver.trouble()
        if trouble:
            self._driver_trouble = trouble
            self._faults |= 1 << alarm.DRIVER_FAULT
            pump.fault(now_ms, states.BY_DRIVER)

    def _guard_rest(self, now_ms):
        """At rest nothing is permitted: each pulse is one too many, and goes into the books."""
        emitted = self._hal.driver.emitted()
        stray = emitted - self._pump.ledger.driver_steps
        if stray:
            self._pump.ledger.settle(emitted)
            self._pump.windows.count(-self._pump.ledger.miss(), now_ms)
            self.over_delivery(now_ms, (stray, 0))

    def over_delivery(self, now_ms, evidence):
        """(steps emitted, steps permitted): fault."""
        self._evidence = evidence
        self._faults |= 1 << alarm.OVER_DELIVERY
        self._pump.fault(now_ms, states.BY_OVER_DELIVERY)

    def _edges(self, inputs, now_ms):
        new = inputs & ~self._inputs
        self._inputs = inputs
        if new & contract.BUTTON and self._alarms.sounds():
            self._alarms.pause_audio(MAX_PAUSE_MS, now_ms)

    def look(self, now_ms):
        """Tell the alarms what holds now; return when something could change by itself, ms."""
        holds = self._holds(now_ms)
        if holds != self._alarms.active:
            self._tell(holds, now_ms)
        next_ms = now_ms + LONGEST_WAIT_MS
        if self._alarms.sound_again_ms is not None or self._alarms.remind_ms is not None:
            next_ms = min(next_ms, self._alarms.poll(now_ms) or next_ms)
        if self._pump.state == states.STOPPED and not holds >> alarm.STOPPED_TOO_LONG & 1:
            next_ms = min(next_ms, self._pump.state_since_ms + self._stopped_limit_ms)
        return next_ms

    def _tell(self, holds, now_ms):
        """Tell the alarms about each condition that has begun or ended."""
        for code in alarm.TABLE:
            if (holds ^ self._alarms.active) >> code & 1:
                measured, limit = self._values(code, now_ms)
                self._alarms.update(code, holds >> code & 1 == 1, now_ms, measured, limit)
        self._supply_limit_mv = (
            self._supply_min_mv + (holds >> alarm.SUPPLY_LOW & 1) * SUPPLY_HYSTERESIS_MV
        )

    def _holds(self, now_ms):
        """The bits of all alarm conditions that hold now. Runs in every pass: plain comparisons
        only.
        """
        pump = self._pump
        holds = self._faults | _OF_STATE[pump.state] | self._reservoir_holds()
        if self._inputs:
            holds |= self._input_holds()
        if now_ms - pump.state_since_ms >= self._stopped_limit_ms and self._rests_unheard(
            holds, now_ms
        ):
            holds |= 1 << alarm.STOPPED_TOO_LONG
        infusing = pump.state == states.INFUSING or pump.state == states.STALLED
        if infusing and pump.wall_clock.unset and pump.demand.program.needs_clock:
            holds |= 1 << alarm.CLOCK_UNSET
        if pump.rotor.dead:
            holds |= 1 << alarm.MOTION_SENSOR
        if pump.delivery.capped:
            holds |= 1 << alarm.DOSE_CAP
        self._supply_mv = self._hal.power.supply_mv()
        if self._supply_mv is not None and self._supply_mv < self._supply_limit_mv:
            holds |= 1 << alarm.SUPPLY_LOW
        if self._delivers_too_little(now_ms, infusing):
            holds |= 1 << alarm.UNDER_DELIVERY
        return holds

    def _rests_unheard(self, holds, now_ms):
        """STOPPED; or FAULT, when nothing HIGH says so any more and nobody has acknowledged
        anything for as long.
        """
        if self._pump.state == states.FAULT:
            if now_ms - self._alarms.heard_ms < self._stopped_limit_ms:
                return False
            others = (holds | self._alarms.active | self._alarms.latched) & ~(
                1 << alarm.STOPPED_TOO_LONG
            )
            return self._alarms.highest(others) < alarm.HIGH
        return self._pump.state == states.STOPPED

    def _input_holds(self):
        holds = 0
        if self._inputs & contract.OCCLUSION:
            holds |= 1 << alarm.OCCLUSION
        if self._inputs & contract.DOOR:
            holds |= 1 << alarm.DOOR_OPEN
        return holds

    def _reservoir_holds(self):
        """LOW_RESERVOIR by the books; LEVEL_DISAGREES where they and the level switch are too far
        apart.
        """
        reservoir = self._pump.reservoir
        emitted_pl = self._pump.ledger.total_pl()
        low = emitted_pl >= reservoir.low_at_pl
        if not low and not self._inputs:
            return 0
        switched = self._inputs & contract.LEVEL_LOW != 0
        holds = 1 << alarm.LOW_RESERVOIR if low else 0
        if switched != low and self._has_level and reservoir.disagrees(emitted_pl, switched):
            holds |= 1 << alarm.LEVEL_DISAGREES
        return holds

    def _delivers_too_little(self, now_ms, infusing):
        """Compare what moved with what is wanted; while a cap holds the rate down, with what is
        permitted.
        """
        delivery = self._pump.delivery
        if infusing != self._infusing or self._pump.rotor.sensed != self._sensed:
            self._infusing = infusing
            self._sensed = self._pump.rotor.sensed
            self._under.begin(now_ms, self._moved_steps())
        rate = delivery.permitted_pl_per_day if delivery.active else delivery.wanted(now_ms)
        if infusing and (rate != self._under.rate_pl_per_day or now_ms >= self._under.due_ms):
            self._under.want(now_ms, rate, self._moved_steps())
        return self._under.under

    def _moved_steps(self):
        return self._pump.rotor.moved_steps(self._pump.ledger.driver_steps)

    def _values(self, code, now_ms):
        """(measured, limit) of a condition that begins: what the alarm's hint has to say."""
        pump = self._pump
        left_pl = pump.reservoir.left_pl(pump.ledger.total_pl())
        if code == alarm.MOTOR_STALL or code == alarm.OVER_DELIVERY:
            return self._evidence
        if code == alarm.EMPTY_RESERVOIR:
            return left_pl, pump.reservoir.empty_pl
        if code == alarm.LOW_RESERVOIR or code == alarm.LEVEL_DISAGREES:
            return left_pl, pump.reservoir.low_pl
        if code == alarm.STOPPED_TOO_LONG:
            return (now_ms - pump.state_since_ms) // 1000, self._stopped_limit_ms // 1000
        if code == alarm.UNDER_DELIVERY:
            return self._under.moved_steps, self._under.wanted_steps
        if code == alarm.DRIVER_FAULT:
            return self._driver_trouble, contract.DRIVER_SOUND
        if code == alarm.SUPPLY_LOW:
            return self._supply_mv, self._supply_min_mv
        if code == alarm.DOSE_CAP:
            return pump.delivery.cap_values(now_ms)
        return 0, 0
