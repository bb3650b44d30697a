"""`clepsydra serve`: the address, the demonstration, its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from clepsydra import __main__ as cli
from clepsydra.page import serving
from clepsydra.page.site import DEMO, PAGES
from host_sim.live import running
from tests.rigs.patience import HANGS_S
from tests.shape.rules import ROOT


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--host", "192.0.2.7"), "add --allow-remote if that is meant"),
        (("--host", "0.0.0.0", "--allow-remote"), "name the one address"),
        (("--demo", "--pump", "sim"), "leave out --pump"),
    ],
)
def test_what_would_be_unsafe_is_refused_before_anything_is_started(argv, told, capsys):
    assert cli.main(["serve", *argv]) == 2
    assert told in capsys.readouterr().err


def test_a_port_that_is_taken_is_refused(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert cli.main(["serve", "--port", port, "--pump", "sim"]) == 2
    assert f"--port {port} on 127.0.0.1 cannot be had" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    assert cli.main(["serve", "--pump", "sim"]) == 2
    assert "pip install 'clepsydra[page]'" in capsys.readouterr().err


@pytest.mark.slow
def test_the_demo_has_a_past_prints_its_address_and_ends_with_its_pump_whoever_looks_on(
    tmp_path, monkeypatch
):
    monkeypatch.setenv(running.ENVIRONMENT, str(tmp_path))
    child = subprocess.Popen(
        [sys.executable, "-m", "clepsydra", "serve", "--demo", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        address = re.search(r"http://\S+", child.stdout.readline())[0]
        (run,) = running.running()
        look = running.ask(run, {"do": "look"})
        assert look["at_ms"] > 2 * 86_400_000 and look["speed"] == "60"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address.partition("?")[0])
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        text = opener.open(address).read().decode()
        assert "INFUSING" in text and 'href="/demo"' in text
        open_pages = [opener.open(address.partition("?")[0] + "live") for _ in range(3)]
        assert all(live.readline().startswith(b"data: ") for live in open_pages)
    finally:
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=HANGS_S)
    assert child.returncode == 0, rest
    assert "Traceback" not in rest and "ERROR" not in rest, rest
    assert "the page has ended; the pump was INFUSING when last seen, and ends with it" in rest
    assert running.running() == []


def test_the_page_about_the_page_names_each_of_its_pages():
    told = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][\w, -]+) \|", told, re.MULTILINE)
    named = [name for row in rows for name in row.split(", ")]
    assert named[1:] == [label for _, label in [*PAGES, DEMO]]
