"""The form of the configuration: limits, reservoir, what follows from a reset, the life of the tube
set. Each value is written with its unit, so that it reads back as the same. CPython only.

    fields_of(config)                       # what stands in the form, a Field each
    review(pump, glance, form)              # a Proposal

Head, drug, line and syringe say what a step is worth: they are pushed as a whole, from a terminal.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from clepsydra.amounts import read
from clepsydra.errors import BadInput
from clepsydra.page.config_reviews import config_review, refuse_unless_ready
from clepsydra.page.dose_reviews import Form
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.verb_options import config_of
from firmware.therapy.restart import AFTER_RESET
from host_sim.shared import quantities

BACK = "/configuration"
SECTIONS = ("limits", "reservoir", "pump", "service")
# Stated elsewhere: with a refill, and with another tube set
ELSEWHERE = ("reservoir.fill_pl", "service.first_use_day")
CHOICES = {"pump.after_reset": AFTER_RESET, "service.at_eos": ("keep", "minimum", "stop")}
TIMES = 5  # so many times as much, or as little, is looked at twice
_VOLUMES = ((9, "mL"), (6, "uL"), (3, "nL"), (0, "pL"))


class Field(NamedTuple):
    """key: its path in the configuration; label: the same without its unit; choices: () for any"""

    key: str
    label: str
    text: str
    choices: tuple[str, ...] = ()


class _Kind(NamedTuple):
    parse: Callable[[Any], int]
    text: Callable[[int], str]


def _in_units(value: int, units: tuple[tuple[int, str], ...]) -> str:
    """Exact, in the largest unit of which there is one."""
    power, unit = next((pair for pair in units if value >= 10 ** pair[0]), units[-1])
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


_KINDS = (
    ("_pl_per_day", _Kind(quantities.parse_rate, lambda v: f"{_in_units(v, _VOLUMES)}/d")),
    ("_ng_per_day", _Kind(quantities.parse_dose_rate, lambda v: f"{_dose(v)}/d")),
    ("_pl", _Kind(quantities.parse_volume, lambda v: _in_units(v, _VOLUMES))),
    ("_ng", _Kind(quantities.parse_dose, lambda v: _dose(v))),
    ("_s", _Kind(_seconds, _time)),
    ("_mv", _Kind(quantities.parse_voltage, lambda v: _in_units(v, ((3, "V"), (0, "mV"))))),
    ("_ppt", _Kind(quantities.parse_ppt, lambda v: f"{v / 10:g} %")),
)


def _dose(value: int) -> str:
    return _in_units(value, ((3, "ug"), (0, "ng")))


def _kind_of(key: str) -> tuple[str, _Kind | None]:
    """(label, how it is written); a count has no unit."""
    for ending, kind in _KINDS:
        if key.endswith(ending):
            return key.removesuffix(ending), kind
    return key, None


def fields_of(config: dict[str, Any]) -> list[Field]:
    """What stands in the form: "" where there is none."""
    found = []
    for section in SECTIONS:
        for name, value in sorted((config.get(section) or {}).items()):
            key = f"{section}.{name}"
            if key in ELSEWHERE:
                continue
            label, kind = _kind_of(key)
            text = "" if value is None else str(value) if kind is None else kind.text(value)
            found.append(Field(key, label, text, CHOICES.get(key, ())))
    return found


def review(pump: Pump, glance: Glance, form: Form) -> Proposal:
    refuse_unless_ready(pump, glance)
    config = config_of(pump)
    later = {section: dict(config[section]) for section in SECTIONS if section in config}
    warnings, problems = [], []
    for field in fields_of(config):
        section, _, name = field.key.partition(".")
        try:
            later[section][name] = _value(field, form.get(field.key, field.text).strip())
        except BadInput as error:
            problems.append(str(error))
        warnings += _doubts(field, config[section][name], later[section][name])
    if problems:
        raise BadInput("\n".join(problems))
    return config_review(pump, glance, later, "Another configuration", BACK, warnings)


def _value(field: Field, text: str) -> Any:
    """What stands in the form already is not read anew. BadInput; ranges are the pump's."""
    kind = _kind_of(field.key)[1]
    if not text:
        return None
    if field.choices:
        if text not in field.choices:
            raise BadInput(f'{field.label}: "{text}"; allowed: {", ".join(field.choices)}')
        return text
    if kind is not None:
        return read(field.label, text, kind.parse)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadInput(f'{field.label}: "{text}" is not a whole number; allowed: 0 or more')
    return int(text)


def _doubts(field: Field, before: Any, after: Any) -> list[str]:
    """A limit that is taken away, and a number that is many times what it was."""
    if after is None and before is not None:
        return [f"{field.label} is taken away, it was {field.text}"]
    if not isinstance(before, int) or not isinstance(after, int):
        return []
    large, small = max(before, after), min(before, after)
    if large == small or large < TIMES * small:
        return []
    how = "as much" if after > before else "less"
    times = f"{large / small:.3g} times {how}" if small else "another than 0, or 0"
    return [f"{field.label} is {times}: is its unit right?"]
