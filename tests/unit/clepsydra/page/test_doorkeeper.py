"""Who may talk to the page."""

import pytest
from starlette.testclient import TestClient

from tests.rigs.page_rig import HOST, ORIGIN, TOKEN


@pytest.fixture
def stranger(shared):
    return TestClient(shared.app, base_url=ORIGIN)


def test_without_the_token_nothing_is_shown_and_nothing_is_done(stranger, shared):
    for path in ("/", "/log.csv", "/static/live.js", "/live", "/?token=wrong", "/?token="):
        assert stranger.get(path).status_code == 403, path
    assert stranger.post("/stop", headers={"origin": ORIGIN}).status_code == 403
    assert shared.changes == []


def test_the_token_is_taken_once_into_a_strict_cookie_and_out_of_the_address(stranger):
    answer = stranger.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8477", "127.0.0.1", "", "localhost:1"]
)
def test_another_name_of_this_server_is_refused(host, shared):
    assert shared.client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", f"https://{HOST}", f"{ORIGIN}.evil.example"]
)
def test_a_form_of_another_site_is_refused_even_a_stop(origin, shared):
    headers = {} if origin is None else {"origin": origin}
    for path in ("/stop", "/acknowledge", "/bolus", "/propose/start"):
        assert shared.client.post(path, headers=headers).status_code == 403
    assert shared.changes == []


def test_each_answer_bears_a_policy_that_lets_nothing_in_from_elsewhere(shared, stranger):
    answers = [shared.client.get(path) for path in ("/", "/nowhere", "/static/instrument.css")]
    for answer in [*answers, stranger.get("/")]:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_a_form_that_is_too_long_is_refused(shared):
    assert shared.send("/bolus", amount="2" * 100_000, over="10 min").status == 413
    assert shared.changes == []


@pytest.mark.parametrize(
    "text", ['"><script>alert(1)</script>', "' onfocus=alert(1) x='", "{{ 12345*6789 }}"]
)
def test_what_is_typed_stays_text(text, shared):
    shared.get("/bolus")
    shown = shared.send("/bolus", amount=text, over="10 min")
    assert "<script>alert" not in shown.text and "83810205" not in shown.text
    assert shown.status == 422
