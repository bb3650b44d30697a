"""Stage and confirm: a configuration or a program comes in parts, is checked as a whole, and takes
effect once a person has confirmed its digest (decision 0192).

    put {what, at, text} ... stage {what, size, sha256} -> digest -> confirm {digest}

What is staged is no state of the pump: nothing looks at it but `confirm`, and it is forgotten after
STAGED_MS. As in commands.py: each answers the fields of the reply, and raises before anything has
changed.
"""

import hashlib
import io
import json

from firmware import config, events, states
from firmware.errors import ConfigError
from firmware.link import canonical, plan_commands
from firmware.link.canonical import hex_of
from firmware.link.common_refusals import refuse_but_in, refuse_within_bolus
from firmware.link.identity import CONFIG, MOST_AT_ONCE, sha256_of
from firmware.link.line_commands import CONC
from firmware.link.refusals import BAD_FIELD, NOT_NOW, Refused
from firmware.settings import check_size
from firmware.therapy import plan_checks, programs
from firmware.therapy.program_checks import SAFE
from hal.contract import HalError

STAGED_MS = 120_000
MOST_CONFIG, MOST_PROGRAM = 8192, 4096  # bytes
NO_THERAPY = "confirm_no_therapy"  # while the clock is unset
_NEVER_MS = 1 << 62
_SHOWN = 16  # hex digits of a SHA-256 that a person confirms
_AT_REST = (states.STOPPED, states.EMPTY, states.FAULT)
_SOUND = (states.STOPPED, states.INFUSING, states.STALLED, states.EMPTY)


class Staged:
    """parts: of the text so far, `size` bytes in all; until_ms: when they are forgotten
    by: the slot whose key has sent them, None in plain

    digest: that is to be confirmed, None before `stage`; settings: in force then
    section: of a program, the one that is to take effect
    drug: of a configuration, its drug if the reservoir holds another by the last refill, else None
    """

    def __init__(self):
        self.by = None
        self.drop()

    def of(self, speaker):
        """This, with nothing in it that another computer has put."""
        if self.by != speaker:
            self.by = speaker
            self.drop()
        return self

    def drop(self):
        self.parts = []
        self.what = self.digest = self.section = self.settings = self.drug = None
        self.size = 0
        self.until_ms = _NEVER_MS

    def hold(self, what, parts, now_ms):
        """So much of a text has come."""
        self.drop()
        self.what, self.parts = what, parts
        self.size = sum([len(part) for part in parts])
        self.until_ms = now_ms + STAGED_MS

    def checked(self, digest, section, drug, settings, now_ms):
        """It is sound, and waits for `confirm`."""
        self.digest, self.section, self.drug = digest[:_SHOWN], section, drug
        self.settings = settings
        self.until_ms = now_ms + STAGED_MS

    def look(self, now_ms):
        """Forget what nobody has confirmed in time; returns when to look again."""
        if now_ms >= self.until_ms:
            self.drop()
        return self.until_ms


class _Stream(io.IOBase):
    """The parts in a row: a heap in pieces need not have a hole for all of them."""

    def __init__(self, parts):
        self._parts = parts
        self._part = self._at = 0

    def read(self):
        """All of it: CPython's json wants it so, and MicroPython's asks `readinto`."""
        return b"".join(self._parts)

    def readinto(self, buffer):
        if self._part == len(self._parts):
            return 0
        part = self._parts[self._part]
        count = min(len(buffer), len(part) - self._at)
        buffer[:count] = part[self._at : self._at + count]
        self._at += count
        if self._at == len(part):
            self._part, self._at = self._part + 1, 0
        return count


def put(pump, payload, now_ms):
    """A part of a text; the one that came last may come again."""
    staged = pump.staged.of(pump.access.speaker)
    what, at, text = payload["what"], payload["at"], payload["text"]
    if not isinstance(text, str) or not 0 < len(text) <= MOST_AT_ONCE or max(text) > "~":
        raise ConfigError("put.text", text, "1 to %d ASCII characters" % MOST_AT_ONCE)
    most = MOST_CONFIG if what == CONFIG else MOST_PROGRAM
    if at + len(text) > most:
        raise ConfigError("put.at", at, "%d bytes in all" % most)
    parts = staged.parts if staged.what == what else []
    count = size = 0
    while count < len(parts) and size < at:
        size += len(parts[count])
        count += 1
    if size != at:
        raise Refused(NOT_NOW, "no part ends at %d: put the first one again" % at)
    parts = parts[:count]
    parts.append(text.encode())
    staged.hold(what, parts, now_ms)
    pump.await_confirmation()
    return {"at": staged.size}


def stage(pump, payload, now_ms):
    """The text is whole: check all of it. The reply has the digests and a summary of both."""
    staged = pump.staged.of(pump.access.speaker)
    what, size = payload["what"], payload["size"]
    if staged.what != what or staged.size != size:
        raise Refused(NOT_NOW, "%d of its bytes were put: put it anew" % staged.size)
    try:
        # Most are one part, and many times faster so.
        one = len(staged.parts) == 1
        value = json.loads(staged.parts[0]) if one else json.load(_Stream(staged.parts))
        told, drug = (_check_config if what == CONFIG else _check_program)(pump, value)
        digest = canonical.digest(value)
    except MemoryError as error:
        raise Refused(
            BAD_FIELD, "the %s takes more memory than there is: use fewer steps" % what
        ) from error
    except (ValueError, RuntimeError) as error:  # nested beyond all use
        raise Refused(
            BAD_FIELD, "the %s is no JSON that can be read: %s" % (what, error)
        ) from error
    hashed = hashlib.sha256()
    for part in staged.parts:
        hashed.update(part)
    if not digest == payload["sha256"] == hex_of(hashed):
        raise Refused(
            BAD_FIELD,
            "what was understood has the digest %s, not that of the text, or the one stated: put "
            "it in canonical form" % digest,
        )
    section = None if what == CONFIG else value
    staged.checked(digest, section, drug, pump.settings, now_ms)
    told["digest"] = staged.digest
    told["now"] = sha256_of(pump, what)[:_SHOWN]
    told["daily_now"] = _dailies(pump.settings.config)
    return told


def _check_program(pump, section):
    """What may take effect now; the summary, and no drug."""
    _ask_program(pump)
    config_now, conc = pump.settings.config, pump.settings.epoch.conc_ng_per_ml
    programs.check(section, config_now["limits"], conc)
    pump.kept_program.check_size(section, pump.books.line.bridge)
    return {"mode": section["mode"], "daily": _dailies(dict(config_now, program=section))}, None


def _ask_program(pump):
    refuse_but_in(pump, _SOUND, "a program")
    refuse_within_bolus(pump)
    plan_commands.refuse_within_plan(pump)


def _check_config(pump, value):
    """The summary, and the drug as of Staged."""
    refuse_but_in(pump, _AT_REST, "a configuration")
    checked = config.check(value, *pump.stored.board)
    check_size(checked["program"], True, pump.books.line.bridge)
    before = dict(pump.stored.values, drug=pump.settings.config["drug"])
    differ = [key for key in sorted(checked) if checked[key] != before[key]]
    drug = checked["drug"] if "drug" in differ and pump.stored.error is None else None
    return {"mode": checked["program"]["mode"], "daily": _dailies(checked), "differ": differ}, drug


def _dailies(of):
    """The daily dose, of the highest day, of each stage of a configuration's program; a volume
    without a drug.
    """
    section, least, conc = of["program"], of["limits"]["min_rate_pl_per_day"], of["drug"]
    stages = [stage["program"] for stage in section.get("stages", ())] or [section]
    conc = conc["conc_ng_per_ml"]
    return [plan_checks.daily(stage, least, conc, programs.build) for stage in stages]


def confirm(pump, payload, now_ms):
    """A person has seen what has this digest: it takes effect."""
    staged = pump.staged.of(pump.access.speaker)
    if payload["digest"] != staged.digest or now_ms >= staged.until_ms:
        raise Refused(
            NOT_NOW,
            "this computer has staged nothing with this digest within %d s: stage it anew"
            % (STAGED_MS // 1000),
        )
    if pump.settings is not staged.settings:
        raise Refused(NOT_NOW, "what is in force has changed since: stage it anew, and compare")
    if staged.section is None:
        if staged.drug is not None:
            _ask_drug(pump, staged.drug, payload)
        _store_config(pump, staged, now_ms)
    else:
        section = staged.section
        _ask_program(pump)
        pump.kept_program.check_size(section, pump.books.line.bridge)  # one may have come since
        if section.get(SAFE[pump.settings.epoch.conc_ng_per_ml > 0]) == 0:
            _ask_no_therapy(payload)
        pump.set_program(section, now_ms)
    staged.drop()


def _ask_no_therapy(payload):
    if not payload.get(NO_THERAPY):
        raise Refused(
            NOT_NOW,
            "the safe rate is 0: no therapy while the clock is unset; send it again with %s = 1, "
            "or state a safe rate" % NO_THERAPY,
        )


def _ask_drug(pump, drug, payload):
    """A refill may have brought another drug than the stored configuration states. Who read that,
    changed something else, and stores it again, does not mean to take the refill back.
    """
    if payload.get(CONC) != drug[CONC]:
        holds = pump.settings.config["drug"]
        raise Refused(
            NOT_NOW,
            "the reservoir holds %s, %d ng/mL, and the configuration states %s, %d: stage it with "
            "what is held, or, if that is wrong, send this again with %s = %d"
            % (
                holds["name"],
                holds[CONC],
                drug["name"],
                drug[CONC],
                CONC,
                drug[CONC],
            ),
        )


def _store_config(pump, staged, now_ms):
    """It replaces the stored one as a whole, and the pump comes up anew with it."""
    refuse_but_in(pump, _AT_REST, "a configuration")
    before = sha256_of(pump, CONFIG)
    try:
        pump.hal.store.write(config.NAME, staged.parts)
    except HalError as error:
        raise Refused(NOT_NOW, str(error)) from error
    digests = [int(digest[:8], 16) for digest in (staged.digest, before)]
    pump.log.add(events.CONFIG_STORED, now_ms, staged.size, *digests)
    pump.leave(console=False)
