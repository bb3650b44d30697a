"""A program or a configuration is handed to a pump: staged, looked at, confirmed. CPython only.

    pending = hand_over(session, PROGRAM, section)   # checked by the pump; nothing has changed yet
    pending.digest, pending.daily                    # what is shown beside what is in force
    confirm(session, pending)                        # within 120 s

A hand-over that is broken off anywhere changes nothing.
"""

from typing import Any, NamedTuple

from clepsydra.errors import BadInput
from clepsydra.link.session import Reply, Session
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from host_sim.shared.quantities import shown


class Pending(NamedTuple):
    """As the pump has understood it, and what is in force: digest, now: the first 16 digits of
    their SHA-256; daily, daily_now: the daily dose of each stage, ng, or the volume, pL; differ:
    the sections of a configuration that do.
    """

    digest: str
    now: str
    mode: str
    daily: list[int]
    daily_now: list[int]
    differ: list[str]


def hand_over(session: Session, what: str, value: Any) -> Pending:
    """Let the pump take it in and check all of it. Refused, and nothing is changed; BadInput for
    what no pump could be told: a number that is not whole was not rounded.
    """
    _refuse_unwritable(what, value)
    *parts, last = staged(what, canonical(value).decode(), digest(value))
    for part in parts:
        session.ask(**part)
    told = {"differ": [], **session.ask(**last)}
    return Pending(**{name: told[name] for name in Pending._fields})


def _refuse_unwritable(where: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise BadInput(f"{where}: the key {shown(key)} is no text; allowed: names of keys")
            _refuse_unwritable(f"{where}.{key}", inner)
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value, 1):
            _refuse_unwritable(f"{where}[{number}]", inner)
    elif value is not None and not isinstance(value, (str, int)):
        raise BadInput(
            f"{where} is {shown(value)}; allowed: a whole number, a text, a list or a table; "
            "nothing was sent"
        )


def confirm(session: Session, pending: Pending, **fields: Any) -> Reply:
    """It takes effect. Refused, also if something else has changed meanwhile."""
    return session.ask("confirm", digest=pending.digest, **fields)
