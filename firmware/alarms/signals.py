"""Alarms: condition, occurrence, signal, latch and acknowledgement, kept apart.

    alarms.update(LOW_RESERVOIR, left_pl <= low_pl, now_ms, left_pl, low_pl)
    alarms.acknowledge(now_ms)

A *condition* is true or not. Its onset is an *occurrence* (an event). While a condition holds, or
is latched after it, there is a *signal*: lamp always, sound unless acknowledged or paused. A new
occurrence sounds again, also after an acknowledgement or in a pause. A HIGH alarm that still holds
an hour after its acknowledgement sounds again too. Sound is never off for good, however often
somebody pauses, tests or acknowledges: a silence ends before the next begins, and a test hides no
alarm.
"""

from firmware import events
from firmware.alarms import alarm_table
from firmware.alarms.kept_alarms import REMIND_MS, KeptAlarms
from hal import contract

MAX_PAUSE_MS = 120_000  # [IEC 60601-2-24:1998 51.107]

_PATTERN = {
    0: contract.PATTERN_OFF,
    alarm_table.LOW: contract.PATTERN_LOW,
    alarm_table.MEDIUM: contract.PATTERN_MEDIUM,
    alarm_table.HIGH: contract.PATTERN_HIGH,
}
TEST_MS = 10_000
AFTER_MS = 10_000  # so long after a signal a press still is one for it, and asks for nothing
BEEP_MS = 200  # a request that is denied
BURST_MS = 4_000  # a HIGH alarm is heard so long between two pauses: one burst of ten pulses


class Alarms(KeptAlarms):
    """The alarms of one pump. sounder, lamp: from the HAL; log: an EventLog."""

    def __init__(self, sounder, lamp, log):
        KeptAlarms.__init__(self)
        self._sounder = sounder
        self._lamp = lamp
        self._log = log
        self.due_ms = None  # when the signal changes by itself: call `poll`
        self._paused_ms = None  # end of the last audio pause, None since a new occurrence
        self._paused = False
        self._test_ms = None  # end of the alarm test
        self._resting = 0  # bit n: alarm n is not heard until its next daily sounding
        self._ended_ms = None  # when it fell silent last, and no pause ran
        self._beeps = False
        self._beep_ms = None  # end of the last beep
        self._shown = self._played = self._sound = contract.PATTERN_OFF

    def update(self, code, condition, now_ms, measured=0, limit=0):
        """Report whether the condition of alarm `code` holds now; measured and limit are kept at
        its onset.
        """
        bit = 1 << code
        if condition == (self.active & bit != 0):
            return
        if condition:
            self._raise(code, bit, now_ms, measured, limit)
        else:
            self.active &= ~bit
            if not self.latched & bit or self.acknowledged & bit:
                self._priorities.pop(code, None)
            if self.acknowledged & bit:  # acknowledged while it held: the latch is released
                self.acknowledged &= ~bit
                self.latched &= ~bit
            self._log.add(events.ALARM_CLEARED, now_ms, code)
        self.changed = True
        self._signal(now_ms)

    def happened(self, code, now_ms, measured=0, limit=0, priority=None):
        """A condition that is over as soon as it is reported; its latch keeps the signal.
        priority: where it is not the one of the table.
        """
        self._priorities.pop(code, None)
        before = self.priority_of(code)
        if priority is not None and priority != before:
            self._priorities[code] = priority
        self.update(code, True, now_ms, measured, limit)
        if code in self._priorities:
            self._log.add(events.ALARM_PRIORITY, now_ms, code, priority, before)
        self.update(code, False, now_ms)

    def worse(self, code, measured):
        """The condition of alarm `code` holds on, and has become worse since its onset."""
        before, limit = self.values[code]
        if measured < before:
            self.values[code] = (measured, limit)
            self.changed = True

    def _raise(self, code, bit, now_ms, measured, limit):
        self.active |= bit
        if alarm_table.TABLE[code].latches:
            self.latched |= bit
        self.values[code] = (measured, limit)
        self._sound_anew(bit)
        self._log.add(events.ALARM_RAISED, now_ms, code, measured, limit)

    def _sound_anew(self, bit):
        """A new occurrence is heard, whatever was acknowledged or paused before."""
        self.acknowledged &= ~bit
        self._resting &= ~bit
        self._paused_ms = self._test_ms = None
        self._paused = False
        self._set_due()

    def rest(self, code, rests, now_ms):
        """An alarm that sounds once a day is not heard from now on, or is heard again. The lamp
        stays.
        """
        bit = 1 << code
        if rests == (self._resting & bit != 0):
            return
        if rests:
            self._resting |= bit
        else:
            self._sound_anew(bit)
            self.changed = True
        self._signal(now_ms)

    def set_priority(self, code, priority, now_ms):
        """The alarm `code`, whose condition holds, has this priority from now on. A rise is a new
        occurrence of its signal.
        """
        before = self.priority_of(code)
        if priority == before:
            return
        self._priorities[code] = priority
        self.changed = True
        if priority > before:
            self._sound_anew(1 << code)
        self._log.add(events.ALARM_PRIORITY, now_ms, code, priority, before)
        self._signal(now_ms)

    def acknowledge(self, now_ms, by_clinician=True):
        """Acknowledge all alarms that are signalled: their sound ends, and latches whose condition
        is over are released, some by a clinician alone. What was acknowledged before puts no
        reminder off.
        """
        stays = 0 if by_clinician else self.latched & alarm_table.BY_CLINICIAN
        high = alarm_table.HIGH
        if self.highest(self.active) < high:
            self._remind_ms = None
        elif self._remind_ms is None or self.highest(self.active & self.acknowledged) < high:
            self._remind_ms = now_ms + REMIND_MS
        for code in alarm_table.CODES:
            bit = 1 << code
            released = self.latched & ~self.active & ~stays & bit
            if released or ((self.active | self.latched) & bit and not self.acknowledged & bit):
                self._log.add(events.ALARM_ACKNOWLEDGED, now_ms, code)
        self.acknowledged = self.active | stays
        self.latched &= self.acknowledged
        for code in sorted(self._priorities):
            if not self.acknowledged >> code & 1:
                del self._priorities[code]
        self.changed = True
        self._set_due()
        self._signal(now_ms)

    def pause_audio(self, duration_ms, now_ms):
        """No sound for duration_ms, at most MAX_PAUSE_MS (the command checks). The lamp stays.

        False, and nothing changes, where what was paused has not sounded again yet.
        """
        if not self._may_pause(now_ms):
            return False
        self._paused = True
        self._paused_ms = now_ms + duration_ms
        self._test_ms = None
        self._set_due()
        self._log.add(events.AUDIO_PAUSED, now_ms, duration_ms)
        self._signal(now_ms)
        return True

    def _may_pause(self, now_ms):
        if self._paused_ms is None:
            return True
        heard_for_ms = BURST_MS if self.highest(self.unheard()) == alarm_table.HIGH else 0
        return now_ms >= self._paused_ms + heard_for_ms

    def quiet(self, now_ms):
        """The input pauses the sound, and does nothing where none is heard."""
        if self.sounds():
            self.pause_audio(MAX_PAUSE_MS, now_ms)

    def signalled_lately(self, now_ms):
        """Something sounds or is paused, or did until AFTER_MS ago."""
        if self.sounds() or self._paused:
            return True
        return self._ended_ms is not None and now_ms - self._ended_ms < AFTER_MS

    def beep(self, now_ms):
        """A request was denied, or the pump was stopped. An alarm that sounds is heard for a burst
        before the next beep.
        """
        if self._beep_ms is None or now_ms >= self._beep_ms + BURST_MS or not self.sounds():
            self._beeps = True
            self._beep_ms = now_ms + BEEP_MS
            self._set_due()
            self._signal(now_ms)

    def test(self, now_ms):
        """Play and show the test pattern for TEST_MS, where no alarm sounds or shines."""
        self._test_ms = now_ms + TEST_MS
        self._set_due()
        self._log.add(events.ALARM_TEST, now_ms)
        self._signal(now_ms)

    def poll(self, now_ms):
        """End a pause or a test that is over, and remind of acknowledged alarms. Returns the
        instant of the next such change, None if there is none.
        """
        if self.due_ms is None or now_ms < self.due_ms:
            return self.due_ms
        if self._paused and now_ms >= self._paused_ms:
            self._paused = False
            self._ended_ms = now_ms
        if self._test_ms is not None and now_ms >= self._test_ms:
            self._test_ms = None
        if self._remind_ms is not None and now_ms >= self._remind_ms:
            self._remind()
        if self._beeps and now_ms >= self._beep_ms:
            self._beeps = False
        self._set_due()
        self._signal(now_ms)
        return self.due_ms

    def _set_due(self):
        pause_ms = self._paused_ms if self._paused else None
        beep_ms = self._beep_ms if self._beeps else None
        ends_ms = (pause_ms, self._test_ms, self._remind_ms, beep_ms)
        waits_ms = [ms for ms in ends_ms if ms is not None]
        self.due_ms = min(waits_ms) if waits_ms else None

    def _remind(self):
        """A HIGH alarm that was acknowledged and still holds sounds again, until it is acknowledged
        again.
        """
        self._remind_ms = None
        for code in alarm_table.CODES:
            if self.priority_of(code) == alarm_table.HIGH:
                self.acknowledged &= ~(1 << code)
        self.changed = True

    def audio_paused(self):
        return self._paused

    def sounds(self):
        return self._sound != contract.PATTERN_OFF

    def unheard(self):
        """The alarms, as a bit set, that are signalled, not acknowledged, and not between two daily
        soundings.
        """
        return (self.active | self.latched) & ~self.acknowledged & ~self._resting

    def restore(self, snapshot, now_ms):
        """Go on as before: the next look finds what no longer holds."""
        KeptAlarms.restore(self, snapshot, now_ms)
        self._set_due()
        self._signal(now_ms)

    def _signal(self, now_ms):
        """Set lamp and sounder to the present signals. Acknowledged alarms keep the lamp."""
        lamp = _PATTERN[self.highest(self.active | self.latched)]
        sounding = 0 if self._paused else self.unheard()
        sound = _PATTERN[self.highest(sounding)]
        if self._test_ms is not None:
            lamp = lamp or contract.PATTERN_TEST
            sound = sound or contract.PATTERN_TEST
        if lamp != self._shown:
            self._shown = lamp
            self._lamp.show(lamp)
        if self._sound and not sound and not self._paused:
            self._ended_ms = now_ms
        self._sound = sound
        if self._beeps:
            sound = contract.PATTERN_DENIED
        if sound != self._played:
            self._played = sound
            self._sounder.play(sound)
