"""Ten million frames without a key against a paired pump (tests/rigs/link_attack.py). CPython only.

    make link-fuzz            # goes on where it was interrupted

build/link_fuzz.json has how many there were. Each part of them has a seed of its own and a pump of
its own; a failure names the seed.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from os import cpu_count

from tests.rigs.link_attack import Attack
from tests.shape.rules import ROOT

PART = 50_000
STATE = ROOT / "build/link_fuzz.json"


def part(seed: int) -> tuple[int, int, int]:
    """(seed, frames, of them outside of a lock-out) of one part. AttackError."""
    attack = Attack(seed)
    attack.run(PART)
    return seed, attack.frames, attack.outside


def main(frames: int) -> int:
    """Up to so many frames in all; the exit status."""
    done = json.loads(STATE.read_text()) if STATE.exists() else {}
    wanted = [seed for seed in range(1, frames // PART + 1) if str(seed) not in done]
    STATE.parent.mkdir(exist_ok=True)
    with ProcessPoolExecutor(cpu_count()) as pool:
        parts = {pool.submit(part, seed): seed for seed in wanted}
        for finished in as_completed(parts):
            if finished.exception():
                print(f"link-fuzz: seed {parts[finished]}: {finished.exception()}", file=sys.stderr)
                pool.shutdown(cancel_futures=True)
                return 1
            seed, sent, outside = finished.result()
            done[str(seed)] = [sent, outside]
            STATE.write_text(json.dumps(done))
    sent = sum(row[0] for row in done.values())
    outside = sum(row[1] for row in done.values())
    print(f"{sent:,} frames without a key, {outside:,} of them outside a lock-out:")
    print("no crash, no change, no answer that helps, and the owner was answered each time")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 10_000_000))
