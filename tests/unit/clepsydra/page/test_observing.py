"""`/metrics` and `/api/v1/status`: what programs read of the page's server, and who may."""

import os

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as in_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from clepsydra import __main__ as cli
from clepsydra.page.observing import METRICS, READ_ONLY, STATUS
from clepsydra.page.read_token import LEAST, token_in
from clepsydra.page.web_app import application
from firmware.alarms.alarm_table import TABLE
from tests.rigs.page_rig import HOST, ORIGIN, TOKEN

READ_TOKEN = "read-" * 5


@pytest.fixture(scope="module")
def program(shared):
    """A program that reads: it has the token for that alone, and no cookie."""
    app = application(shared.site, {HOST}, TOKEN, read_token=READ_TOKEN)
    client = TestClient(app, base_url=ORIGIN)
    client.headers["authorization"] = f"Bearer {READ_TOKEN}"
    return client


def samples(text, parse=text_string_to_metric_families):
    """{(name, labels as pairs): value}"""
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in parse(text)
        for one in family.samples
    }


def measured(rig, program):
    """What both say of one and the same look at the pump."""
    before = None
    while before is None or before.at_s != rig.owner.glance.at_s:
        before = rig.owner.glance
        text = program.get(METRICS).text
    return before.status.raw, samples(text)


def test_the_measures_are_what_the_pump_says_in_the_units_of_their_names(shared, program):
    raw, found = measured(shared, program)
    assert found[("clepsydra_up",)] == 1
    assert found[("clepsydra_permitted_ml_per_day",)] == raw["permitted_pl_per_day"] / 1e9 > 0
    assert found[("clepsydra_delivered_ml_total",)] == raw["ledger_pl"] / 1e9 > 0
    assert found[("clepsydra_emitted_steps_total",)] == raw["emitted_steps"] > 0
    assert found[("clepsydra_reservoir_ml",)] == raw["residual_pl"] / 1e9
    assert found[("clepsydra_concentration_ug_per_ml",)] == 2000
    assert found[("clepsydra_cap_24h_ug",)] == 1500
    assert found[("clepsydra_state", ("state", "INFUSING"))] == 1
    states = [value for key, value in found.items() if key[0] == "clepsydra_state"]
    assert sum(states) == 1 and len(states) == 5
    steps = [value for key, value in found.items() if key[0] == "clepsydra_source_steps_total"]
    assert sum(steps) == raw["emitted_steps"]
    (info,) = [dict(key[1:]) for key in found if key[0] == "clepsydra_pump_info"]
    assert info["serial"] == shared.owner.glance.identity.serial and info["drug"] == "baclofen"


def test_each_alarm_has_a_measure_and_null_has_none(shared, program):
    raw, found = measured(shared, program)
    names = [dict(key[1:])["alarm"] for key in found if key[0] == "clepsydra_alarm"]
    assert sorted(names) == sorted(row.name for row in TABLE.values())
    named = {
        "reservoir_low_in_seconds": "low_in_ms",
        "refill_by_timestamp_seconds": "next_refill_s",
    }
    for name, field in named.items():
        assert ((f"clepsydra_{name}",) in found) == (raw[field] is not None)


def test_an_alarm_is_measured_by_its_priority(infusing):
    infusing.run(90_000, fault={"kind": "stall", "lasts_ms": 3600_000})
    infusing.owner.look().result()
    found = samples(infusing.client.get(METRICS).text)
    assert found[("clepsydra_alarm", ("alarm", "MOTOR_STALL"))] == 3
    assert found[("clepsydra_alarms_unacknowledged",)] >= 1
    assert found[("clepsydra_state", ("state", "INFUSING"))] == 0
    assert "MOTOR_STALL" in [
        alarm["name"] for alarm in infusing.client.get(STATUS).json()["status"]["alarms"]
    ]


def test_openmetrics_is_answered_to_who_asks_for_it(program):
    asked = {"accept": "application/openmetrics-text; version=1.0.0; charset=utf-8"}
    answer = program.get(METRICS, headers=asked)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert samples(answer.text, in_openmetrics)[("clepsydra_up",)] == 1
    assert program.get(METRICS).headers["content-type"].startswith("text/plain; version=")


def test_the_status_is_that_of_the_programmer_and_bears_its_version(shared, program):
    answer = program.get(STATUS)
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["version"], told["trouble"], told["pump"]) == (1, "", "sim:test")
    assert told["identity"] == shared.owner.glance.identity._asdict()
    assert set(shared.owner.glance.status.raw) - {"id", "ok"} <= set(told["status"])
    assert 0 <= told["age_ms"] < 3_600_000


def test_a_pump_that_does_not_answer_is_down_and_its_last_status_is_called_old(page):
    page.owner.look().result()
    page.owner.trouble = "the line broke"  # as after NoPump
    found = samples(page.client.get(METRICS).text)
    told = page.client.get(STATUS).json()
    if page.owner.trouble:  # it has not looked again meanwhile
        assert found[("clepsydra_up",)] == 0
        assert told["trouble"] == "the line broke"


def test_a_pump_that_was_never_seen_is_down(page):
    page.owner.close()
    page.owner.glance, page.owner.trouble = None, "no pump"
    assert samples(page.client.get(METRICS).text) == {("clepsydra_up",): 0}
    answer = page.client.get(STATUS)
    assert (answer.status_code, answer.json()) == (503, {"version": 1, "trouble": "no pump"})


def test_who_reads_opens_nothing_else_and_drives_nothing(program, shared):
    for path in ("/", "/log.csv", "/live", "/static/live.js", "/metrics/", "/api/v1"):
        assert program.get(path).status_code == 403, path
    for path in ("/stop", *READ_ONLY):
        headers = {"origin": ORIGIN}
        assert program.post(path, headers=headers).status_code in (401, 403), path
    assert shared.changes == []


@pytest.mark.parametrize("told", [None, "Bearer wrong", f"Basic {READ_TOKEN}", "Bearer ", "Bearer"])
def test_without_the_token_nothing_is_read(told, program):
    headers = {"authorization": told or ""}
    for path in READ_ONLY:
        answer = program.get(path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert program.get(METRICS, headers={"host": "evil.example"}).status_code == 403


def test_without_a_file_for_it_only_the_token_of_the_page_reads(shared):
    stranger = TestClient(shared.app, base_url=ORIGIN)
    for brought, status in (("None", 401), ("", 401), (TOKEN, 200)):
        headers = {"authorization": f"Bearer {brought}"}
        assert stranger.get(METRICS, headers=headers).status_code == status
    assert stranger.get("/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 403


def test_the_token_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "token"
    made = token_in(str(file))
    assert len(made) >= LEAST and token_in(str(file)) == made
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("held", ["", "short", "two words that are long", "\xe9" * 20])
def test_a_file_that_holds_no_token_is_refused(held, tmp_path, capsys):
    file = tmp_path / "token"
    file.write_bytes(held.encode("latin-1"))
    file.chmod(0o600)
    assert cli.main(["serve", "--pump", "sim", "--read-token", str(file)]) == 2
    assert f"--read-token {file}" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_token_that_everybody_may_read_is_refused(tmp_path, capsys):
    file = tmp_path / "token"
    file.write_text("t" * 30)
    file.chmod(0o644)
    assert cli.main(["serve", "--pump", "sim", "--read-token", str(file)]) == 2
    assert "chmod o-r" in capsys.readouterr().err
