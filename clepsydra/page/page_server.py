"""The server of the page: whoever follows the pump is let go before it ends. CPython only."""

import socket

import uvicorn
from starlette.types import ASGIApp

from clepsydra.page.site import Site

LET_GO_S = 1  # so long an answer that is under way may take once the page is to end


class PageServer(uvicorn.Server):
    """app: of web_app.py, with that site."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=LET_GO_S,
            )
        )
        self._site = site

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams of news have no end of their own: the server would wait, break them off, and
        report each as an error.
        """
        self._site.end_news()
        await super().shutdown(sockets)
