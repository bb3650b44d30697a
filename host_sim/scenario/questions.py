"""What the host looks at on the way, and asks the pump, so that expectations can be judged. CPython
only.
"""

from host_sim.scenario.setting import Expect, Timed

AFTER_FAULT_MS = (0, 2_000, 10_000, 60_000)  # a swollen line empties within seconds


def samples_ms(expects: list[Expect], faults: list[Timed], run_ms: int) -> list[int]:
    """Instants that get a row of the trace in addition to the regular ones: volumes are judged
    there, and a fault shows its edges.
    """
    instants = {expect["at_ms"] for expect in expects if expect["kind"] == "delivered"}
    for expect in expects:
        if expect["kind"] == "tip_dose":
            instants |= {expect["from_ms"], expect["to_ms"]}
    for at_ms, fault in faults:
        over_ms = at_ms + fault.get("lasts_ms", 0)
        edges = {at_ms, over_ms, over_ms + fault.get("recovers_after_ms", 0)}
        instants |= {edge + after_ms for edge in edges for after_ms in AFTER_FAULT_MS}
    return sorted(at_ms for at_ms in instants if at_ms < run_ms)


def with_questions(commands: list[Timed], expects: list[Expect], run_ms: int) -> list[Timed]:
    """The commands up to the end of the run, and the pump's status at each instant at which its own
    dose at the tip is judged; the last one is asked for anyhow.
    """
    commands = [command for command in commands if command[0] < run_ms]
    instants = {
        at_ms
        for expect in expects
        if expect["kind"] == "tip_dose" and expect["by"] == "pump"
        for at_ms in (expect["from_ms"], expect["to_ms"])
        if 0 < at_ms < run_ms
    }
    questions: list[Timed] = [[at_ms, {"do": "status"}] for at_ms in sorted(instants)]
    return sorted(commands + questions, key=lambda command: command[0])
