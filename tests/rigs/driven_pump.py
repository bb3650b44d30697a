"""A simulated pump for the programmer's tests: over a line without a socket, in virtual time that
passes only while somebody listens.

    with DrivenPump(tmp_path) as driven:
        pump = driven.pump()                    # a clepsydra.Pump
        driven.run(60_000)                      # a minute
        driven.changes                          # its commands in plain, without those that read

CPython only.
"""

from clepsydra.link import key_file
from clepsydra.link.key_file import Kept
from clepsydra.link.session import Session
from clepsydra.pump.remote_pump import Pump
from firmware.link.far_end import ONLY_READ
from firmware.link.frames import Decoder
from host_sim.scenario.load import load
from tests.rigs.forked_pump import ForkedPump
from tests.shape.rules import ROOT

FLEX_WEEK = ROOT / "host_sim" / "scenarios" / "flex_week.toml"
READ_MS = 20
PRESS = {"kind": "press_service", "lasts_ms": 700}


class DrivenPump:
    def __init__(self, folder, path=FLEX_WEEK, on="cpython", live=None):
        """live: another pump than the simulated one, as LivePump"""
        self.live = live or ForkedPump(load(path), on, folder)
        self.changes = []
        self._sent = self.live.sent_at_boot
        self._decoder = Decoder()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.live.__exit__()

    def pump(self, with_key=True):
        return Pump(self.session(with_key), "sim:test")

    def session(self, with_key=True):
        """In the pump's own time: the emulated chip is slow where others work too."""
        session = Session("sim", line=self, with_key=with_key)
        session._far_end._now_ms = lambda: self.live.at_ms
        return session

    def run(self, ms, **orders):
        """Let time pass; orders: as in host_sim/machine/turns.py."""
        self._sent += self.live.turn(self.live.at_ms + ms, **orders)

    def infuse(self, ms):
        """It has infused for so long, and nothing counts as changed."""
        pump = self.pump()
        pump.set_clock()
        pump.start()
        self.run(ms)
        self.changes.clear()

    def pair(self, role="clinician", name="lab"):
        """Somebody presses `service`, and this computer has a key of that role, no other."""
        self.run(1000)  # what is pressed at power-up pairs nothing
        self.run(1000, fault=PRESS)
        session = self.session(with_key=False)
        told = session.ask("pair", role=role, name=name, nonce=bytes(16).hex())
        kept = Kept(told["slot"], role, name, bytes.fromhex(told["key"]))
        key_file.keep(session.greet()["serial"], kept)
        session.prove(kept.slot, kept.key)
        session.ask("keys")
        self.changes.clear()

    # As a line

    def write(self, data):
        for payload in self._decoder.feed(data):
            if payload["do"] not in ONLY_READ:
                self.changes.append(payload)
        self._sent += self.live.turn(self.live.at_ms + 1, give=data)

    def read(self, until_ms):
        if not self._sent:
            self.run(READ_MS)
        sent, self._sent = self._sent, b""
        return sent

    def close(self):
        pass
