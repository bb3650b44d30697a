"""What the page shows of a simulated pump."""

import asyncio
import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest

from clepsydra.page import showing
from clepsydra.page.curve import curve
from clepsydra.page.drawing import nice
from clepsydra.page.site import unbroken
from firmware.units import MS_PER_DAY, MS_PER_HOUR

PATHS = (
    *("/", "/day", "/week", "/program", "/bolus", "/refill", "/titration", "/line", "/patient"),
    *("/log", "/report", "/set-up"),
)


def test_now_shows_state_rate_doses_reservoir_and_clock(infusing):
    words = infusing.get("/").words
    for part in (
        "INFUSING",
        "Last 24 h",
        "cap 1500 ug",
        "of 20 mL",
        "REFILL BY",
        "flex, 400 ug/d",
        "baclofen, 2000 ug/mL",
        "ahead of this computer",
    ):
        assert part in words, part


def test_a_stall_is_shown_with_what_to_do_and_what_is_missing(infusing):
    infusing.run(MS_PER_HOUR, fault={"kind": "stall"})
    words = infusing.get("/log").words
    assert "STALLED" in words
    assert "HIGH MOTOR_STALL" in words and "look for a magnet" in words
    infusing.run(MS_PER_HOUR)
    now = infusing.get("/").words
    assert "and the pump is STALLED" in now
    drawn = drawn_by(infusing)
    assert drawn.missed_pl > 0
    assert [name for _, _, name, _ in drawn.bars] == ["MOTOR_STALL", "UNDER_DELIVERY"]
    assert 'class="missed"' in infusing.get("/day").text


def drawn_by(page, span_ms=MS_PER_DAY):
    def pull_all(pump):
        while page.owner.mirror.pull(pump.session):
            pass

    page.owner.do(pull_all).result()
    return curve(page.owner.look().result(), page.owner.mirror.events, span_ms)


def test_the_curve_adds_up_to_what_the_pump_has_delivered(infusing):
    infusing.run(30 * MS_PER_HOUR)
    infusing.owner.do(lambda pump: pump.bolus("20 ug", "10 min")).result()
    infusing.run(MS_PER_HOUR)
    drawn = drawn_by(infusing, 7 * MS_PER_DAY)
    truth_pl = infusing.owner.look().result().status.raw["ledger_pl"]
    assert drawn.given_pl == pytest.approx(truth_pl, rel=2e-3)
    assert [text for _, text in drawn.ticks] == ["bolus of 20 ug"]
    assert drawn.missed_pl == 0
    day = drawn_by(infusing)
    given_ng = infusing.owner.look().result().status.raw["delivered_24h_ng"]
    assert day.given_pl * 2_000_000 / 10**9 == pytest.approx(given_ng, rel=5e-3)


def test_the_curve_looks_for_the_last_power_up_once_however_many_events_there_are(shared):
    """Once for each event made a page of some thousands hold up all others, a STOP too."""
    looks = []

    class Looked(list):
        def __reversed__(self):
            looks.append(1)
            return super().__reversed__()

    shared.get("/")
    events = Looked(shared.site.owner.mirror.events)
    assert len(events) > 3
    curve(shared.site.owner.glance, events, MS_PER_DAY)
    assert len(looks) == 1


def test_nothing_is_drawn_of_a_time_that_nobody_knows(page):
    assert drawn_by(page).stretches == []
    assert "nothing was kept" in page.get("/day").text


@pytest.mark.parametrize(("value", "step"), [(0.03, 0.05), (1, 1), (1.2, 2), (23, 25), (112, 200)])
def test_the_scale_has_round_steps(value, step):
    assert nice(value) == pytest.approx(step)


def test_the_log_has_each_event_and_can_be_narrowed_and_taken_away(infusing):
    infusing.run(2000)
    drawn_by(infusing)
    assert "state: STOPPED to INFUSING" in infusing.get("/log").words
    assert "state: STOPPED" not in infusing.get("/log?of=alarms").words
    rows = list(csv.DictReader(io.StringIO(infusing.client.get("/log.csv").text)))
    assert rows[0]["kind"] == "BOOT" and len(rows) == len(infusing.owner.mirror.events)


def test_the_report_has_what_was_changed_from_the_page_and_what_came_of_it(infusing):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    infusing.confirm(review, "20")
    words = infusing.get("/report").words
    for part in (
        "Session report",
        "serial sim-1",
        "cap 100 ug",
        "cap 1500 ug",
        "Bolus of 20 ug accepted: 0.01 mL over 10 min",
        "Never on a person or an animal",
    ):
        assert part in words, part


def test_news_come_with_each_look_and_say_what_changed(infusing):
    async def two():
        news = showing.news(infusing.site)
        first = await anext(news)
        infusing.owner.do(lambda pump: pump.stop())
        found = [first]
        while '"say": "STOPPED' not in found[-1]:
            found.append(await anext(news))
        await news.aclose()
        return found

    infusing.get("/")
    found = [json.loads(text.removeprefix("data: ")) for text in asyncio.run(two())]
    assert found[0]["say"].startswith("INFUSING, ")
    assert found[-1]["say"] == "STOPPED, 0 ug/d"
    assert set(found[-1]["parts"]) == {"state", "alarms", "dial", "latest"}
    assert infusing.owner._listeners == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_whole_and_holds_nothing_that_its_policy_forbids(path, shared):
    shown = shared.get(path)
    assert shown.status == 200
    tree = Tree(shown.text)
    assert tree.open == []
    assert len(tree.ids) == len(set(tree.ids))
    assert not re.search(r'\son\w+="|\sstyle="|<style|javascript:', shown.text)
    assert tree.scripts == ["/static/live.js"]
    assert tree.unlabelled() == []


class Tree(HTMLParser):
    """Which elements stay open, ids, and fields with the ids of labels."""

    VOID = ("meta", "link", "input", "br", "rect", "line", "path")

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.scripts, self.fields, self.labels = [], [], [], [], []
        self._in_label = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids += [found["id"]] if "id" in found else []
        self.scripts += [found["src"]] if tag == "script" else []
        self.labels += [found["for"]] if tag == "label" and "for" in found else []
        if tag in ("input", "textarea", "select") and found.get("type") != "hidden":
            named = "aria-label" in found or "label" in self.open
            self.fields += [] if named else [found.get("id", "none")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def unlabelled(self):
        return [field for field in self.fields if field not in self.labels]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("400 ug/d = 0.2 mL/d", "400~ug/d = 0.2~mL/d"),
        ("cap 1500 ug, in 10 min", "cap 1500~ug, in 10~min"),
        ("2000 ug/mL, +13.4 %", "2000~ug/mL, +13.4~%"),
        ("22:30, in 12.4 h: 250 ng", "22:30, in 12.4~h: 250~ng"),
        (
            "40 steps went out, 1 were sensed; 6 Jan 2026",
            "40 steps went out, 1 were sensed; 6 Jan 2026",
        ),
    ],
)
def test_no_line_ends_between_a_number_and_its_unit(text, kept):
    assert unbroken(text).replace("\u00a0", "~") == kept
