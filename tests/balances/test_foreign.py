"""The drivers against balances that others wrote, over a pseudo-terminal, in real time."""

import csv
import socket
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from bench.balances import PROTOCOLS, contract
from bench.balances.host_clock import HostClock
from bench.balances.poller import SHIFTED, STALE, Balance
from bench.balances.serial_port import SerialPort
from bench.balances.transport import LinkLost
from tests.balances.foreign import ROOT, foreign, installed

EVERY = pytest.mark.parametrize("name", installed())
CLOCK = HostClock()


@pytest.fixture
def bench(name, tmp_path):
    """A foreign balance, and a driver that has it open."""
    with foreign(name, tmp_path) as far:
        protocol = PROTOCOLS[far.protocol]
        far.balance = Balance(protocol, SerialPort(str(far.cable.path), protocol.serial), CLOCK, timeout_s=0.5)
        far.balance.open()
        yield far
        far.balance.close()


def answer(bench):
    return list(bench.balance.ask())[-1]


def until(bench, wanted):
    """Ask until an answer is as wanted, 8 s at most; returns the last."""
    end_s = CLOCK.now_s() + 8
    while True:
        heard = answer(bench)
        if wanted(heard) or CLOCK.now_s() > end_s:
            return heard
        CLOCK.wait_until_s(CLOCK.now_s() + 0.05)


def test_the_simulators_that_this_python_can_run_are_installed():
    assert set(installed()) >= {"labmcp-mettler-toledo", "labmcp-sartorius"}
    assert ("mt-sics-emulator" in installed()) == (sys.version_info >= (3, 11))


@EVERY
def test_a_foreign_balance_is_read_from_naming_itself_to_overload(bench, name):
    names, _ = bench.balance.identify()
    assert set(names) == {"model", "serial"}
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
def test_noise_on_a_foreign_wire_costs_at_most_the_readings_that_it_hits(bench):
    bench.put(0.5)
    until(bench, lambda heard: near(heard, "0.5"))
    bench.cable.say(b"\x00\xff#!\r\nS S       9.0000 g\r\n+   9.0000 g  \r\n")
    CLOCK.wait_until_s(CLOCK.now_s() + 0.1)
    kinds = [heard.kind for heard in bench.balance.ask()]
    assert kinds[:-1] == [STALE] * 3 and kinds[-1] in contract.MASSES
    bench.cable.change = lambda data: data[:-5] + data[-4:]
    assert all(answer(bench).kind in (contract.GARBAGE, SHIFTED, contract.REFUSED, "silent") for _ in range(2))
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
        balance = Balance(PROTOCOLS["mt-sics"], SerialPort(port, PROTOCOLS["mt-sics"].serial), CLOCK, timeout_s=1.0)
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
    assert began_s + 0.05 <= CLOCK.now_s() < began_s + 1
    CLOCK.wait_until_s(began_s)  # is past
    assert CLOCK.zero() == zero or sys.platform != "linux"
    assert abs(CLOCK.wall() - datetime.now(timezone.utc).replace(tzinfo=None)) < timedelta(seconds=5)


def test_the_command_weighs_through_a_pulled_cable_and_goes_on_after_it_was_ended(tmp_path):
    out = tmp_path / "out"
    with foreign("labmcp-mettler-toledo", tmp_path) as far:  # it shows at once what is on it
        command = [sys.executable, "-m", "bench", "weigh", "--balance", f"{far.protocol}:{far.cable.path}", "--rate", "6 mL/min", "--out", str(out)]
        command += ["--for", "8 s", "--every", "100 ms"]
        began_s = CLOCK.now_s()
        with subprocess.Popen(command, cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            drip(far, began_s, 3.5)
            far.cable.pull()
            drip(far, began_s, 4)
            far.cable.plug()
            drip(far, began_s, 5.5)
            program.kill()
            program.communicate()
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert refused.returncode == 2 and "--resume" in refused.stderr and str(out) in refused.stderr
        with subprocess.Popen([*command, "--resume"], cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            while program.poll() is None:
                drip(far, began_s, CLOCK.now_s() - began_s + 0.1)
            said = program.stdout.read()
        assert program.returncode == 0 and "output" in said
    check(out)


def drip(far, began_s, until_s):
    """0.1 g/s onto the pan."""
    while CLOCK.now_s() < began_s + until_s:
        far.put(0.1 * (CLOCK.now_s() - began_s))
        CLOCK.wait_until_s(CLOCK.now_s() + 0.05)


def check(out):
    lines = list(csv.DictReader(Path(out, "lines.csv").read_text(encoding="ascii").splitlines()))
    kinds = [line["kind"] for line in lines]
    assert [kind for kind in kinds if kind in ("began", "lost", "opened", "resumed", "ended")] == ["began", "lost", "opened", "resumed", "ended"]
    rows = [(float(row["time_s"]), float(row["mass_g"])) for row in csv.DictReader(Path(out, "run.csv").read_text(encoding="ascii").splitlines())]
    assert len(rows) == sum(kind in contract.MASSES for kind in kinds) > 20
    assert all(before[0] < after[0] for before, after in zip(rows, rows[1:]))
    assert 7 < rows[-1][0] < 8.2
    (first_s, first_g), (last_s, last_g) = rows[0], rows[-1]
    assert (last_g - first_g) / (last_s - first_s) == pytest.approx(0.1, rel=0.05)  # time goes on through both holes
