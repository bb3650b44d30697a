"""Commands: everything that can be asked of the pump, in one table, and what each does.

    TABLE["empty"].run(pump, {"withdrawn_pl": 3_000_000_000}, now_ms)     # by execute.py

`run` answers the fields of the reply, or None; it raises Refused or ConfigError before anything has
changed.
"""

from collections import namedtuple

from firmware import config, states
from firmware.alarms import alarm_table
from firmware.alarms.signals import MAX_PAUSE_MS
from firmware.errors import ConfigError
from firmware.field_checks import TEXT
from firmware.link import (
    identity,
    key_slots,
    line_commands,
    pairing_commands,
    patient_commands,
    plan_commands,
    prime_commands,
    refill_commands,
    screening_commands,
    service_commands,
    staging,
    syringe_commands,
)
from firmware.link.common_refusals import (
    ask_gate,
    refuse_start,
    stated_alone,
    stopped_text,
)
from firmware.link.line_commands import BRIDGE, CONC, CONFIRMED, FLUSHED
from firmware.link.refill_commands import REFILL
from firmware.link.refusals import (
    NOT_NOW,
    UNUSABLE,
    Refused,
    less_than_a_step,
)
from firmware.link.status import status
from firmware.snapshot import MANY
from firmware.therapy import overlays, restart
from firmware.therapy.program_checks import ONE
from firmware.therapy.wall_clock import MOST_OFFSET_S
from firmware.units import volume_of_dose

MAX_ID = 1 << 31  # a reply repeats the number of its command if that is below
CONFIRM = "confirm_dose_ng_per_day"
_MAX_WALL_S = 7_258_118_400  # the year 2200

Command = namedtuple("Command", ("number", "run", "fields", "states", "ids", "books", "role"))


def _status(pump, payload, now_ms):
    return status(pump, now_ms)


def _start(pump, payload, now_ms):
    refuse_start(pump, payload, now_ms)
    if payload.get(CONFIRM) is not None:
        _state_dose(pump, payload, now_ms)
    elif pump.restart.unconfirmed:
        raise Refused(
            NOT_NOW,
            "nothing was given for too long, or for an unknown time without power, and the dose "
            "does not return by itself: see what was missed, then send start with %s%s"
            % (CONFIRM, stopped_text(pump, now_ms)),
        )
    if pump.screw.line_off:  # confirmed, and nothing is refused any more
        pump.screw.line_on()
    pump.start(now_ms)
    if pump.go_on_with_bridge(now_ms):
        return {"bridge": line_commands.bridge_state(pump, now_ms)}
    return None


def _confirm_dose(pump, payload, now_ms):
    _state_dose(pump, payload, now_ms)


def _state_dose(pump, payload, now_ms):
    """A person states the daily dose: it must be that of the program."""
    stated = payload[CONFIRM]
    dose = restart.daily_dose_ng(pump.demand.program, pump.books.epoch.conc_ng_per_ml)
    if not restart.states_it(stated, dose):
        raise ConfigError(
            CONFIRM,
            stated,
            "the dose of the program's highest day, %d, within 1 %%" % dose,
            "state that, or set a program first",
        )
    pump.confirm_dose(stated, now_ms)


def _stop(pump, payload, now_ms):
    pump.stop(now_ms, states.BY_COMMAND)


def _bolus(pump, payload, now_ms):
    epoch = pump.books.epoch
    field = stated_alone(payload, ("volume_pl", "dose_ng"), epoch.conc_ng_per_ml)
    volume_pl = payload[field]
    if epoch.conc_ng_per_ml:
        volume_pl = volume_of_dose(volume_pl, epoch.conc_ng_per_ml)
    bolus = overlays.by_time(overlays.BOLUS, volume_pl, payload["duration_ms"], now_ms)
    if not bolus.steps_by(bolus.end_ms, epoch):
        raise less_than_a_step(field, payload[field], epoch)
    ask_gate(pump, overlays.BOLUS, volume_pl, payload["duration_ms"], now_ms)
    patient_commands.confirm_lowering(pump, overlays.BOLUS, volume_pl, payload, now_ms)
    pump.start_bolus(overlays.BOLUS, volume_pl, payload["duration_ms"], payload["id"])


def _cancel_bolus(pump, payload, now_ms):
    running = pump.demand.overlays.running
    if running is None or running.kind.instead:
        raise Refused(NOT_NOW, "no bolus is running")
    pump.delivery.cancel_overlay()


def _acknowledge(pump, payload, now_ms):
    pump.alarms.acknowledge(now_ms, pump.access.releases())


def _audio_pause(pump, payload, now_ms):
    if not pump.alarms.pause_audio(payload["duration_ms"], now_ms):
        raise Refused(NOT_NOW, "the sound was paused: it must be heard before the next pause")


def _alarm_test(pump, payload, now_ms):
    pump.alarms.test(now_ms)


def _reset_fault(pump, payload, now_ms):
    if pump.stored.error is not None:
        raise Refused(NOT_NOW, UNUSABLE % pump.stored.error)
    if states.BY_MEMORY in pump.state.faults:
        raise Refused(NOT_NOW, "the books are lost: accept_books with what the reservoir holds")
    if states.BY_SELF_TEST in pump.state.faults:
        raise Refused(NOT_NOW, "the self-test failed: flash the image again, and power up anew")
    pump.reset_fault(now_ms)


def _set_program(pump, payload, now_ms):
    raise Refused(NOT_NOW, "a program is confirmed by its digest: put, stage, and confirm it")


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
_STOPPED = (states.STOPPED,)
_INFUSES = (states.STOPPED, states.INFUSING)
_AT_REST = (states.STOPPED, states.EMPTY)
_FAULT = (states.FAULT,)
_RESTING = (states.STOPPED, states.EMPTY, states.FAULT)
_SOUND = (states.STOPPED, states.INFUSING, states.STALLED, states.EMPTY)
_BOLUS = {
    "dose_ng": (1, MANY, None),
    "volume_pl": (1, MANY, None),
    "duration_ms": (1000, 7 * 86_400_000),
    patient_commands.CONFIRM_LOWERING: (0, 1, None),
}
_DOSE_OR_NONE = (0, MANY, None)  # may be left out
_START = {CONFIRM: _DOSE_OR_NONE, syringe_commands.CONFIRM_LINE: (0, 1, None)}
_WITHDRAW = {"volume_pl": (1, MANY), syringe_commands.LINE_OFF: (0, 1)}
_FILL = {"fill_pl": (1, MANY)}
_WITHDRAWN = {"withdrawn_pl": (0, MANY)}
_PAUSE = {"duration_ms": (1000, MAX_PAUSE_MS)}
_CLOCK = {
    "wall_s": (0, _MAX_WALL_S),
    "offset_s": (-MOST_OFFSET_S, MOST_OFFSET_S, None),
    service_commands.CONFIRM_JUMP: (0, 1, None),
}
_PROGRAM = {"program": None, staging.NO_THERAPY: (0, 1, None)}
_TUBE = {"first_use_day": (0, config.MOST_DAY), "revs": (0, MANY, None)}
_DAILY = {ONE[0]: _DOSE_OR_NONE, ONE[1]: _DOSE_OR_NONE}
_TEST = {"dose_ng": (1, MANY), "duration_ms": (1000, 7 * 86_400_000)}
_RESPONSE = {"effective": (0, 1), "lasted_min": (0, 7 * 1440), "note": None}
_WHAT = (identity.CONFIG, identity.PROGRAM)
_GET = {"what": _WHAT, "at": (0, MANY)}
_PUT = {"what": _WHAT, "at": (0, MANY), "text": None}
_STAGE = {"what": _WHAT, "size": (0, MANY), "sha256": TEXT}
_CONFIRM = {"digest": TEXT, staging.NO_THERAPY: (0, 1, None), CONC: (0, 10**12, None)}

_PAIR = {"role": key_slots.ROLES, "name": TEXT, "nonce": TEXT}
_SLOT = {"slot": (0, key_slots.SLOTS - 1)}
_OPEN = {"slot": (0, key_slots.SLOTS - 1), "nonce": TEXT}
_PROVE = {"slot": (0, key_slots.SLOTS - 1), "tag": TEXT}

# What the id of a command is for
FREE = 0  # it changes nothing, or is a stop, which is always carried out
KEPT = 1  # with an id from 1 up it is carried out once
NEEDED = 2  # it gives a dose or states one: the same, and it is refused without such an id

# Whether it is refused while the journal takes nothing more: nobody would know of it after a power
# cut
ANYHOW = False
BOOKED = True

# The role of the key that a paired pump asks for
_ALL, _OBS = key_slots.ANYBODY, key_slots.OBSERVER
_PAT, _CLIN = key_slots.PATIENT, key_slots.CLINICIAN

# number: never reused; run(pump, payload, now_ms): the fields of the reply, or None
# fields: of the payload, {name: what it allows as in fields.py, or None if `run` checks it}
# states: those in which it is taken; role: as above
TABLE: dict = {
    "status": Command(1, _status, {}, _ANY, FREE, ANYHOW, _ALL),
    "start": Command(2, _start, _START, _STOPPED, KEPT, BOOKED, _CLIN),
    "stop": Command(3, _stop, {}, _ANY, FREE, ANYHOW, _PAT),
    # the gate judges the state
    "bolus": Command(4, _bolus, _BOLUS, _ANY, NEEDED, BOOKED, _CLIN),
    "refill": Command(5, refill_commands.refill, REFILL, _ANY, NEEDED, BOOKED, _CLIN),
    "acknowledge": Command(6, _acknowledge, {}, _ANY, KEPT, ANYHOW, _PAT),
    "audio_pause": Command(7, _audio_pause, _PAUSE, _ANY, KEPT, ANYHOW, _PAT),
    "reset_fault": Command(8, _reset_fault, {}, _FAULT, KEPT, ANYHOW, _CLIN),
    "set_clock": Command(9, service_commands.set_clock, _CLOCK, _ANY, KEPT, ANYHOW, _CLIN),
    "set_program": Command(10, _set_program, _PROGRAM, _ANY, KEPT, ANYHOW, _CLIN),
    "alarm_test": Command(11, _alarm_test, {}, _ANY, KEPT, ANYHOW, _CLIN),
    "maintenance": Command(12, _maintenance, {}, _RESTING, KEPT, ANYHOW, _CLIN),
    "hello": Command(13, _hello, {}, _ANY, FREE, ANYHOW, _ALL),
    "get": Command(14, _get, _GET, _ANY, FREE, ANYHOW, _OBS),
    "events_since": Command(15, _events_since, {"seq": (0, MANY)}, _ANY, FREE, ANYHOW, _OBS),
    "cancel_bolus": Command(16, _cancel_bolus, {}, _ANY, KEPT, ANYHOW, _CLIN),
    "accept_books": Command(17, refill_commands.accept_books, _FILL, _FAULT, NEEDED, ANYHOW, _CLIN),
    "confirm_dose": Command(18, _confirm_dose, {CONFIRM: (0, MANY)}, _SOUND, KEPT, BOOKED, _CLIN),
    "empty": Command(19, refill_commands.empty, _WITHDRAWN, _SOUND, NEEDED, BOOKED, _CLIN),
    "tube_replaced": Command(
        22, service_commands.tube_replaced, _TUBE, _RESTING, KEPT, BOOKED, _CLIN
    ),
    "patient_bolus": Command(27, patient_commands.patient_bolus, {}, _ANY, NEEDED, BOOKED, _PAT),
    "plan_confirm": Command(28, plan_commands.plan_confirm, _DAILY, _SOUND, KEPT, BOOKED, _CLIN),
    "plan_pause": Command(29, plan_commands.plan_pause, {}, _ANY, KEPT, BOOKED, _CLIN),
    "plan_resume": Command(30, plan_commands.plan_resume, {}, _SOUND, KEPT, BOOKED, _CLIN),
    "test_bolus": Command(31, screening_commands.test_bolus, _TEST, _ANY, NEEDED, BOOKED, _CLIN),
    "screening_response": Command(
        32, screening_commands.screening_response, _RESPONSE, _SOUND, KEPT, BOOKED, _CLIN
    ),
    "plan_end": Command(34, plan_commands.plan_end, {}, _ANY, KEPT, BOOKED, _CLIN),
    "withdraw": Command(33, syringe_commands.withdraw, _WITHDRAW, _AT_REST, NEEDED, BOOKED, _CLIN),
    "prime": Command(
        23, prime_commands.prime, prime_commands.PRIME, _INFUSES, NEEDED, BOOKED, _CLIN
    ),
    "bridge_dose": Command(24, line_commands.bridge_dose, BRIDGE, _SOUND, NEEDED, BOOKED, _CLIN),
    "catheter_flushed": Command(
        25, line_commands.catheter_flushed, FLUSHED, _RESTING, NEEDED, BOOKED, _CLIN
    ),
    "line_confirmed": Command(
        26, line_commands.line_confirmed, CONFIRMED, _RESTING, KEPT, BOOKED, _CLIN
    ),
    "put": Command(38, staging.put, _PUT, _ANY, FREE, ANYHOW, _CLIN),
    "stage": Command(39, staging.stage, _STAGE, _ANY, FREE, ANYHOW, _CLIN),
    "confirm": Command(
        40, staging.confirm, _CONFIRM, _ANY, NEEDED, BOOKED, _CLIN
    ),  # judges the state
    "pair": Command(41, pairing_commands.pair, _PAIR, _ANY, FREE, ANYHOW, _ALL),
    "unpair": Command(42, pairing_commands.unpair, _SLOT, _ANY, KEPT, BOOKED, _CLIN),
    "keys": Command(43, pairing_commands.keys, {}, _ANY, FREE, ANYHOW, _OBS),
    "open": Command(44, pairing_commands.open_session, _OPEN, _ANY, FREE, ANYHOW, _ALL),
    "prove": Command(45, pairing_commands.prove, _PROVE, _ANY, FREE, ANYHOW, _ALL),
    "bye": Command(46, pairing_commands.bye, {}, _ANY, FREE, ANYHOW, _OBS),
}
