"""docs/faults.md says what was measured, and each row of it is what it is for a reason."""

from pathlib import Path

import pytest

from tests.tools import faults_seen

PAGE = Path("docs/faults.md")
# What each row must come to, by what is known of the plant and of the pump: (verdict, alarms; ug
# missing at the tip, ug by the pump)
DAYS = 4 * 300
KNOWN = {
    "occlusion": ("late", ["OCCLUSION"], DAYS, DAYS - 200),  # 0.1 mL went into the line first
    "kink_half": ("never", [], 0, 0),
    "kink_most": ("never", [], 7, 0),  # 2000 s of flow stay in the line
    "kink_bolus": ("never", [], 7, 0),
    "leak": ("never", [], DAYS / 3, 0),
    "disconnection": ("never", [], DAYS, 0),
    "dislodgement": ("never", [], DAYS, 0),
    "air": ("never", [], 200, 0),
    "wear": ("never", [], DAYS / 5, 0),
    "empty_early": ("seen", ["LEVEL_DISAGREES"], DAYS - 100, 0),  # 0.05 mL above the residual
    "step_loss": ("late", ["UNDER_DELIVERY"], DAYS * 0.3, DAYS * 0.3),
    "free_flow": ("never", [], -4 * 2000, 0),  # 4 mL more than asked for
    "turned": ("seen", ["OVER_DELIVERY"], DAYS - 10, DAYS),  # it stops; half a turn is 10 ug
    "stall": ("seen", ["MOTOR_STALL", "UNDER_DELIVERY", "RESTART_DOSE"], DAYS, DAYS),
    "magnet_sound": ("seen", ["LEVEL_DISAGREES", "MOTOR_STALL", "UNDER_DELIVERY"], 10, 10),
    "magnet": (
        "seen",
        ["MOTION_SENSOR", "LEVEL_DISAGREES", "MOTOR_STALL", "UNDER_DELIVERY"],
        10,
        10,
    ),
    "magnet_late": (
        "seen",
        ["MOTION_SENSOR", "LEVEL_DISAGREES", "MOTOR_STALL", "UNDER_DELIVERY"],
        311,
        311,
    ),
    "magnet_long": ("seen", ["MOTION_SENSOR", "LEVEL_DISAGREES"], 75, 75),
    "magnet_pulled": ("seen", ["OVER_DELIVERY", "LEVEL_DISAGREES"], DAYS, DAYS),
}


@pytest.fixture(scope="module")
def found():
    return faults_seen.measured()


@pytest.mark.xdist_group("faults_seen")
def test_the_page_says_what_is_measured(found):
    assert PAGE.read_text(encoding="utf-8") == faults_seen.page(found), (
        "make it anew: .venv/bin/python -m tests.tools.faults_seen --into docs/faults.md"
    )


@pytest.mark.xdist_group("faults_seen")
@pytest.mark.parametrize("key", faults_seen.ROWS)
def test_a_fault_is_seen_late_or_never_as_it_must_be(found, key):
    verdict, alarms, missing_ug, stated_ug = KNOWN[key]
    one = found[key]
    assert (one.verdict, [name for name, _ in one.alarms]) == (verdict, alarms)
    assert one.missing_ng / 1000 == pytest.approx(missing_ug, abs=2)
    assert one.stated_ng / 1000 == pytest.approx(stated_ug, abs=2)
