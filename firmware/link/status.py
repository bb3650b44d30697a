"""The status reply: what a programmer or a scenario wants to know of the pump, in integers."""

from firmware.link.line_status import line_status
from firmware.link.patient_commands import state_of
from firmware.self_test import image_text, names_of
from firmware.states import NAMES
from firmware.therapy.overlays import SOURCES
from firmware.therapy.patient_boluses import most_pl_per_day
from firmware.therapy.plan import PHASES
from firmware.version import TEXT


def status(pump, now_ms):
    """Everything in one flat object; rates in pL/day, volumes in pL, doses in ng, times in ms.
    firmware, commit and dirty: see version.py.
    """
    books, delivery = pump.books, pump.delivery
    ledger, reservoir, windows = books.ledger, books.reservoir, books.windows
    drawn_pl = ledger.drawn_pl()
    hour_ng, day_ng = windows.hour.total_ng(now_ms), windows.day.total_ng(now_ms)
    queued_ng = books.queued_ng()
    low_in_ms = pump.forecast.low_ms(now_ms)
    eri_day, eos_day = pump.life.dates(now_ms)
    allowed_pl = most_pl_per_day(pump.settings.config["patient_bolus"], books.epoch.conc_ng_per_ml)
    earliest_in_ms = pump.forecast.low_ms(now_ms, allowed_pl) if allowed_pl else low_in_ms
    found = {
        "now_ms": now_ms,
        "wall_s": pump.wall_clock.wall_s(now_ms),
        "offset_s": pump.wall_clock.offset_s,
        "local_from_ms": pump.wall_clock.local_from_ms,
        "state": NAMES[pump.state.now],
        "program_mode": pump.demand.program.mode,
        "wanted_pl_per_day": pump.demand.wanted_pl_per_day(now_ms) if delivery.active else 0,
        "permitted_pl_per_day": delivery.permitted_pl_per_day,
        "gate": delivery.reason,
        "prescribed_per_day": pump.prescribed(),
        "plan": _plan(pump.plan, now_ms),
        "screening": _screening(pump.screening, now_ms),
        "dose_confirmed": 0 if pump.restart.unconfirmed else 1,
        "stopped_by": _stopped_by(pump.state, now_ms),
        "resumes_in_ms": _until(pump.restart.due_ms, now_ms),
        "bolus": 0 if pump.demand.overlays.running is None else 1,
        "last_bolus": _last_bolus(pump.command_ids.last_bolus),
        "patient_bolus": state_of(pump, now_ms),
        "by_source": dict(zip(SOURCES, ledger.by_source)),
        "booked_steps": ledger.booked_steps,
        "unproven_steps": ledger.unproven_steps,
        "reserved_steps": pump.memory.reserved_steps,
        "emitted_steps": ledger.emitted_steps,
        "moved_steps": ledger.moved_steps(),
        "unexplained_steps": ledger.unexplained_steps,
        "missed_steps": ledger.missed_steps,
        "ledger_pl": ledger.total_pl(),
        "residual_pl": reservoir.left_pl(drawn_pl),
        "level": reservoir.level_state(drawn_pl),
        "low_in_ms": low_in_ms,
        "empty_in_ms": pump.forecast.empty_ms(now_ms),
        "refills": reservoir.refills.count,
        "last_refill": _last_refill(reservoir.refills),
        "bolus_pl_per_day": reservoir.boluses.pl_per_day(now_ms),
        "low_earliest_in_ms": earliest_in_ms,
        "refill_expected_s": _civil_s(pump, now_ms, low_in_ms),
        "next_refill_s": _civil_s(pump, now_ms, earliest_in_ms),
        "tube_revs": pump.life.revs(),
        "first_use_day": pump.life.first_use_day(),
        "eri_day": eri_day,
        "eos_day": eos_day,
        "dose_1h_ng": hour_ng,
        "dose_24h_ng": day_ng,
        "delivered_1h_ng": max(0, hour_ng - queued_ng),
        "delivered_24h_ng": max(0, day_ng - queued_ng),
        "alarms": pump.alarms.listing(),
        "audio_paused": 1 if pump.alarms.audio_paused() else 0,
        "self_test": names_of(pump.self_test),
        "image": image_text(pump.build),
        "rotor_sensor": 1 if pump.rotor.sensed else 0,
        "config_error": pump.stored.error,
        "memory_error": pump.memory_error,
        "broken_frames": pump.port.decoder.broken,
        "paired": 1 if pump.access.keys.paired else 0,
        "pairing_ms": pump.access.window_ms(now_ms),
        "bad_frames": [pump.access.bad, pump.access.replayed],
        "firmware": TEXT,
        "commit": pump.build.commit,
        "dirty": pump.build.dirty,
    }
    found.update(line_status(pump, now_ms))
    return found


def _civil_s(pump, now_ms, in_ms):
    return None if in_ms is None else pump.wall_clock.wall_s(now_ms + in_ms)


def _plan(plan, now_ms):
    """stage: in force, from 1; due_in_ms: until the next one is due."""
    return (
        None
        if plan.section is None
        else {
            "phase": PHASES[plan.phase],
            "stage": plan.stage + 1,
            "stages": len(plan.section["stages"]),
            "due_in_ms": plan.left_ms(now_ms),
        }
    )


def _screening(screening, now_ms):
    return (
        None
        if not screening.trials
        else {
            "trials": screening.trials,
            "start_dose_ng_per_day": screening.start_ng(),
            "next_dose_ng": screening.rung_ng(),
            "wait_ms": screening.wait_ms(now_ms),
        }
    )


def _stopped_by(state, now_ms):
    """why: a reason of states.py; slot, role: of the key, None without one."""
    by = state.stopped_by
    if by is None:
        return None
    why, slot, role = by if len(by) > 1 else (by[0], None, None)
    return {"why": why, "for_ms": now_ms - state.since_ms, "slot": slot, "role": role}


def _until(at_ms, now_ms):
    return None if at_ms is None else max(0, at_ms - now_ms)


def _last_refill(refills):
    last = refills.last
    return (
        None
        if last is None
        else {
            "withdrawn_pl": last.withdrawn_pl,
            "expected_pl": last.expected_pl,
            "error_ppt": last.error_ppt,
            "verdict": last.verdict,
            "in_a_row": refills.in_a_row,
        }
    )


def _last_bolus(last):
    return (
        None
        if last is None
        else {
            "id": last.number,
            "at_ms": last.at_ms,
            "volume_pl": last.volume_pl,
            "duration_ms": last.duration_ms,
        }
    )
