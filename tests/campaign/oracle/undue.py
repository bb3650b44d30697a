"""Alarms that have no cause are false: each alarm names what may have brought it."""

from host_sim.judge.doses import bolus_pl, in_rates
from tests.campaign import staging
from tests.campaign.oracle import words
from tests.campaign.oracle.history import DAY_MS
from tests.campaign.oracle.programs import highest
from tests.campaign.oracle.restarts import unconfirmed

HOUR_MS = 3_600_000
SENSOR = ("encoder_dead", "sensor_stuck")  # a single wrong reading is no cause of anything
LOSSES = ("stall", "step_loss", "driver_off", "driver_reset", *SENSOR)
MOTION = 2  # of the likely causes of a wrong dose
EXCESS = ("slip", "runaway", "overturns", "turned", *SENSOR)


def _before(history, view, ms, kinds):
    """Has one of these begun by then, in this power-up or one before?"""
    for earlier in history.views[: view.number]:
        if earlier.had(*kinds):
            return True
    return any(begin <= ms for begin, _, _ in view.mishaps(*kinds))


def _switch(column):
    def active(history, view, event):
        return any(row[column] and row[0] <= event.at_ms for row in view.life.inputs)

    return active


def _after(*kinds):
    return lambda history, view, event: _before(history, view, event.at_ms, kinds)


def _capped(history, view, event):
    """Could the highest program and the boluses together reach a cap at all?"""
    if _before(history, view, event.at_ms, EXCESS):
        return True  # motion without pulses counts as dose
    limits = history.limits
    conc = history.config["drug"]["conc_ng_per_ml"]
    sent = [c.payload for one in history.views for c in one.commands if isinstance(c.payload, dict)]
    programs = [
        history.config["program"],
        *staging.programs(sent).values(),
    ]
    least = limits["min_rate_pl_per_day"]
    rate = max(highest(in_rates(section, conc), least) for section in programs)
    boluses_pl = sum(bolus_pl(p, conc) for p in sent if p.get("do") == "bolus")
    for cap_ng, window_ms in (
        (limits["max_dose_1h_ng"], HOUR_MS),
        (limits["max_dose_24h_ng"], DAY_MS),
    ):
        if cap_ng is not None:
            # The windows are coarse, and hold what is queued.
            most_pl = rate * (window_ms + 1_500_000) / DAY_MS + boluses_pl + 4 * history.step_pl
            if most_pl * conc / 1e9 > cap_ng:
                return True
    return False


def _low_supply(history, view, event):
    limit_mv = history.limits["supply_min_mv"]
    return any(mv < limit_mv and ms <= event.at_ms for ms, mv in view.life.supply)


def _near_empty(history, view, event, mark="residual_pl"):
    """By the books, or by the switch."""
    reservoir = history.config["reservoir"]
    fill_pl, before = reservoir["fill_pl"], 0
    for one in history.views[: view.number + 1]:
        for refill in one.of(words.REFILLED):
            if one is not view or refill.at_ms <= event.at_ms:
                fill_pl, before = refill.a, one.steps_at(refill.at_ms)
    left_pl = fill_pl - (view.steps_at(event.at_ms + view.slack_ms) - before) * history.step_pl
    queue_pl = history.config["limits"]["max_rate_pl_per_day"] / 86_400 * 1000 + 2 * history.step_pl
    if _before(history, view, event.at_ms, ("turned", "overturns")):
        # What the rotor drew without pulses is in the books, too, and in the reservoir.
        looks = [look[3] for look in view.life.looks if look[0] <= event.at_ms + view.slack_ms]
        left_pl = min(left_pl, looks[-1] - 5 * reservoir["capacity_pl"] // 100)
    return left_pl < reservoir[mark] + queue_pl or _switch(1)(history, view, event)


def _rested(history, view, event):
    """No pulse of an infusion for the limit: those of attempts in a stall give nothing. A pass that
    takes its time counts from its beginning.
    """
    if view.number:
        return True
    limit_ms = history.limits["stopped_limit_s"] * 1000
    since_ms, pulses = event.at_ms - limit_ms + 2 + view.slack_ms, 0
    for begin, end in _infusing(view, event.at_ms):
        if end > since_ms:
            pulses += view.counted(end) - view.counted(max(begin, since_ms))
    return event.at_ms >= limit_ms and pulses == 0


def _infusing(view, until_ms):
    """[(begin, end)] in ms of the times in INFUSING up to an instant."""
    found, since = [], None
    for event in view.of(words.STATE):
        if event.at_ms > until_ms:
            break
        if since is not None:
            found.append((since, event.at_ms))
        since = event.at_ms if event.a == words.INFUSING else None
    return found if since is None else [*found, (since, until_ms)]


def _under(history, view, event):
    """Steps lost, a stop, or a rate that was lowered."""
    if (
        _before(history, view, event.at_ms, (*LOSSES, "slip", "turned", "overturns", "runaway"))
        or view.number
    ):
        return True
    stopped = [e for e in view.of(words.RUN_END) if e.at_ms <= event.at_ms]
    lowered = [e for e in view.of(words.RATE) if e.b < e.a and e.at_ms <= event.at_ms]
    return bool(stopped or lowered)


def _disagree(history, view, event):
    if history.therapy.truth["pl_per_rev"] != history.config["head"]["pl_per_rev"]:
        return True
    kinds = ("level_stuck", "empty_early", "leak", "wear", *LOSSES, *EXCESS)
    return _before(history, view, event.at_ms, kinds)


def _mismatch(history, view, event):
    """The refill of that instant withdrew other than expected by what 14.5 % of 5 mL are; those of
    the campaign always fit.
    """
    return any(
        refill.at_ms == event.at_ms and abs(refill.b - refill.c) > 725_000_000
        for refill in view.of(words.REFILL_CHECKED)
    )


def _over_dose(history, view, event):
    """More motion than program and boluses ask for. There is no line, so the tip is the pump."""
    kinds = (*EXCESS, *LOSSES, "wear")
    return event.c == MOTION and _before(history, view, event.at_ms, kinds)


CAUSES = {
    words.MOTOR_STALL: _after(*LOSSES, "overturns", "turned", "slip", "runaway"),
    words.EMPTY_RESERVOIR: _near_empty,
    words.OVER_DELIVERY: _after(*EXCESS),
    words.NOTHING_DELIVERED: _rested,
    words.RESET_UNEXPECTED: lambda history, view, event: view.life.cause in (2, 3),
    words.BAD_CONFIGURATION: lambda history, view, event: history.had("store_silent"),
    words.UNDER_DELIVERY: _under,
    words.OCCLUSION: _switch(2),
    words.CLOCK_UNSET: lambda history, view, event: not _clock_set(view, event),
    words.DOSE_CAP: _capped,
    words.LEVEL_DISAGREES: _disagree,
    words.LOW_RESERVOIR: lambda history, view, event: _near_empty(history, view, event, "low_pl"),
    words.SUPPLY_LOW: _low_supply,
    words.UNDERRUN: _after("runaway", "slip"),
    words.MOTION_SENSOR: _after(*SENSOR, "turned"),
    words.DOOR_OPEN: _switch(3),
    words.DRIVER_FAULT: _after("driver_silent", "driver_off", "driver_reset", "runaway"),
    words.LEVEL_STUCK: _switch(1),
    words.THERAPY_INTERRUPTED: lambda history, view, event: view.number > 0,
    words.BUTTON_STUCK: _switch(4),
    words.REFILL_MISMATCH: _mismatch,
    words.OVER_DOSE: _over_dose,
    words.UNDER_DOSE: _under,
    words.RESTART_DOSE: lambda history, view, event: bool(unconfirmed(history)[view.number]),
}


def _clock_set(view, alarm):
    known = False
    for event in view.of(words.CLOCK_SET, words.CLOCK_LOST):
        lost = event.code == words.CLOCK_LOST
        if event.at_ms <= alarm.at_ms + (view.slack_ms if lost else 0):
            known = not lost
    return known


def no_alarm_without_a_cause(history):
    for view in history.views:
        for event in view.of(words.ALARM_RAISED):
            if not CAUSES[event.a](history, view, event):
                name = words.alarms()[event.a].name
                yield f"{view.where(event.at_ms)}: {name} {event.b} {event.c} has no cause"


rules = (no_alarm_without_a_cause,)
