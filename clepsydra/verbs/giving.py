"""`start`, `stop`, `bolus` and `cancel`. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Dose, Span, Volume, dose_text, flow_text, volume_text
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import LABEL, labelled
from clepsydra.show.program_words import amount_text, one_line, steps_text
from clepsydra.show.status_lines import NOT_SET, alarm_text
from clepsydra.show.stop_words import LEAVE_IT, stopped_text
from clepsydra.verbs.asking import confirm_value, confirm_yes, refuse_unless
from clepsydra.verbs.screenings import screening_rows
from clepsydra.verbs.verb_options import changing, config_of, meant_by, named, verb
from firmware.units import MS_PER_DAY, MS_PER_HOUR
from host_sim.shared import ending
from host_sim.shared.number_text import span

HELD = (
    "nothing was given for too long, or the pump was without power: its dose does not come back "
    "by itself"
)
LEFT_STOPPED = f"            {LEAVE_IT} `clepsydra start`"


def add(commands: Any) -> None:
    starting = verb(commands, "start", "begin to infuse the program", _start)
    changing(starting, "the daily dose, where the pump asks for it")
    verb(commands, "stop", "stop at once; nothing is asked", _stop)
    bolus = verb(commands, "bolus", "give a bolus on top of the program", _bolus)
    bolus.add_argument("amount", help='a dose as "20 ug", or a volume where there is no drug')
    bolus.add_argument("--over", required=True, metavar="TIME", help='how long, as "10 min"')
    bolus.add_argument("--test", action="store_true", help="the next one of a screening")
    changing(bolus, "the dose of the bolus")
    changing(verb(commands, "cancel", "end the running bolus; the program goes on", _cancel))


def _start(arguments: Namespace, pump: Pump) -> int:
    meant, status = meant_by(pump), pump.status()
    refuse_unless(status.state == "STOPPED", f"the pump is {status.state}, start needs STOPPED")
    print(f"start       {named(pump)}")
    if stopped_text(status):
        print(f"            it was {stopped_text(status)}")
    print(f"program     {one_line(meant)}")
    print("            " + steps_text(meant).replace("\n", "\n            "))
    if meant.program.needs_clock and status.raw["wall_s"] is None:
        print(f"WARNING     the clock is {NOT_SET}")
    if status.raw["dose_confirmed"]:
        confirm_yes(arguments, "Start?")
        pump.start()
    else:
        print(f"            {HELD}")
        stated = Dose(meant.daily_ng)
        confirm_value(arguments, stated, "the daily dose")
        pump.start(stated)
    _said(pump)
    why = not_begun(pump.status())
    if why:
        print(f"WARNING     {why}")
    return ending.FAILED if why else ending.DONE


def not_begun(status: Status) -> str:
    """Why a pump that has taken `start` does not infuse, "" if it does."""
    if status.state == "INFUSING":
        return ""
    alarms = "; ".join(alarm_text(alarm) for alarm in status.alarms if alarm.active)
    return f"it has taken the start, and is {status.state}: {alarms or 'see clepsydra log'}"


def _stop(arguments: Namespace, pump: Pump) -> int:
    pump.stop()
    ended = _said(pump)
    print(LEFT_STOPPED)  # a stop is at once: what else there is to say comes after it (S24)
    return ended


def _bolus(arguments: Namespace, pump: Pump) -> int:
    fields = pump.bolus_fields(arguments.amount, arguments.over)
    config, status, over = config_of(pump), pump.status(), Span(fields["duration_ms"])
    conc = pump.conc_ng_per_ml
    dosed = "dose_ng" in fields
    refuse_unless(dosed or not arguments.test, "a test bolus is a dose, and there is no drug")
    amount: Dose | Volume = Dose(fields["dose_ng"]) if dosed else Volume(fields["volume_pl"])
    print(f"{'test bolus' if arguments.test else 'bolus':<11} {named(pump)}")
    for text in bolus_lines(status, amount, over, conc):
        print(f"            {text}")
    if status.state != "INFUSING":
        print(f"WARNING     {not_infusing(status)}")
    if arguments.test:
        print(labelled(screening_rows(status.raw["screening"]), LABEL))
    for text in consequences(config, status, amount, over.ms):
        print(f"            {text}")
    confirm_value(arguments, amount, "the dose of the bolus" if dosed else "its volume")
    if arguments.test:
        pump.session.ask("test_bolus", **fields)
        print("accepted    state what it did: clepsydra screening response")
        return _said(pump)
    pump.bolus(amount, over)
    given = pump.status().raw["last_bolus"]
    print(f"accepted    {volume_text(given['volume_pl'])} over {span(given['duration_ms'])}")
    return _said(pump)


def bolus_lines(status: Status, amount: Dose | Volume, over: Span, conc: int) -> list[str]:
    """What it is, and on top of what."""
    pl = amount.ng * 10**9 // conc if isinstance(amount, Dose) else amount.pl
    held = f" = {volume_text(pl)} at {dose_text(conc)}/mL" if isinstance(amount, Dose) else ""
    rate = pl * MS_PER_DAY // max(1, over.ms)
    lines = [f"{amount}{held} over {over}, that is {an_hour(rate, conc)}"]
    return lines + ([f"on top of {status.rate}"] if status.state == "INFUSING" else [])


def not_infusing(status: Status) -> str:
    return f"the pump is {status.state}: it gives a bolus only while it infuses"


def consequences(
    config: dict[str, Any], status: Status, amount: Dose | Volume, over_ms: int
) -> list[str]:
    """What will stand against it, and what a wrong zero would change, in words."""
    limits, raw, found = config["limits"], status.raw, list[str]()
    if raw["bolus"]:
        found.append("WARNING: a bolus runs already: the pump takes no other one before its end")
    conc, over_ms = status.conc_ng_per_ml, max(1, over_ms)
    pl = amount.ng * 10**9 // conc if isinstance(amount, Dose) else amount.pl
    rate = pl * MS_PER_DAY // over_ms
    for key, text, span_ms in (("24h", "24 h", MS_PER_DAY), ("1h", "1 h", MS_PER_HOUR)):
        if isinstance(amount, Dose):
            within_ng = amount.ng * min(span_ms, over_ms) // over_ms
            counted, cap = raw[f"dose_{key}_ng"] + within_ng, limits[f"max_dose_{key}_ng"]
            told = "no cap" if cap is None else f"{dose_text(cap)} allowed"
            found.append(f"with it up to {dose_text(counted)} counted in {text}, {told}")
            if cap is not None and counted > cap:
                found.append(f"WARNING: that is over the cap of {text}: the pump may refuse it")
    most = limits["max_rate_pl_per_day"]
    if rate + raw["permitted_pl_per_day"] > most:
        times = (rate + raw["permitted_pl_per_day"]) / most
        found.append(
            f"WARNING: that is {times:.3g} times the pump's maximum of {flow_text(most, conc)}: "
            "is its unit right?"
        )
    last = raw["last_bolus"]
    if last:
        last_text = volume_text(last["volume_pl"])
        if conc:
            last_text = dose_text(last["volume_pl"] * conc / 10**9)
        ago = span(max(0, raw["now_ms"] - last["at_ms"]))
        found.append(f"the last one was {last_text} over {span(last['duration_ms'])}, {ago} ago")
    return found


def an_hour(rate: int, conc: int) -> str:
    pl = rate * MS_PER_HOUR / MS_PER_DAY
    return f"{dose_text(pl * conc / 10**9) if conc else volume_text(pl)}/h"


def _cancel(arguments: Namespace, pump: Pump) -> int:
    confirm_yes(arguments, f"Cancel the running bolus of {named(pump)}? The program goes on.")
    pump.cancel_bolus()
    return _said(pump)


def _said(pump: Pump) -> int:
    state, text = read_back(pump)
    print(f"{state:<11} {text}")
    return ending.DONE


def read_back(pump: Pump) -> tuple[str, str]:
    """What the pump says after it: its state, and rate and program."""
    status = pump.status()
    meant = meant_by(pump) if pump.config else None
    program = f", program {amount_text(meant, meant.daily_pl)}/d" if meant else ""
    return status.state, f"{status.rate}{program}"
