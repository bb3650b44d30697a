"""What the page does at once: STOP, acknowledge, sound off, alarm test. And the reviews, by which
all else goes. CPython only.
"""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from clepsydra.errors import BadInput, ClepsydraError, NoPump
from clepsydra.page import care_reviews, dose_reviews, patient_reviews, therapy_reviews
from clepsydra.page.glance import Glance, changed
from clepsydra.page.proposal import Proposal, Stale
from clepsydra.page.site import Site, form_of, pairs_of, status_of
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.asking import NOTHING_SENT

UNDER_REVIEW = {
    "start": dose_reviews.start,
    "cancel": dose_reviews.cancel,
    "confirm-dose": dose_reviews.confirm_dose,
    "clock": care_reviews.clock,
    "reset-fault": care_reviews.reset_fault,
    "stage": therapy_reviews.stage,
    "plan-pause": therapy_reviews.plan_pause,
    "plan-resume": therapy_reviews.plan_resume,
    "plan-end": therapy_reviews.plan_end,
    "bridge-leave-out": therapy_reviews.leave_bridge_out,
    "patient-bolus": patient_reviews.ask,
}
NOT_REACHED = (
    "STOP did not reach the pump. Use the switch of the pump, or take away its power. It goes on "
    "as it was."
)


def routes(site: Site) -> list[Route]:
    async def stop(request: Request) -> Response:
        """No question, no mark, before all that waits."""
        try:
            await asyncio.wrap_future(site.owner.stop_pump())
        except ClepsydraError as error:
            return site.page(request, "trouble.html", 503, heading=NOT_REACHED, error=str(error))
        site.note_change("STOP", "stopped")
        return _noted("stopped")

    async def acknowledge(request: Request) -> Response:
        """Only what was shown: an alarm that has come since is not acknowledged unseen."""
        form = await form_of(request)
        glance = await site.look()
        unseen = set(glance.alarm_codes) - {int(n) for n in form.get("seen", "").split() if n}
        if unseen:
            names = [alarm.name for alarm in glance.status.alarms if alarm.code in unseen]
            raise Stale(f"since the page was shown came {', '.join(names)}: look, then acknowledge")
        await site.do(lambda pump: pump.acknowledge())
        site.note_change("Acknowledge", "acknowledged")
        return _noted("acknowledged")

    async def silence(request: Request) -> Response:
        await site.do(lambda pump: pump.silence())
        site.note_change("Silence for 2 min", "done")
        return _noted("silenced")

    async def alarm_test(request: Request) -> Response:
        await site.do(lambda pump: pump.alarm_test())
        site.note_change("Alarm test", "done")
        return _noted("tested")

    async def propose(request: Request) -> Response:
        what = request.path_params["what"]
        if what not in UNDER_REVIEW:
            raise BadInput(f"there is no {what}; allowed: {', '.join(UNDER_REVIEW)}")
        build = UNDER_REVIEW[what]
        return await site.propose(build, await form_of(request))

    async def review(request: Request) -> Response:
        proposal = _found(site, request)
        return site.page(request, "review.html", proposal=proposal, error="", ticked=[])

    async def confirm(request: Request) -> Response:
        proposal = _found(site, request)
        pairs = await pairs_of(request)
        ticked = [value for key, value in pairs if key == "seen"]
        if proposal.open:
            try:
                proposal.check(ticked, dict(pairs))
            except BadInput as error:
                return site.page(
                    request, "review.html", 422, proposal=proposal, error=str(error), ticked=ticked
                )
            await _send(site, proposal)
        return RedirectResponse(f"/review/{proposal.id}", 303)

    async def leave(request: Request) -> Response:
        proposal = _found(site, request)
        if proposal.open:
            proposal.ended = "left"
        return RedirectResponse(f"{proposal.back}?note=left", 303)

    return [
        Route("/stop", stop, methods=["POST"]),
        Route("/acknowledge", acknowledge, methods=["POST"]),
        Route("/silence", silence, methods=["POST"]),
        Route("/alarm-test", alarm_test, methods=["POST"]),
        Route("/propose/{what}", propose, methods=["POST"]),
        Route("/review/{id}", review, methods=["GET"]),
        Route("/review/{id}", confirm, methods=["POST"]),
        Route("/review/{id}/leave", leave, methods=["POST"]),
    ]


async def _send(site: Site, proposal: Proposal) -> None:
    """Once; what was shown must still be so."""
    proposal.ended = "under way"

    def work(pump: Pump, glance: Glance) -> Any:
        moved = changed(proposal.version, glance.version)
        if moved:
            raise Stale(f"{'; '.join(moved)}; {NOTHING_SENT}: look again")
        return proposal.send(pump)

    try:
        proposal.outcome = await asyncio.wrap_future(site.owner.do_after_a_look(work))
        proposal.ended = "sent"
    except ClepsydraError as error:
        kinds = ((Stale, "stale"), (NoPump, "lost"), (ClepsydraError, "refused"))
        proposal.ended = next(ended for kind, ended in kinds if isinstance(error, kind))
        proposal.outcome = str(error).splitlines()
    site.note_change(proposal.title, "; ".join(proposal.outcome))


def _found(site: Site, request: Request) -> Proposal:
    proposal = site.desk.find(request.path_params["id"])
    if proposal is None:
        raise Stale(f"there is no such review, or it is too old; {NOTHING_SENT}")
    return proposal


def _noted(note: str) -> Response:
    return RedirectResponse(f"/?note={note}", 303)


def troubled(site: Site, request: Request, error: ClepsydraError) -> Response:
    """The page of what went wrong."""
    heading = "This was not done." if request.method == "POST" else "This cannot be shown."
    return site.page(request, "trouble.html", status_of(error), heading=heading, error=str(error))
