"""Conditions: which alarm holds now, and with which values.

    next_ms = conditions.look(now_ms)

It reads the pump's parts, hands the level switch to the books, and reports what holds to the alarms
(signals.py). What stops the pump is in guard/safety.py; names and hints are in alarm_table.py.
"""

from firmware import states
from firmware.alarms import alarm_table as alarm
from firmware.alarms import by_state
from firmware.alarms.button import STUCK_MS as BUTTON_STUCK_MS
from firmware.alarms.lowered_rate import LoweredRate
from firmware.alarms.nothing_delivered import NothingDelivered
from firmware.alarms.reservoir_conditions import ReservoirConditions
from firmware.alarms.under_delivery import Deliveries
from firmware.books.level_switch import STUCK_MS
from firmware.books.life import EOS
from firmware.therapy.plan import WAITS
from firmware.units import MS_PER_HOUR, MS_PER_MIN


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
        supply,
        forecast,
        revision,
        memory,
        restart,
        life,
        button,
        plan,
        doses,
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
        self._line = books.line
        self._delivery = delivery
        self._demand = demand
        self._wall_clock = wall_clock
        self._rotor = rotor
        self._supply = supply
        self._memory = memory
        self._restart = restart
        self._life = life
        self._plan = plan
        self._doses = doses
        self._of_state = by_state.OF_STATE
        self._stops = by_state.STOPS
        self._button = button
        self._lowered = LoweredRate()
        self._lowered_by = alarm.UNDER_DELIVERY  # the alarm that a lowered rate is
        self._nothing = NothingDelivered(settings.epoch, state.since_ms)
        self._steps = self._moved_ms = 0  # the count that has left, and by when
        # As of the last look for harm: what was reported, the state, what holds, when to look again
        self._reported = self._was = None
        self._harm = self._harm_due_ms = 0
        self.adopt_epoch(settings.epoch)
        self.adopt(settings)

    def adopt(self, settings):
        """Other settings are in force."""
        self._nothing.adopt(settings.stopped_limit_ms, settings.program.longest_pause_ms)
        self._harm_due_ms = 0
        self._supply.adopt(settings.supply_min_mv)

    def adopt_epoch(self, epoch):
        """Steps mean another volume from here on."""
        self._deliveries = Deliveries(epoch, self._rotor)
        self._nothing.adopt_epoch(epoch)
        self._harm_due_ms = 0

    def seldom_looked_at(self, now_ms):
        """Life, plan, prime or a dose at the tip is another, or a daily sounding begins or ends."""
        life, plan = self._life, self._plan
        codes = self._line.short << alarm.PRIME_INCOMPLETE
        if self._doses.code:
            codes |= 1 << self._doses.code
        if plan.phase == WAITS:
            self._alarms.rest(alarm.PLAN_DUE, not plan.heard(now_ms), now_ms)
            codes |= 1 << alarm.PLAN_DUE
        if life.stage:
            code = alarm.EOS if life.stage == EOS else alarm.ERI
            self._alarms.rest(code, not life.heard(now_ms), now_ms)
            codes |= 1 << code
        # In each state: so no pass has to ask.
        self._of_state = {state: bits | codes for state, bits in sorted(by_state.OF_STATE.items())}
        self._stops = by_state.STOPS | 1 << alarm.EOS if life.stops() else by_state.STOPS

    def look(self, now_ms):
        """Report to the alarms what holds now; return the instant of the next look, ms."""
        alarms = self._alarms
        holds = self._holds(now_ms)
        if holds != alarms.active:
            self._report(holds, now_ms)
        next_ms = self._of_reservoir.next_look_ms(holds, now_ms)
        if self._button.due_ms < next_ms:
            next_ms = self._button.due_ms
        if alarms.due_ms is not None:
            next_ms = min(next_ms, alarms.poll(now_ms) or next_ms)
        delivery = self._delivery
        if self._harm_due_ms < next_ms and (
            self._harm_due_ms < delivery.due_ms or not delivery.active
        ):  # else a pass comes by itself
            next_ms = self._next_harm(now_ms, next_ms)
        return next_ms

    def _next_harm(self, now_ms, next_ms):
        """The instant, up to next_ms, at which the look for harm must not be late."""
        nothing, lowered, deliveries = self._nothing, self._lowered, self._deliveries
        if now_ms < nothing.due_ms < next_ms and self._moved_ms != now_ms:
            next_ms = nothing.due_ms
        if lowered.due_ms < next_ms:
            next_ms = lowered.due_ms
        return deliveries.wake_ms(now_ms, self._ledger.driver_steps, next_ms)

    def _report(self, holds, now_ms):
        """Report each condition that has begun or ended."""
        changed = holds ^ self._alarms.active
        for code in alarm.CODES:
            if _is_set(changed, code):
                measured, limit = self._values(code, now_ms)
                self._alarms.update(code, _is_set(holds, code), now_ms, measured, limit)

    def _holds(self, now_ms):
        """The bits of all alarm conditions that hold now. Runs in every pass: plain comparisons
        only.
        """
        holds = self._of_state[self._state.now]
        # As the ledger has it, without a call.
        drawn_pl = self._ledger.total_pl() + self._ledger.beyond_pl
        if self._safety.inputs:
            holds |= by_state.of_inputs(self._safety.inputs, self._button)
        if self._safety.inputs or drawn_pl >= self._reservoir.look_at_pl:
            holds |= self._of_reservoir.holds(drawn_pl, now_ms)
        if self._state.now == states.INFUSING:
            if self._wall_clock.unset and self._demand.program.needs_clock:
                holds |= 1 << alarm.CLOCK_UNSET
        elif self._state.faults:
            holds |= by_state.of_faults(self._state.faults)
        if self._restart.unconfirmed and self._state.moves():
            holds |= 1 << alarm.RESTART_DOSE
        if self._rotor.dead:
            holds |= 1 << alarm.MOTION_SENSOR
        if not self._memory.well:
            holds |= by_state.of_memory(self._memory)
        supply_mv = self._power.supply_mv()
        if supply_mv is not None and (self._supply.odd or supply_mv < self._supply.limit_mv):
            holds |= self._supply_holds(supply_mv)
        return holds | self._harm_now(now_ms, self._ledger.driver_steps, holds)

    def _harm_now(self, now_ms, steps, holds):
        """What holds of the harm. In nearly every pass steps have left, and nothing else is new."""
        if self._delivery.active:
            now_ms = self._delivery.settled_ms  # the count is of then: this pass may take its time
        if (
            steps != self._steps
            and now_ms < self._harm_due_ms
            and self._delivery.reported is self._reported
            and self._state.now == self._was
            and self._rotor.sensed == self._deliveries.hears
        ):
            self._steps = steps
            self._moved_ms = now_ms
            return self._harm
        return self._harm_holds(now_ms, steps, holds)

    def _supply_holds(self, mv):
        low = self._supply.look(mv)
        if low and _is_set(self._alarms.active, alarm.SUPPLY_LOW):
            self._alarms.worse(alarm.SUPPLY_LOW, self._supply.lowest_mv)
        return low << alarm.SUPPLY_LOW

    def _harm_holds(self, now_ms, steps, holds):
        """What holds if less is delivered than is wanted or permitted."""
        delivery, lowered = self._delivery, self._lowered
        deliveries, nothing = self._deliveries, self._nothing
        if self._was is None:  # the first look: the state may be older than this power-up
            nothing.since(self._state.since_ms)
        self._reported = delivery.reported
        self._was = self._state.now
        infusing = self._was == states.INFUSING
        wanted = short = harm = 0
        if infusing:
            wanted = delivery.wanted_pl_per_day
            short = wanted - delivery.permitted_pl_per_day
        rate = delivery.permitted_pl_per_day if delivery.active else self._wanted_in_stall(now_ms)
        if steps != self._steps:
            self._steps = steps
            self._moved_ms = now_ms
        if short:
            self._lowered_by = alarm.DOSE_CAP if delivery.capped else alarm.UNDER_DELIVERY
        if lowered.look(now_ms, short, self._demand):
            harm = 1 << self._lowered_by
        if deliveries.look(now_ms, rate, steps):
            harm |= 1 << alarm.UNDER_DELIVERY
        too_long = nothing.look(now_ms, infusing, wanted, steps, self._moved_ms)
        self._harm = harm
        self._harm_due_ms = min(lowered.due_ms, deliveries.due_ms, nothing.due_ms)
        if too_long and (infusing or not self._is_told(holds)):
            harm |= 1 << alarm.NOTHING_DELIVERED
        return harm

    def _wanted_in_stall(self, now_ms):
        """What the resting pump ought to deliver, pL/day; None where it is not to."""
        stalled = self._state.now == states.STALLED
        return self._demand.wanted_pl_per_day(now_ms) if stalled else None

    def _is_told(self, holds):
        """Is another HIGH alarm signalled for this stop, and NOTHING_DELIVERED not yet?"""
        alarms = self._alarms
        if _is_set(alarms.active, alarm.NOTHING_DELIVERED):
            return False
        stops = (holds | alarms.active | alarms.latched) & self._stops
        return alarms.highest(stops) == alarm.HIGH  # an interruption that was resumed is less

    def _values(self, code, now_ms):
        """(measured, limit) of a condition that begins, for the hint of its alarm."""
        state, reservoir = self._state, self._reservoir
        left_pl = reservoir.left_pl(self._ledger.drawn_pl())
        if code == alarm.MOTOR_STALL:
            return state.stall
        if code == alarm.STORE_FAILED:
            return self._memory.grace_ms // MS_PER_HOUR, 0
        if code in by_state.WHY_FAULT:
            return state.faults.get(by_state.WHY_FAULT[code], (0, 0))
        if code == alarm.STORE_WORN:
            return self._memory.sound_sectors, by_state.SOUND_SECTORS
        if code == alarm.EMPTY_RESERVOIR:
            return reservoir.least_left_pl(self._ledger.drawn_pl()), reservoir.empty_pl
        if code == alarm.LEVEL_STUCK:
            return reservoir.level.minutes_since_fill(now_ms), STUCK_MS // MS_PER_MIN
        if code == alarm.LOW_RESERVOIR or code == alarm.LEVEL_DISAGREES:
            return left_pl, reservoir.low_pl
        if code == alarm.NOTHING_DELIVERED:
            return self._nothing.values(now_ms)
        if code == alarm.UNDER_DELIVERY:
            return self._under_values()
        if code == alarm.SUPPLY_LOW:
            return self._supply.lowest_mv, self._supply.min_mv
        if code == alarm.BUTTON_STUCK:
            return self._button.held_for_s(now_ms), BUTTON_STUCK_MS // 1000
        if code == alarm.STOP_INPUT:
            return self._button.stopped_for_s(now_ms), BUTTON_STUCK_MS // 1000
        if code == alarm.RESTART_DOSE:
            return self._demand.held_and_asked(now_ms)
        if code == alarm.ERI or code == alarm.EOS:
            return self._life.revs(), self._life.tube_revs or 0
        if code == alarm.OVER_DOSE or code == alarm.UNDER_DOSE:
            return self._doses.off()
        if code == alarm.PLAN_DUE:
            return self._plan.due_of()
        if code == alarm.PRIME_INCOMPLETE:
            return self._line.missing
        if code == alarm.DOSE_CAP:
            return self._delivery.cap_values(now_ms)
        return 0, 0

    def _under_values(self):
        """Steps moved and wanted in the window closed last, or those of a day at a lowered rate."""
        if self._deliveries.under:
            return self._deliveries.values
        epoch, delivery = self._ledger.epoch, self._delivery
        return (
            delivery.permitted_pl_per_day * epoch.steps_per_rev // epoch.pl_per_rev,
            delivery.wanted_pl_per_day * epoch.steps_per_rev // epoch.pl_per_rev,
        )


def _is_set(codes, code):
    """Whether the bit of alarm `code` is set in the bit set `codes`."""
    return codes >> code & 1 == 1
