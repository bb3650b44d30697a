"""Carries out a command of the table (commands.py): its fields, its id, its state, then its work.

    reply = execute(pump, {"id": 7, "do": "empty", "withdrawn_pl": 3_000_000_000}, now_ms)

A command comes as a frame over hal.link (frames.py) and is answered by one: {"id": 7, "ok": 1, ...}
or {"id": 7, "ok": 0, "error": "WRONG_STATE", "message": ...}. A refused command changes nothing.
"""

import json

from firmware import events
from firmware.books.memory import COMMAND_IDS
from firmware.errors import ConfigError, shown
from firmware.field_checks import check_value
from firmware.link.command_ids import CARRIED_OUT, Done, digest_of, per_slot
from firmware.link.commands import FREE, MAX_ID, NEEDED, TABLE
from firmware.link.common_refusals import refuse_but_in
from firmware.link.refill_commands import MAY_MISS
from firmware.link.refusals import (
    BAD_FIELD,
    ERRORS,
    ID_USED,
    NOT_NOW,
    UNKNOWN_COMMAND,
    Refused,
    Silence,
)


def execute(pump, payload, now_ms, digest=None):
    """Carry out one command; the reply, None where there is to be none. digest: of the bytes of
    the payload. Nothing in a payload can raise through here.
    """
    number = _number(payload)
    reply: dict = {"id": number, "ok": 1}
    try:
        reply.update(_carry_out(pump, payload, number, now_ms, digest))
        return reply
    except Silence:
        return None
    except ConfigError as error:
        refused = Refused(BAD_FIELD, str(error))
    except Refused as error:
        refused = error
    name = payload.get("do") if isinstance(payload, dict) else None
    known = isinstance(name, str) and name in TABLE
    pump.log.add(events.COMMAND_REFUSED, now_ms, TABLE[name].number if known else 0, refused.why)
    reply.update({"ok": 0, "error": ERRORS[refused.why], "message": str(refused)})
    reply.update(refused.figures)
    return reply


def _number(payload):
    """The id of a command, 0 where it has none that can be."""
    number = payload.get("id") if isinstance(payload, dict) else None
    named = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < MAX_ID
    return number if named else 0


def _carry_out(pump, payload, number, now_ms, digest):
    """Carry out a command once under its id; the fields of the reply. Refused."""
    command = _check(pump, payload)
    if command.ids == NEEDED and not number:
        raise Refused(
            BAD_FIELD, "%s needs an id from 1 to %d of its own" % (payload["do"], MAX_ID - 1)
        )
    if command.ids == FREE or not number:
        try:
            return _run(pump, command, payload, now_ms)
        finally:
            pump.memory.release()
    if digest is None:
        digest = digest_of(json.dumps(payload).encode())
    number = per_slot(number, pump.access.speaker)
    done = pump.command_ids.find(number)
    if done is not None:
        return _repeated(done, digest)
    result = CARRIED_OUT
    try:
        return _run(pump, command, payload, now_ms)
    except Refused as refused:
        result = refused.why
        raise
    except ConfigError:
        result = BAD_FIELD
        raise
    finally:
        pump.command_ids.keep(Done(number, digest, result, now_ms))
        pump.memory.keep(COMMAND_IDS, pump.command_ids)
        pump.memory.release()


def _run(pump, command, payload, now_ms):
    """The fields of the reply. Refused where memory or state do not take the command. Until
    `release` nothing is written: all that it changes is one record, with its id.
    """
    if command.books and pump.memory.trouble is not None:
        raise Refused(
            NOT_NOW,
            "the journal takes no record, and a power cut would lose it: stop is taken, and what "
            "silences an alarm",
        )
    refuse_but_in(pump, command.states, payload["do"])
    pump.memory.gather(command.ids != FREE)  # a stop waits for no flash
    return command.run(pump, payload, now_ms) or {}


def _repeated(done, digest):
    """The fields of the reply to a command whose id is known."""
    if done.digest != digest:
        raise Refused(
            ID_USED, "id %d was used for another command: take a new one" % (done.number % MAX_ID)
        )
    reply = {"repeated": 1, "at_ms": done.at_ms}
    if done.result != CARRIED_OUT:
        message = "it was refused when it came first, and is not tried again"
        reply.update({"ok": 0, "error": ERRORS[done.result], "message": message})
    return reply


def _check(pump, payload):
    """The Command of a well-formed payload, from who may give it."""
    name = payload.get("do") if isinstance(payload, dict) else None
    if not isinstance(name, str) or name not in TABLE:
        raise Refused(
            UNKNOWN_COMMAND,
            "unknown command %s; commands: %s" % (shown(name), ", ".join(sorted(TABLE))),
        )
    command = TABLE[name]
    pump.access.admit(command, name)
    for key in sorted(payload, key=str):
        if key not in command.fields and key not in ("id", "do"):
            raise Refused(
                BAD_FIELD,
                "%s has no field %s; fields: %s"
                % (name, shown(key), ", ".join(sorted(command.fields)) or "none"),
            )
    for field, allowed in sorted(command.fields.items()):
        if field not in payload:
            if field in MAY_MISS or (allowed is not None and len(allowed) == 3):
                continue
            raise Refused(BAD_FIELD, "%s needs the field %s" % (name, field))
        if allowed is not None:
            check_value(name + "." + field, payload[field], allowed)
    return command
