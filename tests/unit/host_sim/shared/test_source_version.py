"""Which commit the sources are of, and how a program says so."""

import shutil
import subprocess

import pytest

from firmware import version
from host_sim.shared import source_version


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A repository with one commit, in place of this project's."""
    git(tmp_path, "init", "-q")
    for folder in ("firmware", "docs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file.py").write_text("one\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    monkeypatch.setattr(source_version, "ROOT", tmp_path.resolve())
    return tmp_path


def git(folder, *arguments):
    who = ("-c", "user.name=A Person", "-c", "user.email=person@example.org")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_clean_tree_is_known_by_its_commit(tree):
    commit, dirty = source_version.of_tree()
    assert git(tree, "rev-parse", "HEAD").startswith(commit)
    assert len(commit) == source_version.HASH_DIGITS
    assert dirty == 0


def test_a_changed_file_makes_it_dirty(tree):
    (tree / "firmware" / "file.py").write_text("two\n")
    assert source_version.of_tree()[1] == 1


def test_a_new_file_makes_it_dirty(tree):
    (tree / "firmware" / "new.py").write_text("new\n")
    assert source_version.of_tree()[1] == 1


def test_a_change_outside_the_folders_in_question_does_not(tree):
    (tree / "docs" / "file.py").write_text("two\n")
    assert source_version.of_tree()[1] == 0
    assert source_version.of_tree(("docs",))[1] == 1


def test_sources_without_a_repository_are_of_an_unknown_commit(tree):
    shutil.rmtree(tree / ".git")
    assert source_version.of_tree() == ("unknown", None)


def test_sources_inside_another_repository_are_no_part_of_it(tree, monkeypatch):
    monkeypatch.setattr(source_version, "ROOT", tree.resolve() / "firmware")
    assert source_version.of_tree() == ("unknown", None)


def test_without_git_the_commit_is_unknown(tree, monkeypatch):
    monkeypatch.setenv("PATH", str(tree))
    assert source_version.of_tree() == ("unknown", None)


def test_the_version_is_said_in_one_line(tree):
    commit = source_version.of_tree()[0]
    assert source_version.text() == f"Clepsydra {version.TEXT}, commit {commit}"
    (tree / "firmware" / "file.py").write_text("two\n")
    assert source_version.text() == f"Clepsydra {version.TEXT}, commit {commit} with changes"


@pytest.mark.parametrize("program", ["host_sim", "bench"])
def test_both_programs_print_their_version(program, tree, capsys):
    main = __import__(f"{program}.__main__", fromlist=["main"]).main
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == source_version.text()
