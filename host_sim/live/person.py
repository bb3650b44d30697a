"""Who stands beside a live pump: what a `refill` or `empty` says was done by hand is done in the
world, as soon as the pump has taken it. CPython only.
"""

import json
from collections import deque
from typing import Any

from firmware.link.clp1 import HEAD_BYTES, TAG_BYTES
from firmware.link.frames import Decoder

BY_HAND = ("refill", "empty")


class Person:
    """to_do: the commands that state what is still to be done in the world."""

    def __init__(self) -> None:
        self.to_do: deque[dict[str, Any]] = deque()
        self._stated: dict[int, dict[str, Any]] = {}  # by id, not answered yet
        self._commands, self._replies = Decoder(sealed=True), Decoder(sealed=True)

    def hear_command(self, data: bytes, now_ms: int) -> None:
        """Bytes on their way to the pump."""
        for payload in self._commands.feed(data, now_ms):
            command = _read(payload)
            if isinstance(command, dict) and command.get("do") in BY_HAND:
                self._stated[command.get("id", 0)] = command

    def hear_pump(self, data: bytes, now_ms: int) -> None:
        """What the pump has sent."""
        for payload in self._replies.feed(data, now_ms):
            message = _read(payload)
            command = self._stated.pop(message.get("id", -1), None)
            if command and message["ok"] and not message.get("repeated"):
                self.to_do.append(command)


def _read(payload: Any) -> Any:
    """A sealed frame hides nothing from who only listens."""
    if not isinstance(payload, bytes):
        return payload
    try:
        return json.loads(payload[HEAD_BYTES:-TAG_BYTES])
    except ValueError:
        return {}
