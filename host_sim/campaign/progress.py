"""How far a campaign is, with an estimate of what is left. CPython only."""

import sys
from collections.abc import Iterable, Iterator
from timeit import default_timer

from tqdm import tqdm

from host_sim.campaign.workers import Finished

LINE_EVERY_S = 30  # where no terminal shows a bar
BAR = "{l_bar}{bar}| {n:.0f} of {total:.0f} pumps, {elapsed} gone, about {remaining} to go"


def shown(finished: Iterable[Finished], pumps: int) -> Iterator[Finished]:
    """What comes in, passed on: with a bar on a terminal, elsewhere with a line now and then."""
    begun_s = said_s = default_timer()
    done = 0
    with tqdm(total=pumps, disable=None, leave=False, bar_format=BAR, file=sys.stderr) as bar:
        for one in finished:
            yield one
            done += len(one.rows)
            bar.update(len(one.rows))
            now_s = default_timer()
            if bar.disable and now_s - said_s >= LINE_EVERY_S and done < pumps:
                said_s, gone_s = now_s, now_s - begun_s
                left_s = gone_s / done * (pumps - done)
                print(line(done, pumps, gone_s, left_s), file=sys.stderr, flush=True)


def line(done: int, pumps: int, gone_s: float, left_s: float) -> str:
    """The same as a line."""
    return f"{done:,} of {pumps:,} pumps, {_minutes(gone_s)} gone, about {_minutes(left_s)} to go"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
