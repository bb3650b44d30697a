"""The form of the configuration, all of it but the program and what is stated elsewhere. CPython
only.

    review(pump, glance, form)              # a Proposal
"""

from typing import Any

from clepsydra.errors import BadInput
from clepsydra.page.config_fields import (
    NAME,
    SECTIONS,
    Field,
    fields_of,
    in_words,
    read_field,
    whole,
)
from clepsydra.page.config_reviews import config_review, refuse_unless_ready
from clepsydra.page.dose_reviews import Form, meant_of
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.verb_options import config_of
from firmware import syringe_geometry
from firmware.config import check
from firmware.errors import ConfigError

BACK = "/configuration"
_TURN = "head.pl_per_rev"


def review(pump: Pump, glance: Glance, form: Form) -> Proposal:
    """What the form says, beside what is stored. BadInput with every problem found."""
    refuse_unless_ready(pump, glance)
    config = config_of(pump)
    fields, before = fields_of(config), whole(config)
    later: dict[str, Any] = {section: dict(before[section]) for section in SECTIONS}
    problems = []
    for field in fields:
        text = form.get(field.key, field.text).strip()
        if text == field.text:  # what stands there already is not read anew
            continue
        try:
            value = read_field(field, text)
        except BadInput as error:
            problems.append(str(error))
        else:
            _put(later, field, value)
    if problems:
        raise BadInput("\n".join(problems))
    if form.get(_TURN, "").strip() in ("", *_texts(fields, _TURN)):
        _turn_of_syringe(later)
    stated = {
        name: value
        for name, value in later.items()
        if name in config or value != before[name]  # nothing is added that nobody has typed
    }
    try:
        # As the pump will, but for its board: a person reads here what is wrong in units.
        check({**config, **stated, "program": meant_of(glance).section})
    except ConfigError as error:
        raise BadInput(in_words(error)) from error
    return config_review(pump, glance, stated, "Another configuration", BACK, [])


def _put(later: dict[str, Any], field: Field, value: Any) -> None:
    if field.key == NAME:
        later[NAME] = value
    else:
        later[field.section][field.name] = value


def _texts(fields: list[Field], key: str) -> list[str]:
    return [field.text for field in fields if field.key == key]


def _turn_of_syringe(later: dict[str, Any]) -> None:
    """What a turn gives follows from a syringe that is stated, where nobody has typed another."""
    diameter_um, pitch_um = later["syringe"]["diameter_um"], later["syringe"]["pitch_um"]
    if diameter_um is not None and pitch_um is not None:
        later["head"]["pl_per_rev"] = syringe_geometry.volume_pl(diameter_um, pitch_um)
