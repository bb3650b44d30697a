"""Stories of a repeated request: the same id again is answered as done before and changes nothing
(S20).
"""

from firmware.link.command_ids import KEPT
from firmware.link.commands import MAX_ID
from firmware.link.frames import encode
from firmware.link.key_slots import SLOTS
from hal.contract import WATCHDOG_RESET
from tests.rigs.paired import paired, session, with_secret
from tests.rigs.pump import ML, UL, Bench, Listener, at_any_tick

FIRST_REFILL = {"id": 1, "do": "refill", "fill_pl": 10 * ML, "withdrawn_pl": 20 * ML}
RATE = 500 * UL
BOLUS = {"id": 77, "do": "bolus", "dose_ng": 50_000, "duration_ms": 600_000}


def bolus_steps(bench):
    return bench.status()["by_source"]["bolus"]


# trace: 2018 replayed remote, S20.5
@at_any_tick
def test_a_bolus_whose_reply_was_lost_and_that_is_sent_again_is_given_once():
    bench = Bench(RATE)
    bench.run_for(minutes=3)
    bench.far_end.listening = False
    bench.send_bytes(encode(BOLUS))
    bench.far_end.listening = True
    for _ in range(2):
        bench.run_for(minutes=11)
        (reply,) = bench.send_bytes(encode(BOLUS))
        assert reply == {"id": 77, "ok": 1, "repeated": 1, "at_ms": 180_000}
    bench.run_for(minutes=11)
    assert bolus_steps(bench) == 8000
    assert len(bench.events("BOLUS_ACCEPTED")) <= 1


# trace: S20.5
@at_any_tick
def test_the_same_id_with_other_content_is_refused_and_changes_nothing():
    bench = Bench(RATE)
    bench.send_bytes(encode(BOLUS))
    bench.run_for(minutes=11)
    for other in ({"dose_ng": 48_000}, {"do": "set_clock", "wall_s": 5}):
        payload = {"id": 77, "do": "bolus", "dose_ng": 50_000, "duration_ms": 600_000}
        if "do" in other:
            payload = {"id": 77}
        payload.update(other)
        (reply,) = bench.send_bytes(encode(payload))
        assert (reply["ok"], reply["error"]) == (0, "ID_USED"), reply
    bench.run_for(minutes=11)
    assert bolus_steps(bench) == 8000
    assert len(bench.events("CLOCK_SET")) == 1


@at_any_tick
def test_a_command_that_was_refused_is_not_tried_again_when_it_is_repeated():
    bench = Bench(RATE, start=False)
    (reply,) = bench.send_bytes(encode(BOLUS))
    assert reply["error"] == "GATE"
    bench.ok("start")
    (reply,) = bench.send_bytes(encode(BOLUS))
    assert (reply["ok"], reply["error"], reply["repeated"]) == (0, "GATE", 1)
    bench.run_for(minutes=11)
    assert bolus_steps(bench) == 0


# trace: S20.4
@at_any_tick
def test_ids_outlive_a_restart():
    bench = Bench(RATE)
    bench.send_bytes(encode(BOLUS))
    bench.run_for(minutes=11)
    again = bench.restart(cause=WATCHDOG_RESET)
    again.ok("set_clock", wall_s=1_767_600_000)
    again.ok("start")
    (reply,) = again.send_bytes(encode(BOLUS))
    assert (reply["ok"], reply["repeated"]) == (1, 1)
    assert -660_000 <= reply["at_ms"] < -540_000, "as far as the journal knows the time"
    assert again.status()["last_bolus"] == {
        "id": 77,
        "at_ms": reply["at_ms"],
        "volume_pl": 25 * UL,
        "duration_ms": 600_000,
    }
    again.run_for(minutes=11)
    assert bolus_steps(again) == 8000


# trace: S20.4
def test_sixteen_of_the_greatest_ids_of_all_slots_are_known_on_the_wire_after_a_power_cut():
    bench = Bench(RATE)
    keys = []
    for n in range(SLOTS):
        with_secret(bench, None)
        keys.append(paired(bench, "patient" if n else "clinician", "no%d" % n))
    commands = [{"id": MAX_ID - 1 - n, "do": "acknowledge"} for n in range(KEPT // SLOTS)]
    for slot, key in keys:
        ours = session(bench, slot, key)
        for command in commands:
            assert bench.send_bytes(ours.sealed(command)) == [{"id": command["id"], "ok": 1}]
    bench.run_for(hours=20)
    again = bench.restart()
    for slot, key in keys:
        ours = session(again, slot, key)
        for command in commands:
            (reply,) = again.send_bytes(ours.sealed(command))
            assert (reply["id"], reply["repeated"]) == (command["id"], 1)
            assert -72_600_000 < reply["at_ms"] < -71_400_000
        other = dict(commands[0], do="audio_pause", duration_ms=1000)
        (reply,) = again.send_bytes(ours.sealed(other))
        assert "id %d was used" % (MAX_ID - 1) in reply["message"]


# trace: S20.2
@at_any_tick
def test_a_stop_is_always_carried_out_whatever_its_id():
    bench = Bench(RATE)
    bench.send_bytes(encode(BOLUS))
    for _ in range(2):
        (reply,) = bench.send_bytes(encode({"id": 77, "do": "stop"}))
        assert reply == {"id": 77, "ok": 1}
        assert bench.state() == "STOPPED"
        bench.ok("start")


# trace: S20.1, S20.4
@at_any_tick
def test_what_only_reads_takes_no_place_and_the_seventeenth_command_takes_that_of_the_first():
    bench = Bench(RATE, start=False)
    bench.send_bytes(encode(FIRST_REFILL))
    for number in range(2, KEPT + 1):
        bench.send_bytes(encode({"id": number, "do": "acknowledge"}))
        bench.send_bytes(encode({"id": number + 100, "do": "status"}))
    (reply,) = bench.send_bytes(encode(FIRST_REFILL))
    assert reply["repeated"] == 1
    bench.send_bytes(encode({"id": KEPT + 1, "do": "acknowledge"}))
    (reply,) = bench.send_bytes(encode(FIRST_REFILL))
    assert reply == {"id": 1, "ok": 1}
    assert len(bench.events("REFILLED")) == 2


# trace: S20.7
@at_any_tick
def test_a_host_that_starts_anew_each_day_gives_the_same_bolus_seven_days_running():
    bench = Bench(RATE)
    for day in range(7):
        # As a host does that has drawn another number.
        bench.far_end = Listener(bench.hal, 1 + day * 1_234_567)
        bench.hal.link.listen(bench.far_end.hear)
        reply = bench.ok("bolus", volume_pl=25 * UL, duration_ms=600_000)
        assert "repeated" not in reply
        bench.run_for(days=1)
    assert bolus_steps(bench) == 7 * 8000


@at_any_tick
def test_the_status_names_the_last_bolus():
    bench = Bench(RATE)
    assert bench.status()["last_bolus"] is None
    bench.run_for(minutes=1)
    bench.send_bytes(encode(BOLUS))
    bench.refused("bolus", volume_pl=UL, duration_ms=600_000)
    last = bench.status()["last_bolus"]
    assert (last["id"], last["at_ms"], last["volume_pl"]) == (77, 60_000, 25 * UL)
