"""The options of `weigh`, checked: one BenchError names all that are wrong. CPython only."""

import re
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from bench.balances import PROTOCOLS
from bench.balances.protocol import GRAMS_PER, Protocol, SerialSettings
from bench.shared.errors import BenchError
from host_sim.shared.quantities import (
    QuantityError,
    did_you_mean,
    parse_duration,
    parse_rate,
    shown,
)

SHORTEST_EVERY_MS = 50  # no balance measures faster than 20 times a second
LONGEST_FOR_MS = 100 * 86_400_000
_SERIAL = re.compile(r"([1-9][0-9]{2,6})[ ,-]*([78])([NEOMS])([12])")


Read = TypeVar("Read")


class Aim(NamedTuple):
    """What a person who watches compares with: the set rate as it was typed, and the times."""

    rate: str
    rate_ul_per_min: float
    for_s: float
    every_s: float


@dataclass(frozen=True)
class Options:
    """`facts` are written to run.json, and compared by --resume."""

    protocol: Protocol
    port: str
    serial: SerialSettings
    rate_ul_per_min: float
    for_s: float
    every_s: float
    unit: str
    facts: dict[str, str]

    @property
    def aim(self) -> Aim:
        return Aim(self.facts["rate"], self.rate_ul_per_min, self.for_s, self.every_s)


def read(arguments: Namespace) -> Options:
    """Options of the parsed command line. Raises BenchError."""
    problems: list[str] = []

    def of(name: str, raw: str, parse: Callable[[str], Read]) -> Read | None:
        try:
            return parse(raw)
        except (QuantityError, BenchError) as error:
            problems.append(f"--{name}: {error}")
            return None

    balance = of("balance", arguments.balance, balance_of)
    serial = None if arguments.serial is None else of("serial", arguments.serial, serial_of)
    rate_pl_per_day = of("rate", arguments.rate, rate_of)
    for_ms = of("for", arguments.lasting, lasting_of)
    every_ms = of("every", arguments.every, every_of)
    unit = of("unit", arguments.unit, unit_of)
    # Whatever is None here has its problem; naming each of them tells the type checker so.
    if problems or not (balance and rate_pl_per_day and for_ms and every_ms and unit):
        raise BenchError(problems)
    protocol, port = balance
    return Options(
        protocol=protocol,
        port=port,
        serial=serial or protocol.serial,
        rate_ul_per_min=rate_pl_per_day / 1e6 / 1440,
        for_s=for_ms / 1000,
        every_s=every_ms / 1000,
        unit=unit,
        facts={
            "balance": arguments.balance,
            "rate": arguments.rate,
            "for": arguments.lasting,
            "every": arguments.every,
        },
    )


def balance_of(raw: str) -> tuple[Protocol, str]:
    """(protocol, port) of "mt-sics:/dev/ttyUSB0". Raises BenchError, as those below."""
    name, colon, port = raw.partition(":")
    if name not in PROTOCOLS:
        fault = f"{shown(raw)} begins with {shown(name)}, which is no protocol"
        fault += did_you_mean(name, PROTOCOLS)
        raise BenchError(f"{fault}; allowed: {', '.join(PROTOCOLS)}; example: mt-sics:/dev/ttyUSB0")
    if not colon or not port.strip():
        allowed = f"{name}: and a port"
        example = f"{name}:/dev/ttyUSB0"
        raise BenchError(f"{shown(raw)} names no port; allowed: {allowed}; example: {example}")
    return PROTOCOLS[name], port


def serial_of(raw: str) -> SerialSettings:
    """Of "9600 8N1"."""
    match = _SERIAL.fullmatch(raw)
    if not match:
        allowed = "baud rate, data bits 7 or 8, parity N, E, O, M or S, stop bits 1 or 2"
        fault = f"{shown(raw)} is no setting of a serial port"
        raise BenchError(f"{fault}; allowed: {allowed}; example: 9600 8N1")
    baud, data, parity, stop = match.groups()
    return SerialSettings(int(baud), int(data), parity, int(stop))


def rate_of(raw: str) -> int:
    """pL/d of a flow, above 0. Or raises QuantityError, as those of time."""
    rate_pl_per_day = parse_rate(raw)
    if rate_pl_per_day == 0:
        raise BenchError(f'{shown(raw)} is no flow; allowed: more than 0; example: "10 uL/min"')
    return rate_pl_per_day


def lasting_of(raw: str) -> int:
    """ms of the time to weigh."""
    lasting_ms = parse_duration(raw)
    if not 0 < lasting_ms <= LONGEST_FOR_MS:
        fault = f"{shown(raw)} is outside what can be weighed"
        raise BenchError(f'{fault}; allowed: more than 0, up to 100 d; example: "2 h"')
    return lasting_ms


def every_of(raw: str) -> int:
    """ms between two questions."""
    every_ms = parse_duration(raw)
    if every_ms < SHORTEST_EVERY_MS:
        fault = f"{shown(raw)} is faster than a balance measures"
        allowed = f"{SHORTEST_EVERY_MS} ms and more"
        raise BenchError(f'{fault}; allowed: {allowed}; example: "500 ms"')
    return every_ms


def unit_of(raw: str) -> str:
    """A unit of GRAMS_PER."""
    if raw not in GRAMS_PER:
        fault = f"{shown(raw)} is no unit that can be turned into grams"
        raise BenchError(f"{fault}; allowed: {', '.join(GRAMS_PER)}")
    return raw
