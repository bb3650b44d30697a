"""What can go wrong for a person who drives a pump: the named errors, and the exit status of each.

try:
    pump.bolus("20 ug", over="10 min", confirm="20 ug")
except clepsydra.Refused as refused:
    refused.error, refused.reason, refused.measured, refused.limit
"""

from typing import Any

from host_sim.shared import ending


class ClepsydraError(Exception):
    """Base of all. `status`: how a command that meets it ends (host_sim/shared/ending.py)."""

    status = ending.INTERNAL


class BadInput(ClepsydraError):
    """What was typed cannot be, or was not confirmed; nothing was sent."""

    status = ending.BAD_INPUT


class NotConfirmed(BadInput):
    """Nobody has confirmed what was shown; nothing was sent."""


class Refused(ClepsydraError):
    """The pump has refused a command; it changed nothing.

    error: its name in docs/commands.md; reason, measured, limit: of the gate, None for any other
    """

    status = ending.FAILED

    def __init__(self, command: str, reply: dict[str, Any]) -> None:
        super().__init__(reply.get("message") or f"{command} was refused: {reply.get('error')}")
        self.command = command
        self.reply = reply
        self.error = reply.get("error")
        self.reason = reply.get("reason")
        self.measured = reply.get("measured")
        self.limit = reply.get("limit")


class WrongKey(ClepsydraError):
    """The key that this computer keeps for a pump is not the pump's, or no longer."""

    status = ending.FAILED


class NoKey(ClepsydraError):
    """The pump is paired, and this computer has no key of it."""

    status = ending.FAILED


class NotAsSent(ClepsydraError):
    """What was read back is not what was sent."""

    status = ending.FAILED


class NotBegun(ClepsydraError):
    """The pump has taken `start`, and does not infuse: its reservoir is empty, or an input or a
    fault holds it.
    """

    status = ending.FAILED


class NoPump(ClepsydraError):
    """There is no such port, or nothing there answers as a pump does."""

    status = ending.NO_PUMP


class LinkLost(NoPump):
    """The link broke, or the pump fell silent. Whether the last command was carried out is not
    known, unless the text says so.
    """
