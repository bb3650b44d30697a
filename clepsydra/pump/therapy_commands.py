"""The commands of a pump on refills, primes, plans and bridges. CPython only."""

from typing import Any, NamedTuple

from clepsydra.amounts import Dose, Volume, read
from clepsydra.errors import BadInput, NotAsSent, NotConfirmed, Refused
from clepsydra.link.session import Reply, Session
from host_sim.shared.quantities import parse_flow

CONSEQUENCE = "consequence_ng"
_TRIES = 5  # of a consequence that each step changes


class TherapyCommands:
    """As Pump."""

    session: Session

    @property
    def conc_ng_per_ml(self) -> int:
        raise NotImplementedError

    # Another concentration

    def refill_conc(self, fields: dict[str, Any], conc: "Concentration") -> Reply:
        """A refill (`refill_fields`) with another concentration. The reply has rates before and
        after it.
        """
        return self.session.ask("refill", **fields, **conc.fields())

    def refill_consequence_ng(self, fields: dict[str, Any], conc: "Concentration") -> int:
        """What the line gives too much (below zero: too little) if the bridge of this refill is
        left out, as the pump says it. BadInput where there can be none: nothing is asked then,
        since such a refill is carried out.
        """
        raw = self.session.ask("status")
        if not raw["line"] or raw["conc_ng_per_ml"] == conc.ng_per_ml:
            raise BadInput(
                "refill: without a line, and at the same concentration, no bridge is left out"
            )
        bare = Concentration(conc.ng_per_ml, conc.drug)
        try:
            self.session.ask("refill", **fields, **bare.fields())
        except Refused as refused:
            if CONSEQUENCE not in refused.reply:
                raise
            return int(refused.reply[CONSEQUENCE])
        raise NotAsSent("refill: the pump took it without a bridge; look at it: clepsydra status")

    # The patient's bolus

    def ask_patient_bolus(self) -> Reply:
        """As the patient's button does. Refused where it is denied; that is counted."""
        return self.session.ask("patient_bolus")

    # A prime

    def ask_prime(self, tubing: bool, catheter: bool) -> "Prime":
        """What a prime of what holds no drug would be. Refused where there can be none."""
        try:
            self.session.ask("prime", tubing=int(tubing), catheter=int(catheter))
        except Refused as refused:
            if refused.error != "BAD_FIELD" or CONSEQUENCE not in refused.reply:
                raise
            told = refused.reply
            return Prime(told[CONSEQUENCE], told["volume_pl"], told["lasts_ms"])
        raise NotAsSent("prime: the pump took it unconfirmed; look at it: clepsydra status")

    def prime(self, asked: "Prime", tubing: bool, catheter: bool) -> Reply:
        """It begins. asked: what a person has seen and confirmed; by more than a hundredth of its
        dose it may not differ by now.
        """
        fields = {"tubing": int(tubing), "catheter": int(catheter)}
        return self.session.ask("prime", counted_ng=asked.counted_ng, **fields)

    # A plan

    def confirm_stage(self, daily: str | Dose | Volume) -> None:
        """The stage that waits begins. daily: its daily dose, or its volume without a drug."""
        if self.conc_ng_per_ml:
            self.session.ask("plan_confirm", dose_ng_per_day=Dose.read(daily, "dose").ng)
        else:
            self.session.ask("plan_confirm", rate_pl_per_day=Volume.read(daily, "volume").pl)

    def pause_plan(self) -> None:
        self.session.ask("plan_pause")

    def resume_plan(self) -> None:
        self.session.ask("plan_resume")

    def end_plan(self) -> None:
        """The program of its stage stays in force."""
        self.session.ask("plan_end")

    # A bridge

    def set_bridge(self, dose_per_day: str | Dose) -> Reply:
        """Another daily dose for the rest of the bridge in force."""
        return self.session.ask("bridge_dose", dose_ng_per_day=bridge_dose(dose_per_day).ng)

    def bridge_consequence_ng(self) -> int:
        """What the line gives too much (below zero: too little) if the rest of the bridge is left
        out, as the pump says it. Refused if no bridge is in force.
        """
        try:
            self.session.ask("bridge_dose")
        except Refused as refused:
            if CONSEQUENCE not in refused.reply:
                raise
            return int(refused.reply[CONSEQUENCE])
        raise NotAsSent("bridge: the pump took it without a dose; look at it: clepsydra status")

    def leave_bridge_out(self, consequence_ng: int) -> Reply:
        """The rest of it. consequence_ng: what a person has seen and confirmed; each step makes it
        smaller, and it is the smaller one that the pump is told. NotConfirmed would it be more.
        """
        last = None
        for _ in range(_TRIES):
            now_ng = self.bridge_consequence_ng()
            if abs(now_ng) > abs(consequence_ng) or now_ng * consequence_ng < 0:
                raise NotConfirmed(
                    f"bridge: to leave it out means {now_ng} ng by now, and {consequence_ng} ng "
                    "was confirmed: look again"
                )
            try:
                return self.session.ask("bridge_dose", no_bridge_ng=now_ng)
            except Refused as refused:
                if CONSEQUENCE not in refused.reply:
                    raise
                last = refused
        raise NotConfirmed("bridge: each step changes the consequence: look again") from last


class Prime(NamedTuple):
    """counted_ng: the dose of it that counts; 0 without a drug."""

    counted_ng: int
    volume_pl: int
    lasts_ms: int


class Concentration(NamedTuple):
    """Of what was filled in. drug: None where that stays the same; bridge_ng_per_day: 0 for the
    doses of the program; no_bridge_ng: the confirmed consequence of none
    """

    ng_per_ml: int
    drug: str | None = None
    bridge_ng_per_day: int | None = None
    no_bridge_ng: int | None = None

    def fields(self) -> dict[str, Any]:
        """Of the command."""
        named = {
            "conc_ng_per_ml": self.ng_per_ml,
            "drug": self.drug,
            "bridge_ng_per_day": self.bridge_ng_per_day,
            "no_bridge_ng": self.no_bridge_ng,
        }
        return {key: value for key, value in named.items() if value is not None}


def bridge_dose(raw: str | Dose) -> Dose:
    """A dose a day, as "300 ug/d". BadInput."""
    if isinstance(raw, Dose):
        return raw
    flow: Any = read("bridge", raw, parse_flow)
    if flow.dose is None:
        raise BadInput(f'bridge: {raw} is a volume: state the dose a day, as "300 ug/d"')
    if not flow.dose:
        raise BadInput("bridge: 0 is no dose; stop the pump, or leave the bridge out: --leave-out")
    return Dose(flow.dose)
