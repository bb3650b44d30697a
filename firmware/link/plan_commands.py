"""Commands on a plan: confirm the stage that is due, pause, resume, end.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware import states
from firmware.errors import ConfigError
from firmware.link.common_refusals import refuse_held, refuse_within_bolus, stated_alone
from firmware.link.refusals import NOT_NOW, Refused
from firmware.therapy import plan, restart
from firmware.therapy.program_checks import ONE
from firmware.units_as_text import span, volume


def plan_confirm(pump, payload, now_ms):
    """The stage that waits begins; a person states its daily dose, or volume without a drug."""
    if pump.plan.phase != plan.WAITS:
        raise Refused(NOT_NOW, _not_due(pump.plan, now_ms))
    field = stated_alone(payload, ONE, pump.settings.epoch.conc_ng_per_ml)
    stated, daily = payload[field], pump.next_daily()
    if not restart.states_it(stated, daily):
        raise ConfigError(
            "plan_confirm." + field,
            stated,
            "the daily dose of stage %d, %d, within 1 %%" % (pump.plan.stage + 2, daily),
            "state that, or plan_end and set a program",
        )
    refuse_within_bolus(pump)
    pump.plan.count(now_ms)
    why, measured = pump.plan_obstacle(now_ms)
    if why:
        raise Refused(NOT_NOW, "no stage begins now: " + _obstacle(why, measured))
    pump.confirm_stage(now_ms)


def _not_due(of, now_ms):
    """Why there is nothing to confirm."""
    if of.phase == plan.RUNS:
        if of.is_last():
            return "the last stage is in force: nothing is to be confirmed"
        return "stage %d is due in %s: confirm it then" % (of.stage + 2, span(of.left_ms(now_ms)))
    if of.phase == plan.PAUSED:
        return "the plan is paused: plan_resume first"
    if of.phase == plan.READY:
        return "the plan has not begun: start first"
    return "there is no plan: set one first"


def _obstacle(why, measured):
    if why == plan.NOT_INFUSING:
        return "the pump is %s, start it first" % states.NAMES[measured]
    if why == plan.HIGH_ALARM:
        return "a HIGH alarm is signalled, see to it and acknowledge first"
    if why == plan.AT_A_CAP:
        return "a dose cap lowers the rate, wait until DOSE_CAP has cleared"
    if why == plan.LINE_MIXED:
        text = "two concentrations are in the line, wait until %s more was pumped"
        return text % volume(measured)
    return "only %d.%d %% of the dose of the last 24 h was given, at least 90 %% wanted" % (
        measured // 10,
        measured % 10,
    )


def plan_pause(pump, payload, now_ms):
    if pump.plan.phase not in (plan.RUNS, plan.WAITS):
        phase = plan.PHASES[pump.plan.phase]
        raise Refused(NOT_NOW, "only a plan that runs is paused, its phase is %s" % phase)
    pump.pause_plan(now_ms, plan.BY_COMMAND)


def plan_resume(pump, payload, now_ms):
    if pump.plan.phase != plan.PAUSED:
        phase = plan.PHASES[pump.plan.phase]
        raise Refused(NOT_NOW, "only a plan that is paused is resumed, its phase is %s" % phase)
    refuse_held(pump)
    pump.resume_plan(now_ms)


def plan_end(pump, payload, now_ms):
    """The program of the stage in force stays, and another one may be set."""
    if pump.plan.section is None:
        raise Refused(NOT_NOW, "there is no plan that could end")
    pump.end_plan(now_ms, plan.BY_COMMAND)


def refuse_within_plan(pump):
    """Refused while a plan is in force."""
    if pump.plan.section is not None:
        raise Refused(
            NOT_NOW,
            "a plan is in force: plan_end first, which keeps the dose of its stage",
        )
