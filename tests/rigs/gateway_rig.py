"""A New Era gateway before a simulated pump in virtual time; a client opens its port.

    with GatewayRig(tmp_path) as rig:
        nesp_lib.Pump(nesp_lib.Port(rig.port))
        rig.pace_ms = 60_000            # of virtual time with each turn of the gateway
        rig.do(lambda: rig.driven.run(1000))
        rig.said                        # the gateway's log

CPython only.
"""

import queue
from concurrent.futures import Future
from threading import Event, Thread

from clepsydra.new_era.client_ports import opened
from clepsydra.new_era.contact import Contact
from clepsydra.new_era.gateway import Gateway
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
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


class GatewayRig:
    def __init__(self, folder, path=None, live=None, listen="pty", address=0):
        """live: as of DrivenPump"""
        self.driven = DrivenPump(folder, path or lab_pump(folder), live=live)
        self.pump = self.driven.pump()
        self.said = []
        self.pace_ms = 0
        self.contact = Contact(self.driven.pump, self.said.append)
        self._port = opened(listen, 0)
        self.port = self._port.name
        self.gateway = Gateway(self._port, self.contact, address)
        self._jobs = queue.SimpleQueue()
        self._ended = Event()
        self._thread = Thread(target=self._serve, name="gateway", daemon=True)

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


__all__ = ["FLEX_WEEK", "PL_PER_STEP", "GatewayRig", "lab_pump"]
