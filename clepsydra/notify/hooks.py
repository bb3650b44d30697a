"""How a notice leaves: a command gets it on its standard input, a URL as a POST. CPython only.

hook_of("mail -s alarm me@example.org")(notice)         # HookFailed if it could not
hook_of("https://example.org/hook")(notice)
"""

import json
import os
import shlex
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from shutil import which
from typing import Any

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
        return lambda notice: _post(text, notice, within_s)
    words: Any = text if os.name == "nt" else _words(text)
    return lambda notice: _run(words, notice, within_s)


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
    except OSError as error:
        raise HookFailed(f"it could not be started: {error.strerror}") from error
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
    try:
        with urllib.request.urlopen(request, timeout=within_s):
            return
    except (OSError, ValueError) as error:  # all of urllib's are one of them
        raise HookFailed(f"{getattr(error, 'reason', None) or error}") from error
