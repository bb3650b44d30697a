"""The fields of the configuration in a form. Each value is written with its unit, so that it reads
back as the same, and what is refused is said in these units. CPython only.

    fields_of(config)                       # what stands in the form, a Field each
    read_field(field, "10 uL")              # the value in the pump's units
    in_words(error)                         # why a whole configuration cannot be
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from clepsydra.amounts import read
from clepsydra.errors import BadInput
from clepsydra.page.config_hints import HINTS
from firmware.config import harmless
from firmware.errors import ConfigError
from firmware.therapy.restart import AFTER_RESET
from host_sim.shared import quantities

SECTIONS = ("drug", "head", "syringe", "line", "limits", "reservoir", "pump", "service")
NAME = "name"  # of the configuration; it stands in no section
# Stated elsewhere: with a refill, and with another tube set
ELSEWHERE = ("reservoir.fill_pl", "service.first_use_day")
CHOICES = {
    "head.safe_state": ("hold", "off"),
    "pump.after_reset": AFTER_RESET,
    "service.at_eos": ("keep", "minimum", "stop"),
}
TEXTS = (NAME, "drug.name")
MOST_CHARACTERS = 100
NO_DRUG, WATER = "none", "water"
_NUMBER, _KEY = re.compile(r"\b\d+\b"), re.compile(r"\b[a-z]\w*_[a-z]\w*\b")
_VOLUMES = ((9, "mL"), (6, "uL"), (3, "nL"), (0, "pL"))


class Field(NamedTuple):
    """key: its path in the configuration; label: the same without its unit; choices: () for any"""

    key: str
    label: str
    text: str
    choices: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def hint(self) -> str:
        return HINTS[self.key]


class _Kind(NamedTuple):
    parse: Callable[[Any], int]
    text: Callable[[int], str]


def _in_units(value: int, units: tuple[tuple[int, str], ...]) -> str:
    """Exact, in the largest unit of which there is one; 0 in the largest."""
    power, unit = next((pair for pair in units if value >= 10 ** pair[0] or not value), units[-1])
    whole, rest = divmod(value, 10**power)
    decimals = f"{rest:0{power}}".rstrip("0") if power else ""
    return f"{whole}{'.' if decimals else ''}{decimals} {unit}"


def _seconds(raw: Any) -> int:
    return quantities.parse_duration(raw) // 1000


def _time(value: int) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if value % size == 0:
            return f"{value // size} {unit}"
    return f"{value} s"


def _dose(value: int) -> str:
    return _in_units(value, ((3, "ug"), (0, "ng")))


def _concentration(word: str) -> _Kind:
    """word: for 0"""
    return _Kind(
        lambda raw: 0 if str(raw).lower() == word else quantities.parse_concentration(raw),
        lambda value: f"{_dose(value)}/mL" if value else word,
    )


_LENGTHS = ((3, "mm"), (0, "um"))
_KINDS = (
    ("conc_ng_per_ml", "concentration", _concentration(NO_DRUG)),
    ("_ng_per_ml", "", _concentration(WATER)),
    (
        "pl_per_rev",
        "volume_per_rev",
        _Kind(quantities.parse_calibration, lambda v: _in_units(v, _VOLUMES)),
    ),
    ("_pl_per_day", "", _Kind(quantities.parse_rate, lambda v: f"{_in_units(v, _VOLUMES)}/d")),
    ("_ng_per_day", "", _Kind(quantities.parse_dose_rate, lambda v: f"{_dose(v)}/d")),
    ("_pl", "", _Kind(quantities.parse_volume, lambda v: _in_units(v, _VOLUMES))),
    ("_ng", "", _Kind(quantities.parse_dose, _dose)),
    ("_s", "", _Kind(_seconds, _time)),
    ("_um", "", _Kind(quantities.parse_length, lambda v: _in_units(v, _LENGTHS))),
    ("_mv", "", _Kind(quantities.parse_voltage, lambda v: _in_units(v, ((3, "V"), (0, "mV"))))),
    ("_ppt", "", _Kind(quantities.parse_ppt, lambda v: f"{v / 10:g} %")),
)


def whole(config: dict[str, Any]) -> dict[str, Any]:
    """The same with the sections and limits that it does not state, as the pump takes them."""
    sound = harmless()
    limits = {**sound["limits"], **config["limits"]}
    return {**{name: sound[name] for name in SECTIONS}, **config, "limits": limits}


def fields_of(config: dict[str, Any]) -> list[Field]:
    """What stands in the form: "" where there is none."""
    found, config = [Field(NAME, NAME, config[NAME])], whole(config)
    for section in SECTIONS:
        for name, value in sorted(config[section].items()):
            key = f"{section}.{name}"
            if key in ELSEWHERE:
                continue
            label, kind = _kind_of(key)
            text = "" if value is None else str(value) if kind is None else kind.text(value)
            found.append(Field(key, label, text, CHOICES.get(key, ())))
    return found


def read_field(field: Field, text: str) -> Any:
    """What is typed there, in the pump's units. BadInput; ranges are the pump's."""
    if field.key in TEXTS:
        if not text or len(text) > MOST_CHARACTERS:
            raise BadInput(
                f'{field.label}: "{text[:MOST_CHARACTERS]}"; allowed: 1 to {MOST_CHARACTERS} '
                "characters"
            )
        return text
    if not text:
        return None
    if field.choices:
        if text not in field.choices:
            shown = text[:MOST_CHARACTERS]
            raise BadInput(f'{field.label}: "{shown}"; allowed: {", ".join(field.choices)}')
        return text
    kind = _kind_of(field.key)[1]
    if kind is not None:
        return read(field.label, text, kind.parse)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        shown = text[:MOST_CHARACTERS]
        raise BadInput(f'{field.label}: "{shown}" is not a whole number; allowed: 0 or more')
    return int(text)


def in_words(error: ConfigError) -> str:
    """The same with the names and units of the form."""
    label, kind = _kind_of(error.field)
    section = error.field.partition(".")[0]
    text = str if kind is None else kind.text
    value = error.value
    shown = "nothing" if value is None else text(value) if type(value) is int else str(value)
    allowed = error.allowed.removeprefix("a whole number from ")
    allowed = _NUMBER.sub(lambda found: str(text(int(found[0]))), allowed)
    told = f"{label} is {shown}, allowed is {allowed}: {error.remedy}"

    def named(found: re.Match[str]) -> str:
        return _kind_of(f"{section}.{found[0]}")[0].removeprefix(f"{section}.")

    return _KEY.sub(named, told)


def _kind_of(key: str) -> tuple[str, _Kind | None]:
    """(label, how it is written); a count has no unit."""
    for ending, label, kind in _KINDS:
        if key.endswith(ending):
            return key.removesuffix(ending) + label, kind
    return key, None
