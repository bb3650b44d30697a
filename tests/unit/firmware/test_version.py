"""The version: one number in several forms, and the same in every file that states it."""

import sys
from pathlib import Path

from firmware import version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[3]


def test_the_package_has_the_version_of_the_firmware():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version.TEXT


def test_text_and_number_are_those_of_the_version():
    major, minor, patch = version.VERSION
    assert version.TEXT == f"{major}.{minor}.{patch}"
    assert version.NUMBER == major * 10_000 + minor * 100 + patch
    assert minor < 100
    assert patch < 100
