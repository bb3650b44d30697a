"""No wrong dose by typing: slips of the hand and of the eye, each refused, or shown with its
consequence in words and not sent before that was confirmed.

The pump is that of flex_week: baclofen at 2000 ug/mL, 400 ug/d, caps of 100 ug in an hour and
1500 ug in a day. It infuses.
"""

import pytest

from clepsydra.show import status_lines
from clepsydra.verbs import clock_setting

BOLUS = ("bolus", "20 ug", "--over", "10 min")

# What is typed on the command line, and what is said: all are refused before anything is asked
BAD_AMOUNTS = {
    "20": "has no unit",
    "2,5 ug": "write a point, not a comma",
    "1,000 ug": "write a point, not a comma",
    "20ugs": "has a unit that nobody knows",
    "20 μgg": "has a unit that nobody knows",
    "20 Mg": "has a unit that nobody knows",
    "20 MG": "has a unit that nobody knows",
    ".5 ug": "is not a number with a unit",
    "5. ug": "is not a number with a unit",
    "1e3 ug": "is not a number with a unit",
    "-20 ug": "is negative",
    "0 ug": "is nothing",
    "20 ug/d": "is a dose rate, not",
    "20 ug/h": "is a dose rate, not",
    "20 mcg/mL": "is a concentration, not",
    "20 min": "is a duration, not",
    "40 uL": 'state the dose, as "80 ug"',
    "0.04 mL": 'state the dose, as "80 ug"',
    "20 %": "is a share, not",
    "twenty ug": "is not a number with a unit",
    "20 u": "has a unit that nobody knows",
    "20 g": "has a unit that nobody knows",
    "2 0 ug": "has a unit that nobody knows",
    "\u0661\u0660 ug": "is not a number with a unit",  # ten, in other digits
    "9999999999999999999 ug": "is not a number with a unit",
}
BAD_TIMES = {
    "10": "has no unit",
    "10 m": "is a length, not a duration",
    "0,5 h": "write a point, not a comma",
    "10 minutes 2 h": "does not go from the larger unit to the smaller",
    "-10 min": "is negative",
    "10 ug": "is a dose, not a duration",
    "0 min": "allowed: 1 s to 7 d",
    "8 d": "allowed: 1 s to 7 d",
    "25:00": "has no time of day that there is",
}
# Amount, time, the consequence that is shown before the value is asked for
PLAUSIBLE = [
    ("200 ug", "10 min", "WARNING: that is over the cap of 1 h"),
    ("20 mg", "10 min", "WARNING: that is 60 times the pump's maximum"),
    ("2000 ug", "1 d", "WARNING: that is over the cap of 24 h"),
    ("0.02 mg", "10 min", "20 ug = 0.01 mL"),
    ("20 mcg", "10 min", "20 ug = 0.01 mL"),
    ("20 ng", "10 min", "0.02 ug = 0.01 uL"),
    ("20 ug", "10 h", "over 10 h, that is 2 ug/h"),
    ("20 ug", "10 s", "over 10 s, that is 7200 ug/h"),
    ("20 ug", "00:10", "over 10 min, that is 120 ug/h"),
    ("2 ug", "10 min", "that is 12 ug/h"),
    ("20.0 ug", "10 min", "20 ug = 0.01 mL"),
]
# What is typed where the dose of a bolus of 20 ug is asked for: none of it confirms
NO_CONFIRMATION = (
    "y", "Y", "yes", "", " ", "200", "2", "2.0.0", "20 mg", "20 mL", "0.2 ug", "20,0", "20 ug/d"
)  # fmt: skip


def unchanged(shared):
    return shared.changes == []


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_an_amount_that_is_none_is_refused_before_anything_is_asked(amount, shared, run_shared):
    said = run_shared("bolus", "--over=10 min", "--", amount)
    assert said.status == 2
    assert said.out == ""
    assert BAD_AMOUNTS[amount] in said.err
    assert unchanged(shared)


@pytest.mark.parametrize("time", BAD_TIMES)
def test_a_time_that_is_none_is_refused(time, shared, run_shared):
    said = run_shared("bolus", "20 ug", f"--over={time}", "--confirm", "20 ug")
    assert said.status == 2
    assert BAD_TIMES[time] in said.err
    assert unchanged(shared)


@pytest.mark.parametrize(("amount", "over", "consequence"), PLAUSIBLE)
def test_a_plausible_slip_is_shown_with_its_consequence_and_not_sent_unconfirmed(
    amount, over, consequence, shared, run_shared
):
    said = run_shared("bolus", amount, "--over", over, typed="y\n")
    assert said.status == 2
    assert consequence in said.out
    assert unchanged(shared)


@pytest.mark.parametrize("typed", NO_CONFIRMATION)
def test_only_the_dose_itself_confirms_a_bolus(typed, shared, run_shared):
    assert run_shared(*BOLUS, typed=f"{typed}\n").status == 2
    assert run_shared(*BOLUS, "--yes", typed=f"{typed}\n").status == 2
    assert run_shared(*BOLUS, "--confirm", typed).status == 2
    assert unchanged(shared)


# Programs. What is written instead of the right line, and what is said of it
PROGRAM = """\
[program]
mode = "flex"
steps = [["00:00", "300 ug/d"], ["06:00", "450 ug/d"], ["22:30", "260 ug/d"]]
safe_rate = "250 ug/d"
"""
BAD_PROGRAMS = [
    ("450 ug/d", "450", "has no unit"),
    ("450 ug/d", "450 ug", "is a dose, not"),
    ("450 ug/d", "450 mg/d", 'did you mean "450 ug/d"?'),
    ("450 ug/d", "450,0 ug/d", "is not a number with a unit"),
    ("450 ug/d", "450 ug/w", "has a unit that nobody knows"),
    ("450 ug/d", "450 mL/d", "the program maximum"),
    ("450 ug/d", "-450 ug/d", "is negative"),
    ("06:00", "6", "is not a time of day"),
    ("06:00", "24:00", "is not a time of day"),
    ("06:00", "23:00", "starts earlier than the step before it"),
    ("06:00", "00:00", "starts at the same time as the step before it"),
    ('"flex"', '"flexx"', 'did you mean "flex"?'),
    ("safe_rate", "save_rate", 'did you mean "safe_rate"?'),
    ("[program]", "[programm]", "has no table [program]"),
    ("[program]", '[drug]\nname = "morphine"\nconcentration = "2000 ug/mL"\n[program]', "morphine"),
    ("[program]", '[drug]\nname = "baclofen"\nconcentration = "500 ug/mL"\n[program]', "500 ug/mL"),
    ("mode", "mode mode", "is not TOML"),
]
# The consequence in words, and the value that would confirm it
PLAUSIBLE_PROGRAMS = [
    ("450 ug/d", "4500 ug/d", "times as high", "WARNING     it asks for"),
    ("450 ug/d", "45 ug/d", "-90.0 %", "basal 06:00"),
    ("450 ug/d", "450 ug/h", "and the cap of 100 ug will hold it back", "+2300.0 %"),
    ("450 ug/d", "0.45 mL/d", "900 ug/d", "+100.0 %"),
    ("06:00", "16:00", "basal 16:00", "-33.3 %"),
    ("22:30", "10:30", "basal 10:30", "-42.2 %"),
    ('safe_rate = "250 ug/d"', 'safe_rate = "0 ug/d"', "no therapy while the clock is unset", ""),
]


@pytest.mark.parametrize(("right", "wrong", "named"), BAD_PROGRAMS)
def test_a_program_file_with_a_slip_is_refused(right, wrong, named, shared, run_shared, tmp_path):
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM.replace(right, wrong))
    said = run_shared("program", "set", str(path), "--confirm", "400.6 ug")
    assert said.status == 2, said
    assert named in said.err
    assert unchanged(shared)


@pytest.mark.parametrize(("right", "wrong", "first", "second"), PLAUSIBLE_PROGRAMS)
def test_a_program_with_a_plausible_slip_shows_it_and_is_not_confirmed_by_the_dose_meant(
    right, wrong, first, second, shared, run_shared, tmp_path
):
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM.replace(right, wrong))
    meant = () if "safe_rate" in right else ("--confirm", "400.6 ug")
    said = run_shared("program", "set", str(path), *meant)
    assert said.status == 2
    assert first in said.out
    assert second in said.out
    assert unchanged(shared)


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (("silence", "--for", "2"), "has no unit"),
        (("log", "--since", "yesterday"), '"yesterday" cannot be'),
        (("refill", "15 mL"), "the following arguments are required: --withdrawn"),
        (("bolus", "20 ug"), "the following arguments are required: --over"),
        (("bridge", "300"), "has no unit"),
        (("bridge", "300 ug/d"), "no bridge is in force"),
        (("bridge", "300 ug/d", "--leave-out"), "state a dose, or --leave-out"),
        (("titration", "confirm", "--confirm", "400 ug"), "no plan is in force"),
        (("titration", "end", "--yes"), "no plan is in force"),
        (("titration", "confrim"), 'did you mean "confirm"?'),
        (("titration",), "the following arguments are required: VERB"),
        (("report", "--last", "7"), "has no unit"),
        (("report", "--last", "7 ug"), "is a dose, not a duration"),
        (("report", "--follow-up", "--log"), "not allowed with"),
        (("scan", "befor"), 'did you mean "before"?'),
        (("scan", "after", "--wait", "5"), "has no unit"),
        (("doctor", "--for", "5"), "has no unit"),
        (("monitor", "--every", "0 s"), "allowed: 100 ms or more"),
        (("monitor", "--for", "soon"), "is not a number with a unit"),
        (("wiring", "rpi_picco"), 'did you mean "rpi_pico"?'),
        (("refill", "15 mL", "--withdrawn", "1 mL", "--concentration", "500"), "has no unit"),
        (("refill", "15 mL", "--withdrawn", "1 mL", "--no-bridge"), "another --concentration"),
        (("bolsu", "20 ug", "--over", "10 min"), 'did you mean "bolus"?'),
        (("stopp",), 'did you mean "stop"?'),
    ],
)
def test_other_slips_are_refused_too(argv, named, shared, run_shared):
    said = run_shared(*argv)
    assert said.status == 2
    assert named in said.err
    assert unchanged(shared)


# Injected, drawn off, and what is said
BAD_REFILLS = [
    ("15", "2.7 mL", "has no unit"),
    ("15 mL", "2.7", "has no unit"),
    ("15 mL", "", "allowed: a volume"),
    ("15 mL", "-1 mL", "allowed: a volume"),
    ("15 mL", "frist", 'did you mean "first"?'),
    ("15 mg", "1 mL", "is a dose, not a volume"),
    ("15,0 mL", "1 mL", "write a point, not a comma"),
    ("15 ml/h", "1 mL", "is a flow rate, not a volume"),
    ("1 5 mL", "1 mL", "has a unit that nobody knows"),
    ("15 mL", "1 h", "is a duration, not a volume"),
]


@pytest.mark.parametrize(("fill", "withdrawn", "named"), BAD_REFILLS)
def test_a_refill_that_is_none_is_refused(fill, withdrawn, named, shared, run_shared):
    said = run_shared("refill", fill, f"--withdrawn={withdrawn}", "--confirm", "15 mL")
    assert said.status == 2
    assert named in said.err
    assert unchanged(shared)


# The consequence that is shown
PLAUSIBLE_REFILLS = [
    ("150 mL", "2.7 mL", "WARNING     it holds 20 mL"),
    ("15 mL", "0 mL", "0 mL withdrawn, some 2.7 mL were to be expected"),
    ("15 uL", "2.7 mL", "0.015 mL injected"),
    ("1.5 mL", "27 mL", "27 mL withdrawn, some 2.7 mL were to be expected"),
]


@pytest.mark.parametrize(("fill", "withdrawn", "consequence"), PLAUSIBLE_REFILLS)
def test_a_plausible_slip_at_a_refill_is_shown(fill, withdrawn, consequence, shared, run_shared):
    said = run_shared("refill", fill, "--withdrawn", withdrawn, "--confirm", "15 mL!")
    assert said.status == 2
    assert consequence in said.out
    assert unchanged(shared)


def test_the_pump_is_named_before_anything_is_confirmed(shared, run_shared):
    for argv in (BOLUS, ("cancel",), ("refill", "15 mL", "--withdrawn", "1 mL")):
        said = run_shared(*argv)
        assert "Flex week (sim:test, serial sim-1)" in said.out
    assert unchanged(shared)


# trace: S23.2
def test_a_computer_in_another_zone_is_said_and_the_clock_is_not_set_unseen(
    shared, run_shared, monkeypatch
):
    for module in (status_lines, clock_setting):
        monkeypatch.setattr(module, "computer_offset_s", lambda now_s: 7200)
    assert "local time of this computer is UTC+02:00 -> clepsydra clock set" in (
        run_shared("status").out
    )
    said = run_shared("clock", "set", typed="n\n")
    assert said.status == 2
    assert "local time moves by 2 h" in said.out
    assert "UTC+02:00" in said.out
    for row in ("gives at once", "step 06:00 450 ug/d", "next 24 h"):
        assert row in said.out
    assert unchanged(shared)


def test_another_pump_is_named_in_each_review(shared, run_shared, tmp_path):
    """Who reads the name sees that it is the wrong one: nothing is sent before that."""
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM.replace("450 ug/d", "460 ug/d"))
    for argv in (
        ("program", "set", str(path)),
        ("empty", "1 mL"),
        ("accept-books", "1 mL"),
        ("tube-replaced", "2026-11-20"),
        ("clock", "set"),
        ("silence",),
    ):
        said = run_shared(*argv)
        assert said.status == 2
        assert "Flex week (sim:test, serial sim-1)" in said.out, argv
    assert unchanged(shared)
