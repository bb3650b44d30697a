"""Weighing in virtual time: the beat, what gets into which file, a lost cable, a silent balance,
and going on after an end.
"""

import csv
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.balances import PROTOCOLS, protocol
from bench.inputs.log_file import load
from bench.rehearse.replies import SPEAKERS, Shown
from bench.rehearse.virtual_clock import SimClock
from bench.shared.errors import BenchError
from bench.weigh.weigh import weigh
from bench.weigh.weigh_log import WeighLog
from tests.balances.virtual import Virtual

WHAT = {"balance": "mt-sics:virtual", "rate": "10 uL/min"}
EVERY = pytest.mark.parametrize("name", PROTOCOLS)


def run(out, bench, for_s=60, every_s=0.5, log=None, watch=None):
    log = log or WeighLog.begin(out, bench.clock, WHAT)
    weigh(bench.balance, bench.clock, log, for_s=for_s, every_s=every_s, watch=watch)
    log.close()
    return log


def rows(out, name):
    return list(csv.DictReader((out / name).read_text(encoding="ascii").splitlines()))


def kinds(out, but=protocol.MASSES):
    return [row["kind"] for row in rows(out, "lines.csv") if row["kind"] not in but]


def rising(name="mt-sics", g_per_s=0.001):
    """A balance whose display is the time: what was read says when it was read."""
    return Virtual(name, show=lambda now_s: Shown("unstable", g_per_s * (now_s - 5000)))


@EVERY
def test_every_mass_gets_into_the_log_that_analyse_reads(name, tmp_path):
    bench = Virtual(name)
    run(tmp_path, bench)
    log = load(tmp_path / "run.csv")
    assert len(log.time_s) == 120
    assert log.mass_mg == pytest.approx(12345.6) and set(log.columns["stable"]) == {1}
    assert kinds(tmp_path) == ["ended"]


def test_the_beat_is_kept_against_the_start_and_not_against_the_last_answer(tmp_path):
    run(tmp_path, Virtual("a-and-d"), for_s=600, every_s=0.5)  # an answer takes 0.1 s at 2400 baud
    times = [float(row["time_s"]) for row in rows(tmp_path, "run.csv")]
    assert len(times) == 1200
    assert all(time % 0.5 == pytest.approx(times[0] % 0.5, abs=0.002) for time in times)


def test_beats_that_a_slow_answer_swallows_are_not_made_up_for(tmp_path):
    run(tmp_path, Virtual("a-and-d"), for_s=60, every_s=0.05)
    times = [float(row["time_s"]) for row in rows(tmp_path, "run.csv")]
    assert 0.0999 < min(after - before for before, after in zip(times, times[1:]))


@pytest.mark.parametrize("state", ["overload", "underload", "busy"])
@EVERY
def test_what_is_no_mass_is_a_line_and_no_row_of_the_run(name, state, tmp_path):
    bench = Virtual(name)
    bench.shown = Shown(state)
    run(tmp_path, bench, for_s=5)
    assert rows(tmp_path, "run.csv") == []
    expected = "refused" if (name, state) == ("ohaus", "busy") else state
    assert kinds(tmp_path) == [expected] * 10 + ["ended"]


def test_lines_that_nobody_asked_for_are_kept_and_are_never_masses(tmp_path):
    bench = Virtual("mt-sics")
    for second in range(10):
        bench.wire.say(bench.clock.now_s() + second + 0.7, b"S S      99.0000 g\r\n")
    run(tmp_path, bench, for_s=20)
    assert kinds(tmp_path) == ["stale"] * 10 + ["ended"]
    assert {row["mass_g"] for row in rows(tmp_path, "run.csv")} == {"12.3456"}


def test_a_line_that_came_after_the_last_answer_is_kept_as_well(tmp_path):
    bench = Virtual("mt-sics")
    bench.wire.say(bench.clock.now_s() + 19.7, b"S S      99.0000 g\r\nS S")
    run(tmp_path, bench, for_s=20)
    assert kinds(tmp_path) == ["stale", "cut", "ended"]


@EVERY
def test_a_pulled_cable_costs_the_readings_in_between_and_time_goes_on(name, tmp_path):
    bench = rising(name)
    bench.wire.pull(bench.clock.now_s() + 20.01, 30)
    log = run(tmp_path, bench, for_s=80)
    readings = [(float(row["time_s"]), float(row["mass_g"])) for row in rows(tmp_path, "run.csv")]
    assert [kind for kind in kinds(tmp_path) if kind != "cut"] == ["lost", "opened", "ended"]
    gaps = [after[0] - before[0] for before, after in zip(readings, readings[1:])]
    assert 30 < max(gaps) < 34 and sorted(gaps)[-2] < 0.6
    for time_s, mass_g in readings:
        assert mass_g == pytest.approx(0.001 * (time_s + log.zero_s - 5000), abs=0.0003)


def test_a_line_that_the_cable_cut_in_two_is_kept_as_far_as_it_came(tmp_path):
    bench = Virtual("mt-sics")
    bench.wire.pull(bench.clock.now_s() + 10.03 + 5.5 * PROTOCOLS["mt-sics"].serial.char_s(), 3)
    run(tmp_path, bench, for_s=20)
    assert [
        (row["kind"], row["text"]) for row in rows(tmp_path, "lines.csv") if row["kind"] == "cut"
    ] == [("cut", "S S  ")]


@EVERY
def test_a_balance_that_goes_silent_is_told_of_once_and_that_it_is_back_once(name, tmp_path):
    bench = Virtual(name)
    bench.wire.mute(bench.clock.now_s() + 20, 30)
    run(tmp_path, bench, for_s=80)
    assert kinds(tmp_path) == ["silent", "back", "ended"]
    assert len(rows(tmp_path, "run.csv")) > 70


mishaps = st.lists(
    st.tuples(
        st.sampled_from(["pull", "mute", "print key", "noise", "character lost"]),
        st.floats(0, 50),
        st.floats(0.02, 6),
        st.binary(max_size=30),
    ),
    max_size=12,
)


@EVERY
@settings(max_examples=25)
@given(mishaps=mishaps)
def test_whatever_happens_to_the_wire_each_mass_is_what_the_display_showed_at_that_instant(
    name, mishaps, tmp_path_factory
):
    out = tmp_path_factory.mktemp("mishaps")
    bench = rising(name)
    start_s = bench.clock.now_s()
    for what, at_s, lasts_s, noise in mishaps:
        happen(bench, what, start_s + at_s, lasts_s, noise)
    log = run(out, bench, for_s=60)
    readings = [(float(row["time_s"]), float(row["mass_g"])) for row in rows(out, "run.csv")]
    for time_s, mass_g in readings:
        assert mass_g == pytest.approx(0.001 * (time_s + log.zero_s - 5000), abs=0.0003)
    assert all(before[0] < after[0] for before, after in zip(readings, readings[1:]))
    masses = [row for row in rows(out, "lines.csv") if row["kind"] in protocol.MASSES]
    assert [float(row["time_s"]) for row in masses] == [time_s for time_s, _ in readings]


def happen(bench, what, at_s, lasts_s, noise):
    if what == "pull":
        bench.wire.pull(at_s, lasts_s)
    elif what == "mute":
        bench.wire.mute(at_s, lasts_s)
    elif what == "print key":
        bench.wire.say(
            at_s, SPEAKERS[bench.name].print_key(Shown("unstable", 0.001 * (at_s - 5000)))
        )
    elif what == "noise":
        bench.wire.say(at_s, noise)
    else:
        at = len(noise)
        bench.wire.spoil(
            at_s, lambda answer: answer[: at % len(answer)] + answer[at % len(answer) + 1 :]
        )


def test_whoever_watches_is_told_of_all_that_is_written(tmp_path):
    bench, seen = Virtual("mt-sics"), []
    bench.wire.pull(bench.clock.now_s() + 10.2, 3)
    run(tmp_path, bench, for_s=20, watch=lambda kind, heard: seen.append(kind))
    assert seen == kinds(tmp_path, but=())


# ---- going on ------------------------------------------------------------------------------------


def test_a_folder_that_has_a_run_is_not_written_over(tmp_path):
    run(tmp_path, Virtual("mt-sics"), for_s=5)
    before = (tmp_path / "run.csv").read_bytes()
    with pytest.raises(
        BenchError,
        match=r"run\.csv: there is a run in this folder already; continue it with --resume, or",
    ):
        WeighLog.begin(tmp_path, SimClock(), WHAT)
    assert (tmp_path / "run.csv").read_bytes() == before


def test_a_run_that_is_gone_on_with_has_one_time_throughout(tmp_path):
    bench = rising()
    log = run(tmp_path, bench, for_s=20)
    bench.pass_s(40)
    bench.balance.open()
    resumed = WeighLog.resume(tmp_path, bench.clock, WHAT)
    assert resumed.zero_s == log.zero_s
    run(tmp_path, bench, for_s=100, log=resumed)
    readings = [(float(row["time_s"]), float(row["mass_g"])) for row in rows(tmp_path, "run.csv")]
    assert readings[0][0] < 1 and 99 < readings[-1][0] < 100
    assert all(
        mass == pytest.approx(0.001 * (time + log.zero_s - 5000), abs=0.0003)
        for time, mass in readings
    )


def test_after_a_restart_of_the_computer_civil_time_says_how_long_it_was(tmp_path):
    bench = Virtual("mt-sics")
    run(tmp_path, bench, for_s=20)

    class Restarted(SimClock):
        def zero(self):
            return "another"

        def wall(self):
            return bench.clock.wall() + timedelta(seconds=300 + self.now_s())

    resumed = WeighLog.resume(tmp_path, Restarted(start_s=0), WHAT)
    assert resumed.zero_s == pytest.approx(-320, abs=0.01)
    resumed.close()


def test_a_clock_that_was_set_back_is_refused(tmp_path):
    bench = Virtual("mt-sics")
    run(tmp_path, bench, for_s=20)

    class SetBack(SimClock):
        def zero(self):
            return "another"

        def wall(self):
            return bench.clock.wall() - timedelta(days=1)

    with pytest.raises(BenchError, match="the clock has been set back"):
        WeighLog.resume(tmp_path, SetBack(), WHAT)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda out: (out / "run.json").unlink(),
            "there is no run in this folder to resume; leave --resume out",
        ),
        (lambda out: (out / "run.json").write_text("{"), "is damaged"),
        (lambda out: (out / "run.json").write_text("{}"), "is damaged"),
        (
            lambda out: (out / "run.csv").write_text("hello\nyou\n"),
            "its last row begins with b'you', not with a time in s",
        ),
    ],
)
def test_a_folder_that_cannot_be_gone_on_with_is_refused_with_the_reason(spoil, message, tmp_path):
    bench = Virtual("mt-sics")
    run(tmp_path, bench, for_s=5)
    spoil(tmp_path)
    with pytest.raises(BenchError, match=message):
        WeighLog.resume(tmp_path, bench.clock, WHAT)


def test_a_run_that_is_over_is_not_gone_on_with(tmp_path):
    bench = Virtual("mt-sics")
    run(tmp_path, bench, for_s=20)
    before = (tmp_path / "lines.csv").read_bytes()
    with pytest.raises(
        BenchError,
        match="20 s have passed since the start, and the run was to last 20 s: it is over;",
    ):
        WeighLog.resume(tmp_path, bench.clock, WHAT, for_s=20)
    assert (tmp_path / "lines.csv").read_bytes() == before


def test_going_on_with_another_balance_or_rate_is_refused(tmp_path):
    bench = Virtual("mt-sics")
    run(tmp_path, bench, for_s=5)
    with pytest.raises(BenchError, match="has rate '10 uL/min', now it is '1 uL/min'"):
        WeighLog.resume(tmp_path, bench.clock, {**WHAT, "rate": "1 uL/min"})


@settings(max_examples=40)
@given(cut=st.integers(1, 400))
def test_a_log_cut_off_anywhere_goes_on_with_its_whole_rows(cut, tmp_path_factory):
    out = tmp_path_factory.mktemp("cut")
    bench = Virtual("mt-sics")
    run(out, bench, for_s=10)
    whole = (out / "run.csv").read_bytes()
    (out / "run.csv").write_bytes(whole[:-cut])
    bench.balance.open()
    run(out, bench, for_s=20, log=WeighLog.resume(out, bench.clock, WHAT))
    kept = (
        whole[:-cut].rpartition(b"\n")[0] + b"\n"
        if b"\n" in whole[:-cut]
        else b"time_s,mass_g,stable\n"
    )
    after = (out / "run.csv").read_bytes()
    assert after.startswith(kept)
    assert len(load(out / "run.csv").time_s) == after.count(b"\n") - 1 >= 18


@settings(max_examples=60)
@given(noise=st.binary(min_size=1, max_size=80))
def test_whatever_characters_come_every_row_of_both_files_can_be_read(noise, tmp_path_factory):
    out = tmp_path_factory.mktemp("noise")
    bench = Virtual("ohaus")
    bench.wire.say(bench.clock.now_s() + 2.2, noise + b"\r\n")
    run(out, bench, for_s=5)
    assert {row["mass_g"] for row in rows(out, "run.csv")} <= {"12.3456"} and len(
        rows(out, "run.csv")
    ) >= 7
    table = rows(out, "lines.csv")
    assert all(
        set(row) == {"time_s", "kind", "text"} and float(row["time_s"]) >= 0 for row in table
    )


def test_the_record_says_what_was_weighed_and_when_it_began(tmp_path):
    log = run(tmp_path, Virtual("mt-sics"), for_s=5)
    log.add_facts({"identity": {"model": "XP205"}})
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["balance"] == "mt-sics:virtual" and record["identity"] == {"model": "XP205"}
    assert record["started_utc"].startswith("2026-01-05T08:00")
