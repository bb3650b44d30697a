"""What a New Era client asks, and the answer: the words of docs/new_era.md. CPython only.

    dialect.answer(Packet("0RAT20.83UH", True), client)      Answer("00S", safe=False)

Words that change something are answered ?NA while a therapy that is not the client's is in force
(S24). Why the pump refuses what a client asks for goes into the gateway's log.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from clepsydra.amounts import flow_text
from clepsydra.new_era.contact import RESET, Contact, Look
from clepsydra.new_era.own_run import CannotRun, OwnRun
from clepsydra.new_era.packets import Packet
from clepsydra.new_era.short_numbers import (
    RATES,
    VOLUMES,
    rate_text,
    text_of,
    thousandths,
    volume_unit,
)
from clepsydra.new_era.told_settings import DIAMETERS, TRIGGERS, ToldSettings

VERSION = "NE1000X9V1.0"  # a number of our own: no firmware of New Era's is claimed
NOT_NOW, RANGE, UNKNOWN, BAD_PACKET = "?NA", "?OOR", "?", "?COM"
MOST_TIMEOUT_S = 255
_ADDRESSED = re.compile(r"(\*|\d{0,2})(.*)")
_RATE = re.compile(r"C?([\d.]+)(UH|UM|MH|MM)?")


class Client:
    """timeout_s: of its safe mode, 0 in basic mode; heard_s: when it had its last answer, by which
    the time-out is armed anew; None while it is not armed
    promises: how often it has set a time-out, or 0 for none
    """

    def __init__(self) -> None:
        self.timeout_s = self.promises = 0
        self.heard_s: float | None = None

    def promise(self, timeout_s: int) -> None:
        self.timeout_s = timeout_s
        self.promises += 1

    def is_silent(self, now_s: float) -> bool:
        """For longer than it has promised."""
        if not self.timeout_s or self.heard_s is None:
            return False
        return now_s - self.heard_s > self.timeout_s


class Answer(NamedTuple):
    text: str
    safe: bool


class Dialect:
    def __init__(self, contact: Contact, own: OwnRun, address: int = 0) -> None:
        self._contact, self._own, self._address = contact, own, address
        self._say = contact.say
        self._told = ToldSettings()
        self._cleared_pl: int | None = None  # in the ledger, when a client began to count anew
        self._words: dict[str, Callable[[str], str]] = {
            "VER": lambda told: UNKNOWN if told else VERSION,
            "DIA": self._diameter,
            "RAT": self._rate,
            "VOL": self._volume,
            "DIR": self._direction,
            "RUN": self._run,
            "STP": self._stop,
            "PUR": self._purge,
            "DIS": self._infused,
            "CLD": self._clear,
            "PHN": self._phase,
            "FUN": self._function,
            "TRG": self._trigger,
            "AL": self._buzzer,
        }

    def look(self) -> Look | None:
        """At the pump; None while it does not answer."""
        look = self._contact.look()
        if look is not None:
            if self._cleared_pl is None or look.raw["ledger_pl"] < self._cleared_pl:
                self._cleared_pl = look.raw["ledger_pl"]
            self._own.follow(look)
        return look

    def answer(self, packet: Packet, client: Client) -> Answer | None:
        """None for a packet of another pump."""
        safe = client.timeout_s > 0
        if not packet.sound:
            self.look()
            return Answer(self._reply(BAD_PACKET), safe)
        address, text = _ADDRESSED.fullmatch(packet.text).groups()  # type: ignore[union-attr]
        if address.isdigit() and int(address) != self._address:
            return None
        timeout = text[3:] if text.startswith("SAF") else ""
        if timeout.isdigit() and int(timeout) <= MOST_TIMEOUT_S:
            safe = int(timeout) > 0
        if self.look() is None:  # a letter would say what nobody knows
            return Answer(f"{self._address:02}A?{RESET}", safe)
        if self._contact.alarms:
            return Answer(f"{self._address:02}A?{self._contact.alarms.popleft()}", safe)
        if text.startswith("SAF"):
            return Answer(self._reply(self._safe_mode(timeout, client)), safe)
        return Answer(self._reply(self._done(text)), safe)

    # The answer in general

    def _done(self, text: str) -> str:
        if not text:
            return ""
        word = next((word for word in self._words if text.startswith(word)), None)
        if word is None:
            return UNKNOWN
        told = text[len(word) :]
        if told or word in ("RUN", "STP", "PUR"):
            held = self._held()
            if held and not (word == "STP" and self._letter() != "I"):
                return self._refused(text, held)
        try:
            return self._words[word](told)
        except CannotRun as error:
            return self._refused(text, str(error))

    def _reply(self, data: str) -> str:
        return f"{self._address:02}{self._letter()}{data}"

    def _letter(self) -> str:
        """The state after the command."""
        look = self._contact.last
        if look is not None and look.status.state == "INFUSING":
            return "I"
        return "P" if self._own.paused else "S"

    def _refused(self, text: str, why: str, error: str = NOT_NOW) -> str:
        self._say(f"{text} refused: {why}")
        return error

    def _held(self) -> str:
        look = self._contact.last
        return self._own.held(look) if look is not None else ""

    def _operates(self) -> bool:
        return self._own.running is not None

    def _safe_mode(self, timeout: str, client: Client) -> str:
        if not timeout:
            return str(client.timeout_s)
        if not timeout.isdigit() or int(timeout) > MOST_TIMEOUT_S:
            return RANGE
        client.promise(int(timeout))
        return ""

    # What is set

    def _diameter(self, told: str) -> str:
        if not told:
            return text_of(self._told.diameter)
        number = thousandths(told)
        if self._operates():
            return NOT_NOW
        if number is None or not DIAMETERS[0] <= number <= DIAMETERS[1]:
            return RANGE
        self._told.set_diameter(number)
        return self._clear("INF")

    def _rate(self, told: str) -> str:
        if not told:
            return self._rate_now()
        if self._told.phase != 1:
            return NOT_NOW
        found = _RATE.fullmatch(told)
        number = thousandths(found[1]) if found else None
        if found is None or not number:
            return RANGE
        unit = found[2] or self._told.rate_unit
        if self._operates() and unit != self._told.rate_unit:
            return NOT_NOW
        rate, pump = number * RATES[unit], self._contact.pump
        if pump is not None and pump.config is not None:
            most = pump.config["limits"]["max_rate_pl_per_day"]
            if rate > most:
                told_most = flow_text(most, pump.conc_ng_per_ml)
                return self._refused(f"RAT{told}", f"the pump's maximum is {told_most}", RANGE)
        if self._operates():
            self._own.change_rate(rate)
        self._told.rate, self._told.rate_unit = number, unit
        return ""

    def _rate_now(self) -> str:
        """As it is set; of what is not the client's, or is lowered by a cap, as it is."""
        look = self._contact.last
        if look is not None and look.status.state == "INFUSING":
            lowered = bool(look.raw["gate"])
            if lowered or not self._operates():
                return rate_text(look.raw["permitted_pl_per_day"])
        return f"{text_of(self._told.rate)}{self._told.rate_unit}"

    def _volume(self, told: str) -> str:
        if not told:
            return f"{text_of(self._told.volume)}{self._told.volume_unit}"
        if self._operates() or self._told.phase != 1:
            return NOT_NOW
        if told in VOLUMES:
            self._told.stated_unit = told
            return ""
        number = thousandths(told)
        if number is None:
            return RANGE
        self._told.volume = number
        self._own.paused = False  # what was paused is not this volume
        return ""

    def _direction(self, told: str) -> str:
        if not told or told == "INF":
            return "" if told else "INF"
        if told in ("WDR", "REV", "STK"):
            return self._refused(f"DIR{told}", "no client draws liquid back through the line")
        return UNKNOWN

    def _phase(self, told: str) -> str:
        if not told:
            return f"{self._told.phase:02}"
        if self._operates():
            return NOT_NOW
        if told not in ("1", "2", "01", "02"):
            return RANGE
        self._told.phase = int(told)
        return ""

    def _function(self, told: str) -> str:
        mine = "RAT" if self._told.phase == 1 else "STP"
        if not told:
            return mine
        return NOT_NOW if self._operates() or told != mine else ""

    def _trigger(self, told: str) -> str:
        if told and told not in TRIGGERS:
            return UNKNOWN
        self._told.trigger = told or self._told.trigger
        return "" if told else self._told.trigger

    def _buzzer(self, told: str) -> str:
        if told and told not in ("0", "1"):
            return RANGE
        self._told.buzzer = told or self._told.buzzer
        return "" if told else self._told.buzzer

    # What is done

    def _run(self, told: str) -> str:
        if told not in ("", "1", "01"):
            return RANGE
        if self._operates():
            return NOT_NOW
        if self._own.paused:
            self._own.go_on(self._told.rate_pl_per_day)
        else:
            self._own.run(self._told.rate_pl_per_day, self._told.volume_pl)
        self._contact.look(0)
        return ""

    def _stop(self, told: str) -> str:
        if told:
            return UNKNOWN
        self._own.stop(pause=self._operates())
        self._contact.look(0)
        return ""

    def _purge(self, told: str) -> str:
        return self._refused("PUR", "the line is filled by a person: clepsydra prime")

    def _infused(self, told: str) -> str:
        look = self._contact.last
        if told or look is None:
            return UNKNOWN
        infused_pl = max(0, look.raw["ledger_pl"] - (self._cleared_pl or 0))
        unit = volume_unit(infused_pl, self._told.volume_unit)
        return f"I{text_of(infused_pl // VOLUMES[unit])}W{text_of(0)}{unit}"

    def _clear(self, told: str) -> str:
        if told not in ("INF", "WDR"):
            return UNKNOWN
        if self._operates():
            return NOT_NOW
        look = self._contact.look(0)
        if told == "INF" and look is not None:
            self._cleared_pl = look.raw["ledger_pl"]
        return ""
