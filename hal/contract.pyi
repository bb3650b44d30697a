"""The HAL contract as mypy sees it: what hal/contract.py promises in words, with its types.

Only mypy reads this file; MicroPython and CPython read contract.py. Every backend derives from
these classes, so mypy refuses one that lacks a method or an attribute, or that takes other
arguments (tests/tools/check_types.py). A test holds the two files together.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import NoReturn, Protocol

OCCLUSION: int
LEVEL_LOW: int
BUTTON: int
DOOR: int
QUIET: int
STOP: int
SERVICE: int
PLUNGER: int
POWER_ON: int
INTENDED_RESET: int
WATCHDOG_RESET: int
UNKNOWN_RESET: int
DRIVER_SOUND: int
DRIVER_SILENT: int
DRIVER_RESET: int
DRIVER_OFF: int
DRIVER_FAILED: int
DRIVER_STARVED: int
PATTERN_OFF: int
PATTERN_LOW: int
PATTERN_MEDIUM: int
PATTERN_HIGH: int
PATTERN_TEST: int
PATTERN_DENIED: int
FLASH_PAGE: int
WATCH_PERIOD_MS: int

class HalError(Exception): ...

class Clock(Protocol):
    @abstractmethod
    def now_ms(self) -> int: ...
    @abstractmethod
    def wait_until_ms(self, deadline_ms: int, watch: Callable[[], bool]) -> None: ...
    @abstractmethod
    def runs(self) -> bool: ...
    @abstractmethod
    def wall_s(self) -> int | None: ...
    @abstractmethod
    def set_wall_s(self, wall_s: int) -> None: ...

class StepDriver(Protocol):
    tick_hz: int
    max_ticks: int
    depth: int
    @abstractmethod
    def enable(self, on: bool) -> None: ...
    @abstractmethod
    def queue(self, pulses: int, ticks: int) -> None: ...
    @abstractmethod
    def room(self) -> int: ...
    @abstractmethod
    def emitted(self) -> int: ...
    @abstractmethod
    def stop(self) -> int: ...
    @abstractmethod
    def underruns(self) -> int: ...
    @abstractmethod
    def trouble(self) -> int: ...

class Motion(Protocol):
    counts_per_rev: int
    @abstractmethod
    def moved_counts(self) -> int | None: ...
    @abstractmethod
    def angle(self) -> int | None: ...

class Inputs(Protocol):
    present: int
    @abstractmethod
    def read(self) -> int: ...

class Sounder(Protocol):
    @abstractmethod
    def play(self, pattern: int) -> None: ...

class Lamp(Protocol):
    @abstractmethod
    def show(self, pattern: int) -> None: ...

class Store(Protocol):
    @abstractmethod
    def read(self, name: str) -> bytes | None: ...
    @abstractmethod
    def write(self, name: str, data: bytes | list[bytes]) -> None: ...

class Medium(Protocol):
    sectors: int
    sector_bytes: int
    program_ms: int
    @abstractmethod
    def read(self, at: int, size: int) -> bytes: ...
    def read_into(self, at: int, data: memoryview) -> None: ...
    @abstractmethod
    def program(self, at: int, data: bytes) -> None: ...
    @abstractmethod
    def erase(self, number: int) -> None: ...

class Link(Protocol):
    @abstractmethod
    def read(self) -> bytes: ...
    @abstractmethod
    def write(self, data: bytes) -> None: ...

class Watchdog(Protocol):
    @abstractmethod
    def feed(self) -> None: ...

class Power(Protocol):
    @abstractmethod
    def reset_cause(self) -> int: ...
    @abstractmethod
    def supply_mv(self) -> int | None: ...
    @abstractmethod
    def serial(self) -> str: ...
    @abstractmethod
    def random(self, count: int) -> bytes: ...
    @abstractmethod
    def note(self, steps: int) -> None: ...
    @abstractmethod
    def noted(self) -> int | None: ...
    @abstractmethod
    def maintenance(self, console: bool = True) -> NoReturn: ...

class Hal:
    clock: Clock
    driver: StepDriver
    motion: Motion | None
    inputs: Inputs
    sounder: Sounder
    lamp: Lamp
    store: Store
    link: Link
    watchdog: Watchdog
    power: Power
    journal: Medium | None
    events: Medium | None
    def __init__(
        self,
        clock: Clock,
        driver: StepDriver,
        motion: Motion | None,
        inputs: Inputs,
        sounder: Sounder,
        lamp: Lamp,
        store: Store,
        link: Link,
        watchdog: Watchdog,
        power: Power,
        journal: Medium | None = None,
        events: Medium | None = None,
    ) -> None: ...
