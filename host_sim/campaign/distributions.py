"""The distributions of a campaign file: what a value may be drawn from. CPython only.

    source = read_source(reader, "fault[1].lasts", {"log_uniform": ["10 min", "2 d"]}, parse)
    source.draw(random.Random("7 42"))      "01:12:30.512"

What is drawn is what a scenario file would say: text with a unit, a whole number or a word. Numbers
with a unit have four digits of the larger bound, whole numbers are whole, times are whole
milliseconds. Only `random()` is asked of the generator, so that a draw is the same on every Python.
"""

import math
import random
import re
from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import Any, NamedTuple

from host_sim.shared.quantities import QuantityError, format_instant, parse_duration, shown
from host_sim.shared.reader import Reader

SAME_AS = "same_as"
DIGITS = 4
MOST_TRIES = 1000  # for a normal draw that has to lie within bounds
_NUMBER = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(\S.*?)\s*$")
_EXAMPLE = 'write for instance { uniform = ["9.8 uL", "10.2 uL"] }'

Draw = Callable[[random.Random], Any]
Parse = Callable[[Any], Any] | None  # as a Value's of host_sim/shared/values.py


class Source(NamedTuple):
    """What a value comes from. draw: draws it; same_as: the key of the scenario whose value it is
    instead, None otherwise.
    """

    draw: Draw
    same_as: str | None = None


class _Scale(NamedTuple):
    """How numbers of one quantity are written: `write(number)` is the text of a scenario."""

    write: Callable[[float], Any]


def is_distribution(raw: object) -> bool:
    """Does this table say how to draw a value, or is it a value itself?"""
    return isinstance(raw, Mapping) and any(name in raw for name in (*_READ, SAME_AS))


def read_source(reader: Reader, where: str, raw: Any, parse: Parse = None) -> Source | None:
    """What a value, or a table that says how to draw it, stands for; None after noting a problem.

    parse: reads a value of this key, and raises QuantityError
    """
    if not is_distribution(raw):
        fits = parse is None or reader.value(where, raw, parse) is not None
        return Source(lambda chance: raw) if fits else None
    kind, options = _kind(reader, where, raw)
    if kind is None:
        return None
    if kind == SAME_AS:
        return _same_as(reader, where, raw[SAME_AS])
    try:
        source = _READ[kind](raw[kind], options)
        if parse is not None:
            _check(parse, source.ends)
    except QuantityError as error:
        found = f"{shown(error.raw)} {error.fault}; allowed: {error.allowed}"
        reader.problem(f"{where}.{kind}", found, f"write for instance {error.example}")
        return None
    return Source(source.draw)


def read_share(raw: Any) -> float:
    """A probability, as "25 %". Raises QuantityError."""
    match = _NUMBER.match(raw) if isinstance(raw, str) else None
    share = float(match[1]) / 100 if match and match[2] == "%" else None
    if share is None or not 0 <= share <= 1:
        raise QuantityError(raw, "is no probability", "0 % to 100 %", '"25 %"')
    return share


class _Drawn(NamedTuple):
    draw: Draw
    ends: tuple[Any, ...]  # values as they may come out, to be checked


def _kind(reader: Reader, where: str, raw: Mapping[str, Any]) -> tuple[str | None, Any]:
    """(the one distribution that is named, its options)"""
    kinds = [name for name in (*_READ, SAME_AS) if name in raw]
    options = {key: raw[key] for key in raw if key not in kinds}
    allowed = _OPTIONS.get(kinds[0], ())
    if len(kinds) == 1 and all(key in allowed for key in options):
        return kinds[0], options
    what = " and ".join(sorted(raw))
    may = f"exactly one of {', '.join((*_READ, SAME_AS))}"
    if len(kinds) == 1:
        may = f"{kinds[0]}{''.join(f', and {key} with it' for key in allowed)}"
    reader.problem(where, f"has {what}; allowed: {may}", _EXAMPLE)
    return None, None


def _same_as(reader: Reader, where: str, key: Any) -> Source | None:
    if isinstance(key, str) and key:
        return Source(lambda chance: None, key)
    fault = f"{shown(key)} is no key; allowed: the path of a key of the scenario"
    reader.problem(f"{where}.{SAME_AS}", fault, 'write for instance "program.rate"')
    return None


def _check(parse: Callable[[Any], Any], values: tuple[Any, ...]) -> None:
    for value in values:
        parse(value)


def _uniform(raw: Any, options: Mapping[str, Any]) -> _Drawn:
    (low, high), scale = _pair(raw)
    if _whole(raw):
        return _Drawn(lambda chance: low + int(chance.random() * (high - low + 1)), (low, high))
    return _between(lambda u: low + (high - low) * u, low, high, scale)


def _log_uniform(raw: Any, options: Mapping[str, Any]) -> _Drawn:
    (low, high), scale = _pair(raw)
    if low <= 0:
        raise QuantityError(raw, "has a bound that is not above 0", "bounds above 0", _PAIR)
    return _between(lambda u: low * (high / low) ** u, low, high, scale)


def _between(at: Callable[[float], float], low: float, high: float, scale: _Scale) -> _Drawn:
    def draw(chance: random.Random) -> Any:
        return scale.write(min(high, max(low, at(chance.random()))))

    return _Drawn(draw, (scale.write(low), scale.write(high)))


def _normal(raw: Any, options: Mapping[str, Any]) -> _Drawn:
    (mean, spread), scale = _pair(raw, rising=False)
    if spread <= 0:
        raise QuantityError(raw, "has no standard deviation above 0", "[mean, deviation]", _PAIR)
    low, high = -math.inf, math.inf
    if "within" in options:
        (low, high), _ = _pair(options["within"])
    normal = NormalDist(mean, spread)
    if normal.cdf(high) - normal.cdf(low) < 0.05:
        raise QuantityError(options["within"], "leaves out almost all", "95 % and less", _PAIR)

    def draw(chance: random.Random) -> Any:
        for _ in range(MOST_TRIES):
            number = normal.inv_cdf(max(1e-12, chance.random()))
            if low <= number <= high:
                break
        return scale.write(number)

    ends = [end for end in (mean, low, high) if math.isfinite(end)]
    return _Drawn(draw, tuple(scale.write(end) for end in ends))


def _exponential(raw: Any, options: Mapping[str, Any]) -> _Drawn:
    (mean,), scale = _numbers([raw])
    if mean <= 0:
        raise QuantityError(raw, "is no mean above 0", "a mean above 0", '"30 d"')
    return _Drawn(
        lambda chance: scale.write(-mean * math.log(1 - chance.random())), (scale.write(mean),)
    )


def _choice(raw: Any, options: Mapping[str, Any]) -> _Drawn:
    if not isinstance(raw, list) or not raw:
        raise QuantityError(raw, "is no list of values", "a list with one and more", "[1, 2]")
    weights = options.get("weights", [1] * len(raw))
    sound = isinstance(weights, list) and len(weights) == len(raw)
    if not sound or not all(type(one) in (int, float) and one >= 0 for one in weights):
        raise QuantityError(weights, "is no weight for each value", "one number each", "[3, 1]")
    whole = float(sum(weights))
    if not whole:
        raise QuantityError(weights, "has only zeros", "one above 0", "[3, 1]")

    def draw(chance: random.Random) -> Any:
        left = chance.random() * whole
        for value, weight in zip(raw, weights, strict=True):
            left -= weight
            if left < 0:
                return value
        return raw[-1]

    return _Drawn(draw, tuple(raw))


_PAIR = '["9.8 uL", "10.2 uL"]'


def _whole(raw: Any) -> bool:
    return all(type(end) is int for end in raw)


def _pair(raw: Any, rising: bool = True) -> tuple[list[Any], _Scale]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise QuantityError(raw, "is not two numbers", "a list of two", _PAIR)
    numbers, scale = _numbers(raw)
    if rising and numbers[0] > numbers[1]:
        raise QuantityError(raw, "falls", "the lower one first", _PAIR)
    return numbers, scale


def _numbers(raw: list[Any]) -> tuple[list[Any], _Scale]:
    """Numbers of one quantity, and how one like them is written."""
    if _whole(raw):
        return raw, _Scale(round)
    try:
        return [parse_duration(end) for end in raw], _Scale(lambda ms: format_instant(round(ms)))
    except QuantityError:
        pass
    matches = [_NUMBER.match(end) if isinstance(end, str) else None for end in raw]
    units = {match[2] for match in matches if match}
    if None in matches or len(units) != 1:
        raise QuantityError(raw, "has not one unit", "numbers with the same unit", _PAIR)
    numbers, unit = [float(match[1]) for match in matches if match], units.pop()
    most = max(abs(number) for number in numbers)
    places = max(0, DIGITS - 1 - math.floor(math.log10(most))) if most else 0
    if unit == "%":
        places = min(places, 1)
    return numbers, _Scale(lambda number: f"{number:.{places}f} {unit}")


_READ: dict[str, Callable[[Any, Mapping[str, Any]], _Drawn]] = {
    "uniform": _uniform,
    "log_uniform": _log_uniform,
    "normal": _normal,
    "exponential": _exponential,
    "choice": _choice,
}
_OPTIONS = {"normal": ("within",), "choice": ("weights",)}
