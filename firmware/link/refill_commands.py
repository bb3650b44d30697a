"""Commands on what the reservoir holds: a refill, an emptied one, and its fill after the books were
lost.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware import config, states
from firmware.errors import ConfigError
from firmware.field_checks import check_value
from firmware.link import line_commands
from firmware.link.refusals import NOT_NOW, UNUSABLE, Refused
from firmware.snapshot import MANY

FIRST = "first"  # for the volume withdrawn from a reservoir that was never filled by a command
REFILL = {
    "fill_pl": (1, MANY),
    "withdrawn_pl": None,
    line_commands.CONC: (0, 10**12, None),
    line_commands.DRUG: None,
    line_commands.DOSE: (0, MANY, None),
    line_commands.LEAVE_OUT: (-MANY, MANY, None),
}
MAY_MISS = (line_commands.DRUG,)  # of the fields that `run` checks


def refill(pump, payload, now_ms):
    fill_pl, section = payload["fill_pl"], pump.settings.config["reservoir"]
    withdrawn_pl = payload["withdrawn_pl"]
    first = withdrawn_pl == FIRST
    if first:
        if pump.books.reservoir.refills.count:
            raise ConfigError(
                "refill.withdrawn_pl",
                withdrawn_pl,
                "the volume withdrawn: the reservoir was filled before",
                "state it, 0 if nothing was withdrawn",
            )
        config.check_fill("fill_pl", fill_pl, section)
    else:
        check_value("refill.withdrawn_pl", withdrawn_pl, (0, section["capacity_pl"]))
        check_value("refill.fill_pl", fill_pl, (1, section["capacity_pl"]))
    drug = line_commands.another_drug(pump, payload)
    if drug is None:
        pump.refill(fill_pl, None if first else withdrawn_pl, now_ms)
        return None
    section = line_commands.check_drug(pump, drug, payload, now_ms)
    before = line_commands.derived(pump, now_ms)
    pump.change_drug(drug, section, now_ms)
    pump.refill(fill_pl, None if first else withdrawn_pl, now_ms)
    after = line_commands.derived(pump, now_ms)
    return {"before": before, "after": after, "bridge": line_commands.bridge_state(pump, now_ms)}


def empty(pump, payload, now_ms):
    withdrawn_pl = payload["withdrawn_pl"]
    most_pl = pump.settings.config["reservoir"]["capacity_pl"]
    check_value("empty.withdrawn_pl", withdrawn_pl, (0, most_pl))
    pump.empty(withdrawn_pl, now_ms)


def accept_books(pump, payload, now_ms):
    if pump.stored.error is not None:
        # Without the caps nobody knows how much a full window is.
        raise Refused(NOT_NOW, UNUSABLE % pump.stored.error)
    if states.BY_MEMORY not in pump.state.faults:
        raise Refused(NOT_NOW, "the books are not lost: send refill, or reset_fault")
    config.check_fill("fill_pl", payload["fill_pl"], pump.settings.config["reservoir"])
    pump.accept_books(payload["fill_pl"], now_ms)
