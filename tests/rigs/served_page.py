"""The page of a simulated pump in real time, served on loopback.

    with ServedPage("flex_week") as served:
        served.address               # with its token
        served.infuse()

CLEPSYDRA_RUNTIME should name a folder of its own. CPython only.
"""

import socket
from threading import Thread

from clepsydra.amounts import Dose
from clepsydra.link import targets
from clepsydra.page.demo_faults import DemoWorld
from clepsydra.page.owner import Owner
from clepsydra.page.page_server import PageServer
from clepsydra.page.site import Site
from clepsydra.page.web_app import application
from clepsydra.verbs.verb_options import meant_by
from host_sim.live import running, starting
from tests.rigs.patience import HANGS_S

TOKEN = "token-of-a-test"


class ServedPage:
    def __init__(self, scenario="flex_week", run=None):
        """run: a live pump that is there already, and goes on"""
        self._lent = run is not None
        options = starting.Options(targets.interpreter_here())
        path = targets.SCENARIOS / f"{scenario}.toml"
        self.run = run or starting.run_detached(path, options)
        self.owner = Owner(targets.simulated(self.run))
        self.site = Site(self.owner, DemoWorld(self.run))
        self._line = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._line.getsockname()[1]}"
        self.origin = f"http://{self.host}"
        self.address = f"{self.origin}/?token={TOKEN}"
        app = application(self.site, {self.host}, TOKEN)
        self._server = PageServer(app, self.site)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._line]})

    def __enter__(self):
        self.owner.start()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(timeout=HANGS_S)
        self.owner.close()
        self._line.close()
        if not self._lent:
            running.ask(self.run, {"do": "end"})

    def look(self):
        return self.owner.look().result(timeout=HANGS_S)

    def world(self):
        return running.ask(self.run, {"do": "look"})

    def do(self, work):
        return self.owner.do(work).result(timeout=HANGS_S)

    def infuse(self):
        """Whatever was before: no fault, the clock set, the program of the scenario, infusing."""
        for kind in list(self.site.demo.going):
            self.site.demo.end(kind)
        self.do(_to_infusing)


def _to_infusing(pump):
    pump.set_clock(confirm_jump=True)
    if pump.status().raw["bolus"]:
        pump.cancel_bolus()
    if pump.status().state == "FAULT":
        pump.acknowledge()
        pump.reset_fault()
    if pump.program() != pump.config["program"]:
        pump.set_program(pump.config["program"])
    status = pump.status()
    if status.state == "STOPPED":
        held = not status.raw["dose_confirmed"]  # it came up anew while its clock was unset
        pump.start(Dose(meant_by(pump).daily_ng) if held else None)
    pump.acknowledge()
