"""Clients side by side, and some that only disturb: the promise of one is not ended by another who
has promised nothing.
"""

import socket
from contextlib import ExitStack

import pytest

from clepsydra.new_era import client_ports
from clepsydra.new_era.packets import encode
from tests.rigs.gateway_rig import GatewayRig
from tests.rigs.patience import HANGS_S
from tests.unit.clepsydra.notify.test_notifier import until

BROKEN = encode("0SAF9", safe=True)[:-2] + b"\x00\x03"


def connected(rig):
    host, _, port = rig.port.removeprefix("socket://").partition(":")
    return socket.create_connection((host, int(port)), HANGS_S)


def said(line, data):
    line.sendall(data)
    got = b""
    while not got.endswith(b"\x03"):
        got += line.recv(100)
    return got


@pytest.mark.parametrize(
    "disturbs",
    [BROKEN, b"7SAF9\r", b"0SAF999\r", b"0SAFX\r"],
    ids=["broken", "for another pump", "out of range", "no number"],
)
def test_only_who_promises_takes_the_place_of_a_client_that_has_hung_up(disturbs, tmp_path):
    with GatewayRig(tmp_path, listen="socket") as rig:
        with connected(rig) as one:
            said(one, b"0\r")  # reads the alarm
            assert said(one, b"0SAF1\r") == encode("00S", safe=True)
            said(one, b"0RAT20UH\r")
            assert said(one, b"0RUN\r") == encode("00I", safe=True)
        with connected(rig) as other:
            other.sendall(disturbs)
            until(lambda: rig.status().state == "STOPPED")
        assert "fallen silent" in " ".join(rig.said)


def test_who_promises_takes_that_place(tmp_path):
    with GatewayRig(tmp_path, listen="socket") as rig:
        with connected(rig) as one:
            said(one, b"0\r")
            for word in (b"0SAF3\r", b"0RAT20UH\r", b"0RUN\r"):
                said(one, word)
        with connected(rig) as other:
            assert said(other, b"0SAF0\r") == encode("00I", safe=False)
            assert rig.do(lambda: rig.gateway._gone) == []
            assert said(other, b"0STP\r") == encode("00P", safe=False)


def test_a_program_that_opens_and_never_closes_takes_no_gateway_down(tmp_path, monkeypatch):
    monkeypatch.setattr(client_ports, "MOST_CLIENTS", 3)
    with GatewayRig(tmp_path, listen="socket") as rig, ExitStack() as lines:
        first = lines.enter_context(connected(rig))
        said(first, b"0\r")
        for _ in range(2):
            said(lines.enter_context(connected(rig)), b"0\r")
        assert lines.enter_context(connected(rig)).recv(100) == b""
        assert said(first, b"0VER\r") == encode("00SNE1000X9V1.0", safe=False)


class Gone:
    """A door before which nobody stands any more."""

    def accept(self):
        raise ConnectionAbortedError


def test_who_has_gone_before_it_is_let_in_is_nobody():
    port = client_ports.SocketPort(0)
    try:
        door, port._door = port._door, Gone()
        with socket.create_connection(door.getsockname()):
            assert port.wait(HANGS_S) == []
    finally:
        port._door = door
        port.close()
