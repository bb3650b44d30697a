"""The pages that change nothing: now, the last day and week, the log, the report; and the news that
a page with script gets. CPython only.

What grows with the events that a pump keeps is drawn in a thread of its own: a STOP must not wait
for a picture.
"""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from clepsydra.amounts import civil_text
from clepsydra.page.curve import curve
from clepsydra.page.drawing import picture
from clepsydra.page.face import age_text, face
from clepsydra.page.session_report import report
from clepsydra.page.site import Site
from clepsydra.pump.readings import Event
from clepsydra.verbs.log_reading import COLUMNS
from firmware.units import MS_PER_DAY
from host_sim.shared.quantities import format_instant

QUIET_S = 15.0  # then a page is told that its server is there
LATEST = 6
MOST_ROWS = 200
SPANS = {"day": MS_PER_DAY, "week": 7 * MS_PER_DAY}
GROUPS = {
    "all": ("",),
    "alarms": ("ALARM_", "AUDIO_"),
    "doses": (
        "BOLUS_",
        "PATIENT_",
        "TEST_",
        "RATE",
        "PROGRAM_",
        "DOSE_",
        "PLAN_",
        "RUN_",
        "BRIDGE",
    ),
    "commands": ("COMMAND_", "CLOCK_", "PROGRAM_SET", "REFILL", "EMPTIED", "ALARM_ACK", "STATE"),
}


def routes(site: Site) -> list[Route]:
    async def now(request: Request) -> Response:
        await site.look()
        return site.page(request, "now.html", latest=latest(site))

    async def live(request: Request) -> Response:
        return StreamingResponse(news(site), media_type="text/event-stream")

    async def past(request: Request) -> Response:
        which = request.url.path.strip("/")
        glance = await site.look()

        def draw() -> Response:
            drawn = curve(glance, site.owner.mirror.events, SPANS[which])
            return site.page(request, "past.html", which=which, drawn=drawn, svg=picture(drawn))

        return await asyncio.to_thread(draw)

    async def log(request: Request) -> Response:
        await site.look()
        group = request.query_params.get("of", "all")

        def draw() -> Response:
            found = [
                event
                for event in reversed(site.owner.mirror.events)
                if event.kind.startswith(GROUPS.get(group, ("",)))
            ]
            rows = [row_of(site, event) for event in found[:MOST_ROWS]]
            return site.page(
                request, "log.html", rows=rows, count=len(found), group=group, groups=list(GROUPS)
            )

        return await asyncio.to_thread(draw)

    async def log_csv(request: Request) -> Response:
        def write() -> str:
            text = io.StringIO()
            writer = csv.DictWriter(text, COLUMNS)
            writer.writeheader()
            writer.writerows(event.as_table() for event in site.owner.mirror.events)
            return text.getvalue()

        attached = {"content-disposition": 'attachment; filename="clepsydra-log.csv"'}
        text = await asyncio.to_thread(write)
        return Response(text, media_type="text/csv", headers=attached)

    async def report_page(request: Request) -> Response:
        glance = await site.look()
        return site.page(request, "report.html", report=report(site, glance))

    return [
        Route("/", now),
        Route("/live", live),
        Route("/day", past),
        Route("/week", past),
        Route("/log", log),
        Route("/log.csv", log_csv),
        Route("/report", report_page),
    ]


def latest(site: Site) -> list[tuple[str, str, str]]:
    """The rows of the last events."""
    return [row_of(site, event) for event in reversed(site.owner.mirror.events[-LATEST:])]


def row_of(site: Site, event: Event) -> tuple[str, str, str]:
    """(number, when, what)"""
    glance = site.owner.glance
    offset_s = glance.status.raw["offset_s"] if glance else 0
    when = format_instant(event.at_ms)
    if event.wall_s is not None:
        when = civil_text(event.wall_s, offset_s, seconds=True)
    return str(event.seq), when, event.text


async def news(site: Site) -> AsyncIterator[str]:
    """Server-sent events: after each look at the pump what has changed on every page."""
    loop, looked = asyncio.get_running_loop(), asyncio.Event()
    leave = site.owner.listen(lambda: loop.call_soon_threadsafe(looked.set))
    site.followers.add(looked)
    try:
        while not site.ending:
            yield f"data: {told(site)}\n\n"
            looked.clear()
            try:
                await asyncio.wait_for(looked.wait(), QUIET_S)
            except asyncio.TimeoutError:
                continue
    finally:
        leave()
        site.followers.discard(looked)


def told(site: Site) -> str:
    """The same for all pages that are open: written once after each look."""
    glance, trouble = site.owner.glance, site.owner.trouble
    key = (glance and glance.at_s, trouble, len(site.owner.mirror.events))
    if site.told is None or site.told[0] != key or age_text(glance, trouble):
        site.told = key, json.dumps(parts(site))
    return site.told[1]


def parts(site: Site) -> dict[str, Any]:
    """The pieces of pages by their ids, and what is said to who does not see them."""
    glance = site.owner.glance
    old = age_text(glance, site.owner.trouble)
    if glance is None:
        return {"old": old, "parts": {}, "say": "", "state": "", "mark": ""}
    shown = face(glance)
    values = {"glance": glance, "face": shown, "latest": latest(site)}
    names = ("state", "alarms", "dial", "latest")
    return {
        "old": old,
        "say": shown.sentence,
        "state": shown.situation,
        "mark": site.desk.note(glance.version),
        "parts": {name: site.render(f"part_{name}.html", **values) for name in names},
    }
