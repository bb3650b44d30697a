"""Every way to write a bad scenario: each is named with its key, its value, what is allowed and
what to do.
"""

import pytest

from host_sim.scenario.load import ScenarioError, load
from tests.rigs.scenario import BASE, DRUG, PROGRAM, changed, loaded, problems_of, weekly

TOP = 'duration = "7 d"\n'
STEPS = '[["00:00", "300 ug/d"], ["06:00", "450 ug/d"]]'
LIMITS = 'max_rate = "24 mL/d"\n'


def top(line):
    return changed(TOP, TOP + line + "\n")


def limits(line):
    return changed(LIMITS, LIMITS + line + "\n")


def reservoir(line):
    return changed('fill = "10 mL"\n', 'fill = "10 mL"\n' + line + "\n")


def truth(line):
    return BASE + "[truth]\n" + line + "\n"


def program(text):
    return changed(PROGRAM, "[program]\n" + text + "\n")


def flex(steps):
    return changed(STEPS, steps)


def at(text, time="1 d"):
    return '%s[[at]]\ntime = "%s"\n%s\n' % (BASE, time, text)


def fault(text, time="1 d"):
    return '%s[[fault]]\ntime = "%s"\n%s\n' % (BASE, time, text)


def expect(text):
    return "%s[[expect]]\n%s\n" % (BASE, text)


def allow(text):
    return "%s[[allow]]\n%s\n" % (BASE, text)


FORTY_NINE = "[%s]" % ", ".join('["%02d:%02d", "1 ug/d"]' % divmod(20 * n, 60) for n in range(49))

# name: (scenario, key path, parts of the message)
CASES = {
    # the top
    "unknown key": (
        top('durration = "7 d"'),
        "durration",
        ['did you mean "duration"?', "allowed: name, "],
    ),
    "unknown section": (BASE + "[drugs]\n", "drugs", ['did you mean "drug"?']),
    "no name": (changed('name = "Base"\n', ""), "name", ["is missing", "add it"]),
    "empty name": (changed('"Base"', '""'), "name", ['""', "1 to 100 characters"]),
    "duration without unit": (
        changed(TOP, "duration = 7\n"),
        "duration",
        ["7 has no unit", '"90 min" or "2 d 08:00"'],
    ),
    "duration of centuries": (
        changed(TOP, 'duration = "99999 d"\n'),
        "duration",
        ["is out of range", "above 0 s, to 7305 d"],
    ),
    "name of control characters": (
        changed('"Base"', '"\\u0000\\u202e"'),
        "name",
        ["none of them a control character"],
    ),
    "no head": (
        changed('[head]\nvolume_per_rev = "10 uL"\n', ""),
        "head",
        ["is missing", "a table [head], see docs/scenario_reference.md"],
    ),
    "duration of nothing": (
        changed(TOP, 'duration = "0 s"\n'),
        "duration",
        ['"0 s" is out of range', "above 0 s"],
    ),
    "duration in mL": (
        changed(TOP, 'duration = "7 mL"\n'),
        "duration",
        ["is a volume, not a duration"],
    ),
    "duration of a century": (
        changed(TOP, 'duration = "36525 d"\n'),
        "duration",
        ["is out of range"],
    ),
    "start that is no date": (
        changed('"2026-01-05 00:00"', '"5 Jan 2026"'),
        "start",
        ['"5 Jan 2026"', "YYYY-MM-DD hh:mm"],
    ),
    "start as a TOML date": (
        changed('"2026-01-05 00:00"', "2026-01-05"),
        "start",
        ["is not a date and time", "text"],
    ),
    "board that is not there": (
        changed('"rpi_pico"', '"rpi_pic"'),
        "board",
        ['did you mean "rpi_pico"?', "boards/"],
    ),
    "board that is a helper": (changed('"rpi_pico"', '"check"'), "board", ["is not a board"]),
    "board in another folder": (
        changed('"rpi_pico"', '"../firmware/pump"'),
        "board",
        ["is not a board"],
    ),
    "clock half set": (top('clock = "maybe"'), "clock", ["set, unset"]),
    "autostart in words": (top('autostart = "yes"'), "autostart", ["true or false without quotes"]),
    "seed below zero": (top("seed = -1"), "seed", ["is out of range", "0 to 4294967295"]),
    "seed in quotes": (top('seed = "1"'), "seed", ["is not a whole number without quotes"]),
    "raw ticks in words": (top('raw_ticks = "soon"'), "raw_ticks", ['"1 s before wrap"']),
    "raw ticks beyond the wrap": (
        top("raw_ticks = 1073741824"),
        "raw_ticks",
        ["0 to 1073741823 ms"],
    ),
    # drug, head, reservoir, limits, truth
    "concentration as a dose": (
        changed('"2000 ug/mL"', '"2000 ug"'),
        "drug.concentration",
        ["is a dose, not a concentration"],
    ),
    "concentration of nothing": (
        changed('"2000 ug/mL"', '"0 ug/mL"'),
        "drug.concentration",
        ["is out of range"],
    ),
    "no concentration": (
        changed('concentration = "2000 ug/mL"\n', ""),
        "drug.concentration",
        ["is missing"],
    ),
    "calibration too fine": (
        changed('"10 uL"', '"10.0000001 uL"'),
        "head.volume_per_rev",
        ["is too fine"],
    ),
    "calibration of nothing": (
        changed('"10 uL"', '"0 uL"'),
        "head.volume_per_rev",
        ["1 nL to 1 mL"],
    ),
    "half a step": (
        changed('"10 uL"\n', '"10 uL"\nsteps_per_rev = 3200.5\n'),
        "head.steps_per_rev",
        ["3200.5 is not a whole number"],
    ),
    "safe state that is none": (
        changed('"10 uL"\n', '"10 uL"\nsafe_state = "holt"\n'),
        "head.safe_state",
        ['did you mean "hold"?'],
    ),
    "low above capacity": (
        reservoir('low = "21 mL"'),
        "reservoir.low",
        ["is 21 mL", "below 20 mL, reservoir.capacity"],
    ),
    "residual above low": (
        reservoir('residual = "3 mL"'),
        "reservoir.residual",
        ["is 3 mL", "up to 2 mL, reservoir.low"],
    ),
    "fill above capacity": (
        changed('"10 mL"', '"25 mL"'),
        "reservoir.fill",
        ["is 25 mL", "up to 20 mL, reservoir.capacity"],
    ),
    "fill at the residual": (
        changed('"10 mL"', '"0.5 mL"'),
        "reservoir.fill",
        ["above 0.5 mL, reservoir.residual"],
    ),
    "fill in ug": (changed('"10 mL"', '"10 ug"'), "reservoir.fill", ["is a dose, not a volume"]),
    "negative capacity": (changed('"20 mL"', '"-20 mL"'), "reservoir.capacity", ["is negative"]),
    "tolerance above all": (
        reservoir('level_tolerance_share = "120 %"'),
        "reservoir.level_tolerance_share",
        ["0 % to 99.9 %"],
    ),
    "max rate in ug": (
        changed('"24 mL/d"', '"24 ug/d"'),
        "limits.max_rate",
        ["is a dose rate, not a flow rate"],
    ),
    "min above max": (
        limits('min_rate = "25 mL/d"'),
        "limits.min_rate",
        ["is 25 mL/d", "up to 24 mL/d, limits.max_rate"],
    ),
    "program above pump": (
        limits('program_max_rate = "25 mL/d"'),
        "limits.program_max_rate",
        ["up to 24 mL/d, limits.max_rate"],
    ),
    "cap in mL": (
        limits('max_dose_1h = "1 mL"'),
        "limits.max_dose_1h",
        ["is a volume, not a dose"],
    ),
    "hour cap above day cap": (
        limits('max_dose_1h = "2 mg"'),
        "limits.max_dose_24h",
        ["less than limits.max_dose_1h"],
    ),
    "cap without drug": (
        changed(DRUG, "", program('mode = "minimum"')),
        "limits.max_dose_24h",
        ["no drug is stated", "add [drug]"],
    ),
    "stopped limit of a year": (
        limits('stopped_limit = "365 d"'),
        "limits.stopped_limit",
        ["1 s to 30 d"],
    ),
    "stall after three steps": (limits("stall_steps = 3"), "limits.stall_steps", ["4 to 1000000"]),
    "truth of what is not": (
        truth('volume_per_tur = "10 uL"'),
        "truth.volume_per_tur",
        ['did you mean "volume_per_rev"?'],
    ),
    "truth above capacity": (
        truth('fill = "30 mL"'),
        "truth.fill",
        ["up to 20 mL, reservoir.capacity"],
    ),
    "compliance as a volume": (
        truth('line_compliance = "0.1 mL"'),
        "truth.line_compliance",
        ["is a volume, not a compliance"],
    ),
    "crystal in percent": (
        truth('crystal = "2 %"'),
        "truth.crystal",
        ["is a share, not a clock error"],
    ),
    # program
    "mode that is none": (
        changed('"flex"', '"flx"'),
        "program.mode",
        ['did you mean "flex"?', "weekly"],
    ),
    "no mode": (
        changed('mode = "flex"\n', ""),
        "program.mode",
        ["is missing", "stopped, minimum, continuous, flex, weekly"],
    ),
    "flex without safe rate": (
        changed('safe_rate = "250 ug/d"\n', ""),
        "program.safe_rate",
        ["is missing", "clock is unset"],
    ),
    "weekly without safe rate": (
        weekly('safe_rate = "250 ug/d"\n', ""),
        "program.safe_rate",
        ["is missing"],
    ),
    "key of another mode": (
        program('mode = "continuous"\nrate = "1 mL/d"\nsafe_rate = "1 mL/d"'),
        "program.safe_rate",
        ["no such key"],
    ),
    "rate without time": (
        program('mode = "continuous"\nrate = "300 ug"'),
        "program.rate",
        ["is a dose, not a flow rate or a dose rate"],
    ),
    "rate above the maximum": (
        program('mode = "continuous"\nrate = "30 mL/d"'),
        "program.rate",
        ["is 30 mL/d", "up to 24 mL/d"],
    ),
    "step above the maximum": (
        flex('[["00:00", "60 mg/d"]]'),
        "program.steps[1][2]",
        ["is 30 mL/d", "up to 24 mL/d"],
    ),
    "step above the program maximum": (
        changed(STEPS, '[["00:00", "600 ug/d"]]', limits('program_max_rate = "0.25 mL/d"')),
        "program.steps[1][2]",
        ["is 0.3 mL/d", "up to 0.25 mL/d"],
    ),
    "rate that rounds to zero": (
        program('mode = "continuous"\nrate = "0.1 pL/d"'),
        "program.rate",
        ["rounds to zero"],
    ),
    "dose that rounds to zero": (
        changed('"2000 ug/mL"', '"1000 mg/mL"', changed(STEPS, '[["00:00", "0.0001 ng/d"]]')),
        "program.steps[1][2]",
        ["rounds to zero"],
    ),
    "steps out of order": (
        flex('[["06:00", "1 ug/d"], ["05:00", "2 ug/d"]]'),
        "program.steps[2]",
        ["earlier than the step before"],
    ),
    "step twice": (
        flex('[["06:00", "1 ug/d"], ["06:00", "2 ug/d"]]'),
        "program.steps[2]",
        ["at the same time as the step before"],
    ),
    "no steps": (flex("[]"), "program.steps", ["has 0 steps", "1 to 48"]),
    "49 steps": (flex(FORTY_NINE), "program.steps", ["has 49 steps", "1 to 48"]),
    "steps that are no list": (flex('"300 ug/d"'), "program.steps", ["is not a list"]),
    "step without rate": (
        flex('[["06:00"]]'),
        "program.steps[1]",
        ["is not a step", '["hh:mm", "rate"]'],
    ),
    "step at 25 o'clock": (
        flex('[["25:00", "1 ug/d"]]'),
        "program.steps[1][1]",
        ['"25:00" is not a time of day'],
    ),
    "dose without drug": (
        changed(
            DRUG,
            "",
            changed(
                'max_dose_24h = "1500 ug"\n', "", program('mode = "continuous"\nrate = "300 ug/d"')
            ),
        ),
        "program.rate",
        ["no drug is stated", 'a volume such as "0.5 mL"'],
    ),
    "a day is missing": (weekly('sun = "weekend"\n', ""), "program.days.sun", ["is missing"]),
    "a day that is none": (
        weekly('sun = "weekend"\n', 'sun = "weekend"\nsonntag = "weekend"\n'),
        "program.days.sonntag",
        ["no such key", "mon"],
    ),
    "pattern that is none": (
        weekly('sat = "weekend"', 'sat = "weekends"'),
        "program.days.sat",
        ['did you mean "weekend"?'],
    ),
    "pattern of no day": (
        weekly(
            'weekend = [["08:00", "400 ug/d"]]',
            'weekend = [["08:00", "400 ug/d"]]\nfeast = [["08:00", "400 ug/d"]]',
        ),
        "program.patterns.feast",
        ["is the pattern of no day"],
    ),
    "pattern with a bad step": (
        weekly('["08:00", "400 ug/d"]', '["08:00", "400 ug"]'),
        "program.patterns.weekend[1][2]",
        ["is a dose"],
    ),
    # events
    "event without a time": (BASE + '[[at]]\ndo = "stop"\n', "at[1].time", ["is missing"]),
    "event without a verb": (at(""), "at[1].do", ["is missing", "bolus, start, stop"]),
    "event that is none": (at('do = "bolsu"'), "at[1].do", ['did you mean "bolus"?']),
    "event after the end": (
        at('do = "stop"', "7 d"),
        "at[1].time",
        ["is not before the end of the run", "`duration` longer"],
    ),
    "event before the start": (at('do = "stop"', "-1 d"), "at[1].time", ["is negative"]),
    "key of another event": (
        at('do = "stop"\nover = "10 min"'),
        "at[1].over",
        ["no such key", "allowed: do, time"],
    ),
    "single brackets": (
        BASE + '[at]\ntime = "1 d"\ndo = "stop"\n',
        "at",
        ["tables in double brackets"],
    ),
    "bolus of nothing": (
        at('do = "bolus"\nover = "10 min"'),
        "at[1]",
        ["has neither dose nor volume"],
    ),
    "bolus of both": (
        at('do = "bolus"\ndose = "1 ug"\nvolume = "1 uL"\nover = "10 min"'),
        "at[1]",
        ["has both dose and volume"],
    ),
    "bolus over a volume": (
        at('do = "bolus"\ndose = "50 ug"\nover = "10 mL"'),
        "at[1].over",
        ['"10 mL" is a volume, not a duration'],
    ),
    "bolus at once": (
        at('do = "bolus"\ndose = "50 ug"\nover = "0 s"'),
        "at[1].over",
        ["is out of range", "1 s to 7 d"],
    ),
    "bolus dose in mL": (
        at('do = "bolus"\ndose = "1 mL"\nover = "1 min"'),
        "at[1].dose",
        ["is a volume, not a dose"],
    ),
    "bolus dose without drug": (
        changed(DRUG, "", changed('max_dose_24h = "1500 ug"\n', "", program('mode = "minimum"')))
        + '[[at]]\ntime = "1 d"\ndo = "bolus"\ndose = "50 ug"\nover = "10 min"\n',
        "at[1].dose",
        ["no drug is stated"],
    ),
    "refill above capacity": (
        at('do = "refill"\nfill = "40 mL"'),
        "at[1].fill",
        ["is 40 mL", "up to 20 mL"],
    ),
    "refill with a drop": (
        at('do = "refill"\nfill = "0.1 mL"'),
        "at[1].fill",
        ["above 0.5 mL, reservoir.residual"],
    ),
    "refill every second": (
        at('do = "refill"\nfill = "20 mL"\nevery = "1 s"'),
        "at[1].every",
        ["1 min to 7305 d"],
    ),
    "refills without end": (
        changed(TOP, 'duration = "3650 d"\n')
        + '[[at]]\ntime = "0 s"\ndo = "refill"\nfill = "20 mL"\nevery = "1 min"\n',
        "at[1].every",
        ["makes 5256000 refills", "up to 10000"],
    ),
    "pause for an hour": (at('do = "audio_pause"\nfor = "1 h"'), "at[1].for", ["1 s to 120 s"]),
    "clock set to nonsense": (
        at('do = "set_clock"\nto = "08:00"'),
        "at[1].to",
        ["is not a date and time"],
    ),
    "program event without program": (
        at('do = "set_program"'),
        "at[1].program",
        ["is missing", "[at.program]"],
    ),
    "program event above the maximum": (
        at('do = "set_program"\n[at.program]\nmode = "continuous"\nrate = "25 mL/d"'),
        "at[1].program.rate",
        ["is 25 mL/d"],
    ),
    # faults
    "fault that is none": (fault('kind = "staal"'), "fault[1].kind", ['did you mean "stall"?']),
    "fault after the end": (
        fault('kind = "clock_lost"', "8 d"),
        "fault[1].time",
        ["is not before the end of the run"],
    ),
    "fault in the wrong unit": (
        fault('kind = "stall"\nlasts = "2 V"'),
        "fault[1].lasts",
        ["is a voltage, not a duration"],
    ),
    "wear of everything": (
        fault('kind = "wear"\nby = "100 %"\nover = "1 d"'),
        "fault[1].by",
        ["0.1 % to 99.9 %"],
    ),
    "dip that is none": (
        fault('kind = "supply_dip"\nto = "5 V"'),
        "fault[1].to",
        ["is 5000 mV, no dip", "below truth.supply"],
    ),
    "level stuck askew": (
        fault('kind = "level_stuck"\nat = "half"'),
        "fault[1].at",
        ["active, inactive"],
    ),
    "more vanishes than there is": (
        fault('kind = "empty_early"\nvolume = "30 mL"'),
        "fault[1].volume",
        ["up to 20 mL"],
    ),
    "two stalls at once": (
        fault('kind = "stall"\nlasts = "2 h"\n[[fault]]\ntime = "1 d 01:00"\nkind = "stall"'),
        "fault[2].time",
        ["1 d 01:00 lies within another stall"],
    ),
    "door without a switch": (
        fault('kind = "door_open"'),
        "fault[1].kind",
        ["needs a door switch, which rpi_pico has not"],
    ),
    # expectations and allowances
    "alarm that is none": (
        expect('alarm = "MOTOR_STAL"\nwithin = "1 s"\nof = "1 d"'),
        "expect[1].alarm",
        ['did you mean "MOTOR_STALL"?'],
    ),
    "alarm of any kind": (
        expect('alarm = "any"\nwithin = "1 s"\nof = "1 d"'),
        "expect[1].alarm",
        ["is not one of the names"],
    ),
    "state that is none": (
        expect('state = "RUNNING"\nat = "1 d"'),
        "expect[1].state",
        ["STOPPED, INFUSING, STALLED, EMPTY, FAULT"],
    ),
    "expectation of nothing": (
        expect('within = "1 s"\nof = "1 d"'),
        "expect[1]",
        ["no key that says what", "exactly one of alarm, cleared"],
    ),
    "expectation misspelt": (
        expect('alram = "MOTOR_STALL"'),
        "expect[1]",
        ['did you mean "alarm"?'],
    ),
    "expectation of two things": (
        expect('alarm = "UNDERRUN"\nstate = "EMPTY"\nat = "1 d"'),
        "expect[1]",
        ["has alarm and state"],
    ),
    "alarm without a window": (
        expect('alarm = "UNDERRUN"'),
        "expect[1]",
        ["no clear window", "within and of, or between"],
    ),
    "alarm with half a window": (
        expect('alarm = "UNDERRUN"\nwithin = "1 s"'),
        "expect[1]",
        ["no clear window"],
    ),
    "window backwards": (
        expect('alarm = "UNDERRUN"\nbetween = ["2 d", "1 d"]'),
        "expect[1].between",
        ["ends before it begins"],
    ),
    "window of one": (
        expect('alarm = "UNDERRUN"\nbetween = ["2 d"]'),
        "expect[1].between",
        ["is not a pair of instants"],
    ),
    "window after the end": (
        expect('alarm = "UNDERRUN"\nbetween = ["2 d", "8 d"]'),
        "expect[1]",
        ["reaches to 8 d, after the end"],
    ),
    "within reaching over the end": (
        expect('alarm = "UNDERRUN"\nwithin = "1 h"\nof = "7 d"'),
        "expect[1]",
        ["reaches to 7 d 01:00"],
    ),
    "state without a time": (
        expect('state = "EMPTY"'),
        "expect[1]",
        ["no clear time", "at, or from, or from and until"],
    ),
    "state with every time": (
        expect('state = "EMPTY"\nat = "1 d"\nfrom = "2 d"'),
        "expect[1]",
        ["no clear time"],
    ),
    "span backwards": (
        expect('state = "EMPTY"\nfrom = "2 d"\nuntil = "1 d"'),
        "expect[1].until",
        ["ends before it begins"],
    ),
    "state after the end": (
        expect('state = "EMPTY"\nfrom = "9 d"'),
        "expect[1]",
        ["after the end of the run"],
    ),
    "rate as a volume": (
        expect('rate = "1 mL"\nat = "1 d"'),
        "expect[1].rate",
        ["is a volume, not a flow rate"],
    ),
    "tolerance without %": (
        expect('rate = "1 mL/d"\nat = "1 d"\ntolerance = 1'),
        "expect[1].tolerance",
        ["1 has no unit", '"1 %"'],
    ),
    "delivered by nobody": (
        expect('delivered = "1 mL"'),
        "expect[1].by",
        ["is missing", "books, plant"],
    ),
    "delivered by magic": (
        expect('delivered = "1 mL"\nby = "magic"'),
        "expect[1].by",
        ["books, plant"],
    ),
    "delivered after the end": (
        expect('delivered = "1 mL"\nby = "books"\nat = "8 d"'),
        "expect[1].at",
        ["after the end of the run"],
    ),
    "refusal of what is no command": (
        expect('refused = "bolsu"\nwithin = "1 s"\nof = "1 d"'),
        "expect[1].refused",
        ['did you mean "bolus"?'],
    ),
    "allowance of nothing": (allow(""), "allow[1]", ["exactly one of alarm, refused"]),
    "allowance that is none": (
        allow('alarm = "LOW"'),
        "allow[1].alarm",
        ["is not one of the names"],
    ),
    "allowance with a window": (
        allow('alarm = "UNDERRUN"\nof = "1 d"'),
        "allow[1].of",
        ["no such key"],
    ),
}


@pytest.mark.parametrize(("text", "where", "parts"), CASES.values(), ids=CASES)
def test_a_bad_scenario_is_refused_with_key_value_and_remedy(tmp_path, text, where, parts):
    problems = problems_of(tmp_path, text)
    assert len(problems) == 1, problems
    assert problems[0].startswith("%s: %s: " % (tmp_path / "case.toml", where))
    for part in (*parts, "allowed", "; "):
        assert part in problems[0]


def test_the_base_that_all_this_is_made_from_is_good(tmp_path):
    assert problems_of(tmp_path, BASE) == [] and problems_of(tmp_path, weekly()) == []


def test_all_problems_are_told_at_once_one_line_each(tmp_path):
    text = top('durration = "7 d"')
    text = changed('"20 mL"', '"20 ug"', changed('"10 uL"', '"10 ul/d"', text))
    text += '[[at]]\ntime = "9 d"\ndo = "stop"\n[[at]]\ntime = "1 d"\ndo = "dance"\n[[expect]]\nalarm = "X"\n[[allow]]\nalarm = "Y"\n'
    wheres = [problem.split(": ")[1] for problem in problems_of(tmp_path, text)]
    assert wheres == [
        "durration",
        "head.volume_per_rev",
        "reservoir.capacity",
        "at[1].time",
        "at[2].do",
        "expect[1].alarm",
        "allow[1].alarm",
    ]


def test_a_text_that_is_not_toml_is_refused_with_its_line(tmp_path):
    (problem,) = problems_of(tmp_path, BASE + "this is not TOML\n")
    assert "is not TOML" in problem and "line 25" in problem


def test_a_key_given_twice_is_refused(tmp_path):
    (problem,) = problems_of(tmp_path, changed(TOP, TOP + TOP))
    assert "is not TOML" in problem and "line 5" in problem


def test_a_byte_order_mark_as_some_editors_write_it_is_no_error(tmp_path):
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert load(path).name


def test_bytes_that_are_not_utf_8_are_refused(tmp_path):
    path = tmp_path / "case.toml"
    path.write_bytes(BASE.encode() + b"# 25 \xb5L\n")
    with pytest.raises(ScenarioError, match="utf-8"):
        load(path)


def test_brackets_without_end_are_refused(tmp_path):
    (problem,) = problems_of(tmp_path, BASE + "[x]\ny = " + "[" * 100_000)
    assert "is not TOML" in problem


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises(ScenarioError, match=r"cannot be read: .*; give the path of a TOML file"):
        load(tmp_path / name)


def test_a_value_with_line_breaks_or_of_great_length_stays_on_a_short_line(tmp_path):
    for value in (
        '"""1\n2 mL"""',
        '"%s"' % ("9" * 3000),
        "[%s]" % ", ".join(["1"] * 3000),
        '"\\u2028 mL"',
    ):
        (problem,) = problems_of(tmp_path, changed('"10 mL"', value))
        assert len(problem.splitlines()) == 1 and len(problem) < 400 + len(str(tmp_path))


def test_a_section_that_is_not_a_table_is_refused(tmp_path):
    (problem,) = problems_of(tmp_path, 'drug = "baclofen"\n' + changed(DRUG, ""))
    assert "drug: " in problem and "is not a table" in problem


def test_a_good_scenario_raises_nothing(tmp_path):
    assert loaded(tmp_path, BASE).name == "Base"
