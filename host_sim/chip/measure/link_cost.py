"""What a sealed frame costs the chip: its tags on the emulated RP2040. CPython only.

    python -m host_sim.chip.measure.link_cost     # or the path of an image of stock MicroPython

The modules of the link run in stock MicroPython, from files. A duty is what one exchange takes in
addition to the same one in plain, at one a second.
"""

import sys
from pathlib import Path

from host_sim.chip.emulator.chip import Chip
from host_sim.chip.emulator.process import ChipError
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.image import build
from host_sim.shared import ending

MODULES = ("firmware/errors.py", "firmware/link/frames.py", "firmware/link/clp1.py")
COMMAND_BYTES, REPLY_BYTES, EVENT_BYTES = 40, 2700, 70  # a status takes 2.6 KB
PART = 400
_TIMED = """
import time, gc
from firmware.link import clp1, frames
key = bytes(32)
def timed(what):
    gc.collect()
    began = time.ticks_us()
    for _ in range(10):
        what()
    return time.ticks_diff(time.ticks_us(), began) // 10
command, reply, event = %d * b" ", %d * b" ", %d * b" "
body = clp1.sealed(key, 1, 1, command)[3:-4]
told = clp1.transcript(1, key[:16], key[:16], 1)
print(
    timed(lambda: clp1.opened(key, body)),
    timed(lambda: clp1.sealed(key, 1, 1, reply)) - timed(lambda: frames.framed(0xC5, reply)),
    timed(lambda: clp1.sealed(key, 1, 0, event)) - timed(lambda: frames.framed(0xC5, event)),
    timed(lambda: clp1.proof(key, clp1.BY_PUMP, told)),
)
""" % (COMMAND_BYTES, REPLY_BYTES, EVENT_BYTES)


def costs(image: Path) -> tuple[int, ...]:
    """us to open a command, to seal a status, to seal an event, and for a tag of a handshake."""
    with Chip(image, step=2, direction=3) as chip:
        chip.power_on()
        repl = Repl(chip)
        repl.run("import os\nfor name in ('firmware', 'firmware/link'): os.mkdir(name)")
        for module in MODULES:
            text = (build.ROOT / module).read_text(encoding="utf-8")
            repl.run(f"file = open({module!r}, 'w')")
            for at in range(0, len(text), PART):
                repl.run(f"file.write({text[at : at + PART]!r})")
            repl.run("file.close()")
        return tuple(int(word) for word in repl.run(_TIMED, 60_000).split())


def main() -> int:
    try:
        image = Path(sys.argv[1]) if sys.argv[1:] else build.build(build.STOCK) / "firmware.bin"
        opened, reply, event, tag = costs(image)
    except ChipError as error:
        print(f"link_cost: {error}", file=sys.stderr)
        return error.status
    print(f"a command of {COMMAND_BYTES} bytes is opened in   {opened:>6,} us")
    print(f"a status of {REPLY_BYTES} bytes is sealed in  {reply:>6,} us")
    print(f"an event of {EVENT_BYTES} bytes is sealed in     {event:>6,} us")
    print(f"a tag of a handshake takes           {tag:>6,} us")
    print(f"duty at an exchange a second: {(opened + reply) / 10_000:.2f} percentage points")
    return ending.DONE


if __name__ == "__main__":
    sys.exit(main())
