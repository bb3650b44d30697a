"""Prose in Markdown is wrapped at 100 columns.

Tables, blocks of code and console output, and lines that a link makes long are free.
"""

import re

from tests.docs import prose

WIDTH = 100
CODE_SPAN = re.compile(r"`[^`]*`")
MARKER = re.compile(r"^[\s>*-]*(?:\d+\. )?")


def too_wide(text):
    """The lines of a page that are wider than WIDTH and could be wrapped."""
    wide, fenced, before = [], False, ""
    for line in text.splitlines():
        indented = line.startswith("    ") and (not before.strip() or before.startswith("    "))
        before = line
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not (fenced or indented or line.lstrip().startswith("|")) and len(line) > WIDTH:
            words = CODE_SPAN.sub("x", MARKER.sub("", line)).split(" ")
            if len(words) > 1:
                wide.append(line)
    return wide


def test_every_page_is_wrapped():
    wide = {
        path: lines
        for path in [*prose.files(".md"), "CHANGELOG.md"]
        if (lines := too_wide((prose.ROOT / path).read_text(encoding="utf-8")))
    }
    assert wide == {}


def test_a_long_line_is_found_and_a_table_a_block_and_a_long_link_are_free():
    prose_line, link = "word " * 25, "- [a](https://" + "x" * 100 + ")"
    block = ["```", prose_line, "```", "", "    " + prose_line]
    page = "\n".join([prose_line, "| " + prose_line, *block, link])
    assert too_wide(page) == [prose_line]
