"""Reviews of the plan in force, of a prime and of a bridge: as the verbs of titrating.py,
priming.py and bridging.py show them. CPython only.
"""

from collections.abc import Callable

from clepsydra.amounts import flow_text, volume_text
from clepsydra.page.dose_reviews import Form, after, meant_of
from clepsydra.page.glance import Glance
from clepsydra.page.program_reviews import sections, to_come
from clepsydra.page.proposal import Proposal, Question, Section, section_of_rows
from clepsydra.prescription.side_by_side import Situation, rows
from clepsydra.pump.remote_pump import Pump
from clepsydra.pump.therapy_commands import bridge_dose
from clepsydra.show.plan_words import phase_text
from clepsydra.show.program_words import one_line
from clepsydra.verbs.asking import refuse_unless
from clepsydra.verbs.bridging import change_rows, left_out, now_text, refuse_unless_bridged
from clepsydra.verbs.priming import prime_lines, to_state
from clepsydra.verbs.programming import warnings
from clepsydra.verbs.titrating import coming, plan_in_force
from clepsydra.verbs.verb_options import config_of

PLAN, LINE = "/titration", "/line"  # where they begin


def stage(pump: Pump, glance: Glance, form: Form) -> Proposal:
    """The stage that is due begins."""
    found, config = coming(pump, glance.status), config_of(pump)
    situation = Situation(config, glance.status)

    def send(pump: Pump) -> list[str]:
        pump.confirm_stage(found.wanted)
        return _plan_after(pump)

    return Proposal(
        f"Stage {found.said}",
        "Let it begin",
        PLAN,
        glance.version,
        send,
        [
            *sections(rows(found.now, found.after, situation)),
            to_come(found.after, situation),
        ],
        warnings(found.now, found.after, config),
        [Question(found.wanted, "the new daily dose")],
    )


def plan_pause(pump: Pump, glance: Glance, form: Form) -> Proposal:
    stays = "its days stand still; the dose stays as it is now"
    return _of_plan(pump, glance, "Pause the plan", stays, Pump.pause_plan)


def plan_resume(pump: Pump, glance: Glance, form: Form) -> Proposal:
    goes_on = "its days go on; the dose stays as it is now until the next stage"
    return _of_plan(pump, glance, "Let the plan go on", goes_on, Pump.resume_plan)


def plan_end(pump: Pump, glance: Glance, form: Form) -> Proposal:
    stays = "no further stage comes; the program of this stage stays in force"
    return _of_plan(pump, glance, "End the plan", stays, Pump.end_plan)


def _of_plan(
    pump: Pump, glance: Glance, title: str, what: str, work: Callable[[Pump], None]
) -> Proposal:
    plan_in_force(pump)
    lines = [phase_text(glance.status.raw["plan"]).partition(" -> ")[0], what]

    def send(pump: Pump) -> list[str]:
        work(pump)
        return _plan_after(pump)

    section = Section("The plan", lines=[*lines, one_line(meant_of(glance))])
    return Proposal(title, title, PLAN, glance.version, send, [section])


def _plan_after(pump: Pump) -> list[str]:
    plan = pump.status().raw["plan"]
    said = phase_text(plan).partition(" -> ")[0] if plan else "none is in force any more"
    return [f"plan: {said}", *after(pump)]


def prime(pump: Pump, glance: Glance, form: Form) -> Proposal:
    config_of(pump)
    parts = {part: bool(form.get(part)) for part in ("tubing", "catheter")}
    refuse_unless(any(parts.values()), "prime: tick what holds no drug: tubing, catheter or both")
    asked = pump.ask_prime(**parts)
    told = []
    if glance.status.state == "STOPPED":
        told.append("the pump starts by it, and goes on with its program")

    def send(pump: Pump) -> list[str]:
        pump.prime(asked, **parts)
        return [f"begun: {volume_text(pump.status().raw['prime_left_pl'])} to come", *after(pump)]

    return Proposal(
        "Prime the line",
        "Prime",
        LINE,
        glance.version,
        send,
        [Section("What is filled with drug", lines=prime_lines(pump, asked, parts))],
        told,
        [Question(*to_state(pump, asked))],
    )


def bridge(pump: Pump, glance: Glance, form: Form) -> Proposal:
    wanted, told = bridge_dose(form.get("dose", "").strip()), list[str]()
    refuse_unless_bridged(pump, glance.status)
    now = Section("In force", lines=now_text(glance.status).splitlines())
    change = section_of_rows("The dose", change_rows(pump, glance.status, wanted), told)

    def send(pump: Pump) -> list[str]:
        found = pump.set_bridge(wanted)["bridge"]
        given = flow_text(found["rate_pl_per_day"], found["conc_ng_per_ml"])
        return [f"changed: {given} for the next {volume_text(found['left_pl'])}", *after(pump)]

    return Proposal(
        f"Bridge at {wanted}/d",
        "Change the bridge",
        LINE,
        glance.version,
        send,
        [now, change],
        told,
        [Question(wanted, "the new dose a day")],
    )


def leave_bridge_out(pump: Pump, glance: Glance, form: Form) -> Proposal:
    refuse_unless_bridged(pump, glance.status)
    consequence_ng = pump.bridge_consequence_ng()
    lacks, side = left_out(consequence_ng)

    def send(pump: Pump) -> list[str]:
        pump.leave_bridge_out(consequence_ng)
        return after(pump)

    return Proposal(
        "Leave the rest of the bridge out",
        "Leave it out",
        LINE,
        glance.version,
        send,
        [Section("In force", lines=now_text(glance.status).splitlines())],
        [f"without its rest the line gives {lacks} {side}"],
        [Question(lacks, f"the dose that is {side}")],
    )
