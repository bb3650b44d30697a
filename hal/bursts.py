"""Step driver for chips whose hardware makes one burst of equal intervals at a time: the next is
started by Python.

Within a burst nothing depends on the CPU: the hardware counts its pulses out and stops by itself.
Between two bursts, at a *seam*, Python has to be there. The timeline lives on the chip's clock, so
a seam that comes late shifts no later pulse: the burst after it runs up to an eighth faster until
it is on its instants again. A CPU that stays away lets the burst end, and nothing more leaves.

The generator that a chip brings has
    tick_hz, min_ticks: resolution, and the shortest interval
    reach_ticks: the longest time from a start to its first pulse, and between two pulses
    most_pulses: in one burst
    early_ticks: how long before a seam Python comes if it must not be late; it waits out the time
        in `finish` and `wait`
    even: it can only make bursts whose intervals are all equal; it then has `wait`
    now(): ticks since power-up; to be called at least every 8 min
    wait(ticks): waits; does nothing if they are negative
    start(pulses, first, ticks): the first pulse `first` ticks from now, each other one `ticks`
        after the one before
    busy(): does a burst run?
    finish(): waits until it has ended, ms at most; HalError if it does not
    halt(): no further pulse leaves after this
    count(): pulses seen on the STEP wire since power-up
"""

from machine import Timer

from hal.contract import DRIVER_SOUND, HalError, StepDriver
from hal.pins import Output

DEPTH = 4
MAX_TICKS = (1 << 30) - 1  # small integers are enough for an interval
HOLD_MS = 5  # the longest that Python takes from one segment to the next
LONGEST_NAP_MS = (
    240_000  # the clock of ticks wraps after 17.9 min, and has to be read twice in that time
)


class BurstDriver(StepDriver):
    """Segments of less than HOLD_MS that an empty timeline begins with wait for the next one, so as
    not to be over before it.

    pins: of the board file; steps_per_rev: of the motor; wake: is raised when the timeline has run
        empty
    chip: None, or the driver's UART side with `prepare()`, `ask()` and `trouble()`; timer_id: of a
        machine.Timer that nobody else uses
    """

    def __init__(self, generator, pins, steps_per_rev, wake, chip, timer_id):
        self.tick_hz = generator.tick_hz
        self.max_ticks = MAX_TICKS
        self.depth = DEPTH
        self._generator = generator
        self._coils = Output(pins["enable"])
        self._backwards = Output(pins["direction"])
        self._wake = wake
        self._chip = chip
        self._quarter_turn_steps = steps_per_rev // 4
        self._ticks_per_ms = generator.tick_hz // 1000
        self._timer = Timer(timer_id)
        # Kept, since a bound method is a new object each time it is named.
        self._on_timer = self._timer_has_come
        self._serving = False  # the timer's callback may come between any two lines of the rest
        self._missed = False  # it came while something was being served
        self._error = None  # what went wrong in it, for the next caller
        self._sign = 1  # the direction of what is counted now
        self._counted = 0  # by the generator, up to the last look
        self._signed = 0
        self._underruns = 0
        # What a start takes; follows a slower one slowly, which may have met a garbage collection
        self._lag_ticks = 0
        self._clear()

    def _clear(self):
        self._waiting = []  # (pulses, ticks) that nothing has been started of
        self._held_ticks = 0  # of segments that wait for more before the timeline begins
        self._running = False
        self._left = 0  # pulses of the running segment that no burst has taken yet
        self._turn = 1  # their direction
        self._ticks = 1  # their interval
        self._base = 0  # tick at which what is under way ends by the book
        self._end = 0  # tick at which it ends in fact: later after a late seam

    def enable(self, on):
        if on and self._chip is not None:
            self._chip.prepare()
        self._coils.set(on)

    def queue(self, pulses, ticks):
        if not 0 < ticks <= MAX_TICKS:
            raise HalError(
                "step driver: interval of %d ticks is outside 1 .. %d" % (ticks, MAX_TICKS)
            )
        self._serve()
        if not self._room():
            raise HalError("step driver: %d segments wait already, no room" % DEPTH)
        self._serving = True
        self._waiting.append((pulses, ticks))
        self._serving = False
        if self._running:
            self._serve()
            return
        self._held_ticks += abs(pulses) * ticks or ticks
        if self._held_ticks >= HOLD_MS * self._ticks_per_ms or not self._room():
            self._begin()

    def _begin(self):
        """What is held waits no longer: the timeline begins."""
        if self._held_ticks:
            self._held_ticks = 0
            self._base = self._end = self._generator.now()
            self._running = True
        self._serve()

    def room(self):
        self._serve()
        return self._room()

    def _room(self):
        return DEPTH - len(self._waiting) + (1 if self._held_ticks else 0)

    def emitted(self):
        self._begin()
        return self._signed

    def stop(self):
        self._serving = True
        try:
            self._generator.halt()
        except OSError as error:
            raise HalError("step driver: %s" % error)
        finally:
            self._clear()
            self._serving = False
        return self.emitted()

    def underruns(self):
        self._begin()
        return self._underruns

    def trouble(self):
        return DRIVER_SOUND if self._chip is None else self._chip.trouble()

    def ask(self):
        """Before a look: the driver chip is to have its answer ready for `trouble`."""
        if self._chip is not None:
            self._chip.ask()

    def look_ms(self):
        """ms within which the rotor cannot have gone a quarter of a turn."""
        if not self._running:
            return LONGEST_NAP_MS
        shortest = self._ticks
        for _, ticks in self._waiting:
            shortest = min(shortest, ticks)
        return max(self._quarter_turn_steps * shortest // self._ticks_per_ms, 20)

    def _timer_has_come(self, _):
        if self._serving:
            self._missed = True
            return
        try:
            self._work()
        except HalError as error:  # nobody above a callback could hear it
            self._error = error

    def _serve(self):
        """Do what is due. HalError if that fails, or failed in a callback since the last call."""
        error, self._error = self._error, None
        if error is not None:
            raise error
        self._work()

    def _work(self):
        self._missed = True
        while self._missed:
            self._serving = True
            self._missed = False
            try:
                while self._running and self._advance():
                    pass
                self._count()
            except OSError as error:
                raise HalError("step driver: %s" % error)
            finally:
                self._serving = False

    def _count(self):
        """Book what has left since the last look, in the direction it left in."""
        counted = self._generator.count()
        self._signed += (counted - self._counted) * self._sign
        self._counted = counted

    def _advance(self):
        """Go on to the next piece of the timeline if it is time; False if there is nothing to do
        but wait.
        """
        now = self._generator.now()
        over = self._end - self._early_ticks()
        if now < over:
            self._nap(over - now)
            return False
        if self._left:
            return self._start_burst(now)
        if self._waiting:
            self._start_segment()
            return True
        if self._generator.busy():
            self._nap(0)
            return False
        self._running = False
        self._underruns += 1
        self._wake.set()
        return False

    def _early_ticks(self):
        """How long before the end of what is under way to come: not if nothing follows, or if the
        first pulse has time.
        """
        early = self._generator.early_ticks
        if self._left:
            return early if self._generator.even or self._ticks < early else 0
        if self._waiting:
            return early if self._generator.even or self._waiting[0][1] < early else 0
        return 0

    def _start_segment(self):
        pulses, self._ticks = self._waiting.pop(0)
        self._left = abs(pulses)
        if pulses:
            self._turn = 1 if pulses > 0 else -1
        else:
            self._base += self._ticks
            self._end = max(self._end, self._base)

    def _start_burst(self, now):
        """Start the next pulses of the running segment; False if the generator is not ready."""
        generator, ticks = self._generator, self._ticks
        far = ticks > generator.reach_ticks
        lead = generator.reach_ticks // 2 if far else ticks
        early = self._base + ticks - lead - generator.early_ticks - now
        if early > 0:
            self._nap(early)
            return False
        generator.finish()
        self._count()
        if self._turn != self._sign:
            self._sign = self._turn
            self._backwards.set(self._turn < 0)
        pulses = 1 if far else min(self._left, generator.most_pulses)
        self._left -= pulses
        if generator.even and pulses > 1:
            generator.wait(self._base - self._lag_ticks - generator.now())
        self._lay(pulses, ticks)
        return True

    def _lay(self, pulses, ticks):
        """Start a burst on its instants, or as near to them as it may come after a late seam."""
        generator = self._generator
        now = generator.now()
        begin = now + self._lag_ticks
        least = max(ticks - ticks // 8, generator.min_ticks)
        due = self._base + ticks
        first = max(due, self._end + least, begin + generator.min_ticks)
        self._base += pulses * ticks
        if pulses > 1 and generator.even:
            ticks = max((self._base - begin + pulses // 2) // pulses, least)
            first = begin + ticks
        elif pulses > 1 and first > due:
            ticks = max((self._base - first) // (pulses - 1), least)
        self._end = first + (pulses - 1) * ticks
        generator.start(pulses, first - begin, ticks)
        self._lag_ticks = min(generator.now() - now, self._lag_ticks + self._ticks_per_ms // 10)

    def _nap(self, ticks):
        """Have the timer come when the ticks have passed, or up to 1 ms later."""
        ms = min(ticks // self._ticks_per_ms + 1, LONGEST_NAP_MS)
        self._timer.init(mode=Timer.ONE_SHOT, period=ms, callback=self._on_timer, hard=False)
