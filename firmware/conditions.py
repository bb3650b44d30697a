"""Conditions: which alarm holds, and what the pump does at once because of it.

`guard` runs before planning and may stop the pump; `look` runs at the end of a pass and tells the alarms.
Numbers, names, priorities and hints stand in alarm_table.py.
"""

from firmware import alarm_table as alarm
from firmware import states
from firmware.gate import DOSE_CAP_1H
from firmware.under_delivery import UnderDelivery
from hal import contract

FOREVER_MS = 290_000
SUPPLY_HYSTERESIS_MV = 100


class Conditions:
    """Reads the pump's parts and inputs; pump.alarms keeps what is signalled. cause: the reset cause at boot."""

    def __init__(self, pump, cause):
        self._pump = pump
        self._alarms = pump.alarms
        self._hal = pump.hal
        limits, head = pump.config["limits"], pump.config["head"]
        self._stopped_limit_ms = limits["stopped_limit_s"] * 1000
        self._supply_min_mv = limits["supply_min_mv"]
        self._under = UnderDelivery(head["pl_per_rev"], head["steps_per_rev"])
        self._has_level = pump.hal.inputs.present & contract.LEVEL_LOW != 0
        self._underruns = pump.hal.driver.underruns()
        self._inputs = 0
        self._sensed = False
        self._infusing = False
        self._capped = False
        self._rate_pl_per_day = 0
        now_ms = pump.hal.clock.now_ms()
        if cause != contract.POWER_ON and cause != contract.INTENDED_RESET:
            self._moment(alarm.RESET_UNEXPECTED, now_ms, cause, contract.POWER_ON)
        self._alarms.update(alarm.BAD_CONFIGURATION, pump.config_error is not None, now_ms)

    def _moment(self, code, now_ms, measured, limit):
        """A condition that is over as soon as it is told; its latch keeps the signal."""
        self._alarms.update(code, True, now_ms, measured, limit)
        self._alarms.update(code, False, now_ms)

    def underran(self):
        return self._hal.driver.underruns() != self._underruns

    def note_underrun(self, now_ms, missed_steps):
        self._underruns = self._hal.driver.underruns()
        self._moment(alarm.UNDERRUN, now_ms, missed_steps, 0)

    def over_delivery(self, now_ms, emitted_steps):
        """(emitted, permitted) steps of the run if the monitor's budget is exceeded, else None."""
        return self._pump.delivery.budget.excess(now_ms, emitted_steps)

    def forget_fault(self):
        """reset_fault: the conditions that hold as long as the fault does are over."""
        self._alarms.update(alarm.OVER_DELIVERY, False, self._hal.clock.now_ms())

    def guard(self, now_ms):
        """Inputs and monitor: stop what must not go on."""
        pump = self._pump
        inputs = self._hal.inputs.read()
        if inputs != self._inputs:
            self._edges(inputs, now_ms)
        if inputs & contract.OCCLUSION and pump.state != states.FAULT:
            pump.fault(now_ms, states.BY_OCCLUSION)
        if inputs & contract.DOOR and pump.delivery.active:
            pump.stop(now_ms, states.BY_DOOR)
        if not pump.delivery.active:
            return
        emitted = pump.ledger.driver_steps
        lag = pump.rotor.lag(emitted)
        if lag is not None:
            self._alarms.update(alarm.MOTOR_STALL, True, now_ms, lag[0], lag[1])
            pump.stalled(now_ms)
            return
        excess = self.over_delivery(now_ms, emitted)
        if excess is not None:
            self._alarms.update(alarm.OVER_DELIVERY, True, now_ms, excess[0], excess[1])
            pump.fault(now_ms, states.BY_OVER_DELIVERY)

    def _edges(self, inputs, now_ms):
        new = inputs & ~self._inputs
        self._inputs = inputs
        if new & contract.BUTTON and not self._alarms.audio_paused():
            self._alarms.pause_audio(60_000, now_ms)

    def look(self, now_ms):
        """Tell the alarms what holds now; return when one could change by itself, ms."""
        pump, alarms, state = self._pump, self._alarms, self._pump.state
        infusing = state == states.INFUSING or state == states.STALLED
        alarms.update(alarm.MOTOR_STALL, state == states.STALLED, now_ms)
        alarms.update(alarm.OCCLUSION, self._inputs & contract.OCCLUSION != 0, now_ms)
        alarms.update(alarm.DOOR_OPEN, self._inputs & contract.DOOR != 0, now_ms)
        alarms.update(alarm.CLOCK_UNSET, infusing and pump.demand.program.needs_clock and pump.wall_clock.wall_ms(now_ms) is None, now_ms)
        alarms.update(alarm.MOTION_SENSOR, pump.rotor.dead, now_ms)
        self._look_at_doses(now_ms)
        self._look_at_reservoir(now_ms)
        self._look_at_supply(now_ms)
        self._look_at_delivery(now_ms, infusing)
        next_ms = alarms.poll(now_ms)
        next_ms = now_ms + FOREVER_MS if next_ms is None else next_ms
        return min(next_ms, self._look_at_rest(now_ms))

    def _look_at_doses(self, now_ms):
        pump = self._pump
        capped = pump.delivery.active and pump.delivery.capped()
        if capped != self._capped:
            self._capped = capped
            hourly = pump.delivery.reason == DOSE_CAP_1H
            ring = pump.windows.hour if hourly else pump.windows.day
            limits = pump.delivery.limits
            limit = limits.max_dose_1h_ng if hourly else limits.max_dose_24h_ng
            self._alarms.update(alarm.DOSE_CAP, capped, now_ms, ring.total_ng(now_ms), limit or 0)

    def _look_at_reservoir(self, now_ms):
        pump, alarms, reservoir = self._pump, self._alarms, self._pump.reservoir
        emitted_pl = pump.ledger.total_pl()
        left_pl = reservoir.left_pl(emitted_pl)
        alarms.update(alarm.LOW_RESERVOIR, left_pl <= reservoir.low_pl, now_ms, left_pl, reservoir.low_pl)
        alarms.update(alarm.EMPTY_RESERVOIR, pump.state == states.EMPTY, now_ms, left_pl, reservoir.empty_pl)
        if self._has_level:
            differs = reservoir.disagrees(emitted_pl, self._inputs & contract.LEVEL_LOW != 0)
            alarms.update(alarm.LEVEL_DISAGREES, differs, now_ms, left_pl, reservoir.low_pl)

    def _look_at_supply(self, now_ms):
        supply_mv = self._hal.power.supply_mv()
        if supply_mv is None:
            return
        low = self._alarms.active >> alarm.SUPPLY_LOW & 1
        limit_mv = self._supply_min_mv + low * SUPPLY_HYSTERESIS_MV
        self._alarms.update(alarm.SUPPLY_LOW, supply_mv < limit_mv, now_ms, supply_mv, self._supply_min_mv)

    def _look_at_delivery(self, now_ms, infusing):
        """Compare what moved with what is wanted; while the cap holds the rate down, with what is permitted."""
        pump, under = self._pump, self._under
        moved = pump.rotor.moved_steps(pump.ledger.driver_steps)
        if not infusing:
            under.reset(now_ms, moved)
        elif pump.rotor.sensed != self._sensed or not self._infusing:
            under.begin(now_ms, moved)
        else:
            under.want(now_ms, self._rate_pl_per_day, moved)
        self._infusing = infusing
        self._sensed = pump.rotor.sensed
        self._rate_pl_per_day = pump.delivery.permitted_pl_per_day if pump.delivery.active else pump.delivery.wanted(now_ms)
        self._alarms.update(alarm.UNDER_DELIVERY, under.under, now_ms, under.moved_steps, under.wanted_steps)

    def _look_at_rest(self, now_ms):
        """A pump that is stopped for too long; when that would be."""
        pump = self._pump
        stopped = pump.state == states.STOPPED
        due_ms = pump.state_since_ms + self._stopped_limit_ms
        late = stopped and now_ms >= due_ms
        self._alarms.update(alarm.STOPPED_TOO_LONG, late, now_ms, (now_ms - pump.state_since_ms) // 1000, self._stopped_limit_ms // 1000)
        return due_ms if stopped and not late else now_ms + FOREVER_MS
