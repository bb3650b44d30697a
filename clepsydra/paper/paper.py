"""A page of paper: a title, blocks of rows and tables, as text and as HTML that prints on A4.
CPython only.

    paper = Paper("Session report", "Flex week, serial ...", [Block("Drug", rows=[...])])
    as_text(paper), as_page(paper)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from clepsydra.show.columns import labelled, table
from host_sim.shared import page_html
from host_sim.shared.page_html import html
from host_sim.shared.page_style import FONT

STATEMENT = "Bench and research only. Never on a person or an animal."
_STYLE = Path(__file__).with_name("paper.css")
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
$style</style>
</head>
<body class="$kind">
<main>
<p class="statement">$statement</p>
<h1>$title</h1>
<p class="about">$about</p>
$blocks
<footer>$foot</footer>
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class Block:
    """A heading with rows of label and text, a table below its heads, or sentences."""

    heading: str
    rows: Sequence[tuple[str, str]] = ()
    heads: Sequence[str] = ()
    lines: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Paper:
    """about: whose it is; foot: where the numbers come from; kind: a class of the style sheet."""

    title: str
    about: str
    blocks: Sequence[Block]
    foot: str
    kind: str = "sheet"
    statement: str = field(default=STATEMENT)


def as_text(paper: Paper) -> str:
    """For a terminal."""
    parts = [f"{paper.title.upper()}\n{paper.about}\n{paper.statement}"]
    for block in paper.blocks:
        lines = [block.heading.upper()]
        if block.rows:
            lines.append(labelled(block.rows, width=max(len(label) for label, _ in block.rows)))
        if block.lines:
            lines.append(table([block.heads, *block.lines]))
        parts.append("\n".join([*lines, *block.notes]))
    return "\n\n".join([*parts, paper.foot])


def as_page(paper: Paper) -> str:
    """One HTML file without a script."""
    return Template(_PAGE).substitute(
        title=html(paper.title),
        about=html(paper.about),
        statement=html(paper.statement),
        blocks="\n".join(_block(block) for block in paper.blocks),
        foot=html(paper.foot),
        kind=paper.kind,
        style=_STYLE.read_text(encoding="utf-8").replace("$font", FONT),
    )


def _block(block: Block) -> str:
    parts = [f"<h2>{html(block.heading)}</h2>"]
    if block.rows:
        rows = "".join(
            f'<tr><th scope="row">{html(label)}</th><td>{_broken(text)}</td></tr>'
            for label, text in block.rows
        )
        parts.append(f'<table class="rows">{rows}</table>')
    if block.lines:
        parts.append(page_html.table(block.heads, block.lines, "lines"))
    parts += [f"<p>{html(note)}</p>" for note in block.notes]
    return f"<section>{''.join(parts)}</section>"


def _broken(text: str) -> str:
    return "<br>".join(html(line) for line in text.splitlines())
