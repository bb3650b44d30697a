"""Which pump: the text behind --pump, CLEPSYDRA_PUMP, or the only one that is plugged in.

    find("sim")              Target(address="socket://127.0.0.1:40123", said="sim:flex_week")
    find(None)

CPython only.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from serial.tools import list_ports

from clepsydra.errors import BadInput, ClepsydraError, NoPump
from clepsydra.link.session import Session
from host_sim.live import running, starting
from host_sim.live.running import NotRunning, Running
from host_sim.run import interpreter
from host_sim.run.interpreter import InterpreterError
from host_sim.shared.quantities import did_you_mean
from host_sim.shared.reader import ScenarioError

ENVIRONMENT = "CLEPSYDRA_PUMP"
SIM, CHIP, SOCKET = "sim", "chip", "socket"
# USB vendors of the boards that Clepsydra runs on: nobody else's device is asked
VENDORS = {0x2E8A: "Raspberry Pi", 0x303A: "Espressif", 0xF055: "MicroPython"}
LOOK_MS = 700
SCENARIOS = Path(starting.__file__).resolve().parents[1] / "scenarios"


class Target(NamedTuple):
    """address: as in open_line; said: how a person names it."""

    address: str
    said: str


def find(text: str | None, tell: Callable[[str], None] | None = None) -> Target:
    """The pump that is meant. tell(sentence): is called if one was started for it.

    NoPump, or BadInput.
    """
    if text is not None and not isinstance(text, str):
        raise BadInput(f'pump is {text!r}; allowed: a text, as "sim" or "/dev/ttyACM0"')
    if text is not None and not text.strip():
        raise BadInput('pump is ""; name one, or leave it out for the only pump plugged in')
    text = text or os.environ.get(ENVIRONMENT)
    if not text:
        return _only_one()
    kind, _, name = text.partition(":")
    if kind in (SIM, CHIP):
        return simulated(_running_or_started(name or None, kind == CHIP, tell or _to_stderr))
    if text == SOCKET or (text.startswith("socket:") and not text.startswith("socket://")):
        raise BadInput(f'pump is "{text}"; write socket://HOST:PORT')
    return Target(text, text)


def simulated(run: Running) -> Target:
    address = f"socket://{running.LOOPBACK}:{run.port}"
    if run.on_chip:
        return Target(address, f"{CHIP}:{run.name.removesuffix(running.ON_CHIP)}")
    return Target(address, f"{SIM}:{run.name}")


def plugged_in() -> list[str]:
    """The ports of this computer at which a board may be."""
    return sorted(port.device for port in list_ports.comports() if port.vid in VENDORS)


def _only_one() -> Target:
    ports = plugged_in()
    answering = ports if len(ports) == 1 else [port for port in ports if _is_pump(port)]
    if len(answering) == 1:
        return Target(answering[0], answering[0])
    if answering:
        raise NoPump(
            f"several pumps are plugged in: {', '.join(answering)}; name one: --pump {answering[0]}"
        )
    there = f"{', '.join(ports)} do not answer" if ports else "none is plugged in"
    raise NoPump(f"no pump: {there}; name one with --pump PORT, or try a simulated one: --pump sim")


def _is_pump(port: str) -> bool:
    try:
        with Session(port, within_ms=LOOK_MS, with_key=False) as session:
            session.greet()
    except ClepsydraError:
        return False
    return True


def _running_or_started(name: str | None, on_chip: bool, tell: Callable[[str], None]) -> Running:
    """on_chip: one on the emulated chip"""
    try:
        found = [run for run in running.running() if run.on_chip == on_chip]
        wanted = None if name is None else _stem(name)
        if wanted and on_chip:
            wanted += running.ON_CHIP
        named = [run for run in found if wanted in (None, run.name)]
        if len(named) > 1:
            names = ", ".join(simulated(run).said for run in named)
            raise NoPump(
                f"several simulated pumps run: {names}; name one: --pump {names.split(',')[0]}"
            )
        if named:
            return named[0]
        on = CHIP if on_chip else interpreter_here()
        run = _started(_scenario(name or starting.DEFAULT), starting.Options(on))
    except (NotRunning, InterpreterError) as error:
        raise NoPump(str(error)) from error
    except ScenarioError as error:
        raise BadInput(str(error)) from error
    kind = "an emulated" if on_chip else "a simulated"
    tell(
        f"started {kind} pump, {run.name}, in real time; it goes on until "
        f"`clepsydra sim end {run.name}`"
    )
    return run


def _started(path: Path, options: starting.Options) -> Running:
    try:
        return starting.run_detached(path, options)
    except NotRunning:
        name = starting.name_of(path, options)
        others = [run for run in running.running() if run.name == name]
        if others:  # somebody else has started it meanwhile
            return others[0]
        raise


def _stem(name: str) -> str:
    return Path(name).stem if name.endswith(".toml") else name


def _scenario(name: str) -> Path:
    """A file, or a stock scenario."""
    path, stock = Path(name), SCENARIOS / f"{name}.toml"
    if path.is_file():
        return path
    if not stock.is_file():
        names = sorted(path.stem for path in SCENARIOS.glob("*.toml"))
        raise BadInput(
            f"{name}: no such file, and no stock scenario of that name{did_you_mean(name, names)}; "
            f"stock scenarios: {', '.join(names)}"
        )
    return stock


def interpreter_here() -> str:
    try:
        interpreter.find("micropython")
    except InterpreterError:
        return "cpython"
    return "micropython"


def _to_stderr(sentence: str) -> None:
    print(f"clepsydra: {sentence}", file=sys.stderr)
