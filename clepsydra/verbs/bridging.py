"""`bridge`: the dose at the old concentration, until the new one is at the tip. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Dose, change_text, dose_text, flow_text, volume_text
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump
from clepsydra.pump.therapy_commands import bridge_dose
from clepsydra.show.columns import LABEL, WARNING, labelled
from clepsydra.show.status_lines import bridge_text
from clepsydra.verbs.asking import confirm_value, refuse_unless
from clepsydra.verbs.verb_options import as_json, changing, config_of, meant_by, named, verb
from firmware.units import PL_PER_ML
from host_sim.shared import ending


def add(commands: Any) -> None:
    bridge = verb(
        commands,
        "bridge",
        "show the bridge between two concentrations, or change its dose",
        _bridge,
        json_too=True,
        more="It begins with a refill of another concentration, or for what a prime has left.",
    )
    bridge.add_argument("dose", nargs="?", help='for its rest, a day, as "300 ug/d"')
    bridge.add_argument("--leave-out", action="store_true", help="the rest of it")
    changing(bridge, "the new dose a day; with --leave-out the dose that is too much or too little")


def _bridge(arguments: Namespace, pump: Pump) -> int:
    config_of(pump)
    status = pump.status()
    changes = arguments.dose is not None or arguments.leave_out
    if not changes:
        if arguments.json:
            return as_json({key: status.raw[key] for key in ("bridge", "line", "arrives_in_ms")})
        print(bridge_text(status) if status.raw["bridge"] else "no bridge is in force")
        return ending.DONE
    refuse_unless(
        not (arguments.leave_out and arguments.dose), "bridge: state a dose, or --leave-out"
    )
    wanted = None if arguments.leave_out else bridge_dose(arguments.dose)
    refuse_unless_bridged(pump, status)
    print(f"bridge      {named(pump)}")
    print(labelled([("", now_text(status))], LABEL))
    if wanted is None:
        return _leave_out(arguments, pump)
    print(labelled(change_rows(pump, status, wanted), LABEL))
    confirm_value(arguments, wanted, "the new dose a day")
    after = pump.set_bridge(wanted)["bridge"]
    given = flow_text(after["rate_pl_per_day"], after["conc_ng_per_ml"])
    print(f"changed     {given} for the next {volume_text(after['left_pl'])}")
    return ending.DONE


def _leave_out(arguments: Namespace, pump: Pump) -> int:
    consequence_ng = pump.bridge_consequence_ng()
    meant, side = left_out(consequence_ng)
    print(f"WARNING     without its rest the line gives {dose_text(meant.ng)} {side}")
    confirm_value(arguments, meant, f"the dose that is {side}")
    pump.leave_bridge_out(consequence_ng)
    status = pump.status()
    print(f"left out    {status.state}, {status.rate}")
    return ending.DONE


def refuse_unless_bridged(pump: Pump, status: Status) -> None:
    """BadInput, or Refused, where there is no bridge, and none can begin."""
    raw = status.raw
    if raw["bridge"]:
        return
    refuse_unless(
        raw["unbridged"] or any(conc != raw["conc_ng_per_ml"] for _, conc in raw["line"]),
        "no bridge is in force, and the line holds no other drug",
    )
    pump.bridge_consequence_ng()  # Refused where none can begin


def now_text(status: Status) -> str:
    return bridge_text(status) if status.raw["bridge"] else "none is in force"


def change_rows(pump: Pump, status: Status, wanted: Dose) -> list[tuple[str, str]]:
    """The new dose beside that of now and of the program, and what warns of it."""
    found, then = status.raw["bridge"], meant_by(pump)
    if found:
        now_ng = found["rate_pl_per_day"] * found["conc_ng_per_ml"] // PL_PER_ML
        change = change_text(now_ng, wanted.ng)
        rows = [
            ("now", f"{dose_text(now_ng)}/d"),
            ("after", f"{wanted}/d, {change}, until the bridge ends"),
        ]
    else:
        rows = [("after", f"{wanted}/d, until the drug of the reservoir is at the tip")]
    rows.append(("then", f"{dose_text(then.daily_ng)}/d, the program"))
    cap = config_of(pump)["limits"]["max_dose_24h_ng"]
    if cap is not None and wanted.ng > cap:
        rows.append((WARNING, f"the cap of 24 h is {dose_text(cap)}: it will hold it back"))
    if then.daily_ng and wanted.ng >= 2 * then.daily_ng:
        times = wanted.ng / then.daily_ng
        rows.append((WARNING, f"that is {times:.3g} times the dose of the program"))
    return rows


def left_out(consequence_ng: int) -> tuple[Dose, str]:
    """What the line gives without the rest of the bridge, and whether too much or too little."""
    return Dose(abs(consequence_ng)), "too much" if consequence_ng > 0 else "too little"
