"""Commands that change what the line carries: another concentration at a refill, and its bridge.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware import config, states
from firmware.books.slugs import MOST_SLUGS
from firmware.errors import ConfigError
from firmware.field_checks import TEXT, check_value
from firmware.link.common_refusals import refuse_within_bolus
from firmware.link.refusals import BAD_FIELD, NOT_NOW, Refused
from firmware.snapshot import MANY
from firmware.therapy import bridge, programs
from firmware.units_as_text import dose

CONC, DRUG = "conc_ng_per_ml", "drug"
DOSE = "bridge_ng_per_day"  # 0: as the program prescribes
LEAVE_OUT = "no_bridge_ng"  # the confirmed consequence
BRIDGE = {"dose_ng_per_day": (1, MANY, None), LEAVE_OUT: (-MANY, MANY, None)}


def another_drug(pump, payload):
    """The section `drug` after a refill, None if it stays the same; as far as the payload says."""
    conc, name = payload.get(CONC), payload.get(DRUG)
    now = pump.settings.config["drug"]
    drug = {
        "name": now["name"] if name is None else name,
        CONC: now[CONC] if conc is None else conc,
    }
    if name is not None:
        check_value("refill.drug", name, TEXT)
    if name not in (None, now["name"]) and conc is None:
        raise ConfigError("refill.conc_ng_per_ml", None, "stated with another drug", "state it")
    return None if drug == now else drug


def check_drug(pump, drug, payload, now_ms):
    """The program section whose doses the bridge gives, None without one. Raises where the pump
    cannot take this drug now, or a rate or volume that follows from it leaves its limits.
    """
    if pump.state.now == states.STALLED:
        raise Refused(NOT_NOW, "the pump is STALLED: stop it, then refill with another drug")
    if pump.delivery.turning_back:
        raise Refused(NOT_NOW, "the syringe is being filled: wait for its end, or stop")
    refuse_within_bolus(pump)
    _check_limits(pump, drug, drug[CONC])
    books = pump.books
    if not books.line.path_pl or books.epoch.conc_ng_per_ml == drug[CONC]:
        return None
    drawn_pl = books.ledger.drawn_pl()
    if books.line.is_full():
        raise Refused(
            NOT_NOW,
            "the line holds %d contents behind each other, as many as there can be: wait until the "
            "first has left it, or prime" % MOST_SLUGS,
        )
    surplus_ng = books.line.surplus_ng(drawn_pl, drug[CONC])
    lowest = min(books.line.lowest() or drug[CONC], drug[CONC]) or drug[CONC]
    _check_limits(pump, drug, lowest)
    return _section(pump, payload, DOSE, surplus_ng, (lowest, drug[CONC]))


def _check_limits(pump, drug, conc_ng_per_ml):
    """ConfigError where the configuration, with the program in force, does not go with this."""
    drug = dict(drug, conc_ng_per_ml=conc_ng_per_ml)
    config.check(dict(pump.settings.config, drug=drug))


def _section(pump, payload, field, surplus_ng, concs):
    """The program section of the bridge that is asked for, None if it is left out."""
    asked, left_out = payload.get(field), payload.get(LEAVE_OUT)
    if (asked is None) == (left_out is None):
        raise _consequence("state %s, or %s = %d to leave the bridge out", field, surplus_ng)
    if left_out is not None:
        if left_out != surplus_ng:
            raise _consequence("to leave the bridge out send %s = %d", None, surplus_ng)
        return None
    limits = pump.settings.config["limits"]
    section = bridge.at_dose(asked) if asked else pump.section_in_force()
    for conc in concs:
        programs.check(section, limits, conc)
    pump.kept_program.check_bridge(section, field)
    return section


def _consequence(text, field, surplus_ng):
    """The Refused of a bridge that is neither stated nor left out with its consequence."""
    way = text % ((LEAVE_OUT, surplus_ng) if field is None else (field, LEAVE_OUT, surplus_ng))
    side = "too much" if surplus_ng > 0 else "too little"
    told = "without a bridge the line gives %s %s: %s" % (dose(abs(surplus_ng)), side, way)
    return Refused(BAD_FIELD, told, {"consequence_ng": surplus_ng})


def derived(pump, now_ms):
    """What follows from the concentration: rates of the program now, while the clock is unset and,
    at most, in a day; and the volume of the patient's bolus, 0 without one (S1).
    """
    program = pump.demand.program
    rate, _ = program.rate_at(pump.wall_clock.local_ms(now_ms))
    return {
        CONC: pump.books.epoch.conc_ng_per_ml,
        "rate_pl_per_day": rate,
        "unset_pl_per_day": program.rate_at(None)[0],
        "most_in_a_day_pl": program.most_in_a_day_pl(),
        "patient_bolus_pl": pump.settings.patient_pl,
    }


def bridge_state(pump, now_ms):
    """Of the bridge in force, None without one. lasts_ms: until it ends, at the present rates."""
    left_steps = pump.books.bridge_left()
    if not left_steps:
        return None
    left_pl = pump.books.epoch.volume_of(left_steps)
    return {
        "conc_ng_per_ml": pump.demand.conc,
        "rate_pl_per_day": pump.demand.rate_from(pump.demand.conc, now_ms),
        "left_pl": left_pl,
        "left_steps": left_steps,
        "lasts_ms": pump.ms_until_pumped(left_pl, now_ms),
    }


def bridge_dose(pump, payload, now_ms):
    """Another dose for what is left of the bridge, or its end with the confirmed consequence."""
    books = pump.books
    line, drawn_pl = books.line, books.ledger.drawn_pl()
    if line.bridge is None and not line.unbridged and not line.needs_bridge(drawn_pl):
        raise Refused(NOT_NOW, "no bridge is in force, and the line holds no other drug")
    conc = books.epoch.conc_ng_per_ml
    surplus_ng = line.surplus_ng(drawn_pl, conc)
    section = _section(
        pump, payload, "dose_ng_per_day", surplus_ng, (books.line.lowest() or conc, conc)
    )
    pump.bridge_with(section, now_ms)
    return {"bridge": bridge_state(pump, now_ms)}


FLUSHED = {"aspirated_pl": (0, MANY), "injected_pl": (0, MANY), "with_ng_per_ml": (0, 10**12)}
CONFIRMED = {"holds_ng_per_ml": (0, 10**12)}


def catheter_flushed(pump, payload, now_ms):
    """The catheter was aspirated, and then something injected (S15)."""
    line, drawn_pl = pump.books.line, pump.books.ledger.drawn_pl()
    catheter_pl = pump.settings.config["line"]["catheter_pl"]
    if payload["aspirated_pl"] < catheter_pl:
        bolus_ng = line.catheter_ng(drawn_pl, catheter_pl)
        raise Refused(
            BAD_FIELD,
            "catheter_flushed.aspirated_pl is %d, less than the catheter, %d: what is injected "
            "pushes up to %s out of the tip"
            % (payload["aspirated_pl"], catheter_pl, dose(bolus_ng)),
            {"bolus_ng": bolus_ng},
        )
    injected = payload["injected_pl"] >= catheter_pl
    if 0 < payload["injected_pl"] < catheter_pl and payload["with_ng_per_ml"]:
        raise ConfigError(
            "catheter_flushed.injected_pl",
            payload["injected_pl"],
            "0, or the catheter or more, %d, for a fluid with drug" % catheter_pl,
        )
    pump.flush_catheter(payload["with_ng_per_ml"] if injected else 0, now_ms)


def line_confirmed(pump, payload, now_ms):
    """A person states what the unknown content of the line is."""
    if pump.books.line.is_known():
        raise Refused(NOT_NOW, "what the line holds is known: see `line` of the status")
    pump.confirm_line(payload["holds_ng_per_ml"], now_ms)
