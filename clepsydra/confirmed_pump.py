"""The pump of who writes Python: what raises a dose or lasts is confirmed there, too, by the value
that it comes to. CPython only.

    with clepsydra.connect("sim") as pump:
        pump.start(confirm="400 ug")
        pump.bolus("5 ug", over="10 min", confirm="5 ug")

Without `confirm`, or with another value, nothing is sent, and NotConfirmed says in words what would
have followed: as a verb shows it before it asks.
"""

from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from typing import Any

from clepsydra.amounts import Dose, Span, Volume, dose_text
from clepsydra.errors import BadInput, NotBegun, NotConfirmed
from clepsydra.link.handing_over import Pending
from clepsydra.link.session import Reply
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.prescription.program_file import read_program_file, read_program_table
from clepsydra.pump.remote_pump import Pump, computer_offset_s, opened, refill_fields
from clepsydra.pump.therapy_commands import Concentration, Prime, bridge_dose
from clepsydra.show.clock_words import JUMP
from clepsydra.show.columns import WARNING
from clepsydra.show.config_words import changes_text, doubts
from clepsydra.show.program_words import one_line, review, steps_text
from clepsydra.show.refill_words import refill_lines
from clepsydra.verbs.asking import (
    NOTHING_SENT,
    confirm_concentration,
    confirm_value,
    refuse_unless,
    shown_value,
)
from clepsydra.verbs.bridging import change_rows, refuse_unless_bridged
from clepsydra.verbs.clock_setting import change_of
from clepsydra.verbs.giving import HELD, bolus_lines, consequences, not_begun, not_infusing
from clepsydra.verbs.priming import prime_lines, to_state
from clepsydra.verbs.programming import checked_by_pump, program_review
from clepsydra.verbs.programming import to_state as program_to_state
from clepsydra.verbs.refilling import consequences as of_another_drug
from clepsydra.verbs.verb_options import config_of, meant_by, named
from firmware.therapy.program_checks import SAFE
from host_sim.shared.quantities import shown

Value = str | Dose | Volume


class ConfirmedPump(Pump):
    """As Pump. confirm: what is asked for, as a text with its unit, or as Dose or Volume."""

    def start(self, confirm: Value | None = None) -> None:
        """Begin to infuse the program. confirm: its daily dose, or volume without a drug.
        NotConfirmed; NotBegun if the pump does not infuse then.
        """
        meant, status = meant_by(self), self.status()
        refuse_unless(status.state == "STOPPED", f"the pump is {status.state}, start needs STOPPED")
        held = not status.raw["dose_confirmed"]
        if meant.daily_pl or held:
            lines = [one_line(meant), *steps_text(meant).splitlines(), *([HELD] if held else [])]
            self._confirm("start", confirm, _daily(meant), "the daily dose", lines)
        super().start(Dose(meant.daily_ng) if held else None)
        why = not_begun(self.status())
        if why:
            raise NotBegun(why)

    def bolus(self, amount: Value, over: str | Span, confirm: Value | None = None) -> int:
        """A bolus on top of the program: a dose with a drug, else a volume. Returns its id.
        confirm: the amount. NotConfirmed.
        """
        fields = self.bolus_fields(amount, over)
        dosed, span = "dose_ng" in fields, Span(fields["duration_ms"])
        wanted = Dose(fields["dose_ng"]) if dosed else Volume(fields["volume_pl"])
        status = self.status()
        lines = bolus_lines(status, wanted, span, self.conc_ng_per_ml)
        lines += [] if status.state == "INFUSING" else [f"WARNING: {not_infusing(status)}"]
        lines += consequences(config_of(self), status, wanted, span.ms)
        self._confirm("bolus", confirm, wanted, "the dose" if dosed else "the volume", lines)
        return super().bolus(wanted, span)

    def refill(
        self, fill: str | Volume, withdrawn: str | Volume, confirm: Value | None = None
    ) -> None:
        """It was refilled by hand. withdrawn: what was drawn off before, or "first"; confirm: the
        fill. NotConfirmed.
        """
        fields = refill_fields(fill, withdrawn)
        self._confirm_fill(fields, confirm, [])
        self.session.ask("refill", **fields)

    def refill_conc(
        self,
        fields: dict[str, Any],
        conc: Concentration,
        confirm: Value | None = None,
        confirm_concentration: str | None = None,
    ) -> Reply:
        """As of Pump. confirm: the fill; confirm_concentration: it, a second time. NotConfirmed."""
        shown, whole = of_another_drug(self, fields, conc)
        told = [f"{label}: {text}" if label else text for label, text in shown]
        self._confirm_fill(fields, confirm, told)
        self._confirm_conc(confirm_concentration, conc.ng_per_ml, told)
        return super().refill_conc(fields, conc if conc.no_bridge_ng is not None else whole)

    def prime(
        self, asked: Prime, tubing: bool, catheter: bool, confirm: Value | None = None
    ) -> Reply:
        """As of Pump. confirm: the dose that counts, or the volume without a drug. NotConfirmed."""
        lines = prime_lines(self, asked, {"tubing": tubing, "catheter": catheter})
        wanted, called = to_state(self, asked)
        self._confirm("prime", confirm, wanted, called, lines)
        return super().prime(asked, tubing, catheter)

    def set_bridge(self, dose_per_day: str | Dose, confirm: Value | None = None) -> Reply:
        """As of Pump. confirm: the dose a day. NotConfirmed."""
        wanted, status = bridge_dose(dose_per_day), self.status()
        refuse_unless_bridged(self, status)
        lines = [
            f"{'WARNING' if label == WARNING else label}: {text}"
            for label, text in change_rows(self, status, wanted)
        ]
        self._confirm("bridge", confirm, wanted, "the new dose a day", lines)
        return super().set_bridge(wanted)

    def set_clock(self, confirm_jump: bool = False, confirm: str | None = None) -> Reply:
        """As of Pump. confirm: the new zone, as "UTC+02:00", or the new date, where steps or dates
        move; a clock that was unset, or has drifted, needs none. NotConfirmed.
        """
        now_s = int(datetime.now(timezone.utc).timestamp())
        change = change_of(self, self.status(), now_s, computer_offset_s(now_s))
        if change.stated is not None and confirm != change.stated:
            lines = [f"now: {change.now}", f"after: {change.after}", *change.notes]
            lines += review(change.rows).splitlines() if change.rows else []
            lines += [f"WARNING: {JUMP}"] if change.jumps else []
            self._not_confirmed("clock", lines, f'confirm="{change.stated}"')
        return super().set_clock(confirm_jump or change.jumps)

    # A program

    def read_program(self, source: str | Path | dict[str, Any]) -> dict[str, Any]:
        """A program with units, as the pump takes it: a file, or [program] of one as a table.
        BadInput.
        """
        config = config_of(self)
        if isinstance(source, dict):
            return read_program_table({"program": source}, config, "program")
        if not isinstance(source, (str, PathLike)):
            raise BadInput(
                f"program is {shown(source)}; allowed: the name of a file, or [program] as a table"
            )
        return read_program_file(Path(source), config)

    def review(self, program: dict[str, Any]) -> str:
        """What it means beside the program in force, as `clepsydra program diff` shows it."""
        return program_review(self, meant_by(self), outlook(program, config_of(self)))

    def set_program(
        self,
        program: dict[str, Any],
        no_therapy: bool = False,
        pending: Pending | None = None,
        confirm: Value | None = None,
    ) -> None:
        """Put a program section in force; read it back, and compare. pending: what was shown, of
        stage_program; confirm: its daily dose, of the highest day, or volume without a drug.
        NotConfirmed, NotAsSent.
        """
        config, now = config_of(self), meant_by(self)
        after = outlook(program, config)
        wanted = program_to_state(now, after, config)
        pending = pending or checked_by_pump(self, program, wanted)
        lines = program_review(self, now, after).splitlines()
        if after.section.get(SAFE[after.conc_ng_per_ml > 0]) == 0:
            lines.append("WARNING: the safe rate is 0: no therapy while the clock is unset")
        self._confirm("program", confirm, wanted, "the new daily dose", lines)
        super().set_program(program, no_therapy, pending)

    def store_config(
        self,
        config: dict[str, Any],
        pending: Pending,
        confirm: Value | None = None,
        confirm_concentration: str | None = None,
    ) -> None:
        """As of Pump. confirm: the daily dose of its program, or volume without a drug;
        confirm_concentration: another one, a second time. NotConfirmed.
        """
        meant = outlook(config["program"], config)
        lines = [*changes_text(self.config, config).splitlines(), f"program: {one_line(meant)}"]
        lines += [f"WARNING: {text}" for text in doubts(self.config, config)]
        self._confirm("configuration", confirm, _daily(meant), "the daily dose", lines)
        if self.config and meant.conc_ng_per_ml != self.conc_ng_per_ml:
            self._confirm_conc(confirm_concentration, meant.conc_ng_per_ml, lines)
        super().store_config(config, pending)

    # How it is confirmed

    def _confirm_fill(self, fields: dict[str, Any], confirm: Value | None, told: list[str]) -> None:
        lines, warning = refill_lines(fields, config_of(self)["reservoir"], self.status())
        lines = [*lines, *([f"WARNING: {warning}"] if warning else []), *told]
        self._confirm("refill", confirm, Volume(fields["fill_pl"]), "the fill", lines)

    def _confirm_conc(self, given: str | None, ng_per_ml: int, told: list[str]) -> None:
        if given is None:
            shown = f"{dose_text(ng_per_ml)}/mL"
            self._not_confirmed("another concentration", told, f'confirm_concentration="{shown}"')
        else:
            confirm_concentration(given, ng_per_ml)

    def _confirm(
        self,
        what: str,
        given: Value | None,
        wanted: Dose | Volume,
        called: str,
        lines: Sequence[str],
    ) -> None:
        """NotConfirmed unless `given` states what is wanted."""
        called = called if isinstance(wanted, Dose) else called.replace("dose", "volume")
        if given is None:
            self._not_confirmed(what, lines, f'confirm="{shown_value(wanted)}", {called}')
        try:
            confirm_value(Namespace(confirm=given), wanted, called)
        except NotConfirmed as error:
            raise NotConfirmed("\n".join([f"{what}: {error}", *lines])) from error

    def _not_confirmed(self, what: str, lines: Sequence[str], say: str) -> None:
        head = f"{what} of {named(self)} was not confirmed, and {NOTHING_SENT}"
        raise NotConfirmed("\n".join([f"{head}:", *lines, f"to confirm that: {say}"]))


def connect(target: str | None = None, with_key: bool = True) -> ConfirmedPump:
    """The pump that is meant: as --pump of the command line; a paired one with the key that is kept
    of it, unless with_key is False. NoPump, BadInput, WrongKey.
    """
    return opened(ConfirmedPump, target, with_key)


def _daily(meant: Outlook) -> Dose | Volume:
    return Dose(meant.daily_ng) if meant.conc_ng_per_ml else Volume(meant.daily_pl)
