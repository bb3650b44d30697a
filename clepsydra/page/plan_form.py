"""The form of a plan: its stages, and the programs that they name, as the [program] of a file.
CPython only.

    plan_form.review(pump, glance, form)       # a Proposal
"""

import sys
from typing import Any

from clepsydra.errors import BadInput
from clepsydra.page.dose_reviews import Form
from clepsydra.page.glance import Glance
from clepsydra.page.program_reviews import FILE, review_of
from clepsydra.page.proposal import Proposal
from clepsydra.prescription.program_file import read_program_table
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.verb_options import config_of
from firmware.therapy.plan_checks import ADVANCES, MOST_STAGES, MOST_UP

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROWS = range(MOST_STAGES)
EMPTY: Form = {
    **{f"{name}{n}": "" for n in ROWS for name in ("days", "gives")},
    "advance": ADVANCES[0],
    "origin": "cerebral",
    "programs": "",
}
ADVANCE = {
    "confirm": "a stage that raises the dose waits until somebody confirms it",
    "auto": "each stage begins by itself",
}
ORIGIN = {
    name: f"{name}: at most {most} % up from stage to stage" for name, most in MOST_UP.items()
}


def review(pump: Pump, glance: Glance, form: Form) -> Proposal:
    section = read_program_table({"program": table_of(form)}, config_of(pump), FILE)
    return review_of(pump, glance, section, "/titration")


def table_of(form: Form) -> dict[str, Any]:
    """The plan as it would stand in a file; rows without anything are left out. BadInput."""
    listed = _listed(form.get("programs", ""))
    stages = [
        {"days": _days(days), "program": _gives(gives, listed)}
        for days, gives in ((form.get(f"days{n}", ""), form.get(f"gives{n}", "")) for n in ROWS)
        if days.strip() or gives.strip()
    ]
    if not stages:
        raise BadInput("the plan has no stage; state days and what is given in a row")
    table = {"mode": "plan", "advance": form.get("advance", ""), "origin": form.get("origin", "")}
    return {**table, "stages": stages, **({"programs": listed} if listed else {})}


def _listed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise BadInput(f"the named programs are not TOML: {reason}; correct the line") from error


def _days(text: str) -> int | str:
    """What is no whole number is refused where it is read, with what is allowed."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text


def _gives(text: str, listed: dict[str, Any]) -> Any:
    """The name of a listed program, or the rate of a continuous one."""
    text = text.strip()
    if text in listed or not text[:1].isdigit():
        return text
    return {"mode": "continuous", "rate": text}
