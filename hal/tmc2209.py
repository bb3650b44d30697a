"""TMC2209 stepper driver over its single-wire UART: microsteps and currents, every write verified.

    chip = Tmc2209(uart, board["driver"])
    chip.prepare()          # settings, unless it still has them
    chip.trouble()          # DRIVER_SOUND, or what is wrong with it

The chip acknowledges nothing, but counts the writes it accepted: IFCNT must go up by one [TMC2209
datasheet 4.1]. docs/decisions/0061-what-the-bits-of-a-device-mean.md has what it says of itself.
"""

import time

from hal.contract import DRIVER_OFF, DRIVER_RESET, DRIVER_SILENT, DRIVER_SOUND, HalError

_GCONF, _GSTAT, _IFCNT, _IHOLD_IRUN, _TPOWERDOWN, _CHOPCONF = 0x00, 0x01, 0x02, 0x10, 0x11, 0x6C
_SETTINGS_BY_UART = 1 << 6 | 1 << 7 | 1 << 8  # pdn_disable, mstep_reg_select, multistep_filt
# In GSTAT. Written to it, a 1 clears the first two, once their cause is over; the third is on as
# long as the charge pump has too little voltage. With the second or third the output stage is off.
_RESET, _DRIVER_ERROR, _CHARGE_PUMP_LOW = 1, 2, 4
_OFF_TIME = 15  # of CHOPCONF; 0 switches the output stage off
_CHOP_BASE = 1 << 28 | 2 << 15 | 5 << 4 | 3  # intpol, TBL 2, HSTRT 5, TOFF 3
_FINE_SENSE = 1 << 17  # vsense: full scale 180 mV, else 325 mV
_HOLD_DELAY = 8 << 16
_POWER_DOWN = 20  # 0.4 s at rest until the current falls to the hold current
BAUD = 250_000  # it finds the rate of the master by itself, up to 500000
_TRIES = 5
_REPLY_MS = 20
_SYNC, _MASTER, _WRITE = 0x05, 0xFF, 0x80
_REQUEST, _REPLY = 4, 8


def crc8(data):
    """CRC8-ATM as the TMC2209 reckons it, the least significant bit first."""
    crc = 0
    for byte in data:
        for _ in range(8):
            crc = (crc << 1 ^ 7 if (crc >> 7 ^ byte) & 1 else crc << 1) & 0xFF
            byte >>= 1
    return crc


def current_scale(ma_rms, full_scale_mv, sense_mohm):
    """The 5-bit scale whose RMS current is at or just below ma_rms; below 0 if even the smallest is
    above it. [TMC2209 9: I = (CS + 1) / 32 * Vfs / (Rsense + 20 mOhm) / sqrt 2]"""
    return 32 * 1414 * ma_rms * (sense_mohm + 20) // (full_scale_mv * 1_000_000) - 1


def _framed(data):
    return data + bytes([crc8(data)])


_ASK_STATE = _framed(bytes([_SYNC, 0, _GSTAT]))
_ALL_IS_WELL = _framed(bytes([_SYNC, _MASTER, _GSTAT, 0, 0, 0, 0]))


class Tmc2209:
    """uart: a machine.UART at BAUD, both of its pins on PDN_UART; driver: the section of the board
    file. It is given its settings here, and again by `prepare`."""

    def __init__(self, uart, driver):
        self._uart = uart
        self._ready = False
        self._asked = False  # for its state, and its answer is on the way
        fine = current_scale(driver["run_ma"], 180, driver["sense_mohm"]) < 32
        full_scale_mv = 180 if fine else 325
        run, hold = [
            current_scale(driver[key], full_scale_mv, driver["sense_mohm"])
            for key in ("run_ma", "hold_ma")
        ]
        mres = 8
        while 1 << (8 - mres) < driver["microsteps"]:
            mres -= 1
        chopper = _CHOP_BASE | mres << 24 | (_FINE_SENSE if fine else 0)
        self._settings = (
            (_GCONF, _SETTINGS_BY_UART),
            (_CHOPCONF, chopper & ~_OFF_TIME),  # else it never lets go of a short circuit it saw
            (_CHOPCONF, chopper),
            (_IHOLD_IRUN, _HOLD_DELAY | min(max(run, 0), 31) << 8 | min(max(hold, 0), 31)),
            (_TPOWERDOWN, _POWER_DOWN),
            (_GSTAT, _RESET | _DRIVER_ERROR),
        )
        self.prepare()

    def prepare(self):
        """Give it its settings, unless it still has them. `trouble` reports a failure."""
        if self.trouble() == DRIVER_SOUND:
            return
        self._ready = False
        try:
            for register, value in self._settings:
                self.write(register, value)
            self._ready = True
        except HalError:
            self._ready = False

    def ask(self):
        """Ask for its state ahead of `trouble`: it answers in 0.6 ms, in which others can work."""
        if self._ready:
            self._send(_ASK_STATE)
            self._asked = True

    def trouble(self):
        """DRIVER_SILENT: it does not answer or has not taken its settings; DRIVER_RESET, DRIVER_OFF
        or DRIVER_SOUND.
        """
        if not self._ready:
            return DRIVER_SILENT
        if not self._asked:
            self._send(_ASK_STATE)
        self._asked = False  # the next one is to be of its own time
        # Without reckoning a CRC: this is asked every few seconds.
        if self._receive(_REQUEST, _REPLY) == _ALL_IS_WELL:
            return DRIVER_SOUND
        try:
            state = self.read(_GSTAT)
        except HalError:
            return DRIVER_SILENT
        if state & _RESET:
            return DRIVER_RESET
        return DRIVER_OFF if state & (_DRIVER_ERROR | _CHARGE_PUMP_LOW) else DRIVER_SOUND

    def write(self, register, value):
        """Write and see that it was taken."""
        for _ in range(_TRIES):
            before = self.read(_IFCNT)
            data = bytes(
                [
                    _SYNC,
                    0,
                    register | _WRITE,
                    value >> 24 & 0xFF,
                    value >> 16 & 0xFF,
                    value >> 8 & 0xFF,
                    value & 0xFF,
                ]
            )
            self._exchange(_framed(data), 0)
            if self.read(_IFCNT) == (before + 1) & 0xFF:
                return
        raise HalError(
            "TMC2209 does not take a write to register 0x%02x: check its UART and its supply"
            % register
        )

    def read(self, register):
        """The value of a register, 32 bits."""
        request = _framed(bytes([_SYNC, 0, register]))
        for _ in range(_TRIES):
            reply = self._exchange(request, _REPLY)
            if (
                reply
                and reply[0] == _SYNC
                and reply[1] == _MASTER
                and reply[2] == register
                and crc8(reply[:7]) == reply[7]
            ):
                return reply[3] << 24 | reply[4] << 16 | reply[5] << 8 | reply[6]
        raise HalError(
            "TMC2209 does not answer to a read of register 0x%02x: check its UART and its supply"
            % register
        )

    def _exchange(self, data, reply_bytes):
        """Send a frame; the reply, or None if it is not whole."""
        self._send(data)
        return self._receive(len(data), reply_bytes)

    def _send(self, data):
        uart = self._uart
        while uart.any():
            uart.read()
        self._asked = False  # an answer that was on the way is gone
        uart.write(data)

    def _receive(self, sent_bytes, reply_bytes):
        """The reply behind the echo that a single wire gives back, or None if it is not whole."""
        uart = self._uart
        wanted = sent_bytes + reply_bytes
        start = time.ticks_ms()
        while uart.any() < wanted:  # busy for 1 ms: to sleep for it would cost a dozen wakes
            if time.ticks_diff(time.ticks_ms(), start) > _REPLY_MS:
                return None
            time.sleep_us(50)
        return uart.read(wanted)[sent_bytes:]
