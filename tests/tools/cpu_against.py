"""How much processor time seven years cost, against an earlier commit. CPython only.

    python -m tests.tools.cpu_against 6fccffe               # the last one before the journal
    python -m tests.tools.cpu_against 6fccffe --days 60 --rounds 5

Both trees run the stock scenario in turn with this interpreter, so that what else the machine does
hits both alike; the least user time of each counts. Prints a table.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def user_s(tree: Path, days: int, out_dir: Path) -> float:
    """User time of a run of `seven_years` in a tree, cut short."""
    before_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [sys.executable, "-m", "host_sim", "run", "seven_years", "--no-report"]
    command += ["--duration", f"{days} d", "--out", str(out_dir)]
    subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before_s


def measure(commit: str, days: int, rounds: int) -> tuple[float, float]:
    """(least user time of the commit, of this tree), s."""
    with tempfile.TemporaryDirectory() as folder:
        base, out_dir = Path(folder) / "tree", Path(folder) / "out"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(base), commit], check=True)
        try:
            times = [
                (user_s(base, days, out_dir), user_s(ROOT, days, out_dir)) for _ in range(rounds)
            ]
        finally:
            subprocess.run([*git, "remove", "--force", str(base)], check=True)
    return min(row[0] for row in times), min(row[1] for row in times)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.cpu_against",
        description="Processor time of seven_years against an earlier commit.",
    )
    parser.add_argument("commit")
    parser.add_argument("--days", type=int, default=200, help="of the scenario (default: 200)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default: 3)")
    arguments = parser.parse_args()
    before_s, now_s = measure(arguments.commit, arguments.days, arguments.rounds)
    print(f"{arguments.commit:<12}{before_s:8.2f} s of user time, {arguments.days} days")
    print(f"{'this tree':<12}{now_s:8.2f} s")
    print(f"{'ratio':<12}{now_s / before_s:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
