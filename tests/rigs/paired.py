"""A bench whose pump is paired, and the sessions of its programmers; on CPython and MicroPython.

slot, key = paired(bench)                 # a clinician's session is open
bench.ok("start")                         # sealed
with_secret(bench, None)                  # in plain from now on
"""

import binascii

from firmware.link import clp1
from firmware.link.far_end import Secret
from firmware.link.frames import Decoder
from hal.contract import SERVICE

NONCE = bytes(range(100, 116))


def press_service(bench, s=1):
    """Somebody is at the pump."""
    bench.press(SERVICE)
    bench.run_for(s=s)
    bench.press(SERVICE, False)


def handed_out(bench, role="clinician", name="lab"):
    """(slot, key) that the pump gives for a press; it does not count yet."""
    press_service(bench)
    told = bench.ok("pair", role=role, name=name, nonce=binascii.hexlify(NONCE).decode())
    return told["slot"], binascii.unhexlify(told["key"])


def offered(bench, slot, key, nonce=NONCE):
    """(T, tag of the host) after the first two messages of a handshake, whose tag is right."""
    with_secret(bench, None)
    offer = bench.ok("open", slot=slot, nonce=binascii.hexlify(nonce).decode())
    told = clp1.transcript(slot, nonce, binascii.unhexlify(offer["nonce"]), offer["boot"])
    assert clp1.proof(key, clp1.BY_PUMP, told) == binascii.unhexlify(offer["tag"])
    return told, binascii.hexlify(clp1.proof(key, clp1.BY_HOST, told)).decode()


def session(bench, slot, key):
    """The Secret of a session that begins now; what the bench sends is sealed from now on."""
    told, tag = offered(bench, slot, key)
    bench.ok("prove", slot=slot, tag=tag)
    return with_secret(bench, Secret(slot, key, told))


def with_secret(bench, secret):
    """What the bench sends from now on is of this session, in plain with None."""
    bench.far_end.secret = secret
    return secret


def paired(bench, role="clinician", name="lab"):
    """(slot, key) that counts, and its session is open."""
    slot, key = handed_out(bench, role, name)
    session(bench, slot, key)
    bench.ok("keys")
    return slot, key


class Wire:
    """All that goes over the line of a bench, in both ways: to_pump, to_host are lists of what
    stood in sealed frames.
    """

    def __init__(self, bench):
        self.to_pump, self.to_host, self.plain = [], [], []
        self._up, self._down = Decoder(sealed=True), Decoder(sealed=True)
        self._send, self._hear = bench.hal.link.send_to_pump, bench.far_end.hear
        bench.far_end._write = self._sent
        bench.hal.link.listen(self._heard)

    def _sent(self, data):
        self.to_pump += [body for body in self._up.feed(data) if isinstance(body, bytes)]
        self._send(data)

    def _heard(self, data):
        for message in self._down.feed(data):
            (self.to_host if isinstance(message, bytes) else self.plain).append(message)
        self._hear(data)
