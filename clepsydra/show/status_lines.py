"""The status of a pump as a few lines for a terminal. CPython only."""

from typing import Any

from clepsydra.amounts import ahead_text, civil_text, dose_text, flow_text, volume_text
from clepsydra.prescription.outlook import Outlook
from clepsydra.pump.readings import Alarm, Identity, Status
from clepsydra.pump.remote_pump import computer_offset_s
from clepsydra.show.columns import labelled
from clepsydra.show.plan_words import phase_text
from clepsydra.show.program_words import one_line
from clepsydra.show.stop_words import stopped_text
from host_sim.shared.number_text import span

NOT_SET = "unset: programs by time of day give their safe rate -> clepsydra clock set"
CLINICIAN_ALONE = "a clinician alone releases it"
CLOSE_MS = 2000  # that the clocks may differ without a word of it


def status_text(
    said: str, identity: Identity, config: dict[str, Any] | None, status: Status, meant: Outlook
) -> str:
    """What a person wants to know first stands first."""
    raw = status.raw
    rows = [(status.state, _rate(status, meant))]
    rows.append(("program", f"{one_line(meant)}{next_step_text(status, meant)}"))
    if raw["plan"]:
        rows.append(("plan", phase_text(raw["plan"])))
    if raw["bridge"]:
        rows.append(("bridge", bridge_text(status)))
    if raw["bolus"] and raw["last_bolus"]:
        rows.append(("bolus", bolus_text(status)))
    if config is not None and config["drug"]["conc_ng_per_ml"]:
        rows.append(("dose", _doses(config, raw)))
        rows.append(("at the tip", _at_tip(raw)))
    rows.append(("reservoir", _reservoir(config, raw)))
    rows += _alarms(status.alarms, raw)
    rows.append(("clock", clock_text(status)))
    rows += troubles(raw)
    name = config["name"] if config else "no usable configuration"
    head = (
        f"{name}   {identity.board}   {said}   serial {identity.serial}   "
        f"firmware {identity.firmware}   config {identity.config_sha256[:8]}"
    )
    return f"{head}\n{labelled(rows)}"


def clock_text(status: Status) -> str:
    """The pump's local time, and how far it is from this computer's."""
    raw, ahead_ms = status.raw, status.clock_ahead_ms
    if ahead_ms is None:
        return NOT_SET
    now = civil_text(raw["wall_s"], raw["offset_s"], seconds=True)
    here_s = computer_offset_s(status.at_computer_ms // 1000)
    other = ""
    if here_s != raw["offset_s"]:  # summer time, or a journey: the pump never follows by itself
        other = f"\nlocal time of this computer is {zone_text(here_s)} -> clepsydra clock set"
    how = "as this computer" if abs(ahead_ms) < CLOSE_MS else ahead_text(ahead_ms)
    return f"{now} ({zone_text(raw['offset_s'])}), {how}{other}"


def zone_text(offset_s: int) -> str:
    """UTC+01:00"""
    minutes = abs(offset_s) // 60
    return f"UTC{'-' if offset_s < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def bridge_text(status: Status) -> str:
    """The bridge in force."""
    raw = status.raw
    found, conc = raw["bridge"], raw["bridge"]["conc_ng_per_ml"]
    lasts = "" if found["lasts_ms"] is None else f", {span(found['lasts_ms'])} at that rate"
    return (
        f"{flow_text(found['rate_pl_per_day'], conc)} at {dose_text(conc)}/mL, "
        f"until {volume_text(found['left_pl'])} more is pumped{lasts}\n"
        f"the reservoir holds {dose_text(raw['conc_ng_per_ml'])}/mL; boluses are refused meanwhile"
    )


def alarm_text(alarm: Alarm) -> str:
    """Priority, name, what it says; what a person still has to do."""
    over = "" if alarm.active else ", over by now"
    seen = "acknowledged" if alarm.acknowledged else "not acknowledged -> clepsydra ack"
    if alarm.released_by_clinician:
        seen = f"acknowledged, {CLINICIAN_ALONE} -> clepsydra ack"
    return f"{alarm.priority:<6} {alarm.name}{over}: {alarm.text} ({seen})"


def _rate(status: Status, meant: Outlook) -> str:
    if status.raw["gate"] and status.rate.pl_per_day != status.wanted.pl_per_day:
        return f"{status.rate}, and {status.wanted} are wanted: a limit holds it back"
    if status.state == "STOPPED":
        told = [text for text in ("nothing is delivered", stopped_text(status)) if text]
        return f"{', '.join(told)} -> clepsydra start"
    return str(status.rate)


def next_step_text(status: Status, meant: Outlook) -> str:
    raw = status.raw
    if raw["wall_s"] is None:
        return ""
    rate, lasts_ms = meant.rate_at((raw["wall_s"] + raw["offset_s"]) * 1000)
    if lasts_ms is None:
        return ""
    when = civil_text(raw["wall_s"] + lasts_ms // 1000, raw["offset_s"])
    then, _ = meant.rate_at((raw["wall_s"] + raw["offset_s"]) * 1000 + lasts_ms)
    conc = meant.conc_ng_per_ml
    return f"\n{flow_text(rate, conc)} now, {flow_text(then, conc)} from {when} on"


def bolus_text(status: Status) -> str:
    last = status.raw["last_bolus"]
    conc, volume_pl = status.conc_ng_per_ml, last["volume_pl"]
    amount = dose_text(volume_pl * conc / 10**9) if conc else volume_text(volume_pl)
    gone_ms = max(0, status.raw["now_ms"] - last["at_ms"])
    part = min(100, 100 * gone_ms // last["duration_ms"])
    left = span(max(0, last["duration_ms"] - gone_ms))
    return f"{amount} over {span(last['duration_ms'])}: {part} % of its time, {left} to go"


def _doses(config: dict[str, Any], raw: dict[str, Any]) -> str:
    found = []
    for named, text in (("24h", "24 h"), ("1h", "1 h")):
        given, counted = raw[f"delivered_{named}_ng"], raw[f"dose_{named}_ng"]
        cap = config["limits"][f"max_dose_{named}_ng"]
        told = "no cap" if cap is None else f"{dose_text(counted)} counted of {dose_text(cap)}"
        found.append(f"{dose_text(given)} delivered in {text} ({told})")
    return "; ".join(found)


def _at_tip(raw: dict[str, Any]) -> str:
    tip_ng, prescribed_ng, _ = raw["tip_24h"]
    if raw["tip_ng"]:
        return f"{dose_text(tip_ng)} in 24 h, of {dose_text(prescribed_ng)} that were prescribed"
    due_ms = raw["arrives_in_ms"]
    return "no drug yet" if due_ms is None else f"drug arrives in {span(due_ms)}"


def _reservoir(config: dict[str, Any] | None, raw: dict[str, Any]) -> str:
    left = volume_text(raw["residual_pl"])
    if config is not None:
        left += f" of {volume_text(config['reservoir']['capacity_pl'])}"
    if not raw["refills"]:
        left += ", never refilled: the books begin with what the configuration says"
    if raw["low_in_ms"] is None:
        return left
    due = raw["next_refill_s"]
    when = span(raw["low_in_ms"]) if due is None else civil_text(due, raw["offset_s"])
    return f"{left}; REFILL BY {when.rpartition(' ')[0] if due is not None else 'in ' + when}"


def _alarms(alarms: list[Alarm], raw: dict[str, Any]) -> list[tuple[str, str]]:
    if not alarms:
        return [("alarms", "none")]
    lines = [alarm_text(alarm) for alarm in alarms]
    if raw["audio_paused"]:
        lines.append("the sound is paused")
    return [("ALARMS", "\n".join(lines))]


def troubles(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """What a sound pump does not have."""
    found = []
    if raw["config_error"]:
        found.append(("TROUBLE", f"its configuration is not used: {raw['config_error']}"))
    if raw["memory_error"]:
        found.append(("TROUBLE", f"its memory: {raw['memory_error']}"))
    if raw["self_test"]:
        found.append(("TROUBLE", f"the self-test failed in: {', '.join(raw['self_test'])}"))
    if not raw["dose_confirmed"]:
        held = "the dose is held since the pump was without power; `start` asks for it"
        found.append(("dose held", held))
    return found
