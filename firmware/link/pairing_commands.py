"""The commands of pairing and of the handshake (decisions 0204 to 0206).

    pair {role, name, nonce} -> slot, key     # once, in the minute after `service` was pressed
    open {slot, nonce} -> nonce, boot, tag    # who this pump is
    prove {slot, tag}                         # who the host is; its session begins

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

import binascii
import hashlib
import struct

from firmware import events
from firmware.errors import ConfigError
from firmware.link.access import HANDED_OUT, REMOVED
from firmware.link.clp1 import NONCE_BYTES, TAG_BYTES
from firmware.link.key_slots import CLINICIAN, MOST_NAME, ROLES, SECRET_BYTES, Key, key_of
from firmware.link.refusals import NOT_NOW, NOT_PROVEN, ROLE, Refused
from hal.contract import BUTTON, SERVICE


def pair(pump, payload, now_ms):
    """A key, which counts once a frame with it has come: until then the pump is as it was."""
    access, role, name = pump.access, ROLES.index(payload["role"]) + 1, payload["name"]
    if len(name) > MOST_NAME or min(name) < " " or max(name) > "~":
        raise ConfigError("pair.name", name, "1 to %d ASCII characters" % MOST_NAME)
    nonce = _bytes("pair.nonce", payload["nonce"], NONCE_BYTES)
    keys = access.keys
    if not pump.memory.lasting or pump.memory.trouble is not None or pump.memory_error is not None:
        raise Refused(NOT_NOW, "the memory keeps nothing: keys would be gone with the power")
    _ask_presence(pump, now_ms)
    if role == CLINICIAN and keys.paired and not access.is_clinician():
        why = NOT_PROVEN if access.speaker is None else ROLE
        raise Refused(why, "a clinician has a key: another one is added by a clinician")
    if role != CLINICIAN and not keys.paired:
        raise Refused(NOT_NOW, "the first key is a clinician's: pair one first")
    slot = keys.free_slot()
    if slot is None:
        raise Refused(NOT_NOW, "all %d slots are taken: unpair one first" % len(keys.slots))
    drawn = hashlib.sha256(pump.hal.power.random(32))
    drawn.update(nonce)
    drawn.update(
        struct.pack("<II", access.boots.count, pump.books.ledger.emitted_steps & 0x7FFFFFFF)
    )
    key = Key(role, name, drawn.digest()[:SECRET_BYTES])
    access.hand_out(slot, key, now_ms)
    pump.log.add(events.PAIRING, now_ms, HANDED_OUT, slot, role)
    return {"slot": slot, "key": _hex(key_of(key))}


def unpair(pump, payload, now_ms):
    """A key is taken back; with the last clinician's all others go, and the pump is open."""
    access, slot = pump.access, payload["slot"]
    key = access.keys.slots[slot]
    if key is None:
        raise Refused(NOT_NOW, "slot %d has no key" % slot)
    _ask_presence(pump, now_ms)
    access.remove(slot)
    access.close_window()
    pump.log.add(events.PAIRING, now_ms, REMOVED, slot, key.role)
    return {"paired": 1 if access.keys.paired else 0}


def _ask_presence(pump, now_ms):
    """Refused unless somebody is at the pump."""
    present = pump.hal.inputs.present
    if not present & (SERVICE | BUTTON):
        raise Refused(NOT_NOW, "this board has no service input and no button: it cannot be paired")
    if pump.access.window_ms(now_ms):
        return
    if present & SERVICE:
        raise Refused(NOT_NOW, "nobody is at the pump: press its service input, then within 60 s")
    raise Refused(
        NOT_NOW,
        "nobody is at the pump: switch it off and on, after the beep hold its button until the "
        "next beep, let go, then within 60 s",
    )


def keys(pump, payload, now_ms):
    """Who has one."""
    access = pump.access
    named = [
        [slot, ROLES[key.role - 1], key.name] for slot, key in enumerate(access.keys.slots) if key
    ]
    return {"keys": named, "mine": access.speaker}


def open_session(pump, payload, now_ms):
    """The first message of a handshake, and the pump's."""
    host_nonce = _bytes("open.nonce", payload["nonce"], NONCE_BYTES)
    nonce, boot, tag = pump.access.offer(payload["slot"], host_nonce, now_ms)
    return {"nonce": _hex(nonce), "boot": boot, "tag": _hex(tag)}


def prove(pump, payload, now_ms):
    """The third message. Silence where its tag is wrong."""
    tag = _bytes("prove.tag", payload["tag"], TAG_BYTES)
    pump.access.prove(payload["slot"], tag, now_ms, pump.log)


def bye(pump, payload, now_ms):
    """The session ends with the reply."""
    if pump.access.speaker is None:
        raise Refused(NOT_NOW, "there is no session")
    pump.access.bye()


def _bytes(field, text, count):
    """So many bytes in hex."""
    try:
        data = binascii.unhexlify(text) if len(text) == 2 * count else None
    except ValueError:
        data = None
    if data is None:
        raise ConfigError(field, text, "%d bytes in hex" % count)
    return data


def _hex(data):
    return binascii.hexlify(data).decode()
