"""The HAL contract: everything the pump may ask of a machine, and nothing else.

    hal = Hal(clock=..., driver=..., inputs=..., ...)      # a backend fills it
    Pump(hal, stored, memory).run()        # firmware/pump.py

Rules for all classes:
- Times are whole milliseconds on one monotonic axis that starts near 0 at power-up and never wraps
  for the caller.
- Inputs and outputs are *logical*: active or not. Which electrical level that is stands in the
  board file.
- No method blocks but `Clock.wait_until_ms`, and `Store.write`, which may stop the CPU for 1.3 s.
- A method that cannot do its work raises `HalError`; where a device may be absent or dead the
  docstring says what is returned instead. Nothing returns 0 for "I could not".
- A method exists only because a chip backend, the simulator and a user of it exist; at most 7 per
  class. The suite in tests/contract runs the same cases on every backend.
"""

# Bits of Inputs.read() and Inputs.present
OCCLUSION = 1  # line pressure above the switch's threshold
LEVEL_LOW = 2  # reservoir float below its mark
BUTTON = 4  # the patient button is held
DOOR = 8  # pump head open
QUIET = 16  # pauses the sound
STOP = 32  # stops the pump; debounced for 50 ms
SERVICE = 64  # somebody is at the pump who may pair it
PLUNGER = 128  # the plunger of a syringe is loose

# Power.reset_cause()
POWER_ON = 0
INTENDED_RESET = 1  # the firmware asked for it and left a note
WATCHDOG_RESET = 2  # of a pump that had `started`: it was away for seconds
UNKNOWN_RESET = 3

# StepDriver.trouble()
DRIVER_SOUND = 0
DRIVER_SILENT = 1  # it does not answer, or does not take its settings
DRIVER_RESET = 2  # it has lost its settings: its supply was gone for a moment
DRIVER_OFF = 3  # its output stage is off: too hot, a short circuit, too little voltage
DRIVER_FAILED = 4  # a device of the board raised HalError
DRIVER_STARVED = 5  # its timeline keeps running empty

# Sounder.play() and Lamp.show(): a number per priority, which a backend maps to its own means
PATTERN_OFF = 0
PATTERN_LOW = 1
PATTERN_MEDIUM = 2
PATTERN_HIGH = 3
PATTERN_TEST = 4
PATTERN_DENIED = 5  # a sounder only

FLASH_PAGE = 256  # bytes that Medium.program takes at most, and never across a multiple of it
WATCH_PERIOD_MS = 4000  # wait_until_ms calls `watch` and feeds the watchdog at least this often


class HalError(Exception):
    """A device did not do what it was asked; the text says which and why."""


class Clock:
    """Monotonic time, waiting, and the civil wall clock of the bench."""

    def now_ms(self):
        """Milliseconds since power-up, int, never decreasing, never wrapping. Raw ticks of the chip
        wrap (2**30 ms): the backend extends them, which works as long as it is called at least
        every 6 days."""
        raise NotImplementedError

    def wait_until_ms(self, deadline_ms, watch):
        """Sleep until `deadline_ms` (at most 5 min ahead), or return earlier on an input edge, a
        link byte, a driver event, or when `watch()` answers True. Feeds the watchdog and calls
        `watch` at least every WATCH_PERIOD_MS; a backend that can prove that `watch` would answer
        False may leave the call out. A deadline in the past returns at once. Not promised: an exact
        wake-up; up to 0.5 s late after a flash write."""
        raise NotImplementedError

    def runs(self):
        """False if the chip's counter stands; it is watched for some ms."""
        raise NotImplementedError

    def wall_s(self):
        """Civil time, seconds since 1970-01-01 00:00 without time zone or daylight saving; None
        while unset.
        """
        raise NotImplementedError

    def set_wall_s(self, wall_s):
        """Set the civil time, int seconds >= 0."""
        raise NotImplementedError


class StepDriver:
    """The step generator and the stepper driver's enable pin, with a timeline of its own.

    tick_hz: resolution of the timeline, a multiple of 1000
    max_ticks: longest interval that one segment can hold
    depth: segments that wait in addition to the one that is running

    Each pulse comes `ticks` after the one before, or after the end of the wait before. The first
    segment queued on an empty timeline starts it at that moment; one of less than 5 ms may be held
    until the next one is queued, or somebody asks for `emitted` or `underruns`, because it would be
    over before Python comes with the next. When the last segment has ended and none follows, the
    timeline is empty: an underrun unless `stop` was called; it is counted, and nothing is caught
    up.
    """

    def enable(self, on):
        """Energise the motor coils (True) or let go (False). Pulses while off move nothing. A
        driver that takes settings gets them first, if it has lost them; `trouble` reports whether
        it took them."""
        raise NotImplementedError

    def queue(self, pulses, ticks):
        """Append a segment: `pulses` pulses, each `ticks` (1 .. max_ticks) after the one before; 0
        pulses is a pure wait of `ticks`; negative pulses turn backwards. HalError when there is no
        room or a value is out of range."""
        raise NotImplementedError

    def room(self):
        """Segments that `queue` would take now, 0 .. depth."""
        raise NotImplementedError

    def emitted(self):
        """Signed pulses that have left the STEP pin since power-up, int. `stop` keeps it."""
        raise NotImplementedError

    def stop(self):
        """Empty the queue before the next pulse, none leaves after it. Returns `emitted()`."""
        raise NotImplementedError

    def underruns(self):
        """How often the timeline ran empty without `stop` since power-up."""
        raise NotImplementedError

    def trouble(self):
        """Why the motor may not do what the pulses say: DRIVER_SILENT, DRIVER_RESET, DRIVER_OFF, or
        DRIVER_SOUND. A driver that can report nothing is always sound. May take 2 ms."""
        raise NotImplementedError


class Motion:
    """A sensor on the rotor, counts_per_rev counts a turn.

    `Hal.motion` is None on a board without one.
    """

    def moved_counts(self):
        """Signed counts turned since power-up, int; None while the sensor does not answer."""
        raise NotImplementedError

    def angle(self):
        """0 .. counts_per_rev - 1, the same after a loss of power; None as above."""
        raise NotImplementedError


class Inputs:
    """Switches, debounced. `present` holds the bits (OCCLUSION ...) that this board has."""

    def read(self):
        """Bits of the inputs that are active now, int, a subset of `present`."""
        raise NotImplementedError


class Sounder:
    """Plays the burst of a priority over and over, as the pattern says, until another call."""

    def play(self, pattern):
        """Start pattern PATTERN_LOW .. PATTERN_DENIED; PATTERN_OFF is silence."""
        raise NotImplementedError


class Lamp:
    """Shows the highest priority there is; a light is never paused."""

    def show(self, pattern):
        """Start pattern PATTERN_LOW .. PATTERN_TEST; PATTERN_OFF is dark."""
        raise NotImplementedError


class Store:
    """Named blobs on a power-safe file system."""

    def read(self, name):
        """The bytes written last under `name`, or None. HalError where it does not answer."""
        raise NotImplementedError

    def write(self, name, data):
        """Replace the blob by bytes, or by a list of them; when it returns they are on the medium.
        After a power cut the old or the new blob is there, whole. HalError if full or failing."""
        raise NotImplementedError


class Medium:
    """A region of flash beside the file system, in erase sectors, or what stands for one.

    sectors: how many; sector_bytes: of one. An erased byte reads 0xFF.
    program_ms: how long a program may stop the CPU, at most. Who calls it has motion queued for it.
    What a power cut leaves of a program or an erase is not promised: any bits of it.
    """

    def read(self, at, size):
        """bytes, `size` of them from byte `at` of the region on."""
        raise NotImplementedError

    def read_into(self, at, data):
        """Fill a writable memoryview from byte `at` on. Faster where nothing is kept of it."""
        data[:] = self.read(at, len(data))

    def program(self, at, data):
        """Turn ones into zeros: 1 to FLASH_PAGE bytes that lie within a page. What lies beside
        them is untouched. HalError where the chip refuses."""
        raise NotImplementedError

    def erase(self, number):
        """Turn all bytes of a sector to 0xFF. May stop the CPU for 0.4 s [W25Q16JV 9.6], or for
        `program_ms` if that is longer. HalError where the chip refuses."""
        raise NotImplementedError


class Link:
    """A byte stream to programmer, bench or scenario. Not promised: that anybody listens."""

    def read(self):
        """The bytes that have come since the last call; b"" if none."""
        raise NotImplementedError

    def write(self, data):
        """Send bytes; what nobody takes within a moment is dropped: it never holds the pump up."""
        raise NotImplementedError


class Watchdog:
    def feed(self):
        """Put the reset off for another period (8.388 s on the RP2040 [RP2040 4.7])."""
        raise NotImplementedError


class Power:
    def reset_cause(self):
        """POWER_ON, INTENDED_RESET, WATCHDOG_RESET or UNKNOWN_RESET."""
        raise NotImplementedError

    def supply_mv(self):
        """Supply voltage in mV; None on a board that cannot measure it."""
        raise NotImplementedError

    def serial(self):
        """1 to 40 letters, digits and hyphens that name this chip alone, and never change."""
        raise NotImplementedError

    def random(self, count):
        """bytes, `count` of them (1 to 256), that nobody can foresee on a board."""
        raise NotImplementedError

    def note(self, steps):
        """This power-up is on flash: from now on WATCHDOG_RESET can be told, and `noted` then."""
        raise NotImplementedError

    def noted(self):
        """The steps of the last `note`, modulo 2**32, after WATCHDOG_RESET; else None."""
        raise NotImplementedError

    def maintenance(self, console=True):
        """Reset into the console: motor off, no pump, no watchdog; or as a pump. Never returns."""
        raise NotImplementedError


class Hal:
    """The machine handed to the pump: one attribute per class above; `motion` may be None.

    journal, events: a Medium each, of what outlasts a loss of power; None on a board without one
    """

    def __init__(
        self,
        clock,
        driver,
        motion,
        inputs,
        sounder,
        lamp,
        store,
        link,
        watchdog,
        power,
        journal=None,
        events=None,
    ):
        self.clock = clock
        self.driver = driver
        self.motion = motion
        self.inputs = inputs
        self.sounder = sounder
        self.lamp = lamp
        self.store = store
        self.link = link
        self.watchdog = watchdog
        self.power = power
        self.journal = journal
        self.events = events
