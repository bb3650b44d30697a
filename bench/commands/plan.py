"""Before anything is weighed: how long, by which method, with an evaporation trap or without, and
what uncertainty can be reached.
"""

from argparse import ArgumentParser, Namespace

HELP = "how long to weigh, how, and what uncertainty can be reached"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--rate", required=True, metavar="FLOW", help='the flow to be verified, say "0.5 mL/d"'
    )
    parser.add_argument(
        "--balance-readability",
        required=True,
        metavar="MASS",
        help='the smallest step of the display, say "0.1 mg"',
    )
    parser.add_argument(
        "--repeatability",
        metavar="MASS",
        help="standard deviation of one weighing (default: the readability)",
    )
    parser.add_argument(
        "--linearity",
        metavar="MASS",
        help="largest deviation from a straight line (default: three times the readability)",
    )
    parser.add_argument(
        "--drift",
        metavar="MASS/TIME",
        default="0 mg/h",
        help="how fast the balance's zero may wander (default: not at all)",
    )
    parser.add_argument(
        "--evaporation",
        metavar="MASS/TIME",
        default="0.3 mg/min",
        help="what the vessel loses (default: %(default)s)",
    )
    parser.add_argument(
        "--evaporation-uncertainty",
        metavar="SHARE",
        default="30 %",
        help="how well that is known (default: 30 %%)",
    )
    parser.add_argument(
        "--tube",
        metavar="LENGTH",
        help="outer diameter of a tube that dips into the water (default: it does not)",
    )
    parser.add_argument(
        "--vessel",
        metavar="LENGTH",
        default="30 mm",
        help="inner diameter of the vessel, with --tube (default: %(default)s)",
    )
    parser.add_argument(
        "--limit",
        metavar="SHARE",
        default="5 %",
        help="the largest flow error to be accepted (default: 5 %%)",
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
    )
    for label, text in plan(wish):
        print(f"{label:<11} {text}")
    return 0
