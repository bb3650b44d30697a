"""`refill`, with the same or another concentration. CPython only."""

from argparse import ArgumentParser, Namespace
from typing import Any

from clepsydra.amounts import Volume, dose_text, read, volume_text
from clepsydra.link.session import Reply
from clepsydra.prescription.outlook import outlook
from clepsydra.pump.remote_pump import FIRST, Pump, refill_fields
from clepsydra.pump.therapy_commands import Concentration, bridge_dose
from clepsydra.show.columns import LABEL, WARNING, labelled
from clepsydra.show.program_words import steps_text
from clepsydra.show.refill_words import (
    checked_text,
    derived_of,
    derived_rows,
    mixed_text,
    refill_lines,
)
from clepsydra.show.status_lines import bridge_text
from clepsydra.verbs.asking import confirm_concentration, confirm_value, refuse_unless
from clepsydra.verbs.bridging import left_out
from clepsydra.verbs.verb_options import (
    changing,
    config_of,
    meant_by,
    named,
    second_time,
    verb,
)
from host_sim.shared import ending
from host_sim.shared.quantities import parse_concentration

BY_PROGRAM = "program"
FAR = 5  # times as much: a wrong zero?


def add(commands: Any) -> None:
    refill = verb(commands, "refill", "state that the reservoir was refilled by hand", _refill)
    refill.add_argument("fill", help='what was injected, as "15 mL"')
    refill.add_argument(
        "--withdrawn",
        required=True,
        metavar="VOLUME",
        help=f"what was drawn off before, as read on the syringe, or {FIRST}: never filled before",
    )
    _another(refill)
    changing(refill, "the fill")


def _another(refill: ArgumentParser) -> None:
    """Options of another concentration."""
    refill.add_argument("--concentration", metavar="CONC", help='another one, as "500 ug/mL"')
    refill.add_argument("--drug", metavar="NAME", help="another one")
    bridge = refill.add_mutually_exclusive_group()
    bridge.add_argument(
        "--bridge",
        metavar="DOSE",
        help=f'a day, until the new one is at the tip, as "300 ug/d", or {BY_PROGRAM}',
    )
    bridge.add_argument("--no-bridge", action="store_true", help="leave it out")
    second_time(refill)


def _refill(arguments: Namespace, pump: Pump) -> int:
    fields = refill_fields(arguments.fill, arguments.withdrawn)
    another = another_concentration(
        pump, arguments.concentration, arguments.drug, arguments.bridge, arguments.no_bridge
    )
    print(f"refill      {named(pump)}")
    lines, warning = refill_lines(fields, config_of(pump)["reservoir"], pump.status())
    for text in lines:
        print(f"            {text}")
    if warning:
        print(f"WARNING     {warning}")
    if another is not None:
        shown, another = consequences(pump, fields, another)
        print(labelled(shown, LABEL))
        confirm_concentration(arguments.confirm_concentration, another.ng_per_ml)
    confirm_value(arguments, Volume(fields["fill_pl"]), "the fill")
    if another is None:
        pump.session.ask("refill", **fields)
        derived = []
    else:
        derived = given_back(pump, pump.refill_conc(fields, another))
    _show_result(pump, first=fields["withdrawn_pl"] == FIRST)
    if derived:
        print(labelled(derived, LABEL))
    return ending.DONE


def another_concentration(
    pump: Pump,
    concentration: str | None,
    drug: str | None = None,
    bridge: str | None = None,
    no_bridge: bool = False,
) -> Concentration | None:
    """What is stated of another one; None if the drug stays as it is. BadInput."""
    config_of(pump)
    now = pump.status().conc_ng_per_ml
    stated = bridge is not None or no_bridge
    if concentration is None:
        refuse_unless(drug is None, "refill: another drug has a --concentration")
        refuse_unless(not stated, "refill: a bridge is of another --concentration")
        return None
    conc = read("concentration", concentration, parse_concentration)
    if conc == now:
        refuse_unless(not stated, f"refill: it holds {dose_text(now)}/mL already: no bridge")
        return None if drug is None else Concentration(conc, drug)
    line = bool(pump.status().raw["line"])
    refuse_unless(line or not stated, "refill: the pump has no line, so there is no bridge")
    refuse_unless(
        stated or not line,
        f"refill: state --bridge with a dose or {BY_PROGRAM}, or --no-bridge: the line still holds "
        f"{dose_text(now)}/mL",
    )
    dose = None
    if bridge is not None:
        dose = 0 if bridge == BY_PROGRAM else bridge_dose(bridge).ng
    return Concentration(conc, drug, dose)


def consequences(
    pump: Pump, fields: dict[str, Any], another: Concentration
) -> tuple[list[tuple[str, str]], Concentration]:
    """What follows from it, in rows; and it, with what it means to leave the bridge out, if none is
    stated. fields: of the refill.
    """
    config, now = config_of(pump), meant_by(pump)
    conc = pump.conc_ng_per_ml
    drug = {**config["drug"], "conc_ng_per_ml": another.ng_per_ml}
    stage = pump.status().raw["plan"]["stage"] - 1 if pump.status().raw["plan"] else 0
    after = outlook(now.section, {**config, "drug": drug}, stage)
    rows = [("conc.", f"{dose_text(conc)}/mL -> {dose_text(another.ng_per_ml)}/mL")]
    if another.drug is not None:
        rows.insert(0, ("drug", f"{config['drug']['name']} -> {another.drug}"))
    rows += [("now", steps_text(now)), ("after", steps_text(after))]
    rows += derived_rows(config, now, derived_of(config, now), derived_of(config, after))
    mixed, warns = mixed_text(fields, config["reservoir"], pump.status(), another.ng_per_ml)
    if mixed:
        rows.append((WARNING, f"it mixes to {mixed}") if warns else ("mixes to", mixed))
    least, most = sorted((conc, another.ng_per_ml))
    if least and most >= FAR * least:
        times = most / least
        rows.append((WARNING, f"that is {times:.3g} times as much or as little: is it right?"))
    dose = another.bridge_ng_per_day
    if dose is not None:
        given = f"{dose_text(dose)}/d" if dose else "the doses of the program"
        told = f"{given}, until it is at the tip; boluses are refused meanwhile"
        rows.append(("bridge", told))
    elif conc != another.ng_per_ml and pump.status().raw["line"]:
        another = another._replace(no_bridge_ng=pump.refill_consequence_ng(fields, another))
        lacks, side = left_out(another.no_bridge_ng or 0)
        rows.append((WARNING, f"without a bridge the line gives {lacks} {side}"))
    return rows, another


def given_back(pump: Pump, reply: Reply) -> list[tuple[str, str]]:
    """What is derived anew, as the pump says it in its reply."""
    return derived_rows(config_of(pump), meant_by(pump), reply["before"], reply["after"])


def _show_result(pump: Pump, first: bool) -> None:
    """Read back from the pump."""
    status = pump.status()
    raw = status.raw
    print(f"refilled    {volume_text(raw['residual_pl'])} by the books of the pump")
    if raw["last_refill"] and not first:
        print(f"            {checked_text(raw['last_refill'])}")
    if raw["bridge"]:
        print("bridge      " + bridge_text(status).replace("\n", "\n            "))
    print(f"{status.state:<11} {status.rate}")
