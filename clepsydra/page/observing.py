"""What programs read of the page's server: `/metrics` and `/api/v1/status`. They change nothing,
and ask nothing of the pump: what the owner of the line has seen last is answered, with its age.
CPython only.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clepsydra.page.measures import Measures
from clepsydra.page.site import Site

VERSION = 1  # of the answer; a field that is new does not change it
METRICS, STATUS = "/metrics", "/api/v1/status"
READ_ONLY = (METRICS, STATUS)  # opened by a token that opens nothing else


def routes(site: Site) -> list[Route]:
    measures = Measures(site.owner, site.notifier)

    async def metrics(request: Request) -> Response:
        text, content_type = measures.text(request.headers.get("accept", ""))
        return Response(text, headers={"content-type": content_type})

    async def status(request: Request) -> Response:
        glance, trouble = site.owner.glance, site.owner.trouble
        if glance is None:
            return JSONResponse({"version": VERSION, "trouble": trouble}, 503)
        return JSONResponse(
            {
                "version": VERSION,
                "pump": glance.said,
                "name": glance.name,
                "identity": glance.identity._asdict(),
                "age_ms": int(glance.age_s * 1000),
                "trouble": trouble,
                "drug": glance.config["drug"]["name"] if glance.config else None,
                "status": glance.status.as_table(),
            }
        )

    return [
        Route(METRICS, metrics, methods=["GET"]),
        Route(STATUS, status, methods=["GET"]),
    ]
