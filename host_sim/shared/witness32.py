"""Where the 32-bit witness stands: who builds it and who runs it are in different rooms."""

from pathlib import Path

NAME = "witness32"
PATH = Path(__file__).resolve().parents[2] / "build" / "chip" / NAME / "micropython"
