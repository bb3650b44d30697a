"""What all pages have in common: the owner of the line, the desk, the frame around each page,
forms. CPython only.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clepsydra.errors import ClepsydraError, NoPump
from clepsydra.notify.notifier import Notifier
from clepsydra.page.demo_faults import DemoWorld
from clepsydra.page.dose_reviews import Form
from clepsydra.page.face import age_text, face, hue
from clepsydra.page.glance import Glance, changed
from clepsydra.page.owner import Owner
from clepsydra.page.proposal import Desk, Proposal, Stale
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.stop_words import LEAVE_IT
from clepsydra.verbs.asking import NOTHING_SENT

HERE = Path(__file__).parent
MOST_BYTES = 64 * 1024  # of a form
_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:[unpm]?[gL]|[um]?m|m?V|%|d|h|min|m?s)\b|%)")
PAGES = (
    ("/", "Now"),
    ("/day", "Day"),
    ("/week", "Week"),
    ("/program", "Program"),
    ("/bolus", "Bolus"),
    ("/refill", "Refill"),
    ("/titration", "Titration"),
    ("/line", "Line"),
    ("/patient", "Patient"),
    ("/log", "Log"),
    ("/report", "Report"),
    ("/set-up", "Set-up"),
)
DEMO = ("/demo", "Demo")
# What is said once after a command without a review
NOTES = {
    "stopped": f"STOP was carried out; {LEAVE_IT} Start",
    "acknowledged": "Acknowledged.",
    "silenced": "No sound for 2 min; a new alarm ends it.",
    "tested": "The test pattern sounds and shows for 10 s. Did you hear and see it?",
    "fault": "It goes wrong from now on.",
    "over": "It is over.",
    "speed": "Simulated time goes at that speed from now on.",
    "left": f"Left; {NOTHING_SENT}.",
}


@dataclass(frozen=True)
class Change:
    """One that was made from this page, for the session report."""

    at: datetime
    what: str
    result: str


@dataclass
class Site:
    """demo: the simulated world, None where the pump is none; began_with: the first glance
    notifier: where the alarms go, None for nowhere
    followers: of each page that gets news, what wakes it; ending: there are no more
    """

    owner: Owner
    demo: DemoWorld | None = None
    notifier: Notifier | None = None
    desk: Desk = field(default_factory=Desk)
    changes: list[Change] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now().astimezone())
    began_with: Glance | None = None
    told: tuple[Any, str] | None = None  # the last news, and of what
    followers: set[asyncio.Event] = field(default_factory=set)
    ending: bool = False

    def __post_init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["unbroken"] = unbroken

    def end_news(self) -> None:
        """The page ends: let go who follows the pump."""
        self.ending = True
        for looked in self.followers:
            looked.set()

    def render(self, template: str, **values: Any) -> str:
        return self._templates.get_template(template).render(values)

    def page(
        self, request: Request, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page in its frame."""
        glance = self.owner.glance
        pages = [*PAGES, *([DEMO] if self.demo else [])]
        text = self.render(
            template,
            here=request.url.path,
            pages=pages,
            glance=glance,
            face=face(glance) if glance else None,
            hue=hue(glance) if glance else 0,
            old=age_text(glance, self.owner.trouble),
            note=NOTES.get(request.query_params.get("note", ""), ""),
            mark=self.desk.note(glance.version) if glance else "",
            **values,
        )
        return HTMLResponse(text, status)

    def note_change(self, what: str, result: str) -> None:
        self.changes.append(Change(datetime.now().astimezone(), what, result))

    # Work with the pump

    async def look(self) -> Glance:
        """A fresh glance. NoPump."""
        glance: Glance = await asyncio.wrap_future(self.owner.look())
        self.began_with = self.began_with or glance
        return glance

    async def do(self, work: Callable[[Pump], Any]) -> Any:
        return await asyncio.wrap_future(self.owner.do(work))

    async def propose(
        self, build: Callable[[Pump, Glance, Form], Proposal], form: Form, stale_too: bool = True
    ) -> Response:
        """Lay a proposal on the desk, and lead to its review. Stale, BadInput, NoPump.

        stale_too: the form bears the mark of what was shown, which must still be so.
        """
        glance = await self.look()
        if stale_too:
            moved = changed(self.desk.shown(form.get("mark", "")), glance.version)
            if moved:
                raise Stale(f"{'; '.join(moved)}: look again, then send the form once more")
        proposal = await self.do(lambda pump: build(pump, glance, form))
        self.desk.lay(proposal)
        return RedirectResponse(f"/review/{proposal.id}", 303)


def unbroken(text: str) -> str:
    """No line ends between a number and its unit: half a dose reads as another one. Not for the
    value of a field, which is read again.
    """
    return _NUMBER_AND_UNIT.sub("\u00a0", text)


async def form_of(request: Request) -> Form:
    """The fields of a form; of several with one name the last."""
    return dict(await pairs_of(request))


async def pairs_of(request: Request) -> list[tuple[str, str]]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise FormTooLong(f"the form is longer than {MOST_BYTES:,} bytes; {NOTHING_SENT}")
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


class FormTooLong(ClepsydraError):
    """Nothing that a person types is so long."""


def status_of(error: ClepsydraError) -> int:
    """The status of HTTP for what went wrong."""
    if isinstance(error, FormTooLong):
        return 413
    if isinstance(error, NoPump):
        return 503
    return 409 if isinstance(error, Stale) else 422
