"""A simulator at the far end of a cable, as a context: a foreign one, or our own for the protocols
that have none.
"""

import subprocess
import sys
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from tests.balances.cable import Cable
from tests.balances.serve import SERVERS

ROOT = Path(__file__).parents[2]
PROTOCOL_OF = {
    "mt-sics-emulator": "mt-sics",
    "labmcp-mettler-toledo": "mt-sics",
    "labmcp-sartorius": "sbi",
}


def installed():
    """The foreign simulators that this Python can run, of those that there are."""
    there = {distribution.metadata["Name"] for distribution in metadata.distributions()}
    return [name for name in SERVERS if name in there]


class Foreign:
    """put(load_g) changes what is on the pan; cable: a Cable; protocol: what it speaks"""

    def __init__(self, name, cable, process):
        self.protocol, self.cable = PROTOCOL_OF.get(name, name), cable
        self._process = process

    def put(self, load_g):
        self._process.stdin.write(f"{load_g}\n")
        self._process.stdin.flush()


@contextmanager
def foreign(name, folder):
    with Cable(Path(folder) / "ttyBALANCE") as cable:
        command = [sys.executable, "-m", "tests.balances.serve", name, cable.balance_end]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                if process.stdout.readline() != "ready\n":
                    raise RuntimeError(f"{name}: did not get ready")
                yield Foreign(name, cable, process)
            finally:
                process.stdin.close()
                process.terminate()
