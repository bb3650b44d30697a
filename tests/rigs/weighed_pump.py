"""A driven pump (driven_pump.py) on the line of the bench, with a simulated balance under it: what
`clepsydra bench` does with it, in virtual time and in this process. CPython only.

    with WeighedPump(tmp_path, monkeypatch, true_ul=10.3) as weighed:
        weighed.verify("--rates", "24 mL/d", "--for", "20 min", "--confirm", "24 mL")
        weighed.at(600, weighed.press_ctrl_c)      # the pump's time, s, from now on
"""

import io
import signal
import sys

from bench.balances.poller import Balance
from bench.rehearse.wire import SimWire
from clepsydra.bench_verbs.bench_main import main
from clepsydra.on_balance import weighing_line
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump

SCENARIO = """name = "On the balance"
board = "rpi_pico"
start = "2026-01-05 08:00"
duration = "1 d"
[head]
volume_per_rev = "10 uL"
[truth]
volume_per_rev = "{true_ul} uL"
[reservoir]
capacity = "20 mL"
fill = "{fill}"
[limits]
max_rate = "24 mL/d"
[program]
mode = "continuous"
rate = "0.5 mL/d"
"""
SETUP = """name = "On the balance"
method = "volumetric"
[balance]
readability = "0.01 mg"
repeatability = "0.015 mg"
linearity = "0.05 mg"
[environment]
water = "20 degC"
air = "20 degC"
pressure = "1013 hPa"
humidity = "50 %"
[evaporation]
rate = "0.02 mg/min"
uncertainty = "30 %"
[sampling]
stabilisation = "5 min"
period = "5 min"
interval = "1 min"
windows = ["2 min", "5 min"]
[limits]
flow_error = "2 %"
"""


class WeighedPump:
    def __init__(self, folder, monkeypatch, true_ul=10, fill="18 mL", scenario=None):
        self.folder = folder
        self._patch = monkeypatch
        self._due = []  # (ms, what happens)
        path = folder / "pump.toml"
        path.write_text(SCENARIO.format(true_ul=true_ul, fill=fill))
        (folder / "setup.toml").write_text(SETUP)
        self.driven = DrivenPump(folder, scenario or path)
        monkeypatch.setattr(weighing_line, "reached", lambda text: (self.driven.pump(), self))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driven.__exit__()

    # Its world

    def pass_to(self, at_ms):
        """See World in clepsydra/on_balance/simulated_world.py."""
        live = self.driven.live
        for due in sorted(self._due, key=lambda one: one[0]):
            if due[0] <= at_ms:
                self._due.remove(due)
                self._run_to(due[0])
                due[1]()
        self._run_to(at_ms)
        return live.at_ms, live.world["outlet_pl"]

    def _run_to(self, at_ms):
        if at_ms > self.driven.live.at_ms:
            self.driven.run(at_ms - self.driven.live.at_ms)

    def at(self, seconds, happens):
        """happens(): after so many s of the pump's time from now on."""
        self._due.append((self.driven.live.at_ms + 1000 * seconds, happens))

    def press_ctrl_c(self):
        raise KeyboardInterrupt

    @property
    def asked(self):
        """What it was told to do, without what only reads."""
        return [command["do"] for command in self.driven.changes]

    # What a person does

    def bench(self, *argv, typed=""):
        """The exit status of `clepsydra bench ARGV`."""
        stdin = typed if hasattr(typed, "readline") else io.StringIO(typed)
        self._patch.setattr(sys, "stdin", stdin)
        return main([str(one) for one in argv])

    def verify(self, *argv, out="out", typed=""):
        common = ["--pump", "sim", "--balance", "sim", "--setup", self.folder / "setup.toml"]
        return self.bench("verify", *common, "--out", self.folder / out, *argv, typed=typed)

    def calibrate(self, *argv, out="head", balance="sim", typed=""):
        common = ["--pump", "sim", "--setup", self.folder / "setup.toml", "--tube", "silicone"]
        common += ["--temperature", "20 degC", "--out", self.folder / out]
        common += ["--balance", balance] if balance else []
        return self.bench("calibrate", *common, *argv, typed=typed)


def with_a_drug(folder, monkeypatch):
    """One that holds a drug, with caps."""
    return WeighedPump(folder, monkeypatch, scenario=FLEX_WEEK)


def refuse_to_open(monkeypatch):
    """No balance is there."""
    from bench.balances.transport import LinkLost

    def gone(self):
        raise LinkLost("no such port")

    monkeypatch.setattr(Balance, "open", gone)


def with_wire(monkeypatch, spoil):
    """spoil(wire): what happens to each line to the simulated balance."""
    made = SimWire.__init__

    def make(wire, *given, **named):
        made(wire, *given, **named)
        spoil(wire)

    monkeypatch.setattr(SimWire, "__init__", make)


def pressed_at_each(command, weighed, monkeypatch):
    """Somebody presses Ctrl-C whenever that goes out; the list of how often."""
    pressed, write = [], weighed.driven.write

    def press(data):
        if command in data:
            pressed.append(data)
            signal.raise_signal(signal.SIGINT)
        write(data)

    monkeypatch.setattr(weighed.driven, "write", press)
    return pressed
