"""Stories of who the pump is: what it says of itself, its texts in pieces, events missed and asked
for.
"""

import binascii
import hashlib
import json

from firmware import version
from firmware.link.canonical import canonical
from tests.rigs.doses import in_doses
from tests.rigs.pump import UL, Bench, at_any_tick

CONC = 2_000_000  # of the bench
FLEX = {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": [[0, 1_000_000], [3600, 2_000_000]]}


def sha256(data):
    return binascii.hexlify(hashlib.sha256(data).digest()).decode()


def text_of(bench, what):
    """The whole of a text, fetched piece by piece; each reply must say the same size and digest."""
    text, first = "", None
    while True:
        reply = bench.ok("get", what=what, at=len(text))
        first = first or reply
        assert (reply["size"], reply["sha256"]) == (first["size"], first["sha256"])
        if not reply["text"]:
            break
        assert len(reply["text"]) <= 1024
        text += reply["text"]
    data = bytes(map(ord, text))
    assert (len(data), sha256(data)) == (first["size"], first["sha256"])
    return data


# trace: wrong version
@at_any_tick
def test_a_pump_says_which_firmware_it_runs_and_what_it_is_set_to():
    bench = Bench(rate_pl_per_day=500 * UL)
    reply = bench.ok("hello")
    assert reply["firmware"] == version.TEXT
    assert reply["protocol"] == version.PROTOCOL
    assert (reply["commit"], reply["dirty"], reply["board"]) == ("unknown", None, None)
    assert reply["serial"] == bench.hal.power.serial()
    assert reply["config_sha256"] == sha256(json.dumps(bench.config).encode())
    assert reply["program_sha256"] == sha256(canonical(bench.config["program"]))


@at_any_tick
def test_the_program_in_force_is_the_one_that_was_set_and_the_configuration_stays_as_stored():
    bench = Bench(rate_pl_per_day=500 * UL)
    before = bench.ok("hello")
    bench.ok("set_program", program=FLEX, confirm_no_therapy=1)
    after = bench.ok("hello")
    assert after["config_sha256"] == before["config_sha256"]
    assert (
        after["program_sha256"]
        == sha256(canonical(in_doses(FLEX, CONC)))
        != before["program_sha256"]
    )
    assert text_of(bench, "program") == canonical(in_doses(FLEX, CONC))
    assert text_of(bench, "config") == json.dumps(bench.config).encode()


@at_any_tick
def test_a_long_program_is_fetched_in_pieces():
    steps = [[1800 * n, 1_000_000 + n] for n in range(48)]
    week = {
        "mode": "weekly",
        "safe_rate_pl_per_day": 0,
        "patterns": {"a": steps, "b": steps},
        "days": ["a", "b", "a", "b", "a", "b", "a"],
    }
    bench = Bench(program=week)
    assert len(canonical(week)) > 1024
    assert text_of(bench, "program") == canonical(in_doses(week, CONC))


def test_a_configuration_that_cannot_be_used_can_still_be_read():
    stored = bytes(range(256)) * 5
    bench = Bench(stored=stored, start=False)
    assert bench.state() == "FAULT"
    assert text_of(bench, "config") == stored
    assert bench.ok("hello")["config_sha256"] == sha256(stored)
    assert text_of(bench, "program") == b'{"mode":"stopped"}'


def test_an_empty_store_is_an_empty_text():
    bench = Bench(stored=None, start=False)
    assert text_of(bench, "config") == b""


@at_any_tick
def test_a_far_end_that_was_away_asks_for_the_events_that_it_has_missed():
    bench = Bench(rate_pl_per_day=500 * UL)
    seen = bench.far_end.events[-1].seq
    bench.far_end.listening = False
    bench.pump.stop(bench.now_ms(), 1)
    bench.run_for(minutes=1)
    bench.far_end.listening = True
    reply = bench.ok("events_since", seq=seen)
    assert [event[0] for event in reply["events"]] == list(range(seen + 1, reply["last"] + 1))
    assert reply["gone"] == 0
    assert len(reply["events"]) >= 2
    assert bench.ok("events_since", seq=reply["last"])["events"] == []


def test_the_random_bytes_of_a_simulated_chip_follow_from_its_seed():
    first, again = Bench(start=False).hal.power, Bench(start=False).hal.power
    drawn = first.random(40)
    assert len(drawn) == 40
    assert again.random(40) == drawn
    assert first.random(40) != drawn
    assert first.serial() == again.serial()
