"""The same scenario on the chip, on MicroPython's unix port and on CPython: the same pulses, the
same alarms.

A chip takes a command some ms after it was sent, the simulated machine at once. So the others are
told each command at the instant at which the chip's pump took it, on the pump's own clock; then
everything that follows must be the same.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.rehearse import delivery_file
from firmware import events, states
from host_sim.__main__ import STOCK
from host_sim.judge import due
from host_sim.run.on_chip import PASS_MS
from host_sim.run.records import alarms_of
from host_sim.run.run import run
from host_sim.scenario.load import load
from tests.chip.conftest import image_or_skip
from tests.chip.exact import FAST_TARGET_NS, NS_PER_MS, TARGET_NS, due_ns, pulses

SCENARIOS = Path(__file__).with_name("scenarios")
TAKEN_AS = {  # command: the event that tells when
    "start": events.RUN_START,
    "stop": events.RUN_END,
    "bolus": events.BOLUS_ACCEPTED,
    "set_program": events.PROGRAM_SET,
    "set_clock": events.CLOCK_SET,
}
ON_HOST = ("micropython", "cpython")
MOST_LAG_MS = PASS_MS
NEWS_MS = 100  # what a pass did is told at its end
DISTURBED = {"faults": 4, "driver_reset": 1}  # and how many alarms they raise
# A stock scenario: so much of it
STOCK_MS = {"seven_years_of_therapy": 86_400_000}
UNDISTURBED = ("changes", "fast", "slow", *STOCK_MS)


class ChipRuns:
    """Each scenario once on the chip, for all tests of a session."""

    def __init__(self, folder):
        self._folder = folder
        self._made = {}

    def made(self, name):
        if name not in self._made:
            image_or_skip("rpi_pico")
            folder = STOCK if name in STOCK_MS else SCENARIOS
            scenario = load(folder / f"{name}.toml", STOCK_MS.get(name))
            self._made[name] = scenario, run(scenario, "chip", self._folder / name)
        return self._made[name]


@pytest.fixture(scope="session")
def chip_runs(tmp_path_factory):
    return ChipRuns(tmp_path_factory.mktemp("chip"))


def each(names):
    return pytest.mark.parametrize(
        "name",
        [pytest.param(name, marks=pytest.mark.xdist_group(f"chip {name}")) for name in names],
    )


def replayed(scenario, record):
    """The scenario with its commands at the instants at which the pump on the chip took them, and
    with its end.
    """
    taken = {
        code: iter([event.time_ms for event in record.events if event.code == code])
        for code in TAKEN_AS.values()
    }
    commands = [
        [next(taken[TAKEN_AS[payload["do"]]]), payload] for _, payload in scenario.job.commands
    ]
    job = scenario.job._replace(commands=commands, duration_ms=record.status["now_ms"])
    return replace(scenario, job=job)


def rising_ns(outcome):
    rows = (outcome.out_dir / "edges.csv").read_text(encoding="ascii").splitlines()[1:]
    return [int(time_ns) for time_ns, level in (row.split(",") for row in rows) if level == "1"]


@each([*UNDISTURBED, "faults"])
def test_every_pulse_is_at_its_exact_instant_on_the_drivers_timeline(chip_runs, name):
    scenario, outcome = chip_runs.made(name)
    found, caught_up = pulses(scenario, outcome.record, rising_ns(outcome))
    assert len(found) > 500
    slow = max((abs(pulse.error_ns) for pulse in found if not pulse.fast), default=0)
    fast = max((abs(pulse.error_ns) for pulse in found if pulse.fast), default=0)
    assert slow <= TARGET_NS
    assert fast <= FAST_TARGET_NS
    # An owed pulse is on neither timeline: it is never early, and comes near to the new one.
    assert all(pulse.edge_ns >= pulse.due_ns for pulse in caught_up)
    assert all(pulse.error_ns <= MOST_LAG_MS * NS_PER_MS for pulse in caught_up)
    # A pulse is owed at a cut if it is due within the lag of the timeline: at a low rate seldom.
    assert not caught_up or name in ("fast", "changes")


@each(UNDISTURBED)
@pytest.mark.parametrize("on", ON_HOST)
def test_the_chip_gives_as_many_pulses_as_the_host_and_tells_the_same(
    chip_runs, tmp_path, name, on
):
    scenario, chip = chip_runs.made(name)
    host = run(replayed(scenario, chip.record), on, tmp_path)
    emitted, expected = chip.record.child.emitted_steps, host.record.child.emitted_steps
    assert emitted == len(rising_ns(chip))
    assert 0 <= expected - emitted <= due_within_the_lag(scenario, chip.record)
    assert told_by(chip.record) == told_by(host.record)


def due_within_the_lag(scenario, record):
    """The pulses that were due so shortly before the end of a run that the timeline of a chip,
    which begins late by what its first pass takes, had not come to them.
    """
    return sum(
        end_ms * NS_PER_MS - due <= MOST_LAG_MS * NS_PER_MS
        for _, end_ms, pulses_ns in due_ns(scenario, record)
        for due in pulses_ns
    )


def told_by(record):
    """What the events say, but for the counts of steps at the ends of runs."""
    return [
        (event.code, event.a) if event.code == events.RUN_START else tuple(event)[3:]
        for event in record.events
        if event.code != events.RUN_END
    ]


@each(DISTURBED)
@pytest.mark.parametrize("on", ON_HOST)
def test_faults_that_come_through_the_pins_raise_the_alarms_that_they_raise_on_the_host(
    chip_runs, tmp_path, name, on
):
    scenario, chip = chip_runs.made(name)
    host = run(scenario, on, tmp_path)
    alarms = [alarms_of(one.record.events) for one in (chip, host)]
    assert [alarm.name for alarm in alarms[0]] == [alarm.name for alarm in alarms[1]]
    assert len(alarms[0]) == DISTURBED[name]
    for ours, theirs in zip(*alarms):
        assert ours.raised_ms == pytest.approx(theirs.raised_ms, abs=5000)


@pytest.mark.xdist_group("chip line")
@pytest.mark.parametrize("on", ON_HOST)
def test_behind_the_chip_the_plant_carries_the_drug_as_behind_the_simulated_machine(
    chip_runs, tmp_path, on
):
    scenario, chip = chip_runs.made("line")
    host = run(replayed(scenario, chip.record), on, tmp_path)
    arrivals = [one.record.arrivals for one in (chip, host)]
    assert [len(found) for found in arrivals] == [1, 1]
    assert arrivals[0][0][0] == pytest.approx(arrivals[1][0][0], abs=500)
    tips_ng = [one.record.child.tip_ng for one in (chip, host)]
    ng_per_s = 24e9 / 86_400 * 500_000 / 1e9
    assert tips_ng[0] == pytest.approx(tips_ng[1], abs=ng_per_s)
    assert tips_ng[1] > 30 * ng_per_s


def test_a_run_on_the_chip_leaves_a_trace_from_its_first_instant_and_a_delivery_file_if_asked(
    tmp_path,
):
    image_or_skip("rpi_pico")
    scenario = load(SCENARIOS / "slow.toml", duration_ms=125_000, delivery_every_ms=10)
    outcome = run(scenario, "chip", tmp_path)
    trace, read = outcome.record.trace, delivery_file.read(tmp_path / "delivery.csv")
    assert trace[0].time_ms == 0
    began_ms = next(
        event.time_ms for event in outcome.record.events if event.code == events.RUN_START
    )
    infusing_ms = next(row.time_ms for row in trace if row.state == states.INFUSING)
    assert infusing_ms == pytest.approx(began_ms, abs=NEWS_MS)
    assert read.times_s[0] == 0
    assert list(read.times_s[-1000:]) == pytest.approx([125 - 0.01 * n for n in range(999, -1, -1)])
    assert read.outlet_ul[-1] == outcome.record.trace[-1].outlet_pl / 1e6 > 0


def test_another_board_with_the_chip_needs_no_more_than_its_file(tmp_path):
    image_or_skip("waveshare_rp2040_zero")
    path = tmp_path / "zero.toml"
    text = (SCENARIOS / "slow.toml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("rpi_pico", "waveshare_rp2040_zero").replace('"3602 s"', '"3 min"'),
        encoding="utf-8",
    )
    scenario = load(path)
    outcome = run(scenario, "chip", tmp_path / "out")
    found, _ = pulses(scenario, outcome.record, rising_ns(outcome))
    runs = due.runs(scenario, outcome.record.events, outcome.record.end_ms(scenario))
    assert len(found) == due.steps(runs) > 40
    assert max(abs(pulse.error_ns) for pulse in found) <= TARGET_NS
    assert [alarm.name for alarm in alarms_of(outcome.record.events)] == []
