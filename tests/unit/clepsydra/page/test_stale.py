"""A page that is no longer true changes nothing, whatever has happened to the pump meanwhile."""

import pytest

MOVES = {
    "stopped": (lambda pump: pump.stop(), "the state was INFUSING and is STOPPED"),
    "another bolus": (lambda pump: pump.bolus("5 ug", "1 min"), "the last bolus was none"),
    "another program": (
        lambda pump: pump.set_program({"mode": "continuous", "dose_ng_per_day": 100_000}),
        "the program was",
    ),
    "refilled": (lambda pump: pump.refill("1 mL", "0 mL"), "the fill count was 0 and is 1"),
    "another zone": (
        lambda pump: pump.session.ask(
            "set_clock", wall_s=pump.status().raw["wall_s"], offset_s=7200
        ),
        "the clock was",
    ),
}


@pytest.mark.parametrize("what", MOVES)
def test_a_form_that_was_filled_in_before_it_is_refused(what, infusing):
    move, told = MOVES[what]
    infusing.get("/bolus")
    infusing.owner.do(move).result()
    infusing.driven.changes.clear()
    shown = infusing.send("/bolus", amount="20 ug", over="10 min")
    assert shown.status == 409, shown.words
    assert told in shown.words and 'value="20 ug"' in shown.text
    again = infusing.send("/bolus", amount="20 ug", over="10 min")
    assert again.path.startswith("/review/")
    assert infusing.changes == []


@pytest.mark.parametrize("what", MOVES)
def test_a_review_that_was_opened_before_it_is_refused(what, infusing):
    move, told = MOVES[what]
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    infusing.owner.do(move).result()
    infusing.driven.changes.clear()
    done = infusing.confirm(review, "20")
    assert "No longer as it was shown" in done.words and told in done.words
    assert infusing.changes == []


def test_a_start_that_was_under_review_when_stop_was_pressed_is_not_sent(page):
    page.get("/")
    review = page.send("/propose/start")
    page.send("/stop")
    done = page.confirm(review)
    assert "the STOP of this page was pressed 0 times and is pressed 1 times" in done.words
    assert page.changes == [{"do": "stop"}]


def test_of_two_tabs_only_the_first_gives_its_bolus(infusing):
    infusing.get("/bolus")
    one = infusing.send("/bolus", amount="20 ug", over="1 min")
    infusing.get("/bolus")
    two = infusing.send("/bolus", amount="20 ug", over="1 min")
    assert "accepted" in infusing.confirm(one, "20").words
    assert "No longer as it was shown" in infusing.confirm(two, "20").words
    assert len(infusing.changes) == 1


def test_a_form_that_nobody_has_shown_is_refused(infusing):
    shown = infusing.send("/bolus", mark="0" * 16, amount="20 ug", over="10 min")
    assert shown.status == 409 and "too old" in shown.words
    assert infusing.changes == []


def test_after_a_power_cut_a_review_of_before_is_void(infusing):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    infusing.run(1000, fault={"kind": "power_cut", "lasts_ms": 500})
    infusing.run(2000)
    infusing.driven.changes.clear()
    assert "No longer as it was shown" in infusing.confirm(review, "20").words
    assert infusing.changes == []


def test_after_a_line_that_broke_a_review_of_before_is_void(infusing, monkeypatch):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    given = infusing.driven.write

    def unplugged(data):
        raise OSError("gone")

    monkeypatch.setattr(infusing.driven, "write", unplugged)
    shown = infusing.get("/")
    assert shown.status == 503 and "The pump goes on as it is" in shown.words
    monkeypatch.setattr(infusing.driven, "write", given)
    infusing.driven.changes.clear()
    assert "No longer as it was shown" in infusing.confirm(review, "20").words
    assert infusing.changes == []


@pytest.mark.parametrize(
    "path", ["/", "/day", "/program", "/bolus", "/refill", "/set-up", "/report"]
)
def test_a_pump_that_is_unplugged_is_said_on_every_page(path, infusing, monkeypatch):
    def unplugged(data):
        raise OSError("gone")

    monkeypatch.setattr(infusing.driven, "write", unplugged)
    shown = infusing.get(path)
    assert shown.status == 503
    assert "This cannot be shown" in shown.words and ">STOP</button>" in shown.text
