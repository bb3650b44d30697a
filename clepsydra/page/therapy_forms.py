"""The forms of the plan, of the line (prime, bridge) and of the patient's bolus. CPython only."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clepsydra.amounts import dose_text, volume_text
from clepsydra.page import config_form, patient_reviews, plan_form, therapy_reviews
from clepsydra.page.changing import form_page
from clepsydra.page.config_fields import Field
from clepsydra.page.config_fields import fields_of as fields_of_config
from clepsydra.page.dose_reviews import Form
from clepsydra.page.glance import Glance
from clepsydra.page.patient_reviews import SECTION, fields_of, has_one
from clepsydra.page.site import Site
from clepsydra.prescription.plan_outlook import is_plan, stages
from clepsydra.show.patient_words import patient_rows
from clepsydra.show.plan_words import HEAD, phase_text, plan_rows
from clepsydra.verbs.bridging import now_text

_PRIME: Form = {"tubing": "", "catheter": "", "dose": ""}
_PATIENT: Form = {"amount": "", "over": "", "lockout": "", "per_day": ""}


def routes(site: Site) -> list[Route]:
    async def titration(request: Request) -> Response:
        build, empty = plan_form.review, plan_form.EMPTY
        return await form_page(site, request, "titration.html", build, empty, _plan)

    async def line(request: Request) -> Response:
        return await form_page(site, request, "line.html", None, _PRIME, _line)

    async def prime(request: Request) -> Response:
        return await form_page(site, request, "line.html", therapy_reviews.prime, _PRIME, _line)

    async def bridge(request: Request) -> Response:
        return await form_page(site, request, "line.html", therapy_reviews.bridge, _PRIME, _line)

    async def configuration(request: Request) -> Response:
        build = config_form.review
        return await form_page(site, request, "configuration.html", build, {}, _configuration)

    async def patient(request: Request) -> Response:
        glance = await site.look()
        empty = {**_PATIENT, **fields_of((glance.config or {}).get(SECTION))}
        build = patient_reviews.settings
        return await form_page(site, request, "patient.html", build, empty, _patient)

    return [
        Route("/titration", titration, methods=["GET", "POST"]),
        Route("/line", line),
        Route("/line/prime", prime, methods=["POST"]),
        Route("/line/bridge", bridge, methods=["POST"]),
        Route("/configuration", configuration, methods=["GET", "POST"]),
        Route("/patient", patient, methods=["GET", "POST"]),
    ]


def _plan(glance: Glance) -> dict[str, Any]:
    """The plan in force: where it stands, and a row for each of its stages."""
    raw, meant = glance.status.raw, glance.meant
    choices: dict[str, Any] = {
        "head": HEAD,
        "advances": plan_form.ADVANCE,
        "origins": plan_form.ORIGIN,
        "numbers": plan_form.ROWS,
    }
    if not raw["plan"] or meant is None or glance.config is None or not is_plan(meant.section):
        return {"plan": None, "phase": "", "rows": [], **choices}
    rows = plan_rows(stages(meant.section, glance.config), raw, in_force=True)
    return {
        "plan": raw["plan"],
        "phase": phase_text(raw["plan"]).partition(" -> ")[0],
        "rows": rows,
        **choices,
    }


def _line(glance: Glance) -> dict[str, Any]:
    """What the line holds, from the tip on, and the bridge."""
    raw = glance.status.raw
    slugs = [f"{volume_text(pl)} of {_held(conc)}" for pl, conc in raw["line"]]
    return {"slugs": slugs, "bridge": now_text(glance.status)}


def _held(conc: int | None) -> str:
    if conc is None:
        return "nobody knows what"
    return f"{dose_text(conc)}/mL" if conc else "no drug"


def _configuration(glance: Glance) -> dict[str, Any]:
    fields = fields_of_config(glance.config) if glance.config else []
    parts: dict[str, list[Field]] = {}
    for one in fields:
        parts.setdefault(one.section, []).append(one)
    return {"parts": parts}


def _patient(glance: Glance) -> dict[str, Any]:
    section = (glance.config or {}).get(SECTION)
    return {"facts": patient_rows(glance.config, glance.status), "there": has_one(section)}
