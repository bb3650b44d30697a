"""A program or a configuration is handed to a pump: staged, looked at, confirmed. CPython only.

    pending = hand_over(session, PROGRAM, section)   # checked by the pump; nothing has changed yet
    pending.digest, pending.daily                    # what is shown beside what is in force
    confirm(session, pending)                        # within 120 s

A hand-over that is broken off anywhere changes nothing.
"""

from typing import Any, NamedTuple

from clepsydra.link.session import Reply, Session
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged


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
    """Let the pump take it in and check all of it. Refused, and nothing is changed."""
    *parts, last = staged(what, canonical(value).decode(), digest(value))
    for part in parts:
        session.ask(**part)
    told = {"differ": [], **session.ask(**last)}
    return Pending(**{name: told[name] for name in Pending._fields})


def confirm(session: Session, pending: Pending, **fields: Any) -> Reply:
    """It takes effect. Refused, also if something else has changed meanwhile."""
    return session.ask("confirm", digest=pending.digest, **fields)
