"""The drivers over a pseudo-terminal, in real time: against balances that others wrote, and our own
where there is none.
"""

import csv
import json
import signal
import socket
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bench.balances import PROTOCOLS
from bench.balances import protocol as contract
from bench.balances.host_clock import HostClock
from bench.balances.poller import SHIFTED, STALE, Balance
from bench.balances.protocol import SerialSettings
from bench.balances.serial_port import SerialPort
from bench.balances.transport import LinkLost
from tests.balances.foreign import ROOT, foreign, installed
from tests.balances.serve import OUR_OWN
from tests.rigs.patience import HANGS_S

EVERY = pytest.mark.parametrize("name", [*installed(), *OUR_OWN])
FREE = SerialSettings(9600)  # a pseudo-terminal has no parity, and some refuse to be set to one
CLOCK = HostClock()
BEGAN_S = CLOCK.now_s()
ANSWERS_S = 5  # an answer takes some ms; each late one is waited for as long
G_PER_S, DIGIT_G = 0.1, 0.0001


@pytest.fixture
def bench(name, tmp_path):
    """A foreign balance, and a driver that has it open."""
    with foreign(name, tmp_path) as far:
        protocol = PROTOCOLS[far.protocol]
        settings = FREE if name in OUR_OWN else protocol.serial
        port = SerialPort(str(far.cable.path), settings)
        far.balance = Balance(protocol, port, CLOCK, timeout_s=ANSWERS_S)
        far.impatient = Balance(protocol, port, CLOCK, timeout_s=0.5)  # where silence is an answer
        far.balance.open()
        yield far
        far.balance.close()


def answer(bench):
    return list(bench.balance.ask())[-1]


def until(bench, wanted):
    """Ask until an answer is as wanted; returns the last."""
    end_s = CLOCK.now_s() + HANGS_S
    while True:
        heard = answer(bench)
        if wanted(heard) or CLOCK.now_s() > end_s:
            return heard
        CLOCK.wait_until_s(CLOCK.now_s() + 0.05)


def test_the_simulators_that_this_python_can_run_are_installed():
    assert set(installed()) >= {"labmcp-mettler-toledo", "labmcp-sartorius"}
    assert ("mt-sics-emulator" in installed()) == (sys.version_info >= (3, 11))


@EVERY
def test_a_balance_is_read_from_naming_itself_to_overload(bench, name):
    names, _ = bench.balance.identify()
    assert set(names) == {key for key, _ in PROTOCOLS[bench.protocol].identify}
    bench.put(0.3456)
    heard = until(bench, lambda heard: near(heard, "0.3456"))
    assert heard.kind in contract.MASSES and near(heard, "0.3456")
    bench.put(260)
    heard = until(bench, lambda heard: heard.kind == contract.OVERLOAD)
    assert (heard.kind, heard.mass_g) == (contract.OVERLOAD, None)
    if name != "labmcp-mettler-toledo":  # it weighs less than nothing without a word
        bench.put(-5)
        heard = until(bench, lambda heard: heard.kind == contract.UNDERLOAD)
        assert (heard.kind, heard.mass_g) == (contract.UNDERLOAD, None)


def near(heard, grams):
    return heard.mass_g is not None and abs(heard.mass_g - Decimal(grams)) <= Decimal("0.002")


@EVERY
def test_noise_on_a_wire_costs_at_most_the_readings_that_it_hits(bench):
    bench.put(0.5)
    until(bench, lambda heard: near(heard, "0.5"))
    bench.cable.say(b"\x00\xff#!\r\nS S       9.0000 g\r\n+   9.0000 g  \r\n")
    CLOCK.wait_until_s(CLOCK.now_s() + 0.1)
    kinds = [heard.kind for heard in bench.balance.ask()]
    assert kinds[:-1] == [STALE] * 3 and kinds[-1] in contract.MASSES
    bench.cable.change = lambda data: data[:-5] + data[-4:]
    for _ in range(2):
        heard = list(bench.impatient.ask())[-1]
        assert heard.kind in (contract.GARBAGE, SHIFTED, contract.REFUSED, "silent")
    bench.cable.change = bytes
    assert near(until(bench, lambda heard: near(heard, "0.5")), "0.5")


@EVERY
def test_a_pulled_cable_is_told_of_and_the_same_device_works_again(bench):
    answer(bench)
    bench.cable.pull()
    with pytest.raises(LinkLost):
        for _ in range(3):
            answer(bench)
    bench.balance.close()
    with pytest.raises(LinkLost, match="cannot be opened"):
        bench.balance.open()
    bench.cable.plug()
    bench.balance.open()
    assert answer(bench).kind in contract.MASSES


def test_a_port_that_is_open_already_is_refused(tmp_path):
    with foreign(installed()[0], tmp_path) as far:
        settings = PROTOCOLS[far.protocol].serial
        first, second = (SerialPort(str(far.cable.path), settings) for _ in range(2))
        first.open()
        with pytest.raises(LinkLost, match="lock"):
            second.open()
        first.close()


def test_a_balance_behind_a_serial_server_is_read_and_its_hanging_up_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer_once, args=(server,), daemon=True).start()
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        balance = Balance(
            PROTOCOLS["mt-sics"],
            SerialPort(port, PROTOCOLS["mt-sics"].serial),
            CLOCK,
            timeout_s=HANGS_S,
        )
        balance.open()
        assert list(balance.ask())[-1].mass_g == Decimal("12.3456")
        with pytest.raises(LinkLost):
            for _ in range(3):
                list(balance.ask())
        balance.close()


def answer_once(server):
    connection, _ = server.accept()
    with connection:
        connection.recv(100)
        connection.sendall(b"S S    12.3456 g\r\n")


def test_the_clock_of_the_computer_goes_on_and_waits():
    began_s, zero = CLOCK.now_s(), CLOCK.zero()
    CLOCK.wait_until_s(began_s + 0.05)
    assert began_s + 0.05 <= CLOCK.now_s()
    CLOCK.wait_until_s(began_s)  # is past
    assert CLOCK.zero() == zero or sys.platform != "linux"
    before, wall, after = utc_now(), CLOCK.wall(), utc_now()
    assert before - SLEW <= wall <= after + SLEW


SLEW = timedelta(seconds=1)  # the wall clock of a computer is set now and then


def utc_now():
    return datetime.now(timezone.utc).replace(tzinfo=None)


def test_the_command_weighs_through_a_pulled_cable_and_goes_on_after_it_was_ended(tmp_path):
    out = tmp_path / "out"
    with foreign("labmcp-mettler-toledo", tmp_path) as far:  # it shows at once what is on it
        command = [
            sys.executable,
            "-m",
            "bench",
            "weigh",
            "--balance",
            f"{far.protocol}:{far.cable.path}",
            "--rate",
            "6 mL/min",
            "--out",
            str(out),
        ]
        command += ["--for", "10 min", "--every", "100 ms"]
        with Running(command, far, out) as first:
            first.until(lambda kinds: kinds.count(contract.UNSTABLE) >= 10)
            far.cable.pull()
            first.until(lambda kinds: "lost" in kinds)
            far.cable.plug()
            first.until(lambda kinds: kinds[-5:] == [contract.UNSTABLE] * 5 and "opened" in kinds)
            first.program.kill()
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert (
            refused.returncode == 2 and "--resume" in refused.stderr and str(out) in refused.stderr
        )
        with Running([*command, "--resume"], far, out) as second:
            second.until(
                lambda kinds: kinds[-10:] == [contract.UNSTABLE] * 10 and "resumed" in kinds
            )
            second.program.send_signal(signal.SIGINT)
            said, told = second.program.communicate(timeout=HANGS_S)
        assert (
            second.program.returncode == 130
            and "continue with --resume" in told
            and str(out / "run.csv") in said
        )
    check(out)


def hears_ctrl_c():
    """A shell that runs tests in the background has its children ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Running:
    """The command in a process of its own, while 0.1 g/s goes onto the pan."""

    def __init__(self, command, far, out):
        self.program = subprocess.Popen(
            command,
            cwd=ROOT,
            text=True,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=hears_ctrl_c,
        )
        self._far, self._out = far, out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.kill()
        self.program.communicate()

    def until(self, wanted, within_s=HANGS_S):
        """Let it drip until the kinds of the lines written so far are as wanted."""
        end_s = CLOCK.now_s() + within_s
        while not wanted(kinds(self._out)):
            assert CLOCK.now_s() < end_s and self.program.poll() is None, kinds(self._out)[-20:]
            self._far.put(G_PER_S * (CLOCK.now_s() - BEGAN_S))
            CLOCK.wait_until_s(CLOCK.now_s() + 0.03)


def table(path):
    return (
        list(csv.DictReader(path.read_text(encoding="ascii").splitlines())) if path.exists() else []
    )


def kinds(out):
    return [row["kind"] for row in table(out / "lines.csv")]


def check(out):
    events = [
        kind
        for kind in kinds(out)
        if kind in ("began", "lost", "opened", "resumed", "interrupted", "ended")
    ]
    assert events == ["began", "lost", "opened", "resumed", "interrupted"]
    rows = [(float(row["time_s"]), float(row["mass_g"])) for row in table(out / "run.csv")]
    assert len(rows) == sum(kind in contract.MASSES for kind in kinds(out)) >= 25
    assert all(before[0] < after[0] for before, after in zip(rows, rows[1:]))
    zero_s = json.loads((out / "run.json").read_text(encoding="ascii"))["zero_s"]
    for time_s, mass_g in rows:  # time goes on through both holes: none was read before it was put
        assert zero_s + time_s >= BEGAN_S + (mass_g - DIGIT_G) / G_PER_S
    assert zero_s + rows[-1][0] <= CLOCK.now_s()
    assert rows[-1][1] > rows[0][1]
