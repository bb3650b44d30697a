"""`refill`, with the same or another concentration. CPython only."""

from argparse import ArgumentParser, Namespace
from typing import Any

from clepsydra.amounts import Dose, Volume, dose_text, read, volume_text
from clepsydra.prescription.outlook import outlook
from clepsydra.pump.remote_pump import FIRST, Pump, refill_fields
from clepsydra.pump.therapy_commands import Concentration, bridge_dose
from clepsydra.show.program_words import steps_text
from clepsydra.show.refill_words import checked_text, refill_lines
from clepsydra.show.status_lines import bridge_text
from clepsydra.verbs.asking import confirm_concentration, confirm_value, refuse_unless
from clepsydra.verbs.verb_options import changing, config_of, meant_by, named, verb
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
    refill.add_argument(
        "--confirm-concentration", metavar="CONC", help="for scripts: it, a second time"
    )


def _refill(arguments: Namespace, pump: Pump) -> int:
    fields = refill_fields(arguments.fill, arguments.withdrawn)
    another = _concentration(arguments, pump)
    print(f"refill      {named(pump)}")
    lines, warning = refill_lines(fields, config_of(pump)["reservoir"], pump.status())
    for text in lines:
        print(f"            {text}")
    if warning:
        print(f"WARNING     {warning}")
    if another is not None:
        another = _reviewed(arguments, pump, fields, another)
    confirm_value(arguments, Volume(fields["fill_pl"]), "the fill")
    if another is None:
        pump.session.ask("refill", **fields)
    else:
        pump.refill_conc(fields, another)
    _show_result(pump, first=fields["withdrawn_pl"] == FIRST)
    return ending.DONE


def _concentration(arguments: Namespace, pump: Pump) -> Concentration | None:
    """What is stated of another one; None if the drug stays as it is. BadInput."""
    config_of(pump)
    now = pump.status().conc_ng_per_ml
    stated = arguments.bridge is not None or arguments.no_bridge
    if arguments.concentration is None:
        refuse_unless(arguments.drug is None, "refill: another drug has a --concentration")
        refuse_unless(not stated, "refill: a bridge is of another --concentration")
        return None
    conc = read("concentration", arguments.concentration, parse_concentration)
    if conc == now:
        refuse_unless(not stated, f"refill: it holds {dose_text(now)}/mL already: no bridge")
        return None if arguments.drug is None else Concentration(conc, arguments.drug)
    line = bool(pump.status().raw["line"])
    refuse_unless(line or not stated, "refill: the pump has no line, so there is no bridge")
    refuse_unless(
        stated or not line,
        f"refill: state --bridge with a dose or {BY_PROGRAM}, or --no-bridge: the line still holds "
        f"{dose_text(now)}/mL",
    )
    dose = None
    if arguments.bridge is not None:
        dose = 0 if arguments.bridge == BY_PROGRAM else bridge_dose(arguments.bridge).ng
    return Concentration(conc, arguments.drug, dose)


def _reviewed(
    arguments: Namespace, pump: Pump, fields: dict[str, Any], another: Concentration
) -> Concentration:
    """Shows what follows from it, and has it stated a second time. NotConfirmed."""
    config, now = config_of(pump), meant_by(pump)
    conc = pump.conc_ng_per_ml
    drug = {**config["drug"], "conc_ng_per_ml": another.ng_per_ml}
    stage = pump.status().raw["plan"]["stage"] - 1 if pump.status().raw["plan"] else 0
    after = outlook(now.section, {**config, "drug": drug}, stage)
    if another.drug is not None:
        print(f"drug        {config['drug']['name']} -> {another.drug}")
    print(f"conc.       {dose_text(conc)}/mL -> {dose_text(another.ng_per_ml)}/mL")
    print("now         " + steps_text(now).replace("\n", "\n            "))
    print("after       " + steps_text(after).replace("\n", "\n            "))
    least, most = sorted((conc, another.ng_per_ml))
    if least and most >= FAR * least:
        print(f"WARNING     that is {most / least:.3g} times as much or as little: is it right?")
    if arguments.no_bridge:
        another = _without_a_bridge(pump, fields, another)
    elif another.bridge_ng_per_day is not None:
        dose = another.bridge_ng_per_day
        given = "the doses of the program" if not dose else f"{dose_text(dose)}/d"
        print(f"bridge      {given}, until it is at the tip; boluses are refused meanwhile")
    confirm_concentration(arguments.confirm_concentration, another.ng_per_ml)
    return another


def _without_a_bridge(pump: Pump, fields: dict[str, Any], another: Concentration) -> Concentration:
    consequence_ng = pump.refill_consequence_ng(fields, another)
    side = "too much" if consequence_ng > 0 else "too little"
    print(f"WARNING     without a bridge the line gives {Dose(abs(consequence_ng))} {side}")
    return another._replace(no_bridge_ng=consequence_ng)


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
