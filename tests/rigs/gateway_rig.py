"""A New Era gateway before a simulated pump in virtual time; a client opens its port.

    with GatewayRig(tmp_path) as rig:
        nesp_lib.Pump(nesp_lib.Port(rig.port))
        rig.pace_ms = 60_000            # of virtual time with each turn of the gateway
        rig.do(lambda: rig.driven.run(1000))
        rig.said                        # the gateway's log

CPython only.
"""

import os
import queue
import select
from concurrent.futures import Future
from threading import Event, Thread

from clepsydra.new_era.client_ports import opened
from clepsydra.new_era.contact import Contact
from clepsydra.new_era.gateway import Gateway
from tests.rigs.driven_pump import DrivenPump
from tests.rigs.patience import HANGS_S

BARE = """
name = "Lab pump"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "1 d"
%s

[head]
volume_per_rev = "10 uL"
steps_per_rev = 3200

[reservoir]
capacity = "20 mL"
fill = "20 mL"
low = "2 mL"
residual = "0.5 mL"

[limits]
max_rate = "24 mL/d"
%s

[program]
mode = "stopped"
"""
PL_PER_STEP = 3125


DRUG = """
[drug]
name = "baclofen"
concentration = "%s"
"""
CAPS = 'max_dose_1h = "100 ug"\nmax_dose_24h = "1500 ug"\n'


def lab_pump(folder, concentration=None, limits=""):
    """The scenario of a pump that waits for a client: no therapy, without a drug if none is
    stated.
    """
    path = folder / "lab_pump.toml"
    drug = DRUG % concentration if concentration else ""
    limits += CAPS if concentration and "max_dose" not in limits else ""
    path.write_text(BARE % (drug, limits), encoding="utf-8")
    return path


def asked(port, data):
    """What a client without a library gets for its bytes."""
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(line, data)
        got = b""
        while not got.endswith(b"\x03"):
            if not select.select([line], [], [], HANGS_S)[0]:
                break
            got += os.read(line, 4096)
        return got
    finally:
        os.close(line)


class Tapped:
    """A port of which all is kept that passes. taken: what a client sent, and what
    it was sent
    """

    def __init__(self, port):
        self._port = port
        self.taken = []

    def wait(self, within_s):
        heard = self._port.wait(within_s)
        self.taken += [data for _, data in heard]
        return heard

    def send(self, line, data):
        self.taken.append(data)
        self._port.send(line, data)


class GatewayRig:
    def __init__(self, folder, path=None, live=None, listen="pty", address=0):
        """live: as of DrivenPump"""
        path = path or (None if live else lab_pump(folder))
        self.driven = DrivenPump(folder, path, live=live)
        self.pump = self._opened()
        self._port = opened(listen, 0)
        self.port = self._port.name
        self._address = address
        self._begin()
        self._jobs = queue.SimpleQueue()
        self._ended = Event()
        self._thread = Thread(target=self._serve, name="gateway", daemon=True)

    def _opened(self):
        return self.driven.pump()

    def _begin(self):
        self.said = []
        self.pace_ms = 0
        self.contact = Contact(self._opened, self.said.append)
        self.wire = Tapped(self._port)
        self.gateway = Gateway(self.wire, self.contact, self._address)
        self.began_steps = self.pump.status().raw["emitted_steps"]

    def anew(self):
        """Another gateway, before the pump as it waits for a client."""
        self.do(self._to_rest)

    def _to_rest(self):
        raw = self.pump.status().raw
        if raw["state"] != "STOPPED":
            self.pump.stop()
        if raw["program_mode"]:
            self.pump.set_program({"mode": "stopped"})
        self.driven.run(1000, over={"kind": "stall"})
        self.pump.acknowledge()
        if not raw["dose_confirmed"]:
            self.pump.confirm_dose("0 ug")
        self._begin()
        self.driven.changes.clear()

    def pair(self, role="clinician"):
        """This computer has a key of that role, and another gateway begins."""
        self.do(lambda: (self.driven.pair(role), self._begin()))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(timeout=HANGS_S)
        self._port.close()
        self.driven.__exit__()

    def do(self, work):
        """work() in the thread that has the pump."""
        job = Future()
        self._jobs.put((work, job))
        return job.result(timeout=HANGS_S)

    def ask(self, data):
        return asked(self.port, data)

    def answers(self, text):
        """In basic mode, without the framing."""
        got = self.ask(text.encode() + b"\r")
        assert got[0] == 2 and got[-1] == 3, got
        return got[1:-1].decode()

    def begin(self):
        """A client has read the alarm of the power-up."""
        assert self.answers("") == "00A?R"

    def steps(self):
        """Emitted since it began."""
        return self.status().raw["emitted_steps"] - self.began_steps

    def status(self):
        return self.do(lambda: self.pump.status())

    def _serve(self):
        while not self._ended.is_set():
            while not self._jobs.empty():
                work, job = self._jobs.get()
                try:
                    job.set_result(work())
                except Exception as error:  # noqa: BLE001 whoever waits for it gets it
                    job.set_exception(error)
            self.contact.stale()
            self.gateway.turn(0.01)
            if self.pace_ms:
                self.driven.run(self.pace_ms)
