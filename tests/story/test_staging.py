"""Stories of stage and confirm: what a person has not confirmed changes nothing, and what is
confirmed is what was checked.
"""

import json

from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from firmware.link.frames import encode
from firmware.link.identity import CONFIG, PROGRAM
from hal.contract import INTENDED_RESET
from host_sim.machine.sim_power import PowerLost
from tests.rigs.config import made_config
from tests.rigs.pump import MONDAY_S, UL, Bench, at_any_tick, steps_at

RATE = 500 * UL
DAILY_NG = RATE * 2_000_000 // 10**9  # of the drug of these benches
TWICE = {"mode": "continuous", "dose_ng_per_day": 2 * DAILY_NG}
RAISING = {
    "mode": "plan",
    "advance": "confirm",
    "origin": "spinal",
    "stages": [
        {"days": 7, "program": {"mode": "continuous", "dose_ng_per_day": dose_ng}}
        for dose_ng in (DAILY_NG, 1_200_000, 1_400_000)
    ],
}


def stage(bench, what, value, part=100):
    """The reply to `stage`, after all parts of the text of that value."""
    text, sha256 = canonical(value).decode(), digest(value)
    size = len(text)
    for at in range(0, size, part):
        bench.ok("put", what=what, at=at, text=text[at : at + part])
    return bench.send("stage", what=what, size=size, sha256=sha256)


def store(bench, config, **stated):
    """Stage and confirm a configuration; the pump that comes up with it."""
    told = stage(bench, CONFIG, config)
    assert told["ok"] == 1, told
    try:
        bench.send("confirm", digest=told["digest"], **stated)
    except PowerLost:
        assert bench.far_end.replies[-1]["ok"] == 1
        stored = bench.hal.store.read("config.json")
        return bench.restart(stored=stored, cause=INTENDED_RESET)
    raise AssertionError("it does not come up anew")


# trace: GIP 2.1.1
@at_any_tick
def test_a_program_takes_effect_once_its_digest_is_confirmed_and_pulses_go_on():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    before = bench.ok("hello")["program_sha256"]
    told = stage(bench, PROGRAM, TWICE)
    assert (told["digest"], told["now"]) == (digest(TWICE)[:16], before[:16])
    assert (told["mode"], told["daily"], told["daily_now"]) == (
        "continuous",
        [2 * DAILY_NG],
        [DAILY_NG],
    )
    bench.run_for(minutes=1)
    assert bench.rate() == RATE
    bench.ok("confirm", digest=told["digest"])
    assert bench.rate() == 2 * RATE
    assert bench.ok("hello")["program_sha256"] == digest(TWICE)
    bench.run_for(minutes=10)
    assert bench.emitted() == steps_at(RATE, 660_000) + steps_at(2 * RATE, 600_000)
    assert bench.events("RUN_END") == []


@at_any_tick
def test_a_plan_is_answered_with_the_daily_dose_of_each_stage():
    bench = Bench(RATE)
    told = stage(bench, PROGRAM, RAISING)
    assert told["daily"] == [DAILY_NG, 1_200_000, 1_400_000]
    bench.ok("confirm", digest=told["digest"])
    assert bench.status()["plan"]["stages"] == 3


@at_any_tick
def test_a_program_without_a_digest_is_refused():
    bench = Bench(RATE)
    (reply,) = bench.send_bytes(encode({"id": 7, "do": "set_program", "program": TWICE}))
    assert (reply["error"], "put, stage" in reply["message"]) == ("NOT_NOW", True)
    assert bench.rate() == RATE


# trace: GIP 2.2.1, GIP 1.1.7
@at_any_tick
def test_an_abandoned_session_changes_nothing_and_is_forgotten_after_two_minutes():
    bench = Bench(RATE)
    told = stage(bench, PROGRAM, TWICE)
    bench.run_for(s=119)
    assert bench.pump.staged.section == TWICE
    bench.run_for(s=2)
    assert bench.pump.staged.section is None and bench.pump.staged.parts == []
    assert bench.refused("confirm", digest=told["digest"]) == "NOT_NOW"
    assert bench.rate() == RATE
    bench.ok("put", what=PROGRAM, at=0, text="[")
    bench.run_for(minutes=3)
    assert bench.pump.staged.size == 0
    assert bench.emitted() == steps_at(RATE, 301_000)


@at_any_tick
def test_what_was_staged_before_something_else_changed_is_not_confirmed():
    bench = Bench(RATE)
    told = stage(bench, PROGRAM, TWICE)
    other = {"mode": "continuous", "dose_ng_per_day": 1_100_000}
    bench.ok("set_program", program=other)  # of another host
    assert bench.refused("confirm", digest=told["digest"]) == "NOT_NOW"
    told = stage(bench, PROGRAM, TWICE)
    bench.ok("bolus", volume_pl=10 * UL, duration_ms=600_000)
    reply = bench.send("confirm", digest=told["digest"])
    assert "a bolus is running" in reply["message"]
    bench.ok("cancel_bolus")
    bench.ok("confirm", digest=told["digest"])


@at_any_tick
def test_another_digest_or_none_confirms_nothing():
    bench = Bench(RATE)
    assert bench.refused("confirm", digest="0" * 16) == "NOT_NOW"
    told = stage(bench, PROGRAM, TWICE)
    assert bench.refused("confirm", digest=told["now"]) == "NOT_NOW"
    bench.ok("put", what=PROGRAM, at=0, text="{")  # another session begins
    assert bench.refused("confirm", digest=told["digest"]) == "NOT_NOW"
    assert bench.rate() == RATE


@at_any_tick
def test_a_confirmation_that_comes_again_is_answered_and_changes_nothing():
    bench = Bench(RATE)
    told = stage(bench, PROGRAM, TWICE)
    confirm = encode({"id": 9, "do": "confirm", "digest": told["digest"]})
    (first,) = bench.send_bytes(confirm)
    (again,) = bench.send_bytes(confirm)
    assert (first["ok"], again["ok"], again["repeated"]) == (1, 1, 1)
    (nameless,) = bench.send_bytes(encode({"do": "confirm", "digest": told["digest"]}))
    assert nameless["error"] == "BAD_FIELD"
    assert len(bench.events("PROGRAM_SET")) == 1


@at_any_tick
def test_parts_may_come_again_and_none_may_be_missing():
    bench = Bench(RATE)
    text, sha256 = canonical(TWICE).decode(), digest(TWICE)
    size = len(text)
    bench.ok("put", what=PROGRAM, at=0, text=text[:20])
    for _ in range(2):  # its reply was lost
        assert bench.ok("put", what=PROGRAM, at=20, text=text[20:40])["at"] == 40
    assert bench.refused("put", what=PROGRAM, at=41, text=text[41:]) == "NOT_NOW"
    assert bench.refused("put", what=CONFIG, at=40, text=text[40:]) == "NOT_NOW"
    assert bench.refused("stage", what=PROGRAM, size=size, sha256=sha256) == "NOT_NOW"
    bench.ok("put", what=PROGRAM, at=40, text=text[40:])
    for _ in range(2):
        told = bench.ok("stage", what=PROGRAM, size=size, sha256=sha256)
    bench.ok("confirm", digest=told["digest"])
    assert bench.rate() == 2 * RATE


@at_any_tick
def test_a_text_that_could_be_understood_in_another_way_is_refused():
    bench = Bench(RATE)
    good = canonical(TWICE).decode()
    sha256 = digest(TWICE)
    for text in (
        good.replace(":", ": "),
        good + " ",
        good + "{}",
        good.replace("}", ',"mode":"continuous"}'),
        good.replace(":", " "),
        good[:-1],
        good.replace("2000000", "2e6"),
        "[" * 500,
    ):
        bench.ok("put", what=PROGRAM, at=0, text=text)
        reply = bench.send("stage", what=PROGRAM, size=len(text), sha256=sha256)
        assert (reply["ok"], reply.get("error")) == (0, "BAD_FIELD"), text
    assert bench.rate() == RATE


def weekly(config):
    """The same with a weekly program. tests/chip has the longest one, on the heap of a board."""
    day = [[1800 * step, DAILY_NG + step] for step in range(16)]
    program = {
        "mode": "weekly",
        "safe_dose_ng_per_day": DAILY_NG,
        "patterns": dict.fromkeys("abcdefg", day),
        "days": list("abcdefg"),
    }
    return dict(config, program=program)


@at_any_tick
def test_a_configuration_is_stored_as_a_whole_and_the_pump_comes_up_with_it():
    bench = Bench(RATE)
    bench.run_for(minutes=1)
    text = canonical(bench.config).decode()
    bench.ok("put", what=CONFIG, at=0, text=text[:1000])
    reply = bench.send("stage", what=CONFIG, size=1000, sha256=digest(bench.config))
    assert reply["error"] == "BAD_FIELD"
    assert stage(bench, CONFIG, bench.config)["error"] == "WRONG_STATE"  # it infuses
    bench.ok("stop")
    asked = weekly(dict(bench.config, name="another"))
    assert len(canonical(asked)) > 2048
    told = stage(bench, CONFIG, asked, part=512)
    assert (told["differ"], told["mode"]) == (["name", "program"], "weekly")
    assert told["daily_now"] == [DAILY_NG] and len(told["daily"]) == 1
    steps = bench.emitted()
    bench = store(bench, asked)
    assert json.loads(bench.pump.stored.data) == asked
    assert bench.status()["program_mode"] == 4
    assert bench.status()["emitted_steps"] == steps
    assert bench.alarms() == [] and bench.state() == "STOPPED"


@at_any_tick
def test_a_pump_without_a_configuration_takes_one_over_the_link():
    bench = Bench(stored=b"nothing", start=False)
    assert bench.alarms() == ["BAD_CONFIGURATION"]
    config = made_config({"mode": "continuous", "dose_ng_per_day": DAILY_NG})
    bench = store(bench, config)
    assert (bench.state(), bench.status()["config_error"]) == ("STOPPED", None)
    assert bench.status()["residual_pl"] == config["reservoir"]["fill_pl"]
    bench.ok("set_clock", wall_s=MONDAY_S)
    bench.ok("start")
    bench.run_for(minutes=10)
    assert bench.state() == "INFUSING" and bench.status()["emitted_steps"] > 0
    assert bench.alarms() == ["BAD_CONFIGURATION"]  # over, and not acknowledged
    bench.ok("acknowledge")
    assert bench.alarms() == []


@at_any_tick
def test_the_fill_of_a_second_configuration_changes_no_books():
    """Neither of books that have counted steps, nor of a reservoir that a command has filled."""
    bench = Bench(stored=b"nothing", start=False)
    config = made_config({"mode": "continuous", "dose_ng_per_day": DAILY_NG})
    bench = store(bench, config)
    fill_pl = config["reservoir"]["fill_pl"]
    less = dict(config, reservoir=dict(config["reservoir"], fill_pl=fill_pl - 1_000_000_000))
    bench = store(bench, less)
    assert bench.status()["residual_pl"] == fill_pl
    bench = store(bench, config).restart(stored=b"nothing")
    assert bench.status()["residual_pl"] == fill_pl


@at_any_tick
def test_a_bad_configuration_or_a_full_store_leaves_the_one_that_is_there():
    bench = Bench(RATE, start=False)
    before = bench.hal.store.read("config.json")
    bad = dict(bench.config, drug={"name": "x", "conc_ng_per_ml": -1})
    assert stage(bench, CONFIG, bad)["error"] == "BAD_FIELD"
    told = stage(bench, CONFIG, dict(bench.config, name="another"))
    bench.hal.store.fill_up()
    assert bench.refused("confirm", digest=told["digest"]) == "NOT_NOW"
    assert bench.hal.store.read("config.json") == before
    bench.ok("start", confirm_dose_ng_per_day=DAILY_NG)


@at_any_tick
def test_a_session_cut_off_at_any_byte_changes_nothing_and_no_pulse():
    bench = Bench(RATE)
    sha256 = digest(TWICE)
    frames = [encode(one) for one in staged(PROGRAM, canonical(TWICE).decode(), sha256)]
    frames.append(encode({"id": 5, "do": "confirm", "digest": sha256[:16]}))
    data = b"".join(frames)
    for cut in range(0, len(data), 7):
        bench.send_bytes(data[:cut])
        bench.run_for(ms=1500)  # what is half a frame is noise by then
        assert bench.rate() == RATE
    bench.send_bytes(data[:-1])
    bench.run_for(ms=1500)
    assert bench.rate() == RATE
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    assert bench.send_bytes(data)[-1]["ok"] == 1
    assert bench.rate() == 2 * RATE
    assert bench.events("RUN_END") == []


@at_any_tick
def test_whoever_takes_the_port_for_a_console_reads_what_it_is_and_delivery_goes_on():
    bench = Bench(RATE)
    heard = []
    bench.hal.link.listen(heard.append)
    sentence = b"Clepsydra 0.2.0 on None, INFUSING: "
    sentence += b"no console here; ask for it: clepsydra console\n"
    for sent, answers in (
        (b"help\r", 1),
        (b"\r", 0),  # at once: it may be an echo
        (b"\r\x03", 1),
        (b"\r\x01", 1),
        (b"\x03", 1),
        (b"import os\r\n", 0),
        (b"\x02\x04abc\n", 0),
    ):
        heard[:] = []
        bench.hal.link.send_to_pump(sent)
        bench.step()
        assert heard == [sentence] * answers, sent
    bench.run_for(minutes=10)
    assert bench.emitted() == steps_at(RATE, 600_000)
    frame = encode({"id": 3, "do": "confirm", "digest": "\\r"})
    for at in range(len(frame)):  # a frame has bytes of any kind
        heard[:] = []
        bench.hal.link.send_to_pump(frame[:at] + b"\r\x03")
        bench.step()
        assert (heard == [sentence]) == (at == 0)
        bench.run_for(ms=1100)
    bench.hal.link.listen(bench.far_end.hear)
    assert bench.state() == "INFUSING"
