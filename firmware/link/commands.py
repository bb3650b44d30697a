"""Commands: everything that can be asked of the pump, in one table.

    reply = execute(pump, {"id": 7, "do": "refill", "fill_pl": 20_000_000_000}, now_ms)

They come as frames over hal.link (frames.py) and are answered by a frame each: {"id": 7, "ok": 1,
...} or {"id": 7, "ok": 0, "error": "WRONG_STATE", "message": ...}. A refused command changes
nothing.
"""

import json
from collections import namedtuple

from firmware import config, events, states
from firmware.alarms import alarm_table
from firmware.alarms.signals import MAX_PAUSE_MS
from firmware.books.memory import COMMAND_IDS
from firmware.errors import ConfigError, shown
from firmware.field_checks import check_value
from firmware.guard import gate
from firmware.link import identity
from firmware.link.command_ids import CARRIED_OUT, Done, digest_of
from firmware.link.refusals import (
    BAD_FIELD,
    ERRORS,
    ID_USED,
    NOT_NOW,
    UNKNOWN_COMMAND,
    WRONG_STATE,
    Refused,
    bolus_refused,
    less_than_a_step,
)
from firmware.link.status import status
from firmware.therapy import overlays, programs
from hal.contract import DOOR

MAX_ID = 1 << 31  # a reply repeats the number of its command if that is below
_MANY = 10**15
_MAX_WALL_S = 7_258_118_400  # the year 2200

Command = namedtuple("Command", ("number", "run", "fields", "states", "ids"))


def _status(pump, payload, now_ms):
    return status(pump, now_ms)


def _start(pump, payload, now_ms):
    if pump.demand.program.mode == programs.STOPPED:
        raise Refused(NOT_NOW, "the program is 'stopped': set_program first")
    if pump.hal.inputs.read() & DOOR:
        raise Refused(NOT_NOW, "the pump head is open: close it first")
    pump.start(now_ms)


def _stop(pump, payload, now_ms):
    pump.stop(now_ms, states.BY_COMMAND)


def _bolus(pump, payload, now_ms):
    volume_pl, duration_ms, epoch = payload["volume_pl"], payload["duration_ms"], pump.books.epoch
    bolus = overlays.by_time(overlays.BOLUS, volume_pl, duration_ms, now_ms)
    if not bolus.steps_by(bolus.end_ms, epoch):
        raise less_than_a_step(volume_pl, epoch)
    _give(pump, overlays.BOLUS, payload, now_ms)


def _give(pump, kind, payload, now_ms):
    """Start a bolus of this kind, if the gate permits it."""
    volume_pl, duration_ms = payload["volume_pl"], payload["duration_ms"]
    reason, measured, limit = pump.permit_bolus(kind, volume_pl, duration_ms, now_ms)
    if reason != gate.PERMITTED:
        pump.log.add(events.BOLUS_REFUSED, now_ms, reason, measured, limit)
        raise bolus_refused(volume_pl, duration_ms, reason, measured, limit, pump.books.epoch)
    pump.start_bolus(kind, volume_pl, duration_ms, payload["id"])


def _cancel_bolus(pump, payload, now_ms):
    if pump.demand.overlays.running is None:
        raise Refused(NOT_NOW, "no bolus is running")
    pump.delivery.cancel_overlay()


def _refill(pump, payload, now_ms):
    config.check_fill("fill_pl", payload["fill_pl"], pump.settings.config["reservoir"])
    pump.refill(payload["fill_pl"], now_ms)


def _acknowledge(pump, payload, now_ms):
    pump.alarms.acknowledge(now_ms)


def _audio_pause(pump, payload, now_ms):
    if not pump.alarms.pause_audio(payload["duration_ms"], now_ms):
        raise Refused(NOT_NOW, "the sound was paused: it must be heard before the next pause")


def _alarm_test(pump, payload, now_ms):
    pump.alarms.test(now_ms)


def _reset_fault(pump, payload, now_ms):
    if pump.stored.error is not None:
        raise Refused(
            NOT_NOW,
            "the configuration is unusable (%s): store a good one and restart" % pump.stored.error,
        )
    if states.BY_MEMORY in pump.state.faults:
        raise Refused(NOT_NOW, "the books are lost: accept_books with what the reservoir holds")
    pump.reset_fault(now_ms)


def _accept_books(pump, payload, now_ms):
    if states.BY_MEMORY not in pump.state.faults:
        raise Refused(NOT_NOW, "the books are not lost: send refill, or reset_fault")
    config.check_fill("fill_pl", payload["fill_pl"], pump.settings.config["reservoir"])
    pump.accept_books(payload["fill_pl"], now_ms)


def _set_clock(pump, payload, now_ms):
    pump.set_clock(payload["wall_s"])


def _set_program(pump, payload, now_ms):
    if pump.demand.overlays.running is not None:
        raise Refused(NOT_NOW, "a bolus is running: wait for its end, or cancel_bolus")
    programs.check(payload["program"], pump.settings.config["limits"])
    pump.set_program(payload["program"], now_ms)


def _maintenance(pump, payload, now_ms):
    # The console silences the alarm. A bad configuration is mended from there.
    unheard = pump.alarms.unheard() & ~(1 << alarm_table.BAD_CONFIGURATION)
    if pump.alarms.highest(unheard) == alarm_table.HIGH:
        raise Refused(NOT_NOW, "a HIGH alarm is signalled: see to it and acknowledge first")
    pump.leave()


def _hello(pump, payload, now_ms):
    return identity.hello(pump)


def _get(pump, payload, now_ms):
    return identity.excerpt(pump, payload["what"], payload["at"])


def _events_since(pump, payload, now_ms):
    return pump.port.events_since(payload["seq"])


_ANY = (states.STOPPED, states.INFUSING, states.STALLED, states.EMPTY, states.FAULT)
_RESTING = (states.STOPPED, states.EMPTY, states.FAULT)
_SOUND = (states.STOPPED, states.INFUSING, states.STALLED, states.EMPTY)
_BOLUS = {"volume_pl": (1, _MANY), "duration_ms": (1000, 7 * 86_400_000)}
_GET = {"what": (identity.CONFIG, identity.PROGRAM), "at": (0, _MANY)}

# What the id of a command is for
FREE = 0  # it changes nothing, or is a stop, which is always carried out
KEPT = 1  # with an id from 1 up it is carried out once
NEEDED = 2  # it gives a dose or states one: the same, and it is refused without such an id

# number: never reused; run(pump, payload, now_ms): the fields of the reply, or None
# fields: of the payload, {name: what it allows as in fields.py, or None if `run` checks it}
# states: those in which it is taken
TABLE: dict = {
    "status": Command(1, _status, {}, _ANY, FREE),
    "start": Command(2, _start, {}, (states.STOPPED,), KEPT),
    "stop": Command(3, _stop, {}, _ANY, FREE),
    "bolus": Command(4, _bolus, _BOLUS, _ANY, NEEDED),  # the gate judges the state
    "refill": Command(5, _refill, {"fill_pl": (1, _MANY)}, _ANY, NEEDED),
    "acknowledge": Command(6, _acknowledge, {}, _ANY, KEPT),
    "audio_pause": Command(7, _audio_pause, {"duration_ms": (1000, MAX_PAUSE_MS)}, _ANY, KEPT),
    "reset_fault": Command(8, _reset_fault, {}, (states.FAULT,), KEPT),
    "set_clock": Command(9, _set_clock, {"wall_s": (0, _MAX_WALL_S)}, _ANY, KEPT),
    "set_program": Command(10, _set_program, {"program": None}, _SOUND, KEPT),
    "alarm_test": Command(11, _alarm_test, {}, _ANY, KEPT),
    "maintenance": Command(12, _maintenance, {}, _RESTING, KEPT),
    "hello": Command(13, _hello, {}, _ANY, FREE),
    "get": Command(14, _get, _GET, _ANY, FREE),
    "events_since": Command(15, _events_since, {"seq": (0, _MANY)}, _ANY, FREE),
    "cancel_bolus": Command(16, _cancel_bolus, {}, _ANY, KEPT),
    "accept_books": Command(17, _accept_books, {"fill_pl": (1, _MANY)}, (states.FAULT,), NEEDED),
}


def execute(pump, payload, now_ms, digest=None):
    """Carry out one command; the reply. digest: of the bytes of the payload. Nothing in a
    payload can raise through here.
    """
    number = _number(payload)
    reply: dict = {"id": number, "ok": 1}
    try:
        reply.update(_carry_out(pump, payload, number, now_ms, digest))
        return reply
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
    """Carry out a command that its id does not know yet; the fields of the reply. Refused."""
    command = _check(payload)
    if command.ids == NEEDED and not number:
        raise Refused(
            BAD_FIELD, "%s needs an id from 1 to %d of its own" % (payload["do"], MAX_ID - 1)
        )
    if command.ids == FREE or not number:
        _check_state(pump, payload["do"], command)
        return command.run(pump, payload, now_ms) or {}
    if digest is None:
        digest = digest_of(json.dumps(payload).encode())
    done = pump.command_ids.find(number)
    if done is not None:
        return _repeated(done, digest)
    result = CARRIED_OUT
    try:
        _check_state(pump, payload["do"], command)
        return command.run(pump, payload, now_ms) or {}
    except Refused as refused:
        result = refused.why
        raise
    except ConfigError:
        result = BAD_FIELD
        raise
    finally:
        pump.command_ids.keep(Done(number, digest, result, now_ms))
        pump.memory.keep(COMMAND_IDS, pump.command_ids)


def _repeated(done, digest):
    """The fields of the reply to a command whose id is known."""
    if done.digest != digest:
        raise Refused(ID_USED, "id %d was used for another command: take a new one" % done.number)
    reply = {"repeated": 1, "at_ms": done.at_ms}
    if done.result != CARRIED_OUT:
        message = "it was refused when it came first, and is not tried again"
        reply.update({"ok": 0, "error": ERRORS[done.result], "message": message})
    return reply


def _check(payload):
    """The Command of a well-formed payload."""
    name = payload.get("do") if isinstance(payload, dict) else None
    if not isinstance(name, str) or name not in TABLE:
        raise Refused(
            UNKNOWN_COMMAND,
            "unknown command %s; commands: %s" % (shown(name), ", ".join(sorted(TABLE))),
        )
    command = TABLE[name]
    for key in sorted(payload, key=str):
        if key not in command.fields and key not in ("id", "do"):
            raise Refused(
                BAD_FIELD,
                "%s has no field %s; fields: %s"
                % (name, shown(key), ", ".join(sorted(command.fields)) or "none"),
            )
    for field, allowed in sorted(command.fields.items()):
        if field not in payload:
            raise Refused(BAD_FIELD, "%s needs the field %s" % (name, field))
        if allowed is not None:
            check_value(name + "." + field, payload[field], allowed)
    return command


def _check_state(pump, name, command):
    """Refused in a state that does not take the command."""
    if pump.state.now not in command.states:
        taken = ", ".join([states.NAMES[state] for state in command.states])
        state = states.NAMES[pump.state.now]
        way_out = states.WAY_OUT[pump.state.now]
        raise Refused(
            WRONG_STATE,
            "%s is not taken in state %s, only in %s; %s is left by %s"
            % (name, state, taken, state, way_out),
        )
