"""A live simulated pump: sockets, several programs, faults, its end."""

import json
import os
import random
import socket
import subprocess
import sys
import threading
from fractions import Fraction

import pytest

from clepsydra.link.session import Session
from firmware.link.frames import SYNC, Decoder, encode
from host_sim import __main__ as cli
from host_sim.live import hub, live_pump, running, speed
from host_sim.live.frame_wise import STALE_S, FrameWise
from host_sim.live.live_commands import fault_of
from host_sim.scenario.load import load
from host_sim.shared.reader import ScenarioError
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.rigs.patience import HANGS_S


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv(running.ENVIRONMENT, str(tmp_path / "runtime"))
    yield tmp_path
    for run in running.running():
        running.ask(run, {"do": "end"})


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A Hub that serves in a thread, 100 times real time."""
    folder = tmp_path_factory.mktemp("live")
    with (
        live_pump.LivePump(load(FLEX_WEEK), "cpython", folder) as pump,
        hub.Hub(pump, Fraction(100)) as desk,
    ):
        thread = threading.Thread(target=desk.serve)
        thread.start()
        run = running.Running("x", "x", desk.port, desk.control, 0, "100", "rpi_pico")
        yield run
        running.ask(run, {"do": "end"})
        thread.join(HANGS_S)


def session_with(run):
    return Session(f"socket://{running.LOOPBACK}:{run.port}", within_ms=10_000)


def test_several_programs_talk_to_one_pump_and_each_gets_its_own_replies(live):
    sessions = [session_with(live) for _ in range(5)]
    heard = [[] for _ in sessions]
    for session, events in zip(sessions, heard):
        session.on_event = events.append
    for n in range(20):
        for session in sessions:
            assert session.ask("get", what="program", at=n)["size"] > 90
    sessions[0].ask("alarm_test")
    for session in sessions:
        session.ask("status")
        session.close()
    assert [[event[3] for event in events if event[3] == 20] for events in heard] == [[20]] * 5


@pytest.mark.slow
def test_mpremote_that_takes_a_live_pump_for_a_console_gives_up_and_shows_its_line(live):
    """It waits for a prompt, ten seconds by its own clock."""
    address = f"socket://{running.LOOPBACK}:{live.port}"
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", address, "ls"],
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    assert done.returncode != 0
    assert "no console here; ask for it: clepsydra console" in done.stdout + done.stderr
    with session_with(live) as session:
        assert session.ask("status")["state"] == "STOPPED"


def test_a_frame_that_comes_in_pieces_is_not_torn_by_another_program(live):
    with session_with(live) as other:
        with socket.create_connection((running.LOOPBACK, live.port)) as line:
            line.settimeout(10)
            for n, byte in enumerate(encode({"id": 77, "do": "status"})):
                line.sendall(bytes([byte]))
                if n % 4 == 0:
                    other.ask("status")
            decoder, found = Decoder(), []
            while not any(message.get("id") == 77 for message in found):
                found += decoder.feed(line.recv(65536))
        assert other.ask("status")["broken_frames"] == 0


def test_a_program_that_hangs_up_within_a_frame_changes_nothing(live):
    frame = encode({"id": 78, "do": "start"})
    for end in range(len(frame)):
        with socket.create_connection((running.LOOPBACK, live.port)) as line:
            line.sendall(frame[:end])
    with session_with(live) as session:
        assert session.ask("status")["state"] == "STOPPED"


def test_simulated_time_follows_real_time(live):
    with session_with(live) as session:
        first = session.ask("status")["now_ms"]
        session.listen(1000)
        gone = session.ask("status")["now_ms"] - first
    assert 50_000 <= gone


def test_its_speed_changes_while_it_runs_and_its_time_does_not_go_back(live):
    before = running.ask(live, {"do": "look"})
    slow = running.ask(live, {"do": "speed", "speed": "1/2"})
    assert (before["speed"], slow["speed"]) == ("100", "1/2")
    with pytest.raises(running.NotRunning, match="hung up"):
        running.ask(live, {"do": "speed", "speed": "0"})
    after = running.ask(live, {"do": "speed", "speed": "100"})
    assert before["at_ms"] <= slow["at_ms"] <= after["at_ms"]
    assert after["speed"] == "100"


def test_its_time_leaps_on_demand_and_goes_on_from_there(live):
    at_ms = running.ask(live, {"do": "look"})["at_ms"]
    far_ms = at_ms + 3 * hub.LEAP_MS
    leaps = 0
    while at_ms < far_ms:
        seen = running.ask(live, {"do": "pass", "to_ms": far_ms})
        assert at_ms < seen["at_ms"]
        at_ms, leaps = seen["at_ms"], leaps + 1
    assert leaps <= 3
    assert running.ask(live, {"do": "pass", "to_ms": 0})["at_ms"] >= far_ms
    with pytest.raises(running.NotRunning, match="hung up"):
        running.ask(live, {"do": "pass"})
    with session_with(live) as session:
        assert session.ask("status")["now_ms"] >= far_ms - 1000


def test_faults_begin_and_end_on_demand(live):
    def closed():
        session.listen(50)
        return session.ask("status")["level"]["closed"]

    with session_with(live) as session:
        assert not closed()
        running.ask(live, {"do": "fault", "fault": fault_of("level_stuck", ["at=active"])})
        assert closed()
        running.ask(live, {"do": "over", "fault": fault_of("level_stuck", [], over=True)})
        assert not closed()


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        ("stal", [], 'did you mean "stall"?'),
        ("stall", ["last=2 h"], 'did you mean "lasts"?'),
        ("stall", ["lasts"], "is no KEY=VALUE"),
        ("stall", ["lasts=2 m"], "is a length, not a duration"),
        ("leak", [], "is missing"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(kind, values, named):
    with pytest.raises(ScenarioError, match="(?s)" + named.replace("?", r"\?")):
        fault_of(kind, values)


def test_a_live_pump_is_started_detached_found_and_ended(runtime, capsys):
    assert cli.main(["live", "flex_week", "--on", "cpython", "--speed", "60", "--detach"]) == 0
    assert "--pump sim:flex_week talks to it" in capsys.readouterr().out
    run = running.the_one()
    assert (run.name, run.speed, run.board) == ("flex_week", "60", "rpi_pico")
    with session_with(run) as session:
        assert session.ask("hello")["board"] == "rpi_pico"
    assert cli.main(["running", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["port"] == run.port
    assert cli.main(["live", "flex_week", "--on", "cpython"]) == 2
    assert "runs already" in capsys.readouterr().err
    assert cli.main(["fault", "stall", "lasts=2 h"]) == 0
    assert cli.main(["fault", "door_open"]) == 2
    assert "rpi_pico has not" in capsys.readouterr().err
    assert cli.main(["end"]) == 0
    assert running.running() == []
    assert cli.main(["end"]) == 3
    assert "no live pump runs" in capsys.readouterr().err


def test_what_a_killed_run_has_left_is_taken_away(runtime):
    running.enter(running.Running("gone", "gone", 1, 1, os.getpid(), "1", "rpi_pico"))
    assert running.running() == []
    with pytest.raises(running.NotRunning, match="start one"):
        running.the_one("gone")


@pytest.mark.parametrize("text", ["0", "-1", "fast", "1/0", "1e9", ""])
def test_a_speed_that_cannot_be_is_refused(text):
    with pytest.raises(speed.SpeedError, match="allowed: a number above 0"):
        speed.speed_of(text)


def test_a_pump_sent_into_its_console_is_gone(tmp_path):
    with (
        DrivenPump(tmp_path) as driven,
        pytest.raises(live_pump.PumpEnded, match="into its console"),
    ):
        driven.pump().session.ask("maintenance")


def test_with_play_the_scenarios_own_commands_come(tmp_path):
    with live_pump.LivePump(load(FLEX_WEEK), "cpython", tmp_path, play=True) as pump:
        sent = pump.turn(1000)
    messages = Decoder().feed(sent)
    assert [message["ok"] for message in messages if "ok" in message] == [1, 1]


def test_both_interpreters_answer_the_same_lines_the_same(tmp_path):
    def said(on):
        folder = tmp_path / on
        folder.mkdir()
        with live_pump.LivePump(load(FLEX_WEEK), on, folder) as pump:
            found = [pump.sent_at_boot]
            found.append(pump.turn(100, give=encode({"id": 5, "do": "start"})))
            found.append(pump.turn(60_000, fault={"kind": "stall", "lasts_ms": 100_000}))
            found.append(pump.turn(3_600_000))
            found.append(pump.turn(3_700_000, fault={"kind": "power_cut", "lasts_ms": 1000}))
            return [Decoder().feed(data) for data in found], pump.world

    assert said("micropython") == said("cpython")


def test_whole_frames_go_on_at_once_and_noise_too_but_half_a_frame_waits():
    box = FrameWise()
    frame = encode({"do": "status"})
    assert box.feed(b"noise" + frame + frame[:5], 0) == [b"noise", frame]
    assert box.feed(b"", STALE_S / 2) == []
    assert box.feed(frame[5:], STALE_S / 2) == [frame]
    assert box.feed(frame[:5], 10) == []
    assert box.feed(b"", 10 + STALE_S) == [frame[:5]]


def test_nothing_that_is_fed_gets_lost_or_changes_its_order():
    draw = random.Random(1)
    for _ in range(200):
        data = bytes(draw.choice([SYNC, 0, 1, 255, 5]) for _ in range(draw.randrange(60)))
        box, out, at = FrameWise(), b"", 0
        while at < len(data):
            step = draw.randrange(1, 9)
            out += b"".join(box.feed(data[at : at + step], at))
            at += step
        assert out + box.rest() == data
