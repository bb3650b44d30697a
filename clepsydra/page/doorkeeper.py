"""Who may talk to the page: only a browser that was given the token, from the page itself. CPython
only.

Host is checked against a name that an attacker has made to lead here (DNS rebinding), Origin
against a form of another site; the cookie is sent by no other site either. What a page may load is
stated in a policy: nothing from elsewhere, and no script or style within it.
"""

import secrets
from collections.abc import Iterable
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Doorkeeper:
    """hosts: what the browser may call this server, with the port; token: a secret text

    read_token: another, which a program sends with each request (`Authorization: Bearer`); it opens
    read_only, paths that change nothing, and nothing else. None: there is none.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str],
        token: str,
        cookie: str,
        read_only: Iterable[str] = (),
        read_token: str | None = None,
    ) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._token = token
        self._cookie = cookie
        self._read_only = frozenset(read_only)
        self._read_token = read_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = self._turned_away(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await (response or self._app)(scope, receive, sent)

    def _turned_away(self, scope: Scope) -> Response | None:
        """The answer to who may not come in, or comes with the token; None to all others."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self._hosts:
            return _refusal("this server is not called that; open the address that it printed")
        if scope["method"] == "POST" and headers.get("origin") != f"http://{host}":
            return _refusal("this form is not of this server's page; nothing was sent")
        brought = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and brought and self._right(brought):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self._cookie, self._token, path="/", httponly=True, samesite="strict")
            return answer
        if self._right(_cookie_of(headers, self._cookie)):
            return None
        if scope["path"] in self._read_only:
            if scope["method"] == "GET" and self._may_read(headers.get("authorization", "")):
                return None
            return _who_are_you()
        return _refusal("open the address that `clepsydra serve` has printed, with its token")

    def _may_read(self, authorization: str) -> bool:
        kind, _, brought = authorization.partition(" ")
        if kind.lower() != "bearer":
            return False
        brought = brought.strip()
        known = self._read_token is not None and _same(brought, self._read_token)
        return known or self._right(brought)

    def _right(self, text: str) -> bool:
        return _same(text, self._token)


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _who_are_you() -> Response:
    """To a program that reads."""
    why = "refused: send `Authorization: Bearer` with the token of --read-token (docs/page.md)\n"
    return PlainTextResponse(why, 401, {"www-authenticate": "Bearer"})


def _refusal(why: str) -> Response:
    return PlainTextResponse(f"refused: {why}\n", 403)


def _cookie_of(headers: Headers, name: str) -> str:
    for part in headers.get("cookie", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
