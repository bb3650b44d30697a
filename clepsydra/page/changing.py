"""The forms: program, bolus, refill, set-up, and the simulated world. Each leads to a review, but
for the faults of the demo. CPython only.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from clepsydra.errors import BadInput, ClepsydraError, NoPump, Refused
from clepsydra.page import care_reviews, dose_reviews, program_reviews
from clepsydra.page.demo_faults import SPEEDS
from clepsydra.page.dose_reviews import Form
from clepsydra.page.glance import Glance
from clepsydra.page.site import Site, form_of, status_of
from clepsydra.show.config_words import config_text
from clepsydra.show.program_words import steps_text
from host_sim.live.running import NotRunning
from host_sim.shared.number_text import span

_BOLUS: Form = {"amount": "", "over": ""}
_REFILL: Form = dict.fromkeys(
    ("fill", "withdrawn", "first", "concentration", "drug", "bridge", "bridge_dose"), ""
)
_PROGRAM: Form = {"mode": "flex", "rate": "", "safe_rate": "", "text": ""}


def routes(site: Site) -> list[Route]:
    async def bolus(request: Request) -> Response:
        return await form_page(site, request, "bolus.html", dose_reviews.bolus, _BOLUS)

    async def refill(request: Request) -> Response:
        return await form_page(site, request, "refill.html", care_reviews.refill, _REFILL)

    async def program(request: Request) -> Response:
        if request.method == "POST":
            form = await form_of(request)
            if form.get("do") == "row":
                return _editor(site, request, form)
            try:
                return await site.propose(program_reviews.program, form)
            except (BadInput, Refused) as error:
                return _editor(site, request, form, error)
        glance = await site.look()
        form = program_reviews.fields_of(glance.meant) if glance.meant else {}
        return _editor(site, request, form)

    async def set_up(request: Request) -> Response:
        glance = await site.look()
        text = config_text(glance.config, glance.identity) if glance.config else ""
        return site.page(request, "set_up.html", config=text)

    async def demo(request: Request) -> Response:
        world = site.demo
        if world is None:
            raise NoPump("the pump is no simulated one: nothing can be let go wrong here")
        try:
            if request.method == "POST":
                form = await form_of(request)
                return RedirectResponse(f"/demo?note={_world_done(site, form)}", 303)
            looks = world.look()
        except NotRunning as error:
            raise NoPump(str(error)) from error
        on_for = span(looks["at_ms"])
        return site.page(
            request, "demo.html", world=world, looks=looks, on_for=on_for, speeds=SPEEDS
        )

    both = ["GET", "POST"]
    return [
        Route("/bolus", bolus, methods=both),
        Route("/refill", refill, methods=both),
        Route("/program", program, methods=both),
        Route("/set-up", set_up),
        Route("/demo", demo, methods=both),
    ]


async def form_page(
    site: Site,
    request: Request,
    template: str,
    build: Any,
    empty: Form,
    more: Callable[[Glance], dict[str, Any]] = lambda glance: {},
) -> Response:
    """Show it; or propose what it says, and show it again if that cannot be. more: what else is on
    the page.
    """
    if request.method == "GET":
        glance = await site.look()
        return site.page(request, template, form=empty, error="", **more(glance))
    form = await form_of(request)
    try:
        return await site.propose(build, form)
    except (BadInput, Refused) as error:
        glance, shown = await site.look(), {**empty, **form}
        status, text = status_of(error), str(error)
        return site.page(request, template, status, form=shown, error=text, **more(glance))


def _editor(
    site: Site, request: Request, form: Form, error: ClepsydraError | None = None
) -> Response:
    glance = site.owner.glance
    in_force = steps_text(glance.meant) if glance and glance.meant else ""
    rows = program_reviews.rows_shown(form)
    return site.page(
        request,
        "program.html",
        200 if error is None else status_of(error),
        form={**_PROGRAM, **form},
        rows=rows,
        in_force=in_force,
        modes=program_reviews.MODES,
        error="" if error is None else str(error),
    )


def _world_done(site: Site, form: Form) -> str:
    """Let something go wrong, or be over, or time go faster; returns the note of it."""
    world = site.demo
    if world is None:
        return ""
    if form.get("speed"):
        world.hasten(form["speed"])
        return "speed"
    if form.get("over"):
        world.end(form["over"])
        return "over"
    world.begin(form.get("begin", ""))
    return "fault"
