"""The priority of an alarm that changes while its condition holds."""

from firmware import events
from firmware.alarms import alarm_table
from firmware.alarms.signals import Alarms
from hal import contract

LOW_RESERVOIR = alarm_table.LOW_RESERVOIR
OFF, LOW = contract.PATTERN_OFF, contract.PATTERN_LOW
MEDIUM, HIGH = contract.PATTERN_MEDIUM, contract.PATTERN_HIGH


class Signal:
    pattern = OFF

    def play(self, pattern):
        self.pattern = pattern

    show = play


class Bench:
    """LOW_RESERVOIR holds."""

    def __init__(self):
        self.sounder, self.lamp, self.told = Signal(), Signal(), []
        log = events.EventLog(lambda seq, at_ms, code, a, b, c: self.told.append((code, a, b, c)))
        self.alarms = Alarms(self.sounder, self.lamp, log)
        self.alarms.update(LOW_RESERVOIR, True, 0)


def test_a_rise_of_priority_sounds_again_and_a_fall_does_not():
    bench = Bench()
    bench.alarms.acknowledge(1)
    for priority, lamp, sound in (
        (alarm_table.MEDIUM, MEDIUM, MEDIUM),
        (alarm_table.MEDIUM, MEDIUM, OFF),
        (alarm_table.HIGH, HIGH, HIGH),
        (alarm_table.LOW, LOW, OFF),
    ):
        bench.alarms.set_priority(LOW_RESERVOIR, priority, 2)
        assert (bench.lamp.pattern, bench.sounder.pattern) == (lamp, sound)
        bench.alarms.acknowledge(3)
    told = [row[1:] for row in bench.told if row[0] == events.ALARM_PRIORITY]
    assert told == [(LOW_RESERVOIR, 2, 1), (LOW_RESERVOIR, 3, 2), (LOW_RESERVOIR, 1, 3)]


def test_a_rise_of_priority_ends_an_audio_pause():
    bench = Bench()
    bench.alarms.pause_audio(60_000, 1)
    bench.alarms.set_priority(LOW_RESERVOIR, alarm_table.HIGH, 2)
    assert bench.sounder.pattern == HIGH


def test_an_alarm_that_comes_back_has_the_priority_of_the_table():
    bench = Bench()
    bench.alarms.set_priority(LOW_RESERVOIR, alarm_table.HIGH, 1)
    bench.alarms.update(LOW_RESERVOIR, False, 2)
    bench.alarms.update(LOW_RESERVOIR, True, 3)
    assert bench.lamp.pattern == LOW
