"""The tree of all walks of a depth: at each node every action is tried, each in a process of its
own that goes on from there (os.fork: Linux and macOS).

    found = grown("full of 2000 ug/mL", ("bolus",), depth=3)    # walks that begin with a bolus
    found.walks, found.wrong

An action that is refused changes nothing. So all that are refused at a node are walked on from
once: as a time that passes.
"""

import gc
import json
import os
from dataclasses import asdict, dataclass, field
from functools import partial

from tests.walk.doing import Walker, Wrong, check
from tests.walk.scenes import ACTIONS

REFUSED = 2  # exit status of a process whose action was refused


@dataclass
class Found:
    """walks: nodes of the tree; refused: of them, without an effect; wrong: ["walk: what"]"""

    walks: int = 0
    refused: int = 0
    wrong: list = field(default_factory=list)

    def add(self, other):
        self.walks += other.walks
        self.refused += other.refused
        self.wrong += other.wrong


def grown(scene, prefix, depth):
    """What all walks of up to this depth that begin with the prefix come to."""
    found, _ = _in_child(lambda: _begin(scene, prefix, depth))
    return found


def _begin(scene, prefix, depth):
    gc.disable()  # a walk is short, and a collection would copy the memory that it shares
    walker, found = Walker(scene), Found()
    for action in prefix:
        found.walks += 1
        if not _tried(walker, action, found):
            return found, False
    _grow(walker, depth - len(prefix), found)
    return found, False


def _tried(walker, action, found):
    try:
        walker.act(action)
    except Wrong as wrong:
        found.wrong.append(f"{' '.join(walker.done)}: {wrong}")
        return False
    return True


def _grow(walker, depth, found):
    """Walk on from here; walker is used up."""
    if not depth:
        try:
            walker.end()
        except Wrong as wrong:
            found.wrong.append(f"{' '.join(walker.done)}: {wrong}")
    waited = False
    for action in ACTIONS if depth else ():
        if waited and walker.forbids(action):
            _refused(walker, action, found)
            continue
        more, refused = _in_child(partial(_step, walker, action, depth, waited))
        found.add(more)
        waited = waited or refused


def _refused(walker, action, found):
    """It needs no process: it changes nothing."""
    found.walks += 1
    found.refused += 1
    try:
        walker.refuse(action)
    except Wrong as wrong:
        found.wrong.append(f"{' '.join(walker.done)} {action}: {wrong}")


def _step(walker, action, depth, waited):
    found = Found(walks=1)
    went = _tried(walker, action, found)
    found.refused = int(walker.refused)
    if went and not (walker.refused and waited):
        _grow(walker, depth - 1, found)
    return found, walker.refused


def _in_child(work):
    """(Found, refused) of work() done in a process of its own, which leaves this one as it is."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        status = 1
        try:
            found, refused = work()
            with os.fdopen(writes, "w") as pipe:
                json.dump(asdict(found), pipe)
            status = REFUSED if refused else 0
        finally:
            os._exit(status)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        text = pipe.read()
    _, how = os.waitpid(child, 0)
    check(os.waitstatus_to_exitcode(how) in (0, REFUSED), "a process of the walk has died")
    return Found(**json.loads(text)), os.waitstatus_to_exitcode(how) == REFUSED
