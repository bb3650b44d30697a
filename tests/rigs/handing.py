"""Hands a program to a pump with no link between: put, stage, confirm."""

from firmware.link.canonical import canonical, digest
from firmware.link.execute import execute
from firmware.link.far_end import staged
from firmware.link.identity import PROGRAM


def hand_over(pump, payload, now_ms):
    """The reply to what a `set_program` of this payload means: of the first command that is
    refused, else of `confirm`.
    """
    section = payload["program"]
    sha256 = digest(section)
    confirm = {key: value for key, value in payload.items() if key != "program"}
    confirm.update({"do": "confirm", "digest": sha256[:16]})
    for command in staged(PROGRAM, canonical(section).decode(), sha256) + [confirm]:
        reply = execute(pump, command, now_ms)
        if not reply["ok"]:
            break
    return reply
