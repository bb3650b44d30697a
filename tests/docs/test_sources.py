"""docs/sources.md has every source that is cited, and every source in it is cited."""

import re

import pytest

from tests.docs import prose

pytestmark = pytest.mark.xdist_group("prose")  # one worker: they share what was read

# Brackets that may be a citation: neither a link nor a subscript. `[A-Z]` is none.
CITATION = re.compile(r"(?<![\w\]])\[([A-Za-z](?!-[A-Z]\])[^\[\]\"]*)\](?!\()")
# A file of MicroPython's repository needs no tag.
MICROPYTHON_FILE = re.compile(r"(?:docs|extmod|ports|py|shared)/[\w./*-]+(?:, [\w. ]+)*")
PATH_CITATION = re.compile(r"(?<![\w\]])\[([\w.-]+/[\w./*-]+\.\w+[^\[\]]*)\](?!\()")
# Words that stand in brackets on a page or in a comment and are no sources.
CONSTANTS = {"None", "True", "False"}


PAGE = (prose.ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
# Sections whose sources may be cited by name, without brackets: standards, guides and papers.
BY_NAME = ("Pumps and their hazards", "Weighing and uncertainty")


def listed(page=PAGE):
    return re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)


def listed_by_name():
    sections = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
    return [tag for title in BY_NAME for tag in listed(sections[title])]


def begins_with(part, tag):
    return re.match(rf"{re.escape(tag)}(?![\w-]|\.\d)", part) is not None


def cited(text, tags):
    """(tags cited in a text, citations whose first part is no tag of the list)."""
    known, unknown = set(), []
    for citation in CITATION.findall(text):
        parts = re.split(r"[;,] ", citation)
        is_tag = citation[0].isupper() or matching(parts[0], tags)
        if citation in CONSTANTS or not is_tag:
            continue
        found = {max(match, key=len) for part in parts if (match := matching(part, tags))}
        if not matching(parts[0], tags):
            unknown.append(citation)
        known |= found
    return known, unknown


def matching(part, tags):
    return [tag for tag in tags if begins_with(part, tag)]


FILES = prose.files(".py", ".mjs", ".toml", ".md")


def test_every_tag_is_in_the_list_of_sources():
    tags = listed()
    unknown = [
        (path, tag) for path in FILES for text in prose.of(path) for tag in cited(text, tags)[1]
    ]
    assert unknown == []


def test_a_cited_file_without_a_tag_is_one_of_micropython():
    paths = [
        (path, cited_path)
        for path in FILES
        for text in prose.of(path)
        for cited_path in PATH_CITATION.findall(text)
    ]
    assert len(paths) > 10
    assert [row for row in paths if not MICROPYTHON_FILE.match(row[1])] == []


def test_every_source_in_the_list_is_cited():
    everywhere = " ".join(
        text for path in FILES if path != "docs/sources.md" for text in prose.of(path)
    )
    tags = listed()
    in_brackets = cited(everywhere, tags)[0]
    by_name = {tag for tag in listed_by_name() if re.search(rf"{re.escape(tag)}\b", everywhere)}
    assert set(tags) - in_brackets - by_name == set()


def test_the_list_names_each_source_once():
    assert len(listed()) == len(set(listed()))


@pytest.mark.parametrize(
    "text, tags, unknown",
    [
        ("sound for 2 min [GIP 1.4.3, 1.4.11]", {"GIP"}, []),
        ("one UART [RP2040 1.4.3, RP2350 1.2.3]", {"RP2040", "RP2350"}, []),
        ("the lamp [Pico 2 2.1]", {"Pico 2"}, []),
        ("the lamp [Pico 2.1]", {"Pico"}, []),
        ("as the book says [Book of Hours 3]", set(), ["Book of Hours 3"]),
        ("a list[Heard] and a [None] and [A-Z]", set(), []),
        ("a [GIP](link.md) and [head] of a scenario", set(), []),
    ],
)
def test_a_citation_is_told_from_other_brackets(text, tags, unknown):
    assert cited(text, ["GIP", "RP2040", "RP2350", "Pico", "Pico 2"]) == (tags, unknown)
