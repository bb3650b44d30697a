"""Runs the stories of one file and prints one line each; in the MicroPython subset, so that it runs
on both interpreters.

    MICROPYPATH=. micropython tests/tools/micropython_runner.py tests/story/test_states.py

A line is `PASSED name` or `FAILED name`; what stands above it is what that story printed, and its
traceback. Exit status 1 if any failed.
"""

import gc
import sys


def run(story, show):
    """Run every test_ function of the module; answer how many failed."""
    failed = 0
    for name in sorted(dir(story)):
        if not name.startswith("test_"):
            continue
        gc.collect()  # each story starts with the whole heap
        try:
            getattr(story, name)()
        except Exception as error:  # noqa: BLE001 a story may fail in any way: it is shown, and the others still run
            show(error)
            print("FAILED", name)
            failed += 1
        else:
            print("PASSED", name)
    return failed


def load(path):
    """The module at `path`, given from the repository root: tests/story/test_NAME.py."""
    name = path[: -len(".py")].replace("/", ".")
    __import__(name)
    return sys.modules[name]


def show_on_micropython(error):
    sys.print_exception(error, sys.stdout)


def show_on_cpython(error):
    import traceback

    traceback.print_exception(error, file=sys.stdout)


def main(path):
    if sys.implementation.name == "micropython":
        show = show_on_micropython
    else:
        show = show_on_cpython
        sys.path.insert(0, ".")
    return 1 if run(load(path), show) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
