"""The report of a session with the pump, on one page of A4: all of it from what the pump has
returned. CPython only.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from clepsydra.amounts import civil_text, dose_text, volume_text
from clepsydra.page.face import face
from clepsydra.page.glance import Glance
from clepsydra.page.site import Site
from clepsydra.show.program_words import steps_text
from clepsydra.verbs.refilling import VERDICTS

SOURCES = ("basal", "bolus", "patient", "test", "bridge", "prime", "take_up")
FIRST_DAY = date(1970, 1, 1)


class Report(NamedTuple):
    """facts: (group, [(what, value)]); changes: (when, what, result); alarms: their lines"""

    printed: str
    facts: list[tuple[str, list[tuple[str, str]]]]
    changes: list[tuple[str, str, str]]


def report(site: Site, glance: Glance) -> Report:
    groups = [
        ("Pump", _pump(glance)),
        ("Therapy", _therapy(glance)),
        ("Reservoir", _reservoir(glance)),
        ("Delivered", _delivered(site, glance)),
        ("Tube set", _tube(glance)),
    ]
    changes = [(f"{one.at:%H:%M:%S}", one.what, one.result) for one in site.changes]
    now = datetime.now().astimezone()
    return Report(f"{now:%Y-%m-%d %H:%M %z}", groups, changes)


def _pump(glance: Glance) -> list[tuple[str, str]]:
    who = glance.identity
    edited = ", edited" if who.dirty else ""
    return [
        ("Name", glance.name),
        ("Serial", f"{who.serial} ({glance.said})"),
        ("Board", who.board),
        ("Firmware", f"{who.firmware}, commit {who.commit}{edited}, protocol {who.protocol}"),
        ("Configuration", f"sha256 {who.config_sha256[:16]}"),
        ("State", glance.status.state),
    ]


def _therapy(glance: Glance) -> list[tuple[str, str]]:
    found = list(face(glance).facts)
    if glance.meant is not None:
        found.insert(1, ("Steps", steps_text(glance.meant)))
    found.append(("Rate now", str(glance.status.rate)))
    if glance.config and glance.conc_ng_per_ml:
        limits = glance.config["limits"]
        caps = [
            f"{dose_text(limits[key])} in {text}"
            for key, text in (("max_dose_1h_ng", "1 h"), ("max_dose_24h_ng", "24 h"))
            if limits[key] is not None
        ]
        found.append(("Caps", ", ".join(caps) or "none"))
    return found


def _reservoir(glance: Glance) -> list[tuple[str, str]]:
    raw = glance.status.raw
    found = [("By the books", volume_text(raw["residual_pl"]))]
    if glance.config:
        section = glance.config["reservoir"]
        found[0] = (
            "By the books",
            f"{volume_text(raw['residual_pl'])} of {volume_text(section['capacity_pl'])}",
        )
        found.append(("Low at", volume_text(section["low_pl"])))
    for label, key in (("Refill by", "next_refill_s"), ("Expected low", "refill_expected_s")):
        if raw[key] is not None:
            found.append((label, civil_text(raw[key], raw["offset_s"]).rpartition(" ")[0]))
    last = raw["last_refill"]
    if last:
        drawn, expected = volume_text(last["withdrawn_pl"]), volume_text(last["expected_pl"])
        verdict = VERDICTS.get(last["verdict"], last["verdict"])
        ratio = f"{verdict}, {last['error_ppt'] / 10:+.1f} %"
        found.append(("Last refill", f"{drawn} withdrawn, {expected} expected: {ratio}"))
    return found


def _delivered(site: Site, glance: Glance) -> list[tuple[str, str]]:
    """By source since the books began, and in all since this page was opened."""
    raw, before = glance.status.raw, site.began_with
    found = []
    for source in SOURCES:
        steps = raw["by_source"][source]
        if steps:
            part = volume_text(raw["ledger_pl"] * steps / raw["emitted_steps"])
            thousands = f"{steps:,}".replace(",", " ")
            found.append((source.capitalize().replace("_", " "), f"{part}, {thousands} steps"))
    found.append(("In all", volume_text(raw["ledger_pl"])))
    if glance.conc_ng_per_ml:
        found.append(("Past the tip", dose_text(raw["tip_ng"])))
        found.append(("In 24 h", dose_text(raw["delivered_24h_ng"])))
    if before is not None:
        gone_pl = max(0, raw["ledger_pl"] - before.status.raw["ledger_pl"])
        found.append((f"Since {site.began:%H:%M}", volume_text(gone_pl)))
    return found


def _tube(glance: Glance) -> list[tuple[str, str]]:
    raw = glance.status.raw
    found = [("Turns", f"{raw['tube_revs']:,}".replace(",", " "))]
    for label, key in (("First use", "first_use_day"), ("Due", "eri_day"), ("Over", "eos_day")):
        if raw[key] is not None:
            found.append((label, (FIRST_DAY + timedelta(days=raw[key])).isoformat()))
    return found
