"""Bursts of pulses from three timers of an STM32F405; the CPU is needed between bursts only.

TIM2 (32 bits) makes the pulses: PWM mode 2, low first, high for the last HIGH_TICKS of an interval.
Each of its updates, the end of a pulse, clocks TIM4. TIM4's OC1REF is high while fewer than the
wanted pulses have come, and gates TIM2: after the last pulse TIM2 stands still with STEP low, by
hardware alone. The first interval is written to TIM2 as it stands, the interval of the rest into
its preload registers, which the first update takes over: they follow without a gap. TIM8 counts the
rising edges on the wire that leads STEP back to its channel 1, however they came about.

[RM0090 18.3.15 gated mode, 18.3.16 a timer as prescaler of another, table 97: TIM2 ITR3 is TIM4,
TIM4 ITR1 is TIM2; 18.4 registers; 17.3.3 external clock mode 1 of TIM8]. `stm` names the registers
[docs/library/stm.rst]; `pyb.Timer` turns their clocks on. pyb's LED(3) uses TIM2 when it is dimmed:
do not dim it.
"""

import time

import pyb
import stm
from machine import Pin

from hal.contract import HalError
from hal.ticks import TickExtender

TICK_HZ = 84_000_000  # the clock of TIM2 on a PYBv1.1 at its usual 168 MHz
HIGH_TICKS = 168  # 2 us
COUNTER_PERIOD = 1 << 16
PATIENCE_US = 5_000

# bits of the registers [RM0090 18.4]
ENABLE, PRELOAD = 0x01, 0x80  # CR1: CEN, ARPE
UPDATE_OUT, OC1REF_OUT = 0x20, 0x40  # CR2: MMS
GATED, CLOCKED = 5, 7  # SMCR: SMS
FROM_ITR1, FROM_ITR3, FROM_TI1 = 0x10, 0x30, 0x50  # SMCR: TS
FORCED_LOW, PWM1, PWM2, COMPARE_PRELOAD = 0x40, 0x60, 0x70, 0x08  # CCMR1: OC1M, OC1PE
INPUT_TI1, FILTER_8 = 0x01, 0x30  # CCMR1: CC1S, IC1F: eight equal samples, 48 ns
OUTPUT_1 = 0x01  # CCER: CC1E


class TimerRegisters:
    """The registers of one timer by name, its clock on, standing still."""

    def __init__(self, number, base, period):
        pyb.Timer(number, prescaler=0, period=period)
        self.cr1 = base + stm.TIM_CR1
        self.cr2 = base + stm.TIM_CR2
        self.smcr = base + stm.TIM_SMCR
        self.ccmr1 = base + stm.TIM_CCMR1
        self.ccer = base + stm.TIM_CCER
        self.cnt = base + stm.TIM_CNT
        self.arr = base + stm.TIM_ARR
        self.ccr1 = base + stm.TIM_CCR1
        stm.mem32[self.cr1] = 0


class TimerPulses:
    """step: a pin of TIM2_CH1 (A0, A5 or A15); sense: one of TIM8_CH1 (C6); wired together."""

    tick_hz = TICK_HZ
    min_ticks = 2 * HIGH_TICKS
    reach_ticks = (1 << 32) - 1 - HIGH_TICKS
    most_pulses = COUNTER_PERIOD // 2
    early_ticks = TICK_HZ // 500
    # A start after the seam is on its instants as well, unless the first comes too soon for that
    even = False

    def __init__(self, step, sense):
        if pyb.freq()[2] * 2 != TICK_HZ:
            raise HalError(
                "TIM2 runs at %d Hz, not at %d: reset the board's clock"
                % (pyb.freq()[2] * 2, TICK_HZ)
            )
        self._us = TickExtender(time.ticks_us())
        self._pulses = 0  # of the burst under way
        self._maker = TimerRegisters(2, stm.TIM2, 0x3FFFFFFF)
        self._gate = TimerRegisters(4, stm.TIM4, 0xFFFF)
        self._counter = TimerRegisters(8, stm.TIM8, 0xFFFF)
        self._set_up()
        Pin(step, Pin.ALT, alt=Pin.AF1_TIM2)
        Pin(sense, Pin.ALT, alt=Pin.AF3_TIM8)
        self._counts = TickExtender(stm.mem32[self._counter.cnt], COUNTER_PERIOD)

    def _set_up(self):
        mem, maker, gate, counter = stm.mem32, self._maker, self._gate, self._counter
        mem[maker.ccmr1] = FORCED_LOW
        mem[maker.ccer] = OUTPUT_1
        mem[maker.cr2] = UPDATE_OUT
        mem[maker.smcr] = FROM_ITR3 | GATED
        mem[gate.ccmr1] = PWM1
        mem[gate.ccr1] = 0
        mem[gate.cr2] = OC1REF_OUT
        mem[gate.smcr] = FROM_ITR1 | CLOCKED
        mem[gate.cr1] = ENABLE
        mem[counter.ccmr1] = INPUT_TI1 | FILTER_8
        mem[counter.smcr] = FROM_TI1 | CLOCKED
        mem[counter.cr1] = ENABLE

    def now(self):
        return self._us.extend(time.ticks_us()) * (TICK_HZ // 1_000_000)

    def start(self, pulses, first, ticks):
        mem, maker, gate = stm.mem32, self._maker, self._gate
        mem[maker.cr1] = 0
        mem[maker.ccmr1] = FORCED_LOW  # until CNT is below CCR1
        mem[maker.cnt] = 0
        mem[maker.ccr1] = first
        mem[maker.arr] = first + HIGH_TICKS - 1
        mem[maker.ccmr1] = PWM2 | COMPARE_PRELOAD
        mem[maker.cr1] = PRELOAD
        mem[maker.ccr1] = ticks - HIGH_TICKS
        mem[maker.arr] = ticks - 1
        mem[gate.cnt] = 0
        mem[gate.ccr1] = self._pulses = pulses
        mem[maker.cr1] = PRELOAD | ENABLE

    def busy(self):
        return stm.mem32[self._gate.cnt] < self._pulses

    def finish(self):
        start = time.ticks_us()
        while self.busy():
            if time.ticks_diff(time.ticks_us(), start) > PATIENCE_US:
                raise HalError("TIM2: a burst runs on %d us after its end" % PATIENCE_US)
            time.sleep_us(2)

    def halt(self):
        stm.mem32[self._maker.cr1] = 0
        stm.mem32[self._maker.ccmr1] = FORCED_LOW
        self._pulses = 0

    def count(self):
        return self._counts.extend(stm.mem32[self._counter.cnt])
