"""A pump, real, simulated or emulated, as one Python object. CPython only.

    with connect("sim") as pump:
        pump.set_clock()
        pump.start()
        pump.bolus("5 ug", over="10 min")
        print(pump.status().rate)

Each method sends one command at once: whoever calls it has seen what it does. What a person is
shown and asked before is in clepsydra/verbs/, and for who writes Python in
clepsydra/confirmed_pump.py.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any, TypeVar

from clepsydra.amounts import Dose, Span, Volume, dose_text, read
from clepsydra.errors import BadInput, NotAsSent, Refused
from clepsydra.link import targets
from clepsydra.link.handing_over import Pending, confirm, hand_over
from clepsydra.link.session import Reply, Session
from clepsydra.pump import event_stream
from clepsydra.pump.event_log import EventLog
from clepsydra.pump.readings import Event, Identity, Status
from clepsydra.pump.therapy_commands import TherapyCommands
from firmware.link import refusals
from firmware.link.canonical import canonical
from firmware.link.commands import TABLE
from firmware.link.identity import CONFIG, PROGRAM
from firmware.link.line_commands import CONC
from host_sim.shared.quantities import did_you_mean, parse_amount

AnyPump = TypeVar("AnyPump", bound="Pump")
FIRST = "first"  # for what was withdrawn: the reservoir was never filled before


class Pump(TherapyCommands):
    """said: how a person names it; session: the conversation with it

    locked: it is paired, and this computer has no key of it: it says who it is, and its status
    stored_drug: section of the stored configuration; None if none can be read
    """

    def __init__(self, session: Session, said: str) -> None:
        self.session = session
        self.said = said
        self._config: dict[str, Any] | None = None
        self.locked = False
        self._config_sha256 = ""
        self.stored_drug: dict[str, Any] | None = None
        self.identity()

    def __enter__(self) -> "Pump":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.session.close()

    # What it says

    def identity(self) -> Identity:
        """Who it is. Its configuration is read again if that has changed."""
        found = Identity.of(self.session.greet())
        if found.config_sha256 != self._config_sha256 or self.locked:
            self._config = self._read_config()
            self._config_sha256 = found.config_sha256
            if self._config is not None:
                self.stored_drug = dict(self._config["drug"])
                self.status()
        return found

    def _read_config(self) -> dict[str, Any] | None:
        self.locked = False
        try:
            return self.session.table("config")  # type: ignore[no-any-return]
        except Refused as refused:
            self.locked = refused.error == refusals.ERRORS[refusals.NOT_PROVEN]
            if not self.locked:
                raise
            return None

    @property
    def config(self) -> dict[str, Any] | None:
        """The configuration that it stores, with the drug that is in the reservoir: a refill brings
        another one, and leaves what is stored. None if it stores none that can be read.
        """
        return self._config

    @property
    def conc_ng_per_ml(self) -> int:
        """Of the drug in the reservoir, 0 without one."""
        return int(self._config["drug"]["conc_ng_per_ml"]) if self._config else 0

    def program(self) -> dict[str, Any]:
        """The program in force."""
        return dict(json.loads(self.session.text("program")))

    def status(self) -> Status:
        raw = self.session.ask("status")
        if self._config is not None:  # a refill with another drug leaves the stored one as it is
            self._config["drug"] = {"name": raw["drug"], CONC: raw[CONC]}
        return Status(raw, self.conc_ng_per_ml, _now_ms())

    def events(self, since: int = 0, follow: bool = False) -> Iterator[Event]:
        """Those that it keeps, and with `follow` those to come, for ever."""
        return event_stream.events(self.session, since, follow)

    def log(self, since: int = 0) -> EventLog:
        """Those that it keeps, as a table: to_csv, to_pandas."""
        return EventLog(self.events(since))

    # What it does

    def start(self, confirm: str | Dose | None = None) -> None:
        """Begin to infuse the program. confirm: the daily dose, where it wants that stated."""
        stated = {} if confirm is None else _stated(confirm)
        self.session.ask("start", **stated)

    def confirm_dose(self, daily_dose: str | Dose) -> None:
        """State the daily dose of a pump that goes on by itself at a lower one."""
        self.session.ask("confirm_dose", **_stated(daily_dose))

    def stop(self) -> None:
        self.session.ask("stop")

    def bolus(self, amount: str | Dose | Volume, over: str | Span) -> int:
        """A bolus on top of the program: a dose with a drug, else a volume. Returns its id."""
        fields = self.bolus_fields(amount, over)
        return int(self.session.ask("bolus", **fields)["id"])

    def bolus_fields(self, amount: str | Dose | Volume, over: str | Span) -> dict[str, int]:
        """The fields of that command. BadInput."""
        given = _amount(amount, self.conc_ng_per_ml)
        name = "dose_ng" if isinstance(given, Dose) else "volume_pl"
        number = given.ng if isinstance(given, Dose) else given.pl
        if not number:
            raise BadInput(f"bolus: {given} is nothing; allowed: more than that")
        least_ms, most_ms = TABLE["bolus"].fields["duration_ms"]
        span = Span.read(over, "over")
        if not least_ms <= span.ms <= most_ms:
            raise BadInput(f"over: {span}; allowed: {Span(least_ms)} to {Span(most_ms)}")
        return {name: number, "duration_ms": span.ms}

    def cancel_bolus(self) -> None:
        self.session.ask("cancel_bolus")

    def refill(self, fill: str | Volume, withdrawn: str | Volume) -> None:
        """It was refilled by hand. withdrawn: what was drawn off before, or "first"."""
        self.session.ask("refill", **refill_fields(fill, withdrawn))

    def acknowledge(self) -> None:
        self.session.ask("acknowledge")

    def silence(self, time: str | Span = "2 min") -> None:
        self.session.ask("audio_pause", duration_ms=Span.read(time, "for").ms)

    def reset_fault(self) -> None:
        self.session.ask("reset_fault")

    def alarm_test(self) -> None:
        self.session.ask("alarm_test")

    def set_clock(self, confirm_jump: bool = False) -> Reply:
        """To the time of this computer, and to its offset of local time."""
        now_s = _now_ms() // 1000
        fields = {"confirm_jump": 1} if confirm_jump else {}
        return self.session.ask(
            "set_clock", wall_s=now_s, offset_s=computer_offset_s(now_s), **fields
        )

    def stage_program(self, program: dict[str, Any]) -> Pending:
        """Let the pump check a program section; nothing changes yet."""
        return hand_over(self.session, PROGRAM, program)

    def stage_config(self, config: dict[str, Any]) -> Pending:
        """Let the pump check a configuration; nothing changes yet. It must be at rest."""
        return hand_over(self.session, CONFIG, config)

    def store_config(self, config: dict[str, Any], pending: Pending) -> None:
        """It replaces the stored configuration, and the pump comes up anew with it and its program;
        read it back, and compare. pending: of stage_config. NotAsSent.
        """
        drug = config["drug"]
        stated = {} if drug == (self.config or config)["drug"] else {CONC: drug[CONC]}
        confirm(self.session, pending, **stated)
        self.session.await_restart()
        self.identity()
        if self.session.text(CONFIG) != canonical(config):
            raise NotAsSent(
                "the configuration read back is not the one that was sent; do not start the pump, "
                "and look at it: clepsydra config show"
            )

    def set_program(
        self, program: dict[str, Any], no_therapy: bool = False, pending: Pending | None = None
    ) -> None:
        """Put a program section in force; read it back, and compare. pending: what was shown, of
        stage_program. NotAsSent.
        """
        pending = pending or self.stage_program(program)
        fields = {"confirm_no_therapy": 1} if no_therapy else {}
        confirm(self.session, pending, **fields)
        back = self.program()
        if back != program:
            raise NotAsSent(
                f"the program read back is not the one that was sent: {json.dumps(back)}; "
                "stop the pump and look at it: clepsydra program show"
            )


def connect(target: str | None = None, with_key: bool = True) -> Pump:
    """The pump that is meant: as --pump of the command line; a paired one with the key that is kept
    of it, unless with_key is False. NoPump, BadInput, WrongKey.
    """
    return opened(Pump, target, with_key)


def opened(kind: Callable[[Session, str], AnyPump], target: str | None, with_key: bool) -> AnyPump:
    """As connect, as a pump of that kind."""
    found = targets.find(target)
    session = Session(found.address, with_key=with_key)
    try:
        return kind(session, found.said)
    except BaseException:
        session.close()
        raise


def refill_fields(fill: str | Volume, withdrawn: str | Volume) -> dict[str, Any]:
    """The fields of a refill. BadInput."""
    first = withdrawn == FIRST
    if isinstance(withdrawn, str) and not first and not withdrawn[:1].isdigit():
        raise BadInput(
            f'withdrawn is "{withdrawn}"{did_you_mean(withdrawn, [FIRST])}; allowed: a volume '
            f'as "7.5 mL", or {FIRST} if the reservoir was never filled before'
        )
    drawn = FIRST if first else Volume.read(withdrawn, "withdrawn").pl
    return {"fill_pl": Volume.read(fill, "fill").pl, "withdrawn_pl": drawn}


def computer_offset_s(now_s: int) -> int:
    """How far local time of this computer is from UTC."""
    offset = datetime.fromtimestamp(now_s).astimezone().utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _stated(dose: str | Dose) -> dict[str, int]:
    return {"confirm_dose_ng_per_day": Dose.read(dose, "dose").ng}


def _amount(raw: str | Dose | Volume, conc_ng_per_ml: int) -> Dose | Volume:
    """With a drug a Dose, without one a Volume. BadInput."""
    if not isinstance(raw, (Dose, Volume)):
        amount = read("bolus", raw, parse_amount)
        raw = Volume(amount.volume) if amount.dose is None else Dose(amount.dose)
    if isinstance(raw, Volume) and conc_ng_per_ml:
        held = dose_text(raw.dose(conc_ng_per_ml).ng)
        raise BadInput(
            f'bolus: {raw} is a volume, and there is a drug: state the dose, as "{held}"'
        )
    if isinstance(raw, Dose) and not conc_ng_per_ml:
        raise BadInput(f'bolus: {raw} is a dose, and there is no drug: state a volume, as "40 uL"')
    return raw


def _now_ms() -> int:
    return int(datetime.now(timezone.utc).timestamp() * 1000)
