"""`prime`: fill tubing and catheter with drug, fast (S9). CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Dose, Volume, volume_text
from clepsydra.pump.remote_pump import Pump
from clepsydra.pump.therapy_commands import Prime
from clepsydra.verbs.asking import confirm_value, refuse_unless
from clepsydra.verbs.verb_options import changing, config_of, named, verb
from host_sim.shared import ending
from host_sim.shared.number_text import span


def add(commands: Any) -> None:
    prime = verb(
        commands,
        "prime",
        "fill what holds no drug yet, at the pump's highest rate",
        _prime,
        more="A stopped pump starts by it, and goes on with its program.",
    )
    prime.add_argument("--tubing", action="store_true", help="it holds no drug")
    prime.add_argument("--catheter", action="store_true", help="it holds no drug")
    changing(prime, "the dose that counts, or the volume without a drug")


def _prime(arguments: Namespace, pump: Pump) -> int:
    config_of(pump)
    parts = {"tubing": arguments.tubing, "catheter": arguments.catheter}
    refuse_unless(any(parts.values()), "prime: state --tubing, --catheter or both: without drug")
    asked = pump.ask_prime(**parts)
    print(f"prime       {named(pump)}")
    for line in prime_lines(pump, asked, parts):
        print(f"            {line}")
    confirm_value(arguments, *to_state(pump, asked))
    pump.prime(asked, **parts)
    status = pump.status()
    print(f"begun       {volume_text(status.raw['prime_left_pl'])} to come")
    print(f"{status.state:<11} {status.rate}")
    return ending.DONE


def prime_lines(pump: Pump, asked: Prime, parts: dict[str, bool]) -> list[str]:
    """What a person has to know before it begins."""
    found = [
        " and ".join(name for name in parts if parts[name]),
        f"{volume_text(asked.volume_pl)} in {span(asked.lasts_ms)}",
    ]
    if pump.conc_ng_per_ml:
        found.append(f"{Dose(asked.counted_ng)} of it count, for 24 h, against boluses")
    return found


def to_state(pump: Pump, asked: Prime) -> tuple[Dose | Volume, str]:
    """What is typed to confirm it, and how that is called."""
    if pump.conc_ng_per_ml:
        return Dose(asked.counted_ng), "the dose that counts"
    return Volume(asked.volume_pl), "the volume"
