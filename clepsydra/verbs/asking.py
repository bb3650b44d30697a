"""What is confirmed, and how: by y, or by typing the value. CPython only.

    confirm_value(arguments, Dose(20_000), "the dose")     # or NotConfirmed, and nothing is sent

A value is typed where a dose rises or a change lasts: who types it has read it. `--confirm` must
state the same value; `--yes` answers y, never a value.
"""

import sys
from argparse import Namespace

from clepsydra.amounts import Dose, Volume, dose_text, volume_text
from clepsydra.errors import BadInput, NotConfirmed
from host_sim.shared.quantities import parse_concentration, parse_exactly
from host_sim.shared.quantity_kinds import DOSE, VOLUME

NOTHING_SENT = "nothing was sent"


def confirm_yes(arguments: Namespace, question: str) -> None:
    """y to a question. NotConfirmed."""
    if arguments.yes:
        return
    answer = _typed(f"{question} [y/N] ", "--yes")
    if answer.lower() not in ("y", "yes"):
        raise NotConfirmed(f'"{answer}" is no y: {NOTHING_SENT}')


def confirm_text(arguments: Namespace, wanted: str, called: str) -> None:
    """A text, typed as it is. NotConfirmed."""
    given = _given(arguments, wanted, called)
    if given != wanted:
        raise NotConfirmed(f'{called} is {wanted}, and "{given}" was typed: {NOTHING_SENT}')


def confirm_value(arguments: Namespace, wanted: Dose | Volume, called: str) -> None:
    """The value, typed: with its unit, or as the number that is shown. NotConfirmed."""
    shown = shown_value(wanted)
    given = _given(arguments, shown, called)
    if not _states(given, wanted, shown):
        raise NotConfirmed(f'{called} is {shown}, and "{given}" was typed: {NOTHING_SENT}')


def confirm_concentration(given: str | None, ng_per_ml: int) -> None:
    """It, a second time: as shown, or as the number alone. given: for scripts. NotConfirmed."""
    shown = f"{dose_text(ng_per_ml)}/mL"
    number, _, unit = shown.partition(" ")
    if given is None:
        asked = f"Type the concentration, in {unit}, to confirm: "
        given = _typed(asked, f'--confirm-concentration "{shown}"')
    try:
        same = given.strip() == number or parse_concentration(given.strip()) == ng_per_ml
    except ValueError:
        same = False
    if not same:
        raise NotConfirmed(f'the concentration is {shown}, and "{given}" was typed: {NOTHING_SENT}')


def confirm_exactly(given: str | None, wanted: Volume, shown: str, option: str) -> None:
    """A volume with all its digits, typed as it is shown. given: for scripts, of that option.
    NotConfirmed.
    """
    number, _, unit = shown.partition(" ")
    if given is None:
        given = _typed(f"Type the new volume, in {unit}, to confirm: ", f'{option} "{shown}"')
    try:
        same = given.strip() == number or parse_exactly(given.strip(), VOLUME) == wanted.pl
    except ValueError:
        same = False
    if not same:
        raise NotConfirmed(f'the new volume is {shown}, and "{given}" was typed: {NOTHING_SENT}')


def shown_value(wanted: Dose | Volume) -> str:
    """As it is shown, and may be typed."""
    return dose_text(wanted.ng) if isinstance(wanted, Dose) else volume_text(wanted.pl)


def _states(given: str, wanted: Dose | Volume, shown: str) -> bool:
    number, _, unit = shown.partition(" ")
    text = given.strip()
    if text == number:
        return True
    if text == f"{number}{unit}" or text == shown:
        return True
    kind, exact = (DOSE, wanted.ng) if isinstance(wanted, Dose) else (VOLUME, wanted.pl)
    try:
        return parse_exactly(text, kind) in (exact, parse_exactly(shown, kind))
    except ValueError:
        return False


def _given(arguments: Namespace, shown: str, called: str) -> str:
    if arguments.confirm is not None:
        return str(arguments.confirm)
    unit = shown.partition(" ")[2]
    asked = f"Type {called}{f', in {unit},' if unit else ''} to confirm: "
    return _typed(asked, f'--confirm "{shown}"')


def _typed(question: str, instead: str) -> str:
    print(question, end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print()
        raise NotConfirmed(f"nobody answered: {NOTHING_SENT}; in a script say {instead}")
    return answer.strip()


def refuse_both(arguments: Namespace, one: str, other: str) -> None:
    """BadInput if both options were given, of which one would be left out without a word."""
    refuse_unless(
        not (getattr(arguments, one) and getattr(arguments, other)),
        f"--{one} and --{other} were given; allowed: one of them; leave one out",
    )


def refuse_unless(condition: bool, message: str) -> None:
    """BadInput before anything is asked."""
    if not condition:
        raise BadInput(f"{message}; {NOTHING_SENT}")
