"""`pair`, `unpair` and `keys`: which computers may command a pump. CPython only."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from clepsydra.amounts import Span
from clepsydra.errors import NotAsSent, NotConfirmed
from clepsydra.files import refuse_unwritable
from clepsydra.link import key_file
from clepsydra.link.key_file import Kept
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.asking import confirm_yes, refuse_unless
from clepsydra.verbs.verb_options import as_json, changing, named, verb
from firmware.link.clp1 import NONCE_BYTES
from firmware.link.key_slots import MOST_NAME, ROLES, SLOTS
from host_sim.shared import ending
from host_sim.shared.argument_types import whole

LOOK_MS = 500
_CLINICIAN = ROLES[-1]


def add(commands: Any) -> None:
    pair = verb(commands, "pair", "pair this computer with the pump", _pair, with_key=False)
    pair.add_argument("--role", choices=ROLES, default=_CLINICIAN, help=f"({_CLINICIAN})")
    pair.add_argument("--name", default="computer", help="of this computer, in the pump's list")
    pair.add_argument("--out", type=Path, metavar="FILE", help="a key for another computer")
    _waiting(pair)
    unpair = verb(commands, "unpair", "take a key back", _unpair)
    unpair.add_argument(
        "slot",
        type=whole(0, SLOTS - 1),
        nargs="?",
        help="of the key (default: this computer's)",
    )
    _waiting(changing(unpair))
    keys = verb(commands, "keys", "list who may command the pump", _keys, True, with_key=False)
    more = keys.add_mutually_exclusive_group()
    more.add_argument("--forget", action="store_true", help="forget this computer's key of it")
    more.add_argument("--take", type=Path, metavar="FILE", help="take the key of `pair --out FILE`")


def _waiting(parser: Any) -> None:
    parser.add_argument(
        "--for", dest="time", default="2 min", metavar="TIME", help="wait so long for the press"
    )


def _pair(arguments: Namespace, pump: Pump) -> int:
    who, out = pump.identity(), arguments.out
    mine = key_file.kept(who.serial)
    refuse_unless(
        1 <= len(arguments.name) <= MOST_NAME and arguments.name.isascii(),
        f'--name is "{arguments.name}"; allowed: 1 to {MOST_NAME} ASCII characters',
    )
    refuse_unless(
        not (mine and who.paired) or out is not None,
        "this computer has a key of this pump; for another computer: --out FILE, and "
        "`clepsydra keys --take FILE` there",
    )
    refuse_unless(out is None or not out.exists(), f"{out} is there already; name a new file")
    if out is not None:
        refuse_unwritable(out)
    refuse_unless(
        not who.paired or arguments.role != _CLINICIAN or bool(mine and mine.role == _CLINICIAN),
        "the pump is paired: another clinician's key is made by the computer of a clinician, with "
        "`clepsydra pair --out FILE`; here: --role observer or patient; if no clinician has a key "
        "any more: docs/programmer.md, A paired pump",
    )
    if who.paired and mine:
        pump.session.prove(mine.slot, mine.key)
    print(f"pair        {named(pump)}")
    print(f"            {arguments.role}, as {arguments.name}")
    _await_press(arguments, pump)
    nonce = os.urandom(NONCE_BYTES).hex()
    told = pump.session.ask("pair", role=arguments.role, name=arguments.name, nonce=nonce)
    new = Kept(told["slot"], arguments.role, arguments.name, bytes.fromhex(told["key"]))
    # Kept before the pump counts it: a power cut now leaves no pump that nobody can open.
    if out is None:
        key_file.keep(who.serial, new)
    else:
        key_file.write_apart(out, who.serial, new)
    pump.session.prove(new.slot, new.key)
    reply = pump.session.ask("keys")
    if not reply.get("kept", 1):
        raise NotAsSent(f"the pump took the key, and could not keep it: {reply['message']}")
    print(f"paired      slot {new.slot}; the key is in {out or key_file.place()}")
    if out is not None:
        pump.session.ask("bye")
        print(f"            there: clepsydra keys --take {out.name}; then delete the file")
    return ending.DONE


def _unpair(arguments: Namespace, pump: Pump) -> int:
    listed = pump.session.ask("keys")
    there = {row[0]: row for row in listed["keys"]}
    refuse_unless(bool(there), "the pump is open: nobody has a key of it")
    slot = listed["mine"] if arguments.slot is None else arguments.slot
    refuse_unless(
        slot in there, f"slot {slot} has no key; there are: {', '.join(map(str, there)) or 'none'}"
    )
    mine = there[listed["mine"]][1]
    refuse_unless(mine == _CLINICIAN, f"a clinician takes keys back, and this key has {mine}")
    clinicians = [row[0] for row in listed["keys"] if row[1] == _CLINICIAN]
    print(f"unpair      {named(pump)}")
    _show(listed, [there[slot]])
    if clinicians == [slot]:
        print("WARNING     the last clinician's: all keys go, and the pump is open to anybody")
    confirm_yes(arguments, "Take this key back?")
    _await_press(arguments, pump)
    serial = pump.identity().serial
    told = pump.session.ask("unpair", slot=slot)
    if slot == listed["mine"] or not told["paired"]:
        pump.session.speak_plain()
        key_file.forget(serial)
    print("unpaired" if told["paired"] else "unpaired; the pump is open: anybody commands it")
    return ending.DONE


def _keys(arguments: Namespace, pump: Pump) -> int:
    who = pump.identity()
    if arguments.forget:
        there = key_file.forget(who.serial)
        print(f"forgotten: the key of {who.serial}" if there else "this computer has no key of it")
        return ending.DONE
    if arguments.take:
        print(f"taken: the key of {', '.join(key_file.take_in(arguments.take))}")
        return ending.DONE
    mine = key_file.kept(who.serial)
    if who.paired and mine:
        pump.session.prove(mine.slot, mine.key)
        listed = pump.session.ask("keys")
    else:
        listed = {"keys": [], "mine": None}
    if arguments.json:
        return as_json({"paired": who.paired, "keys": listed["keys"], "mine": listed["mine"]})
    print(f"keys        {named(pump)}")
    if not who.paired:
        print("            none: the pump is open, anybody who reaches its port commands it")
    elif not mine:
        print("            it is paired, and this computer has no key of it")
    _show(listed, listed["keys"])
    return ending.DONE


def _show(listed: dict[str, Any], rows: list[list[Any]]) -> None:
    for slot, role, name in rows:
        mine = ", this computer" if slot == listed["mine"] else ""
        print(f"slot {slot}      {role}, {name}{mine}")


def _await_press(arguments: Namespace, pump: Pump) -> None:
    """Until somebody has pressed the service input. NotConfirmed."""
    waits = Span.read(arguments.time, "for")
    print(f"            press the service input of the pump for a second, within {waits}")
    left_ms = waits.ms
    while not pump.status().raw["pairing_ms"]:
        if left_ms <= 0:
            raise NotConfirmed(f"nobody pressed the service input within {waits}: nothing was sent")
        pump.session.listen(LOOK_MS)
        left_ms -= LOOK_MS
    print("            pressed")
