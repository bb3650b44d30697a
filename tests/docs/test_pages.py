"""The pages about alarms, events, commands and the configuration say what the firmware's tables
say.
"""

import re
from pathlib import Path

import pytest

from firmware import config, events, states
from firmware.alarms import alarm_table
from firmware.books import life, refills
from firmware.field_checks import TEXT
from firmware.guard import gate
from firmware.link import access, clp1, commands, frames, key_slots, refusals
from firmware.therapy import bridge, patient_boluses, plan, programs
from firmware.therapy.program_checks import MAX_STEPS
from hal import contract

DOCS = Path(__file__).parents[2] / "docs"
PRIORITIES = {alarm_table.LOW: "LOW", alarm_table.MEDIUM: "MEDIUM", alarm_table.HIGH: "HIGH"}


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def table(name, first_column):
    """The rows below the header of a page's table, each a list of cells."""
    lines = page(name).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_column} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def named(module, prefix, but=()):
    """{number: name} of the constants of a module that begin with the prefix."""
    return {
        value: name
        for name, value in vars(module).items()
        if name.startswith(prefix) and name not in but
    }


def test_the_alarm_page_has_the_alarm_table():
    expected = [
        [
            str(code),
            name,
            PRIORITIES[priority],
            "yes" if latching else "no",
            action,
            hint.replace("%d", "\u2026"),
        ]
        for code, (name, priority, latching, action, hint) in sorted(alarm_table.TABLE.items())
    ]
    assert table("alarms.md", "Code") == expected


def test_the_alarm_page_says_of_each_alarm_when_it_comes_and_goes_and_what_to_do():
    rows = table("alarms.md", "Alarm")
    assert [row[0] for row in rows] == [
        alarm_table.TABLE[code].name for code in sorted(alarm_table.TABLE)
    ]
    assert all(len(row) == 4 and all(row) for row in rows)


def event_comments():
    """(code, name, {letters that firmware/events.py explains}) of each event, in order."""
    source = Path(events.__file__).read_text(encoding="utf-8").split("# RUN_END c")[0]
    found = re.findall(r"^([A-Z_]+) = (\d+)(?:  # (.*))?$", source, re.MULTILINE)
    return [
        (int(code), name, set(re.findall(r"\b([abc]): ", comment))) for name, code, comment in found
    ]


def test_the_event_page_has_every_event_and_what_its_numbers_mean():
    rows = table("events.md", "Code")
    assert [(int(row[0]), row[1]) for row in rows] == [
        (code, name) for code, name, _ in event_comments()
    ]
    for row, (code, name, letters) in zip(rows, event_comments()):
        told = {letter for letter, cell in zip("abc", row[2:]) if cell != "-"}
        assert told == letters, name


NUMBERS = {
    "reset cause": {
        getattr(contract, name): name
        for name in ("POWER_ON", "INTENDED_RESET", "WATCHDOG_RESET", "UNKNOWN_RESET")
    },
    "state": states.NAMES,
    "reason": named(states, "BY_"),
    "run end": named(events, "RUN_", but=("RUN_START", "RUN_END")),
    "bridge": {
        getattr(bridge, name): name
        for name in ("BEGUN", "FOLLOWS", "ENDED", "LEFT_OUT", "GOES_ON", "CHANGED", "DROPPED")
    },
    "gate": gate.NAMES,
    "denied": patient_boluses.NAMES,
    "stage": {life.SOUND: "SOUND", life.ERI: "ERI", life.EOS: "EOS"},
    "mode": {mode.NUMBER: name.upper() for name, mode in programs.MODES.items()},
    "why missed": {
        getattr(plan, name): name
        for name in ("NOT_INFUSING", "HIGH_ALARM", "AT_A_CAP", "TOO_LITTLE", "LINE_MIXED")
    },
    "phase": {number: name.upper() for number, name in enumerate(plan.PHASES)},
    "why changed": {getattr(plan, name): name for name in ("BY_COMMAND", "BY_OUTAGE", "COMPLETE")},
    "verdict": {
        getattr(refills, name): name for name in ("IN_ORDER", "NOTED", "WARNED", "ALARMED")
    },
    "refused": refusals.ERRORS,
    "pairing": {
        getattr(access, name): name
        for name in ("PRESSED", "HANDED_OUT", "LIVE", "REMOVED", "CLEARED", "NOT_CLEARED")
    },
}


# trace: S12.7
@pytest.mark.parametrize(
    ("column", "file"),
    [("What is done", "test_button.py"), ("What is done there", "test_one_button.py")],
)
def test_each_row_of_the_tables_of_buttons_is_a_story(column, file):
    rows = table("alarms.md", column)
    stories = (DOCS.parent / "tests/story" / file).read_text(encoding="utf-8")
    told = [row[2].strip("`") for row in rows]
    assert len(told) == len(set(told)) > 10
    assert [name for name in told if f"def {name}():" not in stories] == []


@pytest.mark.parametrize("which", NUMBERS)
def test_the_event_page_names_every_number(which):
    paragraph = page("events.md").split(f"<!-- numbers: {which} -->")[1].split("\n\n")[0]
    paragraph = " ".join(paragraph.split())
    told = re.findall(r"\b(\d+) ([A-Z][A-Z0-9_]+)\b", paragraph)
    assert [(int(number), name) for number, name in told] == sorted(NUMBERS[which].items())


def field_text(field, allowed):
    if allowed is None:
        return f"`{field}`"
    if allowed is TEXT:
        return f"`{field}` 1 to 100 characters"
    if isinstance(allowed[0], str):
        return f"`{field}` " + " or ".join(f'"{text}"' for text in allowed)
    return f"`{field}` {allowed[0]} to {allowed[1]}"


def test_the_command_page_has_every_command_with_its_fields_and_states():
    expected = []
    for name, row in commands.TABLE.items():
        fields = (
            ", ".join(field_text(field, allowed) for field, allowed in row.fields.items()) or "-"
        )
        taken = (
            "every state"
            if set(row.states) == set(states.NAMES)
            else ", ".join(states.NAMES[state] for state in row.states)
        )
        role = (key_slots.ROLES[row.role - 1]) if row.role else "anybody"
        expected.append([str(row.number), f"`{name}`", fields, taken, role])
    rows = table("commands.md", "Number")
    assert [row[:5] for row in rows] == expected
    assert all(row[5] for row in rows)


def test_the_command_page_has_every_error():
    errors = page("commands.md").split("## Errors")[1]
    assert re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", errors, re.MULTILINE) == [
        (str(number), name) for number, name in sorted(refusals.ERRORS.items())
    ]


def test_the_command_page_has_every_field_of_the_status():
    room = Path(commands.__file__).parent
    files = ("status.py", "line_status.py")
    source = "".join([(room / name).read_text(encoding="utf-8") for name in files])
    told = [
        field for row in table("commands.md", "Field") for field in re.findall(r"`(\w+)`", row[0])
    ]
    assert told == re.findall(r'^        "(\w+)": ', source, re.MULTILINE)


def test_the_command_page_has_the_frame_as_it_is():
    text = page("commands.md")
    assert f"0x{clp1.SYNC:X}" in text
    assert f"0x{frames.SYNC:X}" in text and f"at most {frames.MAX_PAYLOAD}" in text
    assert "below 2^31" in text and commands.MAX_ID == 2**31


def allowed_text(allowed):
    if not isinstance(allowed, tuple):
        return "1 to 100 characters"
    if isinstance(allowed[0], str):
        return ", ".join(allowed)
    return f"{number_text(allowed[0])} to {number_text(allowed[1])}" + (
        ", null" if len(allowed) == 3 else ""
    )


def number_text(number):
    """Powers of ten from 10^5 on as such."""
    digits = len(str(number)) - 1
    return f"10^{digits}" if digits >= 5 and number == 10**digits else str(number)


def test_the_configuration_page_has_every_key_and_its_range():
    expected = [
        ["version", str(config.VERSION)],
        ["name", "1 to 100 characters"],
        ["board", "1 to 100 characters"],
    ]
    for section, keys in config.SECTIONS.items():
        expected += [[f"{section}.{name}", allowed_text(key.allowed)] for name, key in keys.items()]
    rows = table("configuration.md", "Key")
    assert [[row[0].strip("`"), row[2]] for row in rows[:-1]] == expected
    assert rows[-1][0] == "`program`"
    assert all(row[3] for row in rows)


UNITS = {
    "_ng_per_day": "ng/day",
    "_pl_per_day": "pL/day",
    "_ng_per_ml": "ng/mL",
    "_um": "um",
    "_pl_per_rev": "pL",
    "_steps_per_rev": "steps",
    "_steps": "steps",
    "_pl": "pL",
    "_ng": "ng",
    "_s": "s",
    "_mv": "mV",
    "_ppt": "1/1000",
    "_revs": "revolutions",
    "_months": "months",
    "_per_day": "",
    "_day": "days",
    "_ms": "ms",
}


def test_the_units_on_the_configuration_page_are_those_of_the_names():
    for row in table("configuration.md", "Key"):
        key = "_" + row[0].strip("`").split(".")[-1]
        assert row[1] == next(
            (unit for suffix, unit in UNITS.items() if key.endswith(suffix)), ""
        ), key


def test_the_configuration_page_has_every_mode_of_a_program_with_its_keys():
    expected = {
        name: [
            "mode",
            *[one for key in mode.KEYS for one in ((key,) if isinstance(key, str) else key)],
        ]
        for name, mode in programs.MODES.items()
    }
    rows = table("configuration.md", "Mode")
    assert {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in rows} == expected
    assert f"1 to {MAX_STEPS} " in page("configuration.md")


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_every_link_between_the_pages_leads_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
