"""Doses, volumes, rates and times as a person states and reads them, exact whole numbers inside.
CPython only.

    Dose.read("20 ug").ng                20_000
    str(Dose(20_000))                    "20 ug"
    flow_text(400_000_000, 500_000)      "200 ug/d = 0.4 mL/d"

Doses are shown in ug and volumes in mL, or less where that would be below 0.01: never in mg, so
that nobody has to tell mg from ug; no zero at the end, always one before the point.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeVar

from clepsydra.errors import BadInput
from host_sim.shared import number_text, quantities
from host_sim.shared.quantities import PL_PER_ML, QuantityError

Read = TypeVar("Read")
_COMMA = re.compile(r"\d,\d")
DIGITS = 4


def read(field: str, raw: object, parse: Any) -> Any:
    """`parse(raw)`; BadInput that names the field if it cannot be."""
    try:
        return parse(raw)
    except QuantityError as error:
        comma = isinstance(raw, str) and _COMMA.search(raw)
        hint = "; write a point, not a comma, and no separators" if comma else ""
        raise BadInput(f"{field}: {error}{hint}") from error


@dataclass(frozen=True, order=True)
class Dose:
    """ng: exact."""

    ng: int

    @classmethod
    def read(cls, raw: object, field: str = "dose") -> "Dose":
        return raw if isinstance(raw, Dose) else cls(read(field, raw, quantities.parse_dose))

    @property
    def ug(self) -> float:
        return self.ng / 1000

    def __str__(self) -> str:
        return quantities.format_dose(self.ng)


@dataclass(frozen=True, order=True)
class Volume:
    """pl: exact."""

    pl: int

    @classmethod
    def read(cls, raw: object, field: str = "volume") -> "Volume":
        return raw if isinstance(raw, Volume) else cls(read(field, raw, quantities.parse_volume))

    @property
    def ml(self) -> float:
        return self.pl / PL_PER_ML

    def dose(self, conc_ng_per_ml: int) -> Dose:
        """What it holds, rounded down."""
        return Dose(self.pl * conc_ng_per_ml // PL_PER_ML)

    def __str__(self) -> str:
        return quantities.format_volume(self.pl)


@dataclass(frozen=True, order=True)
class Span:
    """ms: exact."""

    ms: int

    @classmethod
    def read(cls, raw: object, field: str = "time") -> "Span":
        return raw if isinstance(raw, Span) else cls(read(field, raw, quantities.parse_duration))

    def __str__(self) -> str:
        return number_text.span(self.ms)


@dataclass(frozen=True)
class Flow:
    """A rate, pL/day, of a drug of this concentration, 0 without one."""

    pl_per_day: int
    conc_ng_per_ml: int = 0

    @property
    def ng_per_day(self) -> int | None:
        """None without a drug."""
        if not self.conc_ng_per_ml:
            return None
        return self.pl_per_day * self.conc_ng_per_ml // PL_PER_ML

    @property
    def ug_per_day(self) -> float | None:
        dose = self.ng_per_day
        return None if dose is None else dose / 1000

    def __str__(self) -> str:
        return flow_text(self.pl_per_day, self.conc_ng_per_ml)


def dose_text(ng: float) -> str:
    """A computed dose, to DIGITS digits."""
    return f"{_shown(ng / 1000)} ug" if ng >= 10 or not ng else f"{ng:.0f} ng"


def volume_text(pl: float) -> str:
    """A computed volume, to DIGITS digits."""
    for least, size, unit in ((10**7, 10**9, "mL"), (10**4, 10**6, "uL"), (10, 10**3, "nL")):
        if pl >= least:
            return f"{_shown(pl / size)} {unit}"
    return f"{pl:.0f} pL" if pl else "0 mL"


def flow_text(pl_per_day: float, conc_ng_per_ml: int) -> str:
    """A rate, and with a drug its dose before it."""
    volume = f"{_shown(pl_per_day / PL_PER_ML)} mL/d"
    if not conc_ng_per_ml:
        return volume
    return f"{dose_text(pl_per_day * conc_ng_per_ml / PL_PER_ML)}/d = {volume}"


def change_text(before: float, after: float) -> str:
    """By how much, in percent."""
    if before == after:
        return "-"
    return f"{100 * (after - before) / before:+.1f} %" if before else "new"


def civil_text(wall_s: int, offset_s: int, seconds: bool = False) -> str:
    """An instant of the pump in its local time."""
    moment = datetime.fromtimestamp(wall_s + offset_s, timezone.utc)
    clock = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    return f"{moment:%a} {moment.day} {moment:%b %Y} {clock}"


def ahead_text(ms: float) -> str:
    """How far one clock is from another."""
    how = "ahead of" if ms >= 0 else "behind"
    return f"{number_text.span(int(abs(ms)))} {how} this computer"


def _shown(value: float) -> str:
    text = number_text.significant(value, DIGITS).replace(",", "")
    return text.rstrip("0").rstrip(".") if "." in text else text
