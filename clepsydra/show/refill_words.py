"""A refill in words: what was done by hand against the books, and how they agreed. CPython only."""

from typing import Any

from clepsydra.amounts import Volume, dose_text, flow_text, volume_text
from clepsydra.prescription.outlook import Outlook
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import FIRST
from clepsydra.show.patient_words import dosed_text
from firmware.therapy.patient_boluses import volume_pl
from host_sim.shared.words import VERDICTS


def refill_lines(
    fields: dict[str, Any], section: dict[str, Any], status: Status
) -> tuple[list[str], str]:
    """What was done by hand, against the books, and what would not fit, "" if all does. section:
    `reservoir` of the configuration.
    """
    left_pl, fill = status.raw["residual_pl"], Volume(fields["fill_pl"])
    found = [f"the books say {volume_text(left_pl)} are left"]
    if fields["withdrawn_pl"] == FIRST:
        found.append("the reservoir was never filled before: nothing is compared")
        after_pl = fill.pl
    else:
        withdrawn_pl = fields["withdrawn_pl"]
        expected_pl = max(0, left_pl - section["residual_pl"])
        found.append(
            f"{volume_text(withdrawn_pl)} withdrawn, some {volume_text(expected_pl)} were to be "
            "expected"
        )
        after_pl = max(section["residual_pl"], left_pl - withdrawn_pl) + fill.pl
    found.append(f"{fill} injected: {volume_text(after_pl)} in the reservoir then")
    if after_pl > section["capacity_pl"]:
        return found, f"it holds {volume_text(section['capacity_pl'])}"
    return found, ""


MIXED_PPT = 50  # so far off what was stated is a warning


def mixed_text(
    fields: dict[str, Any], section: dict[str, Any], status: Status, ng_per_ml: int
) -> tuple[str, bool]:
    """What the reservoir truly holds after a refill of another concentration, since what was left
    mixes with it, and whether that is a warning. The books go by what is stated.
    """
    if fields["withdrawn_pl"] == FIRST or not ng_per_ml:
        return "", False
    fill_pl, old = fields["fill_pl"], status.conc_ng_per_ml
    left_pl = max(section["residual_pl"], status.raw["residual_pl"] - fields["withdrawn_pl"])
    mixed = (left_pl * old + fill_pl * ng_per_ml) / (left_pl + fill_pl)
    off_ppt = (mixed / ng_per_ml - 1) * 1000
    told = f"{mixed / 1000:.5g} ug/mL, {off_ppt / 10:+.1f} %: {volume_text(left_pl)} of "
    told += f"{dose_text(old)}/mL stay in the reservoir"
    if abs(off_ppt) <= MIXED_PPT:
        return told, False
    return f"{told}; the doses are off by that: draw off more, or rinse it", True


def derived_of(config: dict[str, Any], meant: Outlook) -> dict[str, int]:
    """What follows from the concentration, as the reply to a refill has it."""
    return {
        "conc_ng_per_ml": meant.conc_ng_per_ml,
        "unset_pl_per_day": meant.rate_at(None)[0],
        "patient_bolus_pl": volume_pl(config["patient_bolus"], meant.conc_ng_per_ml),
    }


def derived_rows(
    config: dict[str, Any], meant: Outlook, before: dict[str, int], after: dict[str, int]
) -> list[tuple[str, str]]:
    """What is derived from the concentration besides the steps of the program, before and after."""
    rows = []
    if meant.program.needs_clock:
        flows = [
            flow_text(one["unset_pl_per_day"], one["conc_ng_per_ml"]) for one in (before, after)
        ]
        rows.append(("clock unset", " -> ".join(flows)))
    dose = config["patient_bolus"]["dose_ng"]
    if dose is not None:
        texts = [dosed_text(dose, one["patient_bolus_pl"]) for one in (before, after)]
        rows.append(("patient", f"a bolus of {' -> '.join(texts)}"))
    return rows


def checked_text(last: dict[str, Any]) -> str:
    """last: `last_refill` of the status."""
    withdrawn, expected = volume_text(last["withdrawn_pl"]), volume_text(last["expected_pl"])
    told = f"{withdrawn} withdrawn, {expected} expected: "
    told += VERDICTS.get(last["verdict"], str(last["verdict"]))
    if withdrawn == expected:  # a share of next to nothing says nothing
        return told
    return f"{told}, {last['error_ppt'] / 10:+.1f} % went out against the books"
