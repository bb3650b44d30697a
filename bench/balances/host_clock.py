"""The clock of this computer. No other file of the bench reads it (a test checks that).

On Linux `now_s` counts the time that the computer sleeps, so that a gap in the log has its true
length. CPython only.
"""

import time
import uuid
from datetime import datetime, timezone
from pathlib import Path

from bench.balances.transport import Clock

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", None)


class HostClock(Clock):
    def now_s(self) -> float:
        return time.monotonic() if _BOOT_TIME is None else time.clock_gettime(_BOOT_TIME)

    def wait_until_s(self, instant_s: float) -> None:
        while (left_s := instant_s - self.now_s()) > 0:
            time.sleep(left_s)

    def wall(self) -> datetime:
        return datetime.now(timezone.utc).replace(tzinfo=None)

    def zero(self) -> str:
        """Two programs that get the same text count `now_s` from the same instant."""
        return (
            _BOOT_ID.read_text(encoding="ascii").strip()
            if _BOOT_TIME is not None and _BOOT_ID.exists()
            else uuid.uuid4().hex
        )
