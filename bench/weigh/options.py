"""What `weigh` is told on its command line, checked: a BenchError names each option that is wrong,
all at once.
"""

import re
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Options:
    """rate in uL/min; times in s; `facts` is what run.json says and --resume compares"""

    protocol: Protocol
    port: str
    serial: SerialSettings
    rate_ul_per_min: float
    for_s: float
    every_s: float
    unit: str
    facts: dict


def read(arguments):
    """Options of the parsed command line. Raises BenchError."""
    problems = []

    def of(name, raw, parse):
        try:
            return parse(raw)
        except (QuantityError, BenchError) as error:
            problems.append(f"--{name}: {error}")
            return None

    protocol, port = of("balance", arguments.balance, _balance) or (None, None)
    serial = (
        of("serial", arguments.serial, _serial)
        if arguments.serial is not None
        else protocol and protocol.serial
    )
    rate = of("rate", arguments.rate, _rate)
    lasting = of("for", arguments.lasting, _lasting)
    every = of("every", arguments.every, _every)
    unit = of("unit", arguments.unit, _unit)
    if problems:
        raise BenchError(problems)
    facts = {
        "balance": arguments.balance,
        "rate": arguments.rate,
        "for": arguments.lasting,
        "every": arguments.every,
    }
    return Options(
        protocol, port, serial, rate / 1e6 / 1440, lasting / 1000, every / 1000, unit, facts
    )


def _balance(raw):
    name, colon, port = raw.partition(":")
    if name not in PROTOCOLS:
        fault = f"{shown(raw)} begins with {shown(name)}, which is no protocol{did_you_mean(name, PROTOCOLS)}"
        raise BenchError(f"{fault}; allowed: {', '.join(PROTOCOLS)}; example: mt-sics:/dev/ttyUSB0")
    if not colon or not port.strip():
        raise BenchError(
            f"{shown(raw)} names no port; allowed: {name}: and a port; example: {name}:/dev/ttyUSB0"
        )
    return PROTOCOLS[name], port


def _serial(raw):
    match = _SERIAL.fullmatch(raw)
    if not match:
        allowed = "baud rate, data bits 7 or 8, parity N, E, O, M or S, stop bits 1 or 2"
        raise BenchError(
            f"{shown(raw)} is no setting of a serial port; allowed: {allowed}; example: 9600 8N1"
        )
    baud, data, parity, stop = match.groups()
    return SerialSettings(int(baud), int(data), parity, int(stop))


def _rate(raw):
    rate = parse_rate(raw)
    if rate == 0:
        raise BenchError(f'{shown(raw)} is no flow; allowed: more than 0; example: "10 uL/min"')
    return rate


def _lasting(raw):
    lasting_ms = parse_duration(raw)
    if not 0 < lasting_ms <= LONGEST_FOR_MS:
        raise BenchError(
            f'{shown(raw)} is outside what can be weighed; allowed: more than 0, up to 100 d; example: "2 h"'
        )
    return lasting_ms


def _every(raw):
    every_ms = parse_duration(raw)
    if every_ms < SHORTEST_EVERY_MS:
        raise BenchError(
            f'{shown(raw)} is faster than a balance measures; allowed: {SHORTEST_EVERY_MS} ms and more; example: "500 ms"'
        )
    return every_ms


def _unit(raw):
    if raw not in GRAMS_PER:
        raise BenchError(
            f"{shown(raw)} is no unit that can be turned into grams; allowed: {', '.join(GRAMS_PER)}"
        )
    return raw
