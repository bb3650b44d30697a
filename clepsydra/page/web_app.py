"""The page as one application: its routes, behind a doorkeeper. CPython only."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from clepsydra.errors import BadInput, ClepsydraError
from clepsydra.page import changing, observing, showing, steering, therapy_forms
from clepsydra.page.doorkeeper import Doorkeeper
from clepsydra.page.site import HERE, Site
from clepsydra.page.steering import troubled

COOKIE = "clepsydra"


def application(
    site: Site,
    hosts: Iterable[str],
    token: str,
    cookie: str = COOKIE,
    read_token: str | None = None,
) -> ASGIApp:
    """hosts: what the server may be called, each with its port; read_token: as of Doorkeeper"""

    async def trouble(request: Request, error: Exception) -> Response:
        if not isinstance(error, ClepsydraError):
            raise error
        return troubled(site, request, error)

    async def not_there(request: Request, error: Exception) -> Response:
        answer = troubled(site, request, BadInput(f"{request.url.path}: there is no such page"))
        answer.status_code = 404
        return answer

    app = Starlette(
        routes=[
            *steering.routes(site),
            *showing.routes(site),
            *changing.routes(site),
            *observing.routes(site),
            *therapy_forms.routes(site),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={ClepsydraError: trouble, 404: not_there},
    )
    return Doorkeeper(app, hosts, token, cookie, observing.READ_ONLY, read_token)
