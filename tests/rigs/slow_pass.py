"""Time that passes inside a pass of the pump: a link that is slow to take what is written, sensors
and a driver chip that take their time. CPython only.

    slow = SlowPass(hal, world, random.Random(seed))
    with slow:
        deadline_ms = pump.step(clock.now_ms())
"""

MOST_MS = 500  # in all in one pass: what hal/board_link.py may cost once
SHARE = 4  # one call in so many takes time


class SlowPass:
    """Lets the machine's calls take time, drawn at random, up to MOST_MS in a pass."""

    def __init__(self, hal, world, chance):
        self._world = world
        self._chance = chance
        self._left_ms = 0
        self._inside = False
        self.passed_ms = 0  # in all
        for owner, name in (
            (hal.link, "write"),
            (hal.inputs, "read"),
            (hal.motion, "moved_counts"),
            (hal.driver, "stop"),
            (hal.driver, "queue"),
            (hal.driver, "trouble"),
            (hal.power, "supply_mv"),
        ):
            self._slow_down(owner, name)

    def __enter__(self):
        self._left_ms = MOST_MS

    def __exit__(self, *error):
        self._left_ms = 0

    def _slow_down(self, owner, name):
        at_once = getattr(owner, name)

        def slowly(*arguments):
            # The world reads the same machine while time passes: that costs the pump nothing.
            if not self._inside and self._left_ms and self._chance.randrange(SHARE) == 0:
                self._inside = True
                ms = self._chance.randint(1, self._left_ms)
                self._left_ms -= ms
                self.passed_ms += ms
                self._world.hang(ms)
                self._inside = False
            return at_once(*arguments)

        setattr(owner, name, slowly)
