"""The emulator's process: orders and answers over a pair of pipes to node/main.mjs."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_sim.shared import ending

NODE_FOLDER = Path(__file__).resolve().parent / "node"
MODULES = Path(__file__).resolve().parent / "node_modules" / "rp2040js"


class ChipError(Exception):
    """The emulated chip cannot be had, or has met something that it cannot recover from; the text
    says which and why.

    status: the exit status of a program that ends with it
    """

    status = ending.NO_PUMP


class BoardError(ChipError):
    """There is no such board, or no image for it."""

    status = ending.BAD_INPUT


def missing() -> str | None:
    """What the emulator lacks on this machine, as a text; None if nothing."""
    if shutil.which("node") is None:
        return "no `node` on the PATH"
    return None if MODULES.is_dir() else f"{MODULES.relative_to(MODULES.parents[4])} is not there"


class Process:
    """The emulator.

    `answer(question)` is called when the chip needs to know something of the world.
    """

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        lacking = missing()
        if lacking:
            raise ChipError(f"the emulated chip is not installed: {lacking}; run `make chip`")
        self._answer = answer
        self._child = subprocess.Popen(
            ["node", str(NODE_FOLDER / "main.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def order(self, do: str, **arguments: Any) -> tuple[dict[str, Any], bytes]:
        """Carry out an order; returns (answer, raw bytes).

        Raises ChipError if it fails or the emulator is gone.
        """
        self._say({"do": do, **arguments})
        while True:
            reply = self._hear()
            if "ask" not in reply:
                break
            self._say(self._answer(reply))
        if "failed" in reply:
            raise ChipError(f"the emulated chip failed at {reply['failed']}")
        return reply, self._child.stdout.read(reply["raw"]) if "raw" in reply else b""

    def close(self) -> None:
        self._child.stdin.close()
        self._child.stdout.close()
        self._child.terminate()
        self._child.wait()

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
            self._child.stdin.flush()
        except OSError as error:
            raise ChipError(f"the emulator takes no orders any more: {error}") from error

    def _hear(self) -> dict[str, Any]:
        line = self._child.stdout.readline()
        if not line:
            raise ChipError(f"the emulator has ended with status {self._child.wait()}")
        return json.loads(line)
