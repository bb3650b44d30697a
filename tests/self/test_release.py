"""What a release is packed of; the images themselves need the cross-compiler."""

import hashlib
import json
import subprocess
import sys

import pytest

from tests.tools import release

CHANGELOG = """# Changelog

## [Unreleased]

To become 9.9.0.

### Added

- A thing.

## [0.1.0] - 2026-01-01

- The first.

[0.1.0]: https://example.org
"""


def test_the_notes_are_the_section_of_the_version():
    assert release.notes(CHANGELOG, "0.1.0") == "# Clepsydra 0.1.0\n\n- The first.\n"


def test_what_is_to_become_the_version_is_its_section_too():
    assert release.notes(CHANGELOG, "9.9.0") == "# Clepsydra 9.9.0\n\n### Added\n\n- A thing.\n"


def test_a_version_without_notes_is_not_released():
    with pytest.raises(release.ReleaseError, match=r"no section for 3\.0\.0"):
        release.notes(CHANGELOG, "3.0.0")


def test_the_changelog_has_notes_for_this_version():
    text = (release.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert release.notes(text).count("\n- ") >= 1


def test_a_package_names_each_of_its_files_once(tmp_path):
    place = release.package("pybv11", tmp_path)
    urls = json.loads((place / "package.json").read_text(encoding="utf-8"))["urls"]
    assert [target for target, _ in urls] == [url for _, url in urls]
    assert {"main.py", "firmware/version.mpy", "boards/pybv11.mpy"} <= {url for _, url in urls}
    assert all((place / url).is_file() for _, url in urls)


def test_sums_are_what_sha256sum_reads(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(b"a")
    digest = hashlib.sha256(b"a").hexdigest()
    assert release.sums(tmp_path) == f"{digest}  sub/a\n"


def test_sdist_and_wheel_are_built(tmp_path):
    pytest.importorskip("hatchling", reason="hatchling is not installed: `make setup` installs it")
    release.distributions(tmp_path)
    names = sorted(path.suffix for path in tmp_path.iterdir())
    assert names == [".gz", ".whl"]
    listed = subprocess.run(
        [sys.executable, "-m", "tarfile", "-l", str(next(tmp_path.glob("*.tar.gz")))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "firmware/pump.py" in listed and "build/" not in listed
