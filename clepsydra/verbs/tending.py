"""`ack`, `silence`, `reset-fault` and `alarm-test`. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Span
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.status_lines import alarm_text
from clepsydra.verbs.asking import confirm_yes
from clepsydra.verbs.verb_options import changing, named, verb
from host_sim.shared import ending


def add(commands: Any) -> None:
    changing(verb(commands, "ack", "acknowledge what is signalled", _ack))
    silence = verb(commands, "silence", "pause the sound of the alarms", _silence)
    silence.add_argument("--for", dest="time", default="2 min", metavar="TIME", help="up to 2 min")
    changing(silence)
    changing(verb(commands, "reset-fault", "leave FAULT, once its cause is gone", _reset_fault))
    verb(commands, "alarm-test", "play and show the test pattern for 10 s", _alarm_test)


def _ack(arguments: Namespace, pump: Pump) -> int:
    alarms = [alarm for alarm in pump.status().alarms if alarm.waits]
    if not alarms:
        print("no alarm is signalled that was not acknowledged")
        return ending.DONE
    for alarm in alarms:
        print(alarm_text(alarm))
    confirm_yes(arguments, f"Acknowledge on {named(pump)}?")
    pump.acknowledge()
    left = pump.status().alarms
    print(f"acknowledged; {len(left)} still signalled" if left else "acknowledged, none is left")
    for alarm in left:
        if alarm.released_by_clinician:
            print(alarm_text(alarm))
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
