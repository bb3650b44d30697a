"""Breaks the gate and the monitor in every small way and runs their tests on each (CPython only).

    python -m tests.mutation                            # all; what `make mutate` does
    python -m tests.mutation firmware/guard/monitor.py  # one
    python -m tests.mutation --unproven                 # survivors as entries for equivalent.py

A mutant is killed when a test fails. Each survivor is listed with file, line and difference, and
needs a proof in tests/mutation/equivalent.py that it is equivalent; a proof without its survivor is
an error too. Exit status 1 then.
"""

import argparse
import importlib
import os
import signal
import sys
import tempfile
import traceback
import types
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from tqdm import tqdm

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import mutants_of

ROOT = Path(__file__).parents[2]
MODULES = (
    "firmware/guard/gate.py",
    "firmware/guard/monitor.py",
    "firmware/guard/volumes.py",
    "firmware/guard/step_window.py",
    "firmware/least_volumes.py",
)
LOOPS_S = 100  # of the processor, which a busy machine does not use up
NOT_PROVEN = "NOT PROVEN: write a test that fails on it, or prove it equivalent"
SURVIVED, KILLED, BROKEN = 0, 1, 2


def tests_of(path, root=ROOT):
    """The test files that aim at a module: tests/**/test_gate*.py for firmware/guard/gate.py."""
    return sorted(
        str(found.relative_to(root)) for found in root.glob(f"tests/**/test_{Path(path).stem}*.py")
    )


def run_tests(path, source, tests, root, output=os.devnull):
    """In a child process: put `source` in the place of the module and run the tests.

    Answers the exit status for the child.
    """
    os.chdir(root)
    file = os.open(output, os.O_RDWR | os.O_CREAT)
    for stream in (0, 1, 2):
        os.dup2(file, stream)
    # A mutant may loop for ever: then the signal ends it, which counts as killed.
    signal.setitimer(signal.ITIMER_PROF, LOOPS_S)
    enough = [Phase.explicit, Phase.generate]  # no shrinking: one failure will do
    settings.register_profile(
        "mutation", derandomize=True, database=None, deadline=None, phases=enough
    )
    sys.path.insert(0, str(root))
    name = path[: -len(".py")].replace("/", ".")
    package, _, last = name.rpartition(".")
    module = types.ModuleType(name)
    module.__file__ = str(root / path)
    sys.modules[name] = module
    setattr(importlib.import_module(package), last, module)
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except Exception:  # noqa: BLE001 a mutant may fail in any way: one that cannot be imported is noticed
        return KILLED
    arguments = [
        "-x",
        "-q",
        "-k",
        "not micropython",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--rootdir",
        str(root),
        "--hypothesis-profile",
        "mutation",
    ]
    arguments += [
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]  # Hypothesis was imported before the fork, to save time
    status = pytest.main([*arguments, *tests])
    return {0: SURVIVED, 1: KILLED, 2: KILLED}.get(int(status), BROKEN)


def run_all(jobs, workers, root, title):
    """{index: status} of (path, source, tests[, file for the output]) jobs, each in a process of
    its own.
    """
    statuses, running = {}, {}
    waiting = list(enumerate(jobs))
    with tqdm(total=len(jobs), desc=title, unit="mutant", disable=not sys.stderr.isatty()) as bar:
        while waiting or running:
            while waiting and len(running) < workers:
                index, job = waiting.pop(0)
                child = os.fork()
                if child == 0:
                    _be_the_child(job, root)
                running[child] = index
            child, status = os.wait()
            if child in running:
                statuses[running.pop(child)] = os.waitstatus_to_exitcode(status)
                bar.update()
    return statuses


def _be_the_child(job, root):
    status = BROKEN
    try:
        status = run_tests(*job[:3], root, *job[3:])
    except BaseException:  # noqa: BLE001 shown where the output goes, and told by the status
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)  # nothing of the parent's may run in the child


def examine(path, workers, root=ROOT):
    """The survivors of one module. RuntimeError if its tests are missing or fail as it stands."""
    source = (root / path).read_text(encoding="utf-8")
    tests = tests_of(path, root)
    if not tests:
        raise RuntimeError(f"{path}: no tests/*/test_{Path(path).stem}*.py aims at it")
    with tempfile.NamedTemporaryFile("r", suffix=".txt") as output:
        if run_all([(path, source, tests, output.name)], 1, root, "as it stands")[0] != SURVIVED:
            raise RuntimeError(
                f"{path}: its tests fail as it stands: {' '.join(tests)}\n{output.read()}"
            )
    mutants = mutants_of(path, source)
    statuses = run_all([(path, mutant.source, tests) for mutant in mutants], workers, root, path)
    broken = [mutant for index, mutant in enumerate(mutants) if statuses[index] == BROKEN]
    if broken:
        raise RuntimeError(f"the tests could not be run on\n{broken[0]}")
    survivors = [mutant for index, mutant in enumerate(mutants) if statuses[index] == SURVIVED]
    print(
        f"{path}: {len(mutants)} mutants, {len(mutants) - len(survivors)} killed,"
        f" {len(survivors)} survive"
    )
    return survivors


def judge(survivors, proofs):
    """Print each survivor with its proof; answer what is wrong, as lines."""
    wrong = []
    for mutant in survivors:
        proof = proofs.get(mutant.key)
        print(f"\n{mutant}\n    {'equivalent: ' + proof if proof else NOT_PROVEN}")
        if not proof:
            wrong.append(f"{mutant.path}:{mutant.line}: survives without a proof")
    keys = {mutant.key for mutant in survivors}
    wrong += [
        f"equivalent.py: {path} {function}: '{after}' is no survivor"
        for (path, function, _, after) in proofs.keys() - keys
    ]
    return wrong


def main(arguments, root=ROOT, proofs=EQUIVALENT):
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description="mutation tests of the gate and the monitor"
    )
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument(
        "--unproven", action="store_true", help="print survivors as entries for equivalent.py"
    )
    options = parser.parse_args(arguments)
    try:
        survivors = [
            mutant for path in options.modules for mutant in examine(path, options.workers, root)
        ]
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    if options.unproven:
        for mutant in survivors:
            if mutant.key not in proofs:
                print(f"    {mutant.key!r}: (\n        \n    ),")
    wrong = judge(
        survivors, {key: proof for key, proof in proofs.items() if key[0] in options.modules}
    )
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
