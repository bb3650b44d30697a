"""A scan, whatever the sensor, the alarm and the rotor do: which of today's runs end in stall and
recovery, and which do not. On MicroPython; tests/story/test_magnet.py has the shorter ones.
"""

import pytest

from firmware import events
from host_sim.run.records import alarms_of
from host_sim.run.run import run
from host_sim.scenario.load import load
from tests.tools.faults_seen import BASE

SESSIONS = {
    "nobody looks": "",
    "silenced in the field": '[[at]]\ntime = "1 d 00:20"\ndo = "acknowledge"\n',
    "paused again and again": (
        '[[at]]\ntime = "1 d"\nevery = "10 min"\nuntil = "2 d"\ndo = "audio_pause"\nfor = "120 s"\n'
    ),
    "silenced before the rotor is free": '[[at]]\ntime = "1 d 01:00"\ndo = "acknowledge"\n',
}


def made(folder, recovers_after, encoder, lasts="45 min", session=""):
    path = folder / "magnet.toml"
    fault = f'kind = "magnet"\nlasts = "{lasts}"\nrecovers_after = "{recovers_after}"\n'
    fault = f'[[fault]]\ntime = "1 d"\n{fault}encoder = "{encoder}"\n'
    path.write_text(f"{BASE}\n{session}{fault}", encoding="utf-8")
    return run(load(path), "micropython", folder / "out").record


def coded(record, code):
    return [event for event in record.bench_events() if event.code == code]


# trace: S17.9
@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("recovers_after", ["0 s", "2 h", "24 h"])
@pytest.mark.parametrize("encoder", ["silent", "sound"])
def test_it_stalls_recovers_and_explains_every_step(tmp_path, encoder, recovers_after, session):
    record = made(tmp_path, recovers_after, encoder, session=SESSIONS[session])
    names = [alarm.name for alarm in alarms_of(record.bench_events())]
    assert names.count("MOTOR_STALL") == 1 and "OVER_DELIVERY" not in names
    assert len(coded(record, events.STALL_RECOVERED)) == 1
    assert record.status["state"] == "INFUSING"
    assert record.status["unexplained_steps"] == 0
    free_ms = 86_400_000 + 2_700_000 + int(recovers_after.split()[0]) * 3_600_000
    assert free_ms <= coded(record, events.STALL_RECOVERED)[0].time_ms <= free_ms + 780_000


def test_after_a_field_that_hid_half_a_turn_no_stall_is_said_and_the_status_alone_knows(tmp_path):
    record = made(tmp_path, "0 s", "silent", lasts="6 h")
    names = [alarm.name for alarm in alarms_of(record.bench_events())]
    assert names == ["MOTION_SENSOR", "LEVEL_DISAGREES", "LOW_RESERVOIR"]
    unmoved = record.status["emitted_steps"] - record.status["moved_steps"]
    assert unmoved == pytest.approx(12_000, abs=2)  # 6 h at 2000 steps an hour


def test_an_angle_that_a_field_turns_is_taken_for_motion(tmp_path):
    record = made(tmp_path, "0 s", "pulled")
    (over,) = [a for a in alarms_of(record.bench_events()) if a.name == "OVER_DELIVERY"]
    assert over.raised_ms - 86_400_000 < 10_000
    assert record.status["state"] == "FAULT"
    assert record.status["unexplained_steps"] == pytest.approx(3200 / 4, abs=10)
