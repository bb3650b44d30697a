"""`scan before` and `scan after`: nothing is changed, and what was missed is said in ug."""

import json
import re

import pytest

from clepsydra.prescription.missed import between
from clepsydra.pump import scan_notes
from clepsydra.verbs.verb_options import meant_by
from firmware.units import MS_PER_HOUR, MS_PER_MIN
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

MRI = FLEX_WEEK.with_name("mri_scan.toml")
FIELD = {
    "kind": "magnet",
    "lasts_ms": 45 * MS_PER_MIN,
    "recovers_after_ms": 2 * MS_PER_HOUR,
    "encoder": "silent",
}
WAIT = ("--wait", "0.1 s")


@pytest.fixture(autouse=True)
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv(scan_notes.ENVIRONMENT, str(tmp_path / "notes"))


@pytest.fixture
def scanned(tmp_path):
    with DrivenPump(tmp_path, MRI, on="micropython") as driven:
        driven.infuse(3 * MS_PER_HOUR)
        yield driven


@pytest.fixture
def run_scanned(scanned, monkeypatch, capsys):
    return commands_of(scanned, monkeypatch, capsys)


def missed_ug(said):
    return float(re.search(r"missed +([\d.]+) ug", said.out)[1])


# trace: S26.1
def test_before_and_after_print_state_dose_and_alarms_and_change_nothing(run_scanned, scanned):
    before = run_scanned("scan", "before")
    assert before.status == 0, before
    for text in ("INFUSING", "dose", "flex,", "alarms       none", "clepsydra scan after"):
        assert text in before.out
    scanned.run(FIELD["lasts_ms"] + 60_000, fault=FIELD)
    during = run_scanned("scan", "after", *WAIT)
    assert during.status == 0, during
    assert "MOTOR_STALL" in during.out
    scanned.run(3 * MS_PER_HOUR)
    after = run_scanned("scan", "after", *WAIT)
    assert "INFUSING" in after.out
    assert "stall: recovered" in after.out
    assert "again " in after.out
    assert scanned.changes == []


# trace: S26.1
@pytest.mark.parametrize("recovers_after_h", [0, 2])
def test_what_was_missed_is_what_the_world_did_not_get(recovers_after_h, run_scanned, scanned):
    left_pl = scanned.live.world["reservoir_pl"]
    run_scanned("scan", "before")
    pump = scanned.pump()
    status, meant = pump.status(), meant_by(pump)
    began_ms = status.raw["now_ms"]
    field = {**FIELD, "recovers_after_ms": recovers_after_h * MS_PER_HOUR}
    scanned.run(5 * MS_PER_HOUR, fault=field)
    said = run_scanned("scan", "after", *WAIT)
    gone_ms = pump.status().raw["now_ms"] - began_ms
    local_ms = (status.raw["wall_s"] + status.raw["offset_s"]) * 1000
    prescribed_pl, at_ms = 0, local_ms  # minute by minute, by the rates alone
    while at_ms < local_ms + gone_ms:
        rate, _ = meant.rate_at(at_ms)
        part_ms = min(MS_PER_MIN, local_ms + gone_ms - at_ms)
        prescribed_pl += rate * part_ms / 86_400_000
        at_ms += part_ms
    got_pl = left_pl - scanned.live.world["reservoir_pl"]
    truth_ug = (prescribed_pl - got_pl) * 2000 / 1e9
    assert truth_ug > (0.75 + recovers_after_h) * 300 / 24 * 0.9
    assert abs(missed_ug(said) - truth_ug) < 0.5  # two readings, and a step of 6 ng


def test_where_nothing_was_missed_nothing_is_said_to_be(run_scanned, scanned):
    run_scanned("scan", "before")
    scanned.run(5 * MS_PER_HOUR)
    assert missed_ug(run_scanned("scan", "after", *WAIT)) == 0


def test_a_bolus_meanwhile_does_not_hide_what_was_missed(run_scanned, scanned):
    run_scanned("scan", "before")
    scanned.pump().bolus("20 ug", over="10 min")
    scanned.run(MS_PER_HOUR)
    scanned.run(4 * MS_PER_HOUR, fault={**FIELD, "recovers_after_ms": 0})
    missed = missed_ug(run_scanned("scan", "after", *WAIT))
    assert 0.75 * 300 / 24 < missed < 1.5 * 400 / 24


def test_the_second_look_says_whether_anything_moves(run_shared, shared):
    said = run_shared("scan", "after", "--wait", "0.5 s")
    went, moved = re.search(r"(\d+) steps went out, (\d+) moved", said.out).groups()
    assert went == moved
    assert "nobody knows: no `scan before`" in said.out
    assert shared.changes == []


def test_another_program_or_other_books_leave_it_unknown(run_scanned, scanned):
    run_scanned("scan", "before")
    path = scan_notes.place("sim-1")
    note = json.loads(path.read_text())
    path.write_text(json.dumps({**note, "program_sha256": "0"}))
    assert "nobody knows: the program is another" in run_scanned("scan", "after", *WAIT).out
    later = {**note["status"], "emitted_steps": note["status"]["emitted_steps"] + 10**6}
    path.write_text(json.dumps({**note, "status": later}))
    assert "started anew meanwhile" in run_scanned("scan", "after", *WAIT).out
    path.write_text("{")
    assert "nobody knows: no `scan before`" in run_scanned("scan", "after", *WAIT).out


def test_over_a_power_up_civil_time_counts_and_without_it_nobody_knows(shared):
    pump = shared.pump()
    raw, meant = pump.status().raw, meant_by(pump)
    later = {**raw, "now_ms": 5, "wall_s": raw["wall_s"] + 3600}
    assert between(raw, later, meant, pump.config).span_ms == 3_600_000
    assert between(raw, {**later, "wall_s": None}, meant, pump.config) is None
    assert between(raw, {**raw, "now_ms": raw["now_ms"] + 5}, meant, pump.config).span_ms == 5


def test_as_json_it_has_both_looks_and_the_number(run_scanned):
    assert json.loads(run_scanned("scan", "before", "--json").out)["state"] == "INFUSING"
    table = json.loads(run_scanned("scan", "after", *WAIT, "--json").out)
    assert table["first"]["now_ms"] < table["second"]["now_ms"]
    assert table["missed_ng"] == table["missed_pl"] * 2_000_000 // 10**9


def test_a_note_that_cannot_be_kept_is_said(run_shared, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(scan_notes.ENVIRONMENT, str(tmp_path / "file" / "notes"))
    said = run_shared("scan", "before")
    assert said.status == 2
    assert "name a folder in CLEPSYDRA_NOTES" in said.err
