"""Commands: everything that can be asked of the pump, in one table.

    reply = execute(pump, {"id": 7, "do": "refill", "fill_pl": 20_000_000_000}, now_ms)

They come as frames over hal.link (frames.py) and are answered by a frame each: {"id": 7, "ok": 1,
...} or {"id": 7, "ok": 0, "error": "WRONG_STATE", "message": ...}. A refused command changes
nothing.
"""

from collections import namedtuple

from firmware import config, events, states
from firmware.alarms.signals import MAX_PAUSE_MS
from firmware.errors import ConfigError, shown
from firmware.field_checks import check_value
from firmware.guard import gate
from firmware.link import identity
from firmware.link.refusals import (
    BAD_FIELD,
    ERRORS,
    NOT_NOW,
    UNKNOWN_COMMAND,
    WRONG_STATE,
    Refused,
    bolus_refused,
)
from firmware.link.status import status
from firmware.therapy import overlays, programs
from hal.contract import DOOR

MAX_ID = 1 << 31  # a reply repeats the number of its command if that is below
_MANY = 10**15
_MAX_WALL_S = 7_258_118_400  # the year 2200

Command = namedtuple("Command", ("number", "run", "fields", "states"))


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
    _give(pump, overlays.BOLUS, payload["volume_pl"], payload["duration_ms"], now_ms)


def _give(pump, kind, volume_pl, duration_ms, now_ms):
    """Start a bolus of this kind, if the gate permits it."""
    reason, measured, limit = pump.permit_bolus(kind, volume_pl, duration_ms, now_ms)
    if reason != gate.PERMITTED:
        pump.log.add(events.BOLUS_REFUSED, now_ms, reason, measured, limit)
        raise bolus_refused(volume_pl, duration_ms, reason, measured, limit)
    pump.start_bolus(kind, volume_pl, duration_ms, now_ms)


def _refill(pump, payload, now_ms):
    config.check_fill("fill_pl", payload["fill_pl"], pump.settings.config["reservoir"])
    pump.refill(payload["fill_pl"], now_ms)


def _acknowledge(pump, payload, now_ms):
    pump.alarms.acknowledge(now_ms)


def _audio_pause(pump, payload, now_ms):
    pump.alarms.pause_audio(payload["duration_ms"], now_ms)


def _alarm_test(pump, payload, now_ms):
    pump.alarms.test(now_ms)


def _reset_fault(pump, payload, now_ms):
    if pump.stored.error is not None:
        raise Refused(
            NOT_NOW,
            "the configuration is unusable (%s): store a good one and restart" % pump.stored.error,
        )
    pump.reset_fault(now_ms)


def _set_clock(pump, payload, now_ms):
    pump.set_clock(payload["wall_s"], now_ms)


def _set_program(pump, payload, now_ms):
    if pump.demand.overlays.running is not None:
        raise Refused(NOT_NOW, "a bolus is running: wait for its end, or stop")
    programs.check(payload["program"], pump.settings.config["limits"])
    pump.set_program(payload["program"], now_ms)


def _maintenance(pump, payload, now_ms):
    pump.leave()


def _hello(pump, payload, now_ms):
    return identity.hello(pump)


def _get(pump, payload, now_ms):
    return identity.excerpt(pump, payload["what"], payload["at"])


def _events_since(pump, payload, now_ms):
    return pump.port.recent.since(payload["seq"])


_ANY = (states.STOPPED, states.INFUSING, states.STALLED, states.EMPTY, states.FAULT)
_RESTING = (states.STOPPED, states.EMPTY, states.FAULT)
_SOUND = (states.STOPPED, states.INFUSING, states.STALLED, states.EMPTY)
_BOLUS = {"volume_pl": (1, _MANY), "duration_ms": (1000, 7 * 86_400_000)}
_GET = {"what": (identity.CONFIG, identity.PROGRAM), "at": (0, _MANY)}

# number: never reused; run(pump, payload, now_ms): the fields of the reply, or None
# fields: of the payload, {name: what it allows as in fields.py, or None if `run` checks it}
# states: those in which it is taken
TABLE: dict = {
    "status": Command(1, _status, {}, _ANY),
    "start": Command(2, _start, {}, (states.STOPPED,)),
    "stop": Command(3, _stop, {}, _ANY),
    "bolus": Command(4, _bolus, _BOLUS, _ANY),  # the gate judges the state
    "refill": Command(5, _refill, {"fill_pl": (1, _MANY)}, _ANY),
    "acknowledge": Command(6, _acknowledge, {}, _ANY),
    "audio_pause": Command(7, _audio_pause, {"duration_ms": (1000, MAX_PAUSE_MS)}, _ANY),
    "reset_fault": Command(8, _reset_fault, {}, (states.FAULT,)),
    "set_clock": Command(9, _set_clock, {"wall_s": (0, _MAX_WALL_S)}, _ANY),
    "set_program": Command(10, _set_program, {"program": None}, _SOUND),
    "alarm_test": Command(11, _alarm_test, {}, _ANY),
    "maintenance": Command(12, _maintenance, {}, _RESTING),
    "hello": Command(13, _hello, {}, _ANY),
    "get": Command(14, _get, _GET, _ANY),
    "events_since": Command(15, _events_since, {"seq": (0, _MANY)}, _ANY),
}


def execute(pump, payload, now_ms):
    """Carry out one command; the reply. Nothing in a payload can raise through here."""
    is_object = isinstance(payload, dict)
    name = payload.get("do") if is_object else None
    number = payload.get("id") if is_object else None
    named = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < MAX_ID
    reply: dict = {"id": number if named else 0, "ok": 1}
    try:
        command = _check(pump, payload, name)
        reply.update(command.run(pump, payload, now_ms) or {})
        return reply
    except ConfigError as error:
        refused = Refused(BAD_FIELD, str(error))
    except Refused as error:
        refused = error
    known = isinstance(name, str) and name in TABLE
    pump.log.add(events.COMMAND_REFUSED, now_ms, TABLE[name].number if known else 0, refused.why)
    reply.update({"ok": 0, "error": ERRORS[refused.why], "message": str(refused)})
    reply.update(refused.figures)
    return reply


def _check(pump, payload, name):
    """The Command of a well-formed payload in a state that takes it."""
    if not isinstance(name, str) or name not in TABLE:
        raise Refused(
            UNKNOWN_COMMAND,
            "unknown command %s; commands: %s" % (shown(name), ", ".join(sorted(TABLE))),
        )
    command = TABLE[name]
    for key in payload:
        if key not in command.fields and key not in ("id", "do"):
            raise Refused(
                BAD_FIELD,
                "%s has no field %s; fields: %s"
                % (name, shown(key), ", ".join(sorted(command.fields)) or "none"),
            )
    for field, allowed in command.fields.items():
        if field not in payload:
            raise Refused(BAD_FIELD, "%s needs the field %s" % (name, field))
        if allowed is not None:
            check_value(name + "." + field, payload[field], allowed)
    if pump.state.now not in command.states:
        taken = ", ".join([states.NAMES[state] for state in command.states])
        state = states.NAMES[pump.state.now]
        way_out = states.WAY_OUT[pump.state.now]
        raise Refused(
            WRONG_STATE,
            "%s is not taken in state %s, only in %s; %s is left by %s"
            % (name, state, taken, state, way_out),
        )
    return command
