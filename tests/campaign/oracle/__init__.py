"""The oracle: judges a Record by the rules alone. It imports nothing of the firmware; what numbers
and names mean it reads in docs/ or has written down a second time.

    for line in judge(record): print(line)
"""

from tests.campaign.oracle import (
    books,
    commands,
    due,
    harmless,
    motion,
    pulses,
    reservoir,
    restarts,
    signals,
    undue,
)
from tests.campaign.oracle.history import History

RULES = (
    harmless.rules,
    pulses.rules,
    commands.rules,
    due.rules,
    motion.rules,
    reservoir.rules,
    restarts.rules,
    undue.rules,
    signals.rules,
    books.rules,
)


def judge(record):
    """What is wrong with it: a list of lines, empty if all is well."""
    history = History(record)
    found = []
    for rules in RULES:
        for rule in rules:
            name = rule.__name__
            found += [f"{name}: {line}" for line in rule(history)]
    return found
