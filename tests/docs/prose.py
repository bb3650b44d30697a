"""The prose of the repository: docstrings, comments and pages, for the tests of what they say."""

import ast
import functools
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKIPPED = {"CHANGELOG.md"}  # it speaks of files and names as they were
# A comment of Python, or a text, in which a `#` begins none. Python's own tokenizer takes twenty
# times as long.
COMMENT_OR_TEXT = re.compile(
    r'#[^\n]*|"""(?:\\.|[^\\])*?"""|'
    r"'''(?:\\.|[^\\])*?'''|"
    r'"(?:\\.|[^"\\])*"|'
    r"'(?:\\.|[^'\\])*'",
    re.DOTALL,
)
BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


def files(*suffixes):
    """The tracked files, and those about to be, that end in one of the suffixes."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [
        path
        for path in sorted(set(listed))
        if path.endswith(suffixes) and path not in SKIPPED and (ROOT / path).exists()
    ]


def of_python(source, with_texts=False):
    """Docstrings and comments of a module, each in one line; with_texts: all other texts too."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    texts = [ast.get_docstring(node) for node in statements(tree) if isinstance(node, documented)]
    if with_texts:
        texts += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    comments, last_line = [], None
    for line, comment in comments_of(source):
        words = comment.lstrip("#:! ")
        if last_line == line - 1 and comments:
            comments[-1] += " " + words
        else:
            comments.append(words)
        last_line = line
    return [" ".join(text.split()) for text in [*texts, *comments] if text]


def statements(tree):
    """The module and each statement in it, however deep."""
    to_do = [tree]
    for node in to_do:
        yield node
        for name in BODIES:
            to_do += getattr(node, name, ())


def comments_of(source):
    """(line, from 1, and the comment with its `#`) of a module, in order."""
    line, seen = 1, 0
    for found in COMMENT_OR_TEXT.finditer(source):
        line, seen = line + source.count("\n", seen, found.start()), found.start()
        if source[seen] == "#":
            yield line, found[0]


def of_script(source, mark):
    """Comments behind `mark` of a script or a TOML file, those on successive lines as one."""
    comments, last = [], None
    for number, line in enumerate(source.splitlines()):
        found = re.search(rf"(?:^|\s){mark}\s*(.*)", line)
        if not found:
            continue
        if last == number - 1 and comments:
            comments[-1] += " " + found[1]
        else:
            comments.append(found[1])
        last = number
    return comments


def of_page(text):
    """A page without its fenced blocks, code spans and links."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`\n]*`", "", text)
    return [" ".join(re.sub(r"\[[^\]]*\]\([^)]*\)", "", text).split())]


@functools.cache
def of(path):
    """The pieces of prose in a file, by its kind; `path` from the root of the repository. Those who
    read them share them: a test file of the group `prose` reads each file once.
    """
    source = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".py"):
        return of_python(source, with_texts=path.startswith("boards/"))
    if path.endswith(".mjs"):
        return of_script(source, "//")
    if path.endswith(".toml"):
        return of_script(source, "#")
    return of_page(source)
