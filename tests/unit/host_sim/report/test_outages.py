"""A time without power is drawn in every figure, told in the terminal and named in the words."""

import dataclasses

from firmware import events
from host_sim.judge.summary import summarise
from host_sim.report import alarms, lines, terminal
from host_sim.report.page import _figures
from host_sim.report.series import Series
from host_sim.run.records import Outage
from host_sim.run.run import Outcome
from host_sim.shared import words
from host_sim.shared.page_style import TimeAxis
from tests.rigs.run import DAY_MS, HOUR_MS, made_week


def cut_week():
    """The made week, whose power fails for its last three hours, less one."""
    scenario, record = made_week()
    boot = record.events[0]._replace(time_ms=0, code=events.BOOT, power_up=1)
    off_ms, on_ms = 7 * DAY_MS - 3 * HOUR_MS, 7 * DAY_MS - HOUR_MS
    told = [event for event in record.events if event.time_ms < off_ms]
    return scenario, dataclasses.replace(
        record,
        events=[*told, boot],
        status={**record.status, "now_ms": HOUR_MS},
        child=record.child._replace(power_ups=2),
        crystal=[(0, 0, 0, 0), (0, on_ms, 0, 1)],
        outages=[Outage(off_ms, off_ms, on_ms)],
    )


def test_every_figure_has_a_band_for_an_outage():
    scenario, record = cut_week()
    (band,) = lines.outages(TimeAxis(scenario), record)
    assert band["x0"] < band["x1"]
    for title, _, figure in _figures(scenario, record, Series(scenario, record)):
        assert band in figure["layout"]["shapes"], title


def test_the_row_of_the_states_shows_that_there_was_no_power():
    scenario, record = cut_week()
    figure = alarms.alarms(record, TimeAxis(scenario))
    (bar,) = [trace for trace in figure["data"] if trace.get("name") == "no power"]
    (band,) = lines.outages(TimeAxis(scenario), record)
    assert bar["x"] == [band["x0"], band["x1"], None]


def test_nothing_is_owed_and_the_program_goes_on_in_an_outage():
    scenario, record = cut_week()
    series, whole = Series(scenario, record), Series(*made_week())
    assert series.due_volume()[1][-1] < whole.due_volume()[1][-1]
    assert series.programmed()[0][-1] == 7 * DAY_MS
    assert series.asked_pl() > 0.98 * whole.asked_pl()


def test_the_terminal_says_how_often_the_pump_started(tmp_path):
    scenario, record = cut_week()
    summary = summarise(scenario, Outcome("cpython", "made", 1.0, tmp_path, record))
    assert summary.power_ups == 2
    assert "power       the pump started 2 times" in terminal.table(summary, "here")


def test_a_program_that_a_restart_has_kept_is_told_in_words():
    _, record = cut_week()
    event = record.events[0]._replace(code=events.PROGRAM_KEPT, a=2)
    assert words.event_row(event._replace(b=1)) == (
        "program after the restart",
        "continuous, as it was set",
    )
    assert words.event_row(event._replace(b=0))[1] == "continuous, of a changed configuration"
