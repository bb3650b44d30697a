"""`clepsydra new-era` as a person starts it, and a serial line that several programs have."""

import os
import signal
import subprocess
import sys
from threading import Event, Lock

import pytest

from clepsydra import __main__ as cli
from clepsydra.errors import NoPump
from clepsydra.link import key_file, sharing, targets
from clepsydra.link.session import Session
from clepsydra.new_era import client_ports
from clepsydra.pump.remote_pump import connect
from clepsydra.verbs import new_era_gateway
from host_sim.live import running, starting
from tests.rigs.driven_pump import DrivenPump
from tests.rigs.gateway_rig import asked, lab_pump
from tests.rigs.patience import HANGS_S
from tests.shape.rules import ROOT


@pytest.mark.slow
def test_the_first_line_is_the_port_and_other_programs_see_the_same_pump(tmp_path, monkeypatch):
    monkeypatch.setenv(running.ENVIRONMENT, str(tmp_path / "runtime"))
    run = starting.run_detached(lab_pump(tmp_path), starting.Options("cpython"))
    child = None
    try:
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "clepsydra",
                "new-era",
                "--pump",
                f"socket://127.0.0.1:{run.port}",
            ],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        port = child.stdout.readline().strip()
        assert os.path.exists(port), port
        assert [
            asked(port, f"0{word}\r".encode()) for word in ("", "RAT20UH", "DIRWDR", "RUN")
        ] == [
            b"\x0200A?R\x03",
            b"\x0200S\x03",
            b"\x0200S?NA\x03",
            b"\x0200I\x03",
        ]
        with connect(targets.simulated(run).address) as pump:
            assert pump.status().state == "INFUSING"
            assert pump.status().rate.pl_per_day == 480_000_000
            child.send_signal(signal.SIGINT)
            _, log = child.communicate(timeout=HANGS_S)
            assert pump.status().state == "STOPPED"
            assert pump.program() == {"mode": "stopped"}
        assert child.returncode == 0
        (refused,) = [line for line in log.splitlines() if "refused" in line]
        assert refused.endswith("DIRWDR refused: no client draws liquid back through the line")
    finally:
        if child is not None and child.poll() is None:
            child.kill()
        running.ask(run, {"do": "end"})


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--port", "4000", "--listen", "pty"), "add --listen socket"),
    ],
)
def test_what_cannot_be_is_refused_before_a_pump_is_looked_for(argv, told, capsys):
    assert cli.main(["new-era", *argv]) == 2
    assert told in capsys.readouterr().err


@pytest.fixture
def verb(tmp_path, monkeypatch, capsys):
    """run(*argv) of the verb on a simulated pump in virtual time, ended at its first turn."""

    def ended(gateway, wait_s=0):
        raise KeyboardInterrupt

    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "keys.json"))
    with DrivenPump(tmp_path, lab_pump(tmp_path)) as driven:
        monkeypatch.setattr(
            new_era_gateway, "Session", lambda address, within_ms: Session("sim", line=driven)
        )
        monkeypatch.setattr(new_era_gateway.Gateway, "turn", ended)

        def run(*argv):
            status = cli.main(["new-era", "--pump", "socket://here", *argv])
            return (status, *capsys.readouterr())

        yield driven, run


def test_a_paired_pump_is_driven_with_the_key_of_this_computer_and_it_says_who_may(verb):
    driven, run = verb
    assert "key" not in run("--listen", "socket")[1]
    driven.pair()
    status, out, _ = run("--listen", "socket")
    assert (status, out.splitlines()[2]) == (
        0,
        "with the key of this computer: every program of this computer commands the pump",
    )
    assert "who may open this port commands the pump" in run("--listen", "pty")[1]


def test_a_paired_pump_of_which_this_computer_has_no_key_is_refused(verb, tmp_path, monkeypatch):
    driven, run = verb
    driven.pair()
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "none.json"))
    status, out, err = run()
    assert (status, out) == (1, "")
    assert "it is paired, and this computer has no key of it" in err


def test_on_windows_there_is_the_socket_only(monkeypatch):
    monkeypatch.setattr(client_ports.os, "name", "nt")
    with pytest.raises(Exception, match="take --listen socket"):
        client_ports.opened("pty", 0)


class Port:
    """The serial port of a pump that takes one program; it can be pulled out."""

    def __init__(self, driven):
        self._driven, self._lock, self.pulled = driven, Lock(), False

    def write(self, data):
        with self._lock:
            self._there()
            self._driven.write(data)

    def read(self, until_ms):
        Event().wait(0.002)
        with self._lock:
            self._there()
            return self._driven.read(until_ms)

    def close(self):
        pass

    def _there(self):
        if self.pulled:
            raise OSError("unplugged")


def test_several_programs_have_one_serial_line_each_with_its_own_answers(tmp_path, monkeypatch):
    with DrivenPump(tmp_path, lab_pump(tmp_path)) as driven:
        port = Port(driven)

        def open_port(name):
            if port.pulled:
                raise NoPump("unplugged")
            return port

        monkeypatch.setattr(sharing, "open_line", open_port)
        with sharing.shared("/dev/ttyACM0") as (address, others):
            assert address == others
            with Session(address) as one, Session(address) as other:
                assert one.ask("hello")["board"] == other.ask("hello")["board"] == "rpi_pico"
                heard = []
                other.on_event = heard.append
                one.ask("alarm_test")
                other.ask("status")
                assert heard, "an event goes to each"
                port.pulled = True
                with pytest.raises(NoPump):
                    one.ask("status")
            port.pulled = False
            seen = None
            while seen is None:
                try:
                    with Session(address) as again:
                        seen = again.ask("status")["state"]
                except NoPump:
                    Event().wait(0.05)
            assert seen == "STOPPED"


def test_a_socket_is_shared_by_who_is_behind_it():
    with sharing.shared("socket://127.0.0.1:1") as found:
        assert found == ("socket://127.0.0.1:1", "")
