"""`new-era`: a pump behind the protocol of New Era syringe pumps, for the clients that labs have.
CPython only.

clepsydra new-era --pump sim --listen pty
"""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

from clepsydra.errors import BadInput, NoKey
from clepsydra.link import targets
from clepsydra.link.session import Session
from clepsydra.link.sharing import shared
from clepsydra.new_era.client_ports import PTY, SOCKET, opened
from clepsydra.new_era.contact import Contact
from clepsydra.new_era.gateway import Gateway
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.verb_options import NO_KEY, STATUS_TEXT
from host_sim.shared import ending
from host_sim.shared.argument_types import PORTS, filled, whole

REPLY_MS = 1500
_OPENS = {PTY: "who may open this port", SOCKET: "every program of this computer"}


def add(commands: Any) -> None:
    parser: ArgumentParser = commands.add_parser(
        "new-era",
        help="let clients of New Era syringe pumps drive the pump",
        description="Stand between a pump and clients that speak the protocol of New Era syringe "
        "pumps. The first line that is printed is the port that they open. It stops only what they "
        "have started; while a therapy program is in force they only read. Why the pump refuses "
        "something is said on standard error. A paired pump is driven with the key of this "
        "computer. Ctrl-C ends it, and stops what a client has started.",
        epilog=STATUS_TEXT,
    )
    parser.add_argument("--pump", type=filled, metavar="PUMP", help="as of all verbs")
    parser.add_argument(
        "--listen",
        choices=(PTY, SOCKET),
        default=PTY if os.name == "posix" else SOCKET,
        help="a pseudo-terminal, or a socket on loopback; Windows has the socket only",
    )
    parser.add_argument("--port", type=whole(*PORTS), default=0, help="of the socket (any)")
    parser.add_argument(
        "--address", type=whole(0, 99), default=0, metavar="N", help="on its line (0)"
    )
    parser.set_defaults(command=_serve)


def _serve(arguments: Namespace) -> int:
    if arguments.port and arguments.listen == PTY:
        raise BadInput("--port is of a socket: add --listen socket")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as ends:
        found = targets.find(arguments.pump)
        address, others = ends.enter_context(shared(found.address))
        contact = ends.enter_context(closing(Contact(lambda: _pump(address, found.said), _say)))
        sealed = contact.line().session.is_sealed
        port = ends.enter_context(closing(opened(arguments.listen, arguments.port)))
        gateway = Gateway(port, contact, arguments.address)
        print(port.name, flush=True)
        print(f"a New Era pump, address {arguments.address}: {found.said}", flush=True)
        if others:
            print(f"other programs reach the pump with --pump {others}", flush=True)
        if sealed:
            opener = _OPENS[arguments.listen]
            print(f"with the key of this computer: {opener} commands the pump", flush=True)
        try:
            while True:
                gateway.turn()
        except KeyboardInterrupt:
            gateway.close()
    print("the gateway has ended")
    return ending.DONE


def _pump(address: str, said: str) -> Pump:
    session = Session(address, within_ms=REPLY_MS)
    try:
        pump = Pump(session, said)
        if pump.locked:
            raise NoKey(NO_KEY % said)
        return pump
    except BaseException:
        session.close()
        raise


def _say(sentence: str) -> None:
    print(f"{datetime.now().astimezone():%H:%M:%S} {sentence}", file=sys.stderr, flush=True)
