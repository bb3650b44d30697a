"""What the bench raises on bad input. CPython only."""

from collections.abc import Iterable


class BenchError(Exception):
    """Input that cannot be used: one line per problem, all of them, each with place, fault and
    remedy. Also in `problems`, a list.
    """

    def __init__(self, problems: "str | Iterable[str]") -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class NoBalance(BenchError):
    """There is no balance where one was said to be."""
