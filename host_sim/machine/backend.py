"""The HAL over virtual time, step driver and plant.

Everything that passes through here is logical and immediate.
"""

from hal.contract import (
    BUTTON,
    DOOR,
    LEVEL_LOW,
    OCCLUSION,
    PATTERN_DENIED,
    PATTERN_TEST,
    PLUNGER,
    QUIET,
    SERVICE,
    STOP,
    Hal,
    HalError,
    Inputs,
    Lamp,
    Link,
    Motion,
    Sounder,
    Store,
    Watchdog,
)
from host_sim.machine.clock import SimClock
from host_sim.machine.sim_power import SimPower
from host_sim.machine.step_driver import SimStepDriver
from host_sim.plant.plant import Plant

INPUT_PINS = {
    "occlusion": OCCLUSION,
    "level_low": LEVEL_LOW,
    "patient_button": BUTTON,
    "door": DOOR,
    "quiet": QUIET,
    "stop": STOP,
    "plunger": PLUNGER,
    "service": SERVICE,
}
WATCHDOG_MS = 8388  # [RP2040 4.7]


class WatchdogReset(BaseException):
    """The chip would have been reset here. Not an Exception: no handler in the firmware may swallow
    it.
    """


class SimMotion(Motion):
    """dead: the sensor does not answer; read-only, see `die`."""

    def __init__(self, plant):
        self.counts_per_rev = plant.counts_per_rev
        self.dead = False
        self._plant = plant
        self._zero = 0  # of the plant's counts at power-up
        self._at = 0  # the angle at which the plant's counts began

    def power_up(self):
        """It counts from 0 again."""
        self._zero = self._plant.sensed_counts()

    def die(self):
        """From now on the sensor does not answer."""
        self.dead = True

    def revive(self):
        """It answers again, and has counted on meanwhile."""
        self.dead = False

    def moved_counts(self):
        if self.dead:
            return None
        return self._plant.sensed_counts() - self._zero

    def angle(self):
        return None if self.dead else (self._plant.sensed_counts() + self._at) % self.counts_per_rev

    def stands_at(self, angle):
        """The rotor that has not turned yet stands at this angle."""
        self._at = angle


class SimInputs(Inputs):
    """Float and pressure switch of the plant; button and door are pressed by `force`."""

    def __init__(self, plant, pins):
        self.present = 0
        for pin, bit in sorted(INPUT_PINS.items()):
            if pin in pins:
                self.present |= bit
        self._reservoir = plant.reservoir
        self._line = plant.line
        self._forced = 0  # bits that do not follow the plant
        self._forced_to = 0

    def read(self):
        if self._reservoir.low or self._line.pressed or self._forced:
            return self._active()
        return 0

    def _active(self):
        bits = LEVEL_LOW if self._reservoir.low else 0
        if self._line.pressed:
            bits |= OCCLUSION
        return (bits & ~self._forced | self._forced_to) & self.present

    def force(self, bit, active):
        """Hold an input active or inactive, or (None) let it follow the plant again."""
        self._forced &= ~bit
        self._forced_to &= ~bit
        if active is not None:
            self._forced |= bit
            self._forced_to |= bit if active else 0


class SimSignal(Sounder, Lamp):
    """`pattern` plays; `played` were started; `begun`: alarms that broke the silence. most: the
    last pattern that it has.
    """

    def __init__(self, most):
        self._most = most
        self.pattern = self.played = self.begun = 0

    def play(self, pattern):
        if not 0 <= pattern <= self._most:
            raise HalError("pattern %r is outside 0 .. %d" % (pattern, self._most))
        self.played += pattern != self.pattern
        self.begun += self.pattern == 0 < pattern < PATTERN_TEST
        self.pattern = pattern

    show = play

    def go_out(self):
        self.pattern = 0


class SimStore(Store):
    """Blobs in memory."""

    def __init__(self):
        self._full = False
        self._failing_reads = 0
        self._blobs = {}

    def fill_up(self, full=True):
        """From now on the medium takes nothing more, or something again."""
        self._full = full

    def fail_reads(self, count):
        """The next `count` reads fail."""
        self._failing_reads = count

    def read(self, name):
        if self._failing_reads:
            self._failing_reads -= 1
            raise HalError("store: %s cannot be read: error 5" % name)
        return self._blobs.get(name)

    def write(self, name, data):
        data = b"".join(data) if isinstance(data, list) else data
        if self._full:
            raise HalError("store: no room for %s, %d bytes" % (name, len(data)))
        self._blobs[name] = bytes(data)


class SimLink(Link):
    """waiting: bytes on their way to the pump; open: there is somebody who takes them."""

    def __init__(self):
        self.waiting = b""
        self.open = True
        self._listener = None

    def send_to_pump(self, data):
        """The far end sends bytes."""
        if self.open:
            self.waiting += data

    def power_off(self):
        """What is on its way is lost, and so is what comes before `power_up`."""
        self.open = False
        self.waiting = b""

    def power_up(self):
        self.open = True

    def listen(self, listener):
        """From now on listener(data) hears what the pump sends; None: nobody does."""
        self._listener = listener

    def read(self):
        data = self.waiting
        if data:
            self.waiting = b""
        return data

    def write(self, data):
        if self._listener:
            self._listener(data)


class SimWatchdog(Watchdog):
    """hung_ms: time that has passed since the last feed other than in `wait_until_ms`."""

    def __init__(self):
        self.hung_ms = 0

    def feed(self):
        self.hung_ms = 0

    def hang(self, ms):
        """The CPU was busy for `ms`."""
        self.hung_ms += ms
        if self.hung_ms >= WATCHDOG_MS:
            raise WatchdogReset("watchdog: not fed for %d ms" % self.hung_ms)


def build_machine(board, truth, seed=1, raw_ms=0, driver=SimStepDriver, journal=None, events=None):
    """(hal, plant): a simulated machine in a world that is as `truth` says (job.py).

    seed: of all that is random in it; raw_ms: the raw ticks at power-up; driver: the class of the
    step driver; journal, events: a sim_flash.SimFlash each, or None. Time passes only with a
    `World` around it.
    """
    plant = Plant(truth, seed)
    clock = SimClock(raw_ms, truth.crystal_ppb)
    driver = driver(clock, plant.motor, board["tick_hz"])
    return build_hal(board, clock, driver, plant, seed, journal, events), plant


def build_hal(board, clock, driver, plant, seed=1, journal=None, events=None):
    """The simulated machine as a board file (boards/) describes it."""
    pins = board["pins"]
    motion = SimMotion(plant) if "encoder" in board else None
    inputs = SimInputs(plant, pins)
    power = SimPower(plant, "supply_sense" in pins, seed)
    return Hal(
        clock,
        driver,
        motion,
        inputs,
        SimSignal(PATTERN_DENIED),
        SimSignal(PATTERN_TEST),
        SimStore(),
        SimLink(),
        SimWatchdog(),
        power,
        journal,
        events,
    )
