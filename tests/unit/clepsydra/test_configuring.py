"""`config pull`, `diff`, `push` and `console`: a pump is configured over its link."""

import json

import pytest

from clepsydra import errors
from clepsydra.confirmed_pump import ConfirmedPump
from tests.rigs.driven_pump import FLEX_WEEK

TITRATION = FLEX_WEEK.with_name("titration.toml")


@pytest.fixture
def pulled(run, tmp_path):
    path = tmp_path / "mine.json"
    assert run("config", "pull", str(path)).status == 0
    return path


def changed(path, **sections):
    config = json.loads(path.read_bytes())
    for section, values in sections.items():
        if isinstance(values, dict):
            config[section].update(values)
        else:
            config[section] = values
    other = path.with_name("other.json")
    other.write_text(json.dumps(config, indent=1))
    return other


def test_a_configuration_that_was_pulled_is_compared_and_is_the_same(run, pulled):
    assert "nothing but the program differs" in run("config", "diff", str(pulled)).out
    said = run("config", "push", str(pulled))
    assert (said.status, "stores already" in said.err) == (2, True)
    assert run("config", "pull", str(pulled)).status == 2  # it would be overwritten


def test_a_configuration_is_reviewed_confirmed_stored_and_the_pump_comes_up_with_it(
    run, driven, pulled
):
    path = changed(pulled, name="bench 2", limits={"bolus_lockout_s": 7200})
    shown = run("config", "diff", str(path)).out
    assert ["limits.bolus_lockout", "0", "ms", "2", "h"] in [
        row.split() for row in shown.splitlines()
    ]
    assert run("config", "push", str(path), "--yes").status == 2
    assert run("config", "push", str(path), "--confirm", "1 ug").status == 2
    assert driven.changes == []
    said = run("config", "push", str(path), "--confirm", "400 ug")
    assert said.status == 0, said
    assert "sent, read back, equal" in said.out and said.out.rstrip().endswith("STOPPED")
    pump = driven.pump()
    assert pump.config == json.loads(path.read_bytes())
    assert [one["do"] for one in driven.changes] == ["confirm"]
    assert "CONFIG_STORED" in [event.kind for event in pump.events()]
    pump.set_clock()
    pump.start()


def test_a_scenario_is_a_configuration_too(run, driven):
    said = run("config", "push", str(TITRATION), typed="100\n")
    assert said.status == 0, said
    assert driven.pump().config["name"] == "Titration"


def test_a_pump_that_infuses_takes_no_configuration(run, driven, pulled):
    path = changed(pulled, name="bench 2")
    pump = driven.pump()
    pump.set_clock()
    pump.start()
    said = run("config", "push", str(path), "--confirm", "400 ug")
    assert (said.status, "only in STOPPED, EMPTY, FAULT" in said.err) == (1, True)
    assert pump.status().state == "INFUSING"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"limits": {"blind_pl": 0}}, "limits.blind_pl is 0"),
        ({"board": "esp32_s3"}, "board is 'esp32_s3'"),
        ({"drug": {"conc_ng_per_ml": -1}}, "drug.conc_ng_per_ml is -1"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused_by_the_pump_itself(
    run, driven, pulled, wrong, named
):
    said = run("config", "push", str(changed(pulled, **wrong)), "--confirm", "400 ug")
    assert (said.status, named in said.err) == (1, True), said
    assert driven.changes == []


def test_what_is_no_configuration_is_no_configuration(run, tmp_path):
    path = tmp_path / "none.json"
    for text in ("[]", "{", ""):
        path.write_text(text)
        assert run("config", "push", str(path)).status == 2
    assert run("config", "push", str(tmp_path / "gone.toml")).status == 2


def test_a_line_that_is_lost_while_the_pump_comes_up_is_a_lost_pump(driven, monkeypatch):
    monkeypatch.setattr("clepsydra.link.session.BACK_MS", 0)
    pump = driven.pump()
    config = dict(pump.config, name="bench 2")
    pending = pump.stage_config(config)
    monkeypatch.setattr(pump.session, "greet", lambda: (_ for _ in ()).throw(errors.NoPump("gone")))
    with pytest.raises(errors.NoPump):
        pump.store_config(config, pending)
    assert driven.pump().config == config  # it was carried out all the same


def test_the_console_is_handed_over_at_rest_alone(run, driven):
    pump = driven.pump()
    pump.set_clock()
    pump.start()
    said = run("console", "--yes")
    assert (said.status, "not taken in state INFUSING" in said.err) == (1, True)
    pump.stop()
    assert run("console", typed="n\n").status == 2
    assert pump.status().state == "STOPPED"


def test_a_tenfold_slip_in_a_configuration_is_said_and_another_concentration_typed_twice(
    run, driven, pulled
):
    path = changed(
        pulled,
        drug={"conc_ng_per_ml": 200_000},
        head={"pl_per_rev": 100_000_000},
        reservoir={"fill_pl": 5_000_000_000},
        limits={"max_bolus_ng": None},
    )
    push = ("config", "push", str(path), "--confirm", "400 ug")
    said = run(*push)
    for text in (
        "drug.conc is 10 times less: is its unit right?",
        "head.per_rev is 10 times as much: is its unit right?",
        "at that concentration the program gives 2 mL a day, and 0.2 mL at the one of now",
        "another fill changes no books",
        "limits.max_bolus is taken away, it was 100 ug",
    ):
        assert f"WARNING     {text}" in said.out, said.out
    assert said.status == 2 and "--confirm-concentration" in said.err
    assert run(*push, "--confirm-concentration", "2000 ug/mL").status == 2
    assert driven.changes == []
    assert run(*push, "--confirm-concentration", "200 ug/mL").status == 0
    assert driven.pump().conc_ng_per_ml == 200_000


def refilled(driven):
    """Its reservoir holds 500 ug/mL by a refill; what it stores states 2000 ug/mL."""
    pump = driven.pump()
    pump.session.ask("refill", fill_pl=15 * 10**9, withdrawn_pl=0, conc_ng_per_ml=500_000)
    driven.changes.clear()
    return pump


def test_what_was_pulled_after_a_refill_is_pushed_with_another_field_and_keeps_the_concentration(
    run, driven, tmp_path
):
    refilled(driven)
    path = tmp_path / "mine.json"
    brought = (
        "drug        the last refill has brought baclofen 500 ug/mL; the stored configuration "
        "states baclofen 2000 ug/mL"
    )
    assert brought in run("config", "show").out
    said = run("config", "pull", str(path))
    assert (said.status, brought in said.out) == (0, True), said
    other = changed(path, limits={"bolus_lockout_s": 7200})
    shown = run("config", "diff", str(other)).out
    assert brought in shown and "drug.conc" not in shown
    said = run("config", "push", str(other), "--confirm", "400 ug")
    assert said.status == 0, said
    pump = driven.pump()
    assert pump.status().conc_ng_per_ml == 500_000 and pump.stored_drug == pump.config["drug"]
    assert pump.config == json.loads(other.read_bytes())
    assert brought not in run("config", "show").out


def test_a_file_from_before_a_refill_with_another_concentration_takes_it_back_only_typed_twice(
    run, driven, pulled
):
    refilled(driven)
    path = changed(pulled, limits={"bolus_lockout_s": 7200})
    push = ("config", "push", str(path), "--confirm", "400 ug")
    said = run(*push)
    assert (said.status, "--confirm-concentration" in said.err) == (2, True), said
    assert ["drug.conc", "500", "ug/mL", "2000", "ug/mL"] in [
        r.split() for r in said.out.split("\n")
    ]
    assert "0.2 mL a day, and 0.8 mL at the one of now: does the reservoir hold it?" in said.out
    assert run(*push, "--confirm-concentration", "500 ug/mL").status == 2
    assert driven.changes == []
    assert run(*push, "--confirm-concentration", "2000 ug/mL").status == 0
    assert driven.pump().status().conc_ng_per_ml == 2_000_000


def test_a_pump_that_is_refilled_while_a_configuration_is_reviewed_stores_nothing(driven):
    pump = driven.pump()
    after = dict(pump.config, name="bench 2")
    pending = pump.stage_config(after)
    refilled(driven)
    with pytest.raises(errors.Refused, match="what is in force has changed"):
        pump.store_config(after, pending)
    pending = pump.stage_config(after)
    with pytest.raises(errors.Refused, match="the reservoir holds baclofen, 500000 ng/mL"):
        pump.session.ask("confirm", digest=pending.digest)
    assert driven.pump().stored_drug["conc_ng_per_ml"] == 2_000_000


def test_python_takes_a_refill_back_by_its_concentration_alone_and_keeps_it_otherwise(driven):
    before = driven.pump().config
    refilled(driven)
    pump = ConfirmedPump(driven.session(), "sim:test")
    kept, lost = dict(pump.config, name="bench 2"), dict(before, name="bench 2")
    pending = pump.stage_config(lost)
    for confirm in ({}, {"confirm_concentration": "500 ug/mL"}):
        with pytest.raises(errors.NotConfirmed, match="concentration"):
            pump.store_config(lost, pending, confirm="400 ug", **confirm)
    assert driven.changes == []
    pump.store_config(kept, pump.stage_config(kept), confirm="400 ug")
    assert pump.status().conc_ng_per_ml == 500_000 and pump.config == kept
