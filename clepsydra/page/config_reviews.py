"""The review of a configuration: what differs, side by side, stored as a whole with the program in
force. CPython only.
"""

from collections.abc import Callable
from typing import Any

from clepsydra.amounts import Dose, Volume
from clepsydra.page.dose_reviews import after, meant_of
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal, Question, Row, SecondTime, Section
from clepsydra.prescription.outlook import outlook
from clepsydra.prescription.plan_outlook import is_plan
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.config_words import changes, doubts, refilled_since
from clepsydra.show.program_words import one_line
from clepsydra.verbs.asking import refuse_unless
from clepsydra.verbs.configuring import put_config
from clepsydra.verbs.verb_options import config_of

HEAD = ("", "now", "after")


def refuse_unless_ready(pump: Pump, glance: Glance) -> None:
    """A configuration is taken at rest, and not where more would change than it says. BadInput."""
    state = glance.status.state
    refuse_unless(state != "INFUSING", f"the pump is {state}: it takes a configuration at rest")
    refuse_unless(
        not is_plan(meant_of(glance).section), "a plan is in force, and would begin anew: end it"
    )


def config_review(
    pump: Pump,
    glance: Glance,
    sections: dict[str, Any],
    title: str,
    back: str,
    warnings: list[str],
    said: Callable[[dict[str, Any]], str] = lambda config: "it is stored",
) -> Proposal:
    """Of the stored configuration with other sections. said: what is read back of it. Refused,
    BadInput.
    """
    config, meant = config_of(pump), meant_of(glance)
    refuse_unless(
        any(config.get(name) != section for name, section in sections.items()),
        "those are the settings in force already",
    )
    later = {**config, **sections, "program": meant.section}
    pending = pump.stage_config(later)  # refused before anybody types something
    then = outlook(meant.section, later)
    daily = Dose(then.daily_ng) if then.conc_ng_per_ml else Volume(then.daily_pl)
    questions: list[Question | SecondTime] = [Question(daily, "the daily dose of the program")]
    if then.conc_ng_per_ml != meant.conc_ng_per_ml:
        questions.insert(0, SecondTime(then.conc_ng_per_ml))

    def send(pump: Pump) -> list[str]:
        put_config(pump, later, pending)
        return [f"read back: {said(config_of(pump))}", *after(pump)]

    lines = [
        *refilled_since(pump.stored_drug, config),
        f"checked by the pump: {pending.now} stored, {pending.digest} staged",
        f"program: {one_line(then)}, as now",
        "the pump comes up anew with it, and is STOPPED then",
    ]
    return Proposal(
        title,
        "Store them",
        back,
        glance.version,
        send,
        [
            Section("The settings", HEAD, _compared(config, later)),
            Section("The configuration", lines=lines),
        ],
        [*warnings, *doubts(config, later)],
        questions,
    )


def _compared(config: dict[str, Any], later: dict[str, Any]) -> list[Row]:
    """What differs; a dash at the end of a row would say that it does not."""
    found = changes(config, later)
    return [tuple("none" if text == "-" else text for text in row) for row in found]
