"""How a notice leaves: a command gets it on its standard input, a URL as a POST. CPython only.

hook_of("mail -s alarm me@example.org")(notice)         # HookFailed if it could not
hook_of("https://example.org/hook")(notice)
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from shutil import which
from threading import Timer
from timeit import default_timer
from typing import Any
from urllib.parse import urlsplit

from clepsydra.errors import BadInput, ClepsydraError
from clepsydra.notify.alarm_watch import Notice, sentence
from host_sim.shared import ending

WITHIN_S = 10.0  # a hook that takes longer has failed
_URLS = ("http://", "https://")
Hook = Callable[[Notice], None]


class HookFailed(ClepsydraError):
    """The notice did not get through; the text says why."""

    status = ending.FAILED


def hook_of(text: str, within_s: float = WITHIN_S) -> Hook:
    """BadInput if it can be neither."""
    if text.startswith(_URLS):
        _check_url(text)
        return lambda notice: _post(text, notice, within_s)
    words: Any = text if os.name == "nt" else _words(text)
    return lambda notice: _run(words, notice, within_s)


def _check_url(url: str) -> None:
    """BadInput; it names no URL: many hold a secret, and this may go into a log."""
    try:
        parts = urlsplit(url)
        right = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        right = False
    if not right or not url.isascii() or not url.isprintable() or " " in url:
        raise BadInput(
            "notify: the URL cannot be; allowed: http(s)://HOST[:PORT]/PATH in ASCII, without "
            "blanks, user or password"
        )


def _words(text: str) -> list[str]:
    """As a shell splits them; no shell runs them."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadInput(f"notify: {text}: {error}; write a command or a URL") from error
    if not words or which(words[0]) is None:
        raise BadInput(f'notify: "{text}": no such command; write a command or a URL')
    return words


def _run(words: Any, notice: Notice, within_s: float) -> None:
    alarm = notice.get("alarm", {})
    told = {
        "CLEPSYDRA_WHAT": notice["what"],
        "CLEPSYDRA_ALARM": alarm.get("name", ""),
        "CLEPSYDRA_PRIORITY": alarm.get("priority", ""),
        "CLEPSYDRA_TEXT": sentence(notice),
    }
    apart: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {}
    try:
        child = subprocess.Popen(
            words,
            env={**os.environ, **told},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **apart,
        )
    except (OSError, ValueError) as error:  # ValueError: its words have a NUL
        why = getattr(error, "strerror", None) or error
        raise HookFailed(f"it could not be started: {why}") from error
    try:
        child.communicate(json.dumps(notice).encode(), timeout=within_s)
    except subprocess.TimeoutExpired as error:
        _kill(child)
        raise HookFailed(f"it did not end within {within_s:g} s") from error
    if child.returncode:
        raise HookFailed(f"it ended with status {child.returncode}")


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """It, and what it has started."""
    try:
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    except OSError:
        pass  # it has ended meanwhile
    child.wait()


def _post(url: str, notice: Notice, within_s: float) -> None:
    data = json.dumps({**notice, "sentence": sentence(notice)}).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    began_s = default_timer()
    try:
        with _OPENER.open(request, timeout=within_s):
            late = default_timer() - began_s >= within_s
    except urllib.error.HTTPError as error:
        error.close()  # it is an answer, too, and has the line
        moved = ": name the address to which it leads" if 300 <= error.code < 400 else ""
        raise HookFailed(f"it answered {error.code}{moved}") from error
    except HTTPException as error:
        raise HookFailed("what it answered is no HTTP") from error
    except (OSError, ValueError) as error:
        cause = getattr(error, "reason", None) or error
        raise HookFailed(f"{getattr(cause, 'strerror', None) or cause}") from error
    if late:
        raise HookFailed(f"it did not answer within {within_s:g} s")


class _BrokenOff(HTTPConnection):
    """After its time-out it is broken off: urllib's own is one of each read, and who sends a byte
    now and then would hold all that follows.
    """

    def connect(self) -> None:
        super().connect()
        cut = Timer(self.timeout or WITHIN_S, _break_off, (self.sock,))
        cut.daemon = True
        cut.start()


class _SecureBrokenOff(_BrokenOff, HTTPSConnection):
    """The same, over TLS."""


def _break_off(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended meanwhile


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_BrokenOff, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_SecureBrokenOff, req)


class _Stays(urllib.request.HTTPRedirectHandler):
    """A notice that is led elsewhere would go there as a GET, without what it says."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Http, _Https, _Stays)
