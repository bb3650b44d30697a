"""Frames that nobody with a key has sent now, against a paired pump: replayed, reflected, out of
their order, cut short, spliced, with any bit changed, and plain ones. CPython only.

    attack = Attack(seed)
    attack.run(10_000)              # AttackError where the pump changed, or said what may help
    attack.frames, attack.outside   # sent, and how many of them outside a lock-out

Time passes between them. The owner of the pump goes on meanwhile, and is answered each time.
"""

import json
import random

from firmware import events
from firmware.link import clp1
from firmware.link.access import STRIKES, Access
from firmware.link.commands import TABLE
from firmware.link.far_end import Secret
from firmware.link.frames import NO_SESSION, SYNC, Decoder, encode, framed
from firmware.link.key_slots import SLOTS
from tests.rigs.paired import NONCE, Wire, offered, paired, press_service, session, with_secret
from tests.rigs.pump import UL, Bench

IN_PLAIN = ("hello", "status", "open")  # are answered
REFUSALS = ("NOT_PROVEN", "BAD_FIELD", "UNKNOWN_COMMAND", "NOT_NOW")
REPORTED = (events.BAD_FRAMES, events.COMMAND_REFUSED)
AT_ONCE = 8  # frames in a pass, at most
LOOK_AT_ALL = 200  # rounds between two looks at all that the pump keeps
_HARMFUL = (
    {"do": "set_clock", "wall_s": 1_767_571_300},
    {"do": "start"},
    {"do": "bolus", "dose_ng": 2000, "duration_ms": 60_000},
    {"do": "cancel_bolus"},
    {"do": "stop"},
    {"do": "acknowledge"},
)


class AttackError(AssertionError):
    """The pump did what nobody with a key has asked for."""


class Attack:
    """frames: sent so far; outside: of them, while the pump locked nobody out; kinds: of each
    mutation, how often.
    """

    def __init__(self, seed):
        self._random = random.Random(seed)
        self.frames = self.outside = self._rounds = 0
        self.kinds = {}
        self._bench = bench = Bench(500 * UL, start=False, limits={"stopped_limit_s": 30 * 86_400})
        self._access: Access = bench.pump.access
        self._owner = paired(bench)
        self._heard = Decoder(sealed=True)
        self._record()
        self._mutations = (
            self._replay, self._flip, self._flip, self._cut_short, self._longer, self._raised,
            self._splice, self._other_slot, self._plain, self._prove, self._noise, self._made_up,
        )  # fmt: skip
        self._before = self._all()

    def _record(self):
        """Hear what the owner and another key say, in sessions before and in the one of now."""
        bench = self._bench
        wire = Wire(bench)
        self._plain_frames = []
        for _ in range(2):
            told, tag = offered(bench, *self._owner)
            self._plain_frames.append(encode({"do": "prove", "slot": self._owner[0], "tag": tag}))
            bench.ok("prove", slot=self._owner[0], tag=tag)
            with_secret(bench, Secret(*self._owner, told))
            for command in _HARMFUL:
                bench.send(**command)
        press_service(bench)
        key = paired(bench, "patient", "handset")
        bench.ok("acknowledge")
        session(bench, *self._owner)
        press_service(bench)
        bench.ok("unpair", slot=key[0])
        bench.run_for(minutes=5)
        self._mine = session(bench, *self._owner)
        for command in _HARMFUL:
            bench.send(**command)
        self._to_pump, self._to_host = list(wire.to_pump), list(wire.to_host)
        bench.far_end._write = bench.hal.link.send_to_pump
        bench.hal.link.listen(self._hear)

    def run(self, frames):
        """So many more. AttackError."""
        end = self.frames + frames
        while self.frames < end:
            self._round()

    def _round(self):
        """Frames until the pump locks strangers out and as many more; then time passes."""
        before = self.frames
        while not self._locked():
            # The last of them may be the one that locks: none behind it counts as outside.
            self._send_some(max(1, STRIKES - len(self._access._strikes)))
            if self._random.random() < 0.2:
                self._pass_time(2000)
        outside = self.frames - before
        self.outside += outside
        while outside > 0:
            outside -= self._send_some(min(outside, AT_ONCE))
        self._rounds += 1
        if self._rounds % 8 == 0:  # the owner is answered, locked out or not
            self._ask_as_owner()
        if self._rounds % LOOK_AT_ALL == 0:
            self._look()
        self._pass_time(12_000, least_ms=10_000)

    def _locked(self):
        return self._bench.now_ms() < self._access._locked_until_ms

    def _pass_time(self, most_ms, least_ms=0):
        self._bench.step()
        self._bench.run_for(ms=self._random.randint(least_ms, most_ms))

    def _send_some(self, most):
        """Several at once; what the pump says to them is nothing that helps."""
        count = self._random.randint(1, most)
        data = b"".join([self._one() for _ in range(count)])
        self.frames += count
        pump = self._bench.pump  # the passes are those in which time passes
        pump.port.serve(pump, data, self._bench.now_ms())
        pump.port.flush()
        return count

    def _one(self):
        mutation = self._random.choice(self._mutations)
        name = mutation.__name__
        self.kinds[name] = self.kinds.get(name, 0) + 1
        return mutation()

    # What is sent

    def _body(self):
        """What stood in a frame, of the pump or to it."""
        which = self._to_host if self._random.random() < 0.25 else self._to_pump
        return self._random.choice(which)

    def _replay(self):
        return framed(clp1.SYNC, self._body())

    def _flip(self):
        body = bytearray(self._body())
        for _ in range(self._random.choice((1, 1, 1, 2, 8))):
            body[self._random.randrange(len(body))] ^= 1 << self._random.randrange(8)
        return framed(clp1.SYNC, bytes(body))

    def _cut_short(self):
        body = self._body()
        return framed(clp1.SYNC, body[: self._random.randrange(len(body))])

    def _longer(self):
        return framed(clp1.SYNC, self._body() + self._random.randbytes(self._random.randint(1, 40)))

    def _raised(self):
        """With a counter that is new."""
        body = self._body()
        return framed(clp1.SYNC, body[:1], self._random.randbytes(4), body[5:])

    def _splice(self):
        head, text, tag = self._body(), self._body(), self._body()
        return framed(clp1.SYNC, head[:5], text[5:-16], tag[-16:])

    def _other_slot(self):
        return framed(clp1.SYNC, bytes([self._random.randrange(256)]), self._body()[1:])

    def _plain(self):
        """A command without a seal, known or what stood in a sealed frame."""
        if self._random.random() < 0.5:
            return framed(SYNC, self._body()[5:-16])
        name = self._random.choice(sorted(TABLE))
        fields = {"do": name, "id": self._random.randrange(1 << 31)}
        for field, allowed in TABLE[name].fields.items():
            fields[field] = 1 if allowed is None or isinstance(allowed, str) else allowed[0]
        if name == "open":
            fields["nonce"] = NONCE.hex()
        return encode(fields)

    def _prove(self):
        tag = self._random.randbytes(16).hex()
        made_up = encode({"do": "prove", "slot": self._random.randrange(4), "tag": tag})
        return self._random.choice([*self._plain_frames, made_up])

    def _noise(self):
        frame = bytearray(framed(clp1.SYNC, self._body()))
        frame[self._random.randrange(1, len(frame))] ^= 1 << self._random.randrange(8)
        return bytes(frame)

    def _made_up(self):
        """All of it."""
        return framed(clp1.SYNC, self._random.randbytes(self._random.randint(0, 60)))

    # What comes of it

    def _hear(self, data):
        for message in self._heard.feed(data, self._bench.now_ms()):
            if isinstance(message, bytes):
                self._judge_sealed(message)
            elif not self._is_harmless(message):
                raise AttackError(f"the pump answered {message}")

    def _judge_sealed(self, body):
        if clp1.counter_of(body) == clp1.EVENT:
            code = json.loads(body[5:-16])["event"][3]
            if code not in REPORTED:
                raise AttackError(f"the pump reported {body}")
        elif self._asked is None:
            raise AttackError(f"the pump said to a frame of nobody: {body}")
        else:
            self._asked = self._mine.opened(body)

    _asked = None

    @staticmethod
    def _is_harmless(message):
        if "event" in message:
            return message["event"][3] in REPORTED
        if NO_SESSION in message:
            return list(message) == [NO_SESSION] and message[NO_SESSION] in range(SLOTS)
        if message["ok"]:
            return "firmware" in message or set(message) == {"id", "ok", "nonce", "boot", "tag"}
        return message["error"] in REFUSALS

    def _ask_as_owner(self):
        """A frame of the session, or a handshake that ends well."""
        if self._access.session_of(self._owner[0], self._bench.now_ms()) is None:
            raise AttackError("the session of the owner is gone")
        self._asked = {}
        self._bench.hal.link.send_to_pump(self._mine.sealed({"id": 5, "do": "hello"}))
        self._bench.run_for(ms=1)
        if not self._asked or self._asked["id"] != 5:
            raise AttackError("the owner was not answered")
        self._asked = None

    def _look(self):
        now = self._all()
        if now != self._before:
            raise AttackError(f"the pump was {self._before} and is {now}")

    def _all(self):
        """All that only a key may change."""
        pump = self._bench.pump
        return [
            pump.state.now,
            pump.hal.driver.emitted(),
            [key and key.name for key in pump.access.keys.slots],
            pump.access._pending,
            [done[:3] for done in pump.command_ids._done],
            pump.settings.config["program"],
            pump.staged.size,
            pump.wall_clock.offset_s,
            pump.books.ledger.by_source,
            [session.slot for session in pump.access.sessions],
        ]
