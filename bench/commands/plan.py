"""Before anything is weighed: how long, by which method, with an evaporation trap or without, and
what uncertainty can be reached.
"""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

HELP = "how long to weigh, how, and what uncertainty can be reached"


class Option(NamedTuple):
    """An option of the command line; `default` is None where the plan chooses."""

    name: str
    metavar: str
    meaning: str
    default: str | None = None


REQUIRED = (
    Option("--rate", "FLOW", 'the flow to be verified, say "0.5 mL/d"'),
    Option("--balance-readability", "MASS", 'the smallest step of the display, say "0.1 mg"'),
)
OPTIONAL = (
    Option(
        "--repeatability",
        "MASS",
        "standard deviation of one weighing (default: the readability)",
    ),
    Option(
        "--linearity",
        "MASS",
        "largest deviation from a straight line (default: three times the readability)",
    ),
    Option(
        "--drift",
        "MASS/TIME",
        "how fast the balance's zero may wander (default: not at all)",
        "0 mg/h",
    ),
    Option(
        "--evaporation",
        "MASS/TIME",
        "what the vessel loses (default: %(default)s)",
        "0.3 mg/min",
    ),
    Option("--evaporation-uncertainty", "SHARE", "how well that is known (default: 30 %%)", "30 %"),
    Option(
        "--tube",
        "LENGTH",
        "outer diameter of a tube that dips into the water (default: it does not)",
    ),
    Option(
        "--vessel",
        "LENGTH",
        "inner diameter of the vessel, with --tube (default: %(default)s)",
        "30 mm",
    ),
    Option(
        "--evidence",
        "TEXT",
        "what shows that this bench does better than NIST's micro-flow standard (default: nothing)",
    ),
    Option("--limit", "SHARE", "the largest flow error to be accepted (default: 5 %%)", "5 %"),
)


def add_arguments(parser: ArgumentParser) -> None:
    for option in REQUIRED:
        parser.add_argument(option.name, metavar=option.metavar, help=option.meaning, required=True)
    for option in OPTIONAL:
        parser.add_argument(
            option.name, metavar=option.metavar, help=option.meaning, default=option.default
        )


def run(arguments: Namespace) -> int:
    """Print the plan; return 0."""
    # numpy takes a moment to load, and `--help` does not need it
    from bench.plan.plan import Wish, plan

    wish = Wish(
        rate=arguments.rate,
        readability=arguments.balance_readability,
        repeatability=arguments.repeatability,
        linearity=arguments.linearity,
        evaporation=arguments.evaporation,
        evaporation_uncertainty=arguments.evaporation_uncertainty,
        tube=arguments.tube,
        vessel=arguments.vessel,
        limit=arguments.limit,
        drift=arguments.drift,
        evidence=arguments.evidence,
    )
    for label, text in plan(wish):
        print(f"{label:<11} {text}")
    return 0
