"""`refill`, `ack`, `silence`, `reset-fault` and `alarm-test`. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Span, Volume, volume_text
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import FIRST, Pump, refill_fields
from clepsydra.show.status_lines import alarm_text
from clepsydra.verbs.asking import confirm_value, confirm_yes
from clepsydra.verbs.verb_options import changing, config_of, named, verb
from host_sim.shared import ending

VERDICTS = {0: "in order", 1: "off by more than 5 %", 2: "far off", 3: "beyond the limit"}


def add(commands: Any) -> None:
    refill = verb(commands, "refill", "state that the reservoir was refilled by hand", _refill)
    refill.add_argument("fill", help='what was injected, as "15 mL"')
    refill.add_argument(
        "--withdrawn",
        required=True,
        metavar="VOLUME",
        help=f"what was drawn off before, as read on the syringe, or {FIRST}: never filled before",
    )
    changing(refill, "the fill")
    changing(verb(commands, "ack", "acknowledge what is signalled", _ack))
    silence = verb(commands, "silence", "pause the sound of the alarms", _silence)
    silence.add_argument("--for", dest="time", default="2 min", metavar="TIME", help="up to 2 min")
    changing(silence)
    changing(verb(commands, "reset-fault", "leave FAULT, once its cause is gone", _reset_fault))
    verb(commands, "alarm-test", "play and show the test pattern for 10 s", _alarm_test)


def _refill(arguments: Namespace, pump: Pump) -> int:
    fields = refill_fields(arguments.fill, arguments.withdrawn)
    fill, first = Volume(fields["fill_pl"]), fields["withdrawn_pl"] == FIRST
    lines, warning = refill_lines(fields, config_of(pump)["reservoir"], pump.status())
    print(f"refill      {named(pump)}")
    for text in lines:
        print(f"            {text}")
    if warning:
        print(f"WARNING     {warning}")
    confirm_value(arguments, fill, "the fill")
    pump.refill(fill, Volume(fields["withdrawn_pl"]) if not first else FIRST)
    raw = pump.status().raw
    print(f"refilled    {volume_text(raw['residual_pl'])} by the books of the pump")
    if raw["last_refill"] and not first:
        last = raw["last_refill"]
        print(
            f"            {volume_text(last['withdrawn_pl'])} withdrawn, "
            f"{volume_text(last['expected_pl'])} expected: "
            f"{VERDICTS.get(last['verdict'], last['verdict'])}, {last['error_ppt'] / 10:+.1f} %"
        )
    return ending.DONE


def refill_lines(
    fields: dict[str, Any], section: dict[str, Any], status: Status
) -> tuple[list[str], str]:
    """What a refill means for the books, and what would not fit, "" if all does."""
    left_pl, fill = status.raw["residual_pl"], Volume(fields["fill_pl"])
    found = [f"the books say {volume_text(left_pl)} are left"]
    if fields["withdrawn_pl"] == FIRST:
        found.append("the reservoir was never filled before: nothing is compared")
        after_pl = fill.pl
    else:
        withdrawn_pl = fields["withdrawn_pl"]
        expected_pl = max(0, left_pl - section["residual_pl"])
        found.append(
            f"{volume_text(withdrawn_pl)} withdrawn, some {volume_text(expected_pl)} were to be "
            "expected"
        )
        after_pl = max(section["residual_pl"], left_pl - withdrawn_pl) + fill.pl
    found.append(f"{fill} injected: {volume_text(after_pl)} in the reservoir then")
    if after_pl > section["capacity_pl"]:
        return found, f"it holds {volume_text(section['capacity_pl'])}"
    return found, ""


def _ack(arguments: Namespace, pump: Pump) -> int:
    alarms = [alarm for alarm in pump.status().alarms if not alarm.acknowledged]
    if not alarms:
        print("no alarm is signalled that was not acknowledged")
        return ending.DONE
    for alarm in alarms:
        print(alarm_text(alarm))
    confirm_yes(arguments, f"Acknowledge on {named(pump)}?")
    pump.acknowledge()
    left = pump.status().alarms
    print(f"acknowledged; {len(left)} still signalled" if left else "acknowledged, none is left")
    return ending.DONE


def _silence(arguments: Namespace, pump: Pump) -> int:
    time = Span.read(arguments.time, "for")
    confirm_yes(arguments, f"No sound for {time} on {named(pump)}?")
    pump.silence(time)
    print(f"no sound for {time}; a new alarm ends it")
    return ending.DONE


def _reset_fault(arguments: Namespace, pump: Pump) -> int:
    for alarm in pump.status().alarms:
        print(alarm_text(alarm))
    confirm_yes(arguments, f"Is the cause gone? Reset the fault of {named(pump)}?")
    pump.reset_fault()
    print(pump.status().state)
    return ending.DONE


def _alarm_test(arguments: Namespace, pump: Pump) -> int:
    pump.alarm_test()
    print("the test pattern sounds and shows for 10 s; did you hear and see it?")
    return ending.DONE
