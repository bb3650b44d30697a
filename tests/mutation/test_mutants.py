"""The mutator makes the mistakes it says, and sees which of them the tests of a toy notice."""

import subprocess
import sys

import pytest

from tests.mutation.__main__ import ROOT, judge
from tests.mutation.kinds import KINDS
from tests.mutation.mutants import mutants_of
from tests.rigs.patience import HANGS_S


def changes_of(line):
    source = f"def f(a, b, c):\n    {line}\n"
    return {mutant.after for mutant in mutants_of("toy.py", source)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a < b", {"return a <= b", "return a >= b", "return None"}),
        ("return a == 1", {"return a != 1", "return a == 2", "return a == 0", "return None"}),
        ("return a is None", {"return a is not None", "return None"}),
        ("a = b + c", {"a = b - c", "pass"}),
        ("a = b * c", {"a = b // c", "pass"}),
        ("a += b", {"a -= b", "pass"}),
        ("a = -b", {"a = b", "pass"}),
        ("return a and b", {"return a or b", "return a", "return b", "return None"}),
        ("a = not b", {"a = b", "pass"}),
        ("a = True", {"a = False", "pass"}),
        ("a = min(b, c)", {"a = max(b, c)", "pass"}),
        ("a.begin(b)", {"pass"}),
        ("return None", set()),
        ("a = 'text'", {"pass"}),
        ("if a: b()", {"if not a:", "pass"}),
    ],
)
def test_each_construct_is_broken_in_its_ways(line, expected):
    assert changes_of(line) == expected


def test_a_mutant_says_where_it_is_and_what_changed():
    (mutant,) = [
        found
        for found in mutants_of("toy.py", "class A:\n    def f(self, x):\n        return x > 0\n")
        if ">=" in found.after
    ]
    assert mutant.key == ("toy.py", "A.f", "return x > 0", "return x >= 0")
    assert str(mutant) == "toy.py:3: in A.f\n    - return x > 0\n    + return x >= 0"


TOY = "def permit(rate, most):\n    if rate > most:\n        return most\n    return rate\n"
STRONG = """from toys.toy import permit

def test_lowers():
    assert permit(9, 5) == 5 and permit(3, 5) == 3
"""
WEAK = "from toys.toy import permit\n\ndef test_runs():\n    permit(9, 5)\n"
BOUNDARY = ("toys/toy.py", "permit", "if rate > most:", "if rate >= most:")


def mutate_toy(folder, tests, proofs):
    """Run the tool over the toy in a process of its own (it forks, and puts modules in the place of
    others).
    """
    (folder / "toys").mkdir()
    (folder / "toys" / "__init__.py").write_text("")
    (folder / "toys" / "toy.py").write_text(TOY)
    (folder / "tests" / "unit").mkdir(parents=True)
    (folder / "tests" / "unit" / "test_toy.py").write_text(tests)
    arguments = ["toys/toy.py", "--workers", "1"]
    code = (
        "import pathlib, sys\nfrom tests.mutation.__main__ import main\n"
        f"sys.exit(main({arguments!r}, pathlib.Path({str(folder)!r}), {proofs!r}))"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )


def test_a_survivor_with_a_proof_passes(tmp_path):
    done = mutate_toy(tmp_path, STRONG, {BOUNDARY: "at rate == most both answers are most"})
    assert done.returncode == 0, done.stderr
    assert "toys/toy.py: 4 mutants, 3 killed, 1 survive" in done.stdout
    assert (
        "toys/toy.py:2: in permit\n    - if rate > most:\n    + if rate >= most:\n"
        "    equivalent: at rate == most" in done.stdout
    )


def test_a_survivor_without_a_proof_fails(tmp_path):
    done = mutate_toy(tmp_path, STRONG, {})
    assert done.returncode == 1
    assert "toys/toy.py:2: survives without a proof" in done.stderr


def test_weak_tests_are_found_out(tmp_path):
    done = mutate_toy(tmp_path, WEAK, {})
    assert done.returncode == 1
    assert "4 mutants, 0 killed, 4 survive" in done.stdout


def test_tests_that_fail_as_it_stands_are_an_error(tmp_path):
    done = mutate_toy(tmp_path, STRONG.replace("== 3", "== 4"), {})
    assert done.returncode == 1
    assert "its tests fail as it stands: tests/unit/test_toy.py" in done.stderr


def test_a_proof_without_its_survivor_fails():
    assert judge([], {BOUNDARY: "proof"}) == [
        "equivalent.py: toys/toy.py permit: 'if rate >= most:' is no survivor"
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.says)
def test_the_text_that_a_mend_is_taken_back_by_stands_there_once(kind):
    assert (ROOT / kind.path).read_text(encoding="utf-8").count(kind.old) == 1
