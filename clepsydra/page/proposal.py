"""What is under review: shown beside what is in force, seen, confirmed, sent once. CPython only.

desk.lay(proposal)
desk.find(id).check(ticked, typed)          # NotConfirmed
"""

import secrets
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from timeit import default_timer
from typing import ClassVar

from clepsydra.amounts import Dose, Volume, dose_text
from clepsydra.errors import BadInput, NotConfirmed
from clepsydra.page.glance import Version, digest
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import WARNING
from clepsydra.verbs.asking import (
    NOTHING_SENT,
    confirm_concentration,
    confirm_text,
    confirm_value,
    shown_value,
)

OPEN_S = 120.0  # a review that was left is thrown away
KEPT_S = 3600.0  # and what came of one can be read for so long
MOST = 200
Row = tuple[str, ...]


class Stale(BadInput):
    """What was shown is no longer so; nothing was sent."""


@dataclass(frozen=True)
class Section:
    """A part of a review: a table with a head, or lines. A person ticks that it was seen."""

    title: str
    head: Row = ()
    rows: list[Row] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    ticked: bool = True


def section_of_rows(title: str, rows: list[tuple[str, str]], warnings: list[str]) -> Section:
    """Of the rows that a verb prints: what is in force beside what is to be, and the rest in lines.
    Those that warn go to `warnings`.
    """
    warnings += [text for label, text in rows if label == WARNING]
    told = {label: text for label, text in rows if label != WARNING}
    compared: list[Row] = []
    for label, text in list(told.items()):
        before, arrow, later = text.partition(" -> ")
        if arrow:
            compared.append((label, before, later))
            del told[label]
    if "now" in told and "after" in told:
        compared.append(("gives", told.pop("now"), told.pop("after")))
    lines = [f"{label}: {text}" if label else text for label, text in told.items()]
    return Section(title, ("", "now", "after") if compared else (), compared, lines)


@dataclass(frozen=True)
class Question:
    """wanted: what has to be typed; called: how it is asked for."""

    wanted: Dose | Volume | str
    called: str
    name: ClassVar[str] = "typed"  # of its field

    @property
    def unit(self) -> str:
        return "" if isinstance(self.wanted, str) else shown_value(self.wanted).partition(" ")[2]

    def check(self, typed: str) -> None:
        """As --confirm of the verbs. NotConfirmed."""
        given = Namespace(confirm=typed)
        if isinstance(self.wanted, str):
            confirm_text(given, self.wanted, self.called)
        else:
            confirm_value(given, self.wanted, self.called)


@dataclass(frozen=True)
class SecondTime:
    """Another concentration, typed a second time."""

    ng_per_ml: int
    called: ClassVar[str] = "the concentration"
    name: ClassVar[str] = "concentration"

    @property
    def unit(self) -> str:
        return f"{dose_text(self.ng_per_ml).partition(' ')[2]}/mL"

    def check(self, typed: str) -> None:
        """As --confirm-concentration. NotConfirmed."""
        confirm_concentration(typed, self.ng_per_ml)


@dataclass
class Proposal:
    """title, button: what is to be done; send(pump): does it, and returns what was read back

    version: of the pump as it was shown; back: the page that it began on
    """

    title: str
    button: str
    back: str
    version: Version
    send: Callable[[Pump], list[str]]
    sections: list[Section] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    questions: Sequence[Question | SecondTime] = ()
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    opened_s: float = field(default_factory=default_timer)
    outcome: list[str] = field(default_factory=list)
    ended: str = ""  # "under way", then "sent", "refused", "stale" or "lost"; or "left"

    @property
    def to_see(self) -> list[str]:
        """What has to be ticked."""
        titles = [section.title for section in self.sections if section.ticked]
        return titles + (["Warnings"] if self.warnings else [])

    @property
    def open(self) -> bool:
        return not self.ended and default_timer() - self.opened_s < OPEN_S

    def check(self, ticked: list[str], typed: dict[str, str]) -> None:
        """NotConfirmed unless all was seen and each value typed. typed: by the questions' names"""
        unseen = [title for title in self.to_see if title not in ticked]
        if unseen:
            raise NotConfirmed(f"not ticked as seen: {', '.join(unseen)}; {NOTHING_SENT}")
        for question in self.questions:
            question.check(typed.get(question.name, ""))


class Desk:
    """The proposals of all tabs, and the versions that forms were filled in by."""

    def __init__(self) -> None:
        self._proposals: dict[str, Proposal] = {}
        self._versions: dict[str, Version] = {}
        self._lock = Lock()  # pages are drawn in several threads

    def lay(self, proposal: Proposal) -> Proposal:
        now_s = default_timer()
        kept = list(self._proposals.values())[-MOST:]
        self._proposals = {one.id: one for one in kept if now_s - one.opened_s < KEPT_S}
        self._proposals[proposal.id] = proposal
        return proposal

    def find(self, id: str) -> Proposal | None:
        return self._proposals.get(id)

    def note(self, version: Version) -> str:
        """What a form is marked with."""
        mark = digest(version)
        with self._lock:
            self._versions.pop(mark, None)
            self._versions[mark] = version
            while len(self._versions) > MOST:
                del self._versions[next(iter(self._versions))]
        return mark

    def shown(self, mark: str) -> Version:
        """The version of a form's mark. Stale if nobody knows it."""
        found = self._versions.get(mark)
        if found is None:
            raise Stale(f"the form is too old; look at the pump again; {NOTHING_SENT}")
        return found
