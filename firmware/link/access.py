"""Access: whose words this pump takes (decisions 0204 to 0206).

    access.opened(body, now_ms, log)       # of a sealed frame: its JSON, or None
    access.over                            # of what was not opened: may its sender hear why
    access.hears(payload, now_ms)          # of a plain one: is it answered at all
    access.admit(command, name)            # Refused unless who speaks now may give that command

A pump without keys is open: it takes plain frames from anybody. A paired one takes what is sealed
with the key of a session, and in plain `hello`, `status` and the handshake. A session is no state
of the pump: its end changes nothing, and it is in RAM alone.
"""

from collections import namedtuple

from firmware import events
from firmware.link import clp1
from firmware.link.key_slots import CLINICIAN, ROLES, SLOTS, Boots, Keys, key_of
from firmware.link.refusals import NOT_PROVEN, ROLE, Refused, Silence
from firmware.link.sealed_session import Session

WINDOW_MS = 60_000  # after `service` was pressed
PENDING_MS = 120_000  # within them the first frame with a new key has to come
OFFER_MS = 10_000  # from the first message of a handshake to its last
STRIKES, WITHIN_MS, LOCKED_MS = 5, 60_000, 10_000
TELL_MS = 60_000  # between two events of bad frames
ANSWERED = ("hello", "open", "prove")  # where bad frames have come lately

# PAIRING a
PRESSED, HANDED_OUT, LIVE, REMOVED, CLEARED = 1, 2, 3, 4, 5
NOT_CLEARED = 6  # the store has the note still, or does not say whether it has one

Pending = namedtuple("Pending", ("slot", "key", "until_ms"))


class Access:
    """power: gives random bytes.

    keys, boots: keepers
    speaker: the slot whose command is carried out, None for one in plain
    sessions: one a slot
    over: of the sealed frame that was not opened last: its session is over, and its sender may hear
        so (decision 0202)
    bad, replayed: sealed frames since power-up without a right tag, or with an old counter
    """

    def __init__(self, power):
        self._power = power
        self.keys = Keys()
        self.boots = Boots()
        self.speaker = None
        self.bad = self.replayed = 0
        self.sessions = []
        self.over = False
        self._ended = None  # the session that was ended last
        self._offers = {}  # slot: (T, until_ms)
        self._pending = None
        self._window_until_ms = 0
        self._strikes = []  # instants
        self._locked_until_ms = 0
        self._told = 0  # of bad and replayed
        self._tell_ms = 0  # when the next may be told

    def admit(self, command, name):
        """Refused unless who speaks now may give this command."""
        if self.speaker is None:
            if command.role and self.keys.paired:
                raise Refused(
                    NOT_PROVEN,
                    "this pump is paired: %s is taken from a computer that has a key" % name,
                )
        elif self.keys.slots[self.speaker].role < command.role:
            mine = ROLES[self.keys.slots[self.speaker].role - 1]
            raise Refused(
                ROLE,
                "%s asks for the role %s at least, and this key has %s"
                % (name, ROLES[command.role - 1], mine),
            )

    def who(self):
        """(slot, role) of the key whose command is carried out, () for none."""
        if self.speaker is None:
            return ()
        return self.speaker, self.keys.slots[self.speaker].role

    def is_clinician(self):
        """Whether the command that is carried out came with a clinician's key."""
        return self.speaker is not None and self.keys.slots[self.speaker].role == CLINICIAN

    def releases(self):
        """Whether who speaks now is a clinician, or on an open pump may be one."""
        return self.speaker is None or self.is_clinician()

    def hush(self):
        """Nobody's command is carried out."""
        self.speaker = None

    def hears(self, payload, now_ms):
        """Whether a plain frame is answered."""
        if now_ms >= self._locked_until_ms or not self.keys.paired:
            return True
        return isinstance(payload, dict) and payload.get("do") in ANSWERED

    # Pairing

    def pressed(self, now_ms):
        """Somebody is at the pump: a key may be handed out, or taken back."""
        self._window_until_ms = now_ms + WINDOW_MS

    def window_ms(self, now_ms):
        """How long that is so still, 0 if it is not."""
        return max(0, self._window_until_ms - now_ms)

    def close_window(self):
        self._window_until_ms = 0

    def hand_out(self, slot, key, now_ms):
        """A Key that counts once a frame with it has come. The one before it never will."""
        if self._pending is not None:
            self._end(self._pending.slot)
        self._pending = Pending(slot, key, now_ms + PENDING_MS)

    def remove(self, slot):
        """Its key is not taken any more."""
        self.keys.remove(slot)
        for number, key in enumerate(self.keys.slots):
            if key is None:
                self._end(number)
        self._pending = None

    def _key(self, slot, now_ms):
        """The 32 bytes, None where there are none."""
        pending = self._pending
        if pending and now_ms < pending.until_ms and pending.slot == slot:
            return key_of(pending.key)
        kept = self.keys.slots[slot]
        return kept and key_of(kept)

    # The handshake

    def offer(self, slot, host_nonce, now_ms):
        """(nonce, power-up, tag) of the pump, for a slot without a key too."""
        nonce = self._power.random(clp1.NONCE_BYTES)
        told = clp1.transcript(slot, host_nonce, nonce, self.boots.use())
        self._offers[slot] = told, now_ms + OFFER_MS
        key = self._key(slot, now_ms) or self._power.random(clp1.KEY_BYTES)
        return nonce, self.boots.count, clp1.proof(key, clp1.BY_PUMP, told)

    def prove(self, slot, tag, now_ms, log):
        """The host has the key: its session begins, and the one before it ends. Silence."""
        told, until_ms = self._offers.get(slot, (b"", 0))
        key = self._key(slot, now_ms) if now_ms < until_ms else None
        if key is None or not clp1.same(clp1.proof(key, clp1.BY_HOST, told), tag):
            self._strike(now_ms, log)
            raise Silence()
        del self._offers[slot]
        self._end(slot)
        self.sessions.append(Session(slot, key, told, now_ms))
        if self.keys.slots[slot]:
            self._end_other_clinicians(slot)

    def _end(self, slot):
        """Its session, if there is one."""
        for session in self.sessions:
            if session.slot == slot:
                self._ended = session
        self.sessions = [session for session in self.sessions if session.slot != slot]

    def bye(self):
        self._end(self.speaker)

    def _end_other_clinicians(self, slot):
        """One of them commands at a time."""
        slots = self.keys.slots
        if slots[slot].role == CLINICIAN:
            for other in range(len(slots)):
                if other != slot and slots[other] and slots[other].role == CLINICIAN:
                    self._end(other)

    def open_sessions(self, now_ms):
        """Those that have not ended."""
        if self.sessions:
            self.sessions = [one for one in self.sessions if now_ms < one.until_ms]
        return self.sessions

    def session_of(self, slot, now_ms):
        """None if there is none."""
        for session in self.open_sessions(now_ms):
            if session.slot == slot:
                return session
        return None

    # Frames

    def opened(self, body, now_ms, log):
        """The JSON of a sealed frame whose tag is right and whose counter is new, or None; with it
        `speaker` is its slot.
        """
        session = self.session_of(body[0], now_ms) if body else None
        text = None if session is None else session.opened(body)
        if text is None:
            late = self._is_of_ended(body)
            if not late:
                self._strike(now_ms, log)
            elif not self._ended.takes(clp1.counter_of(body), now_ms):
                self._replay(now_ms, log)
            gone = late or (session is None and len(body) > 0 and body[0] < SLOTS)
            self.over = gone and now_ms >= self._locked_until_ms
            return None
        self.over = False
        if not session.takes(clp1.counter_of(body), now_ms):
            self._replay(now_ms, log)
            return None
        if self.keys.slots[session.slot] is None and not self._becomes_live(now_ms, log):
            self._end(session.slot)
            return None
        self.speaker = session.slot
        return text

    def _is_of_ended(self, body):
        """Whether it has the tag of the session that ended last."""
        ended = self._ended
        return bool(ended and body and ended.slot == body[0] and ended.opened(body) is not None)

    def _becomes_live(self, now_ms, log):
        """The first good frame with a new key has come: from now on it counts, unless too late."""
        slot, key, until_ms = self._pending
        if now_ms >= until_ms:
            return False
        self._pending = None
        self.keys.enter(slot, key)
        self._end_other_clinicians(slot)
        self.close_window()
        log.add(events.PAIRING, now_ms, LIVE, slot, key.role)
        return True

    def _replay(self, now_ms, log):
        """What came had a right tag once."""
        self.replayed += 1
        self._tell(now_ms, log)

    def _strike(self, now_ms, log):
        """What came has no right tag."""
        if not self.keys.paired:
            return
        self.bad += 1
        self._tell(now_ms, log)
        self._strikes = [at for at in self._strikes if now_ms - at < WITHIN_MS] + [now_ms]
        if len(self._strikes) >= STRIKES:
            self._strikes = []
            self._locked_until_ms = now_ms + LOCKED_MS

    def _tell(self, now_ms, log):
        """At most once a minute."""
        if now_ms >= self._tell_ms:
            self._tell_ms = now_ms + TELL_MS
            log.add(events.BAD_FRAMES, now_ms, self.bad, self.replayed)
