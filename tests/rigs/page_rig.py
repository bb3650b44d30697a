"""The page of a simulated pump, without a browser: in virtual time, which passes in the thread that
has the line.

    with PageRig(tmp_path) as page:
        page.get("/")                                   # Shown: status, text, fields
        page.send("/bolus", amount="20 ug", over="10 min")     # with the mark of the page before
        page.run(60_000)
        page.changes                                    # the commands that the pump got

CPython only.
"""

import html
import re
from typing import NamedTuple

from starlette.testclient import TestClient

from clepsydra.link.targets import Target
from clepsydra.page.owner import Owner
from clepsydra.page.site import Site
from clepsydra.page.web_app import application
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump

HOST = "127.0.0.1:8477"
ORIGIN = f"http://{HOST}"
TOKEN = "right"


class Shown(NamedTuple):
    """words: the page as a person reads it; path: where it was found in the end"""

    status: int
    text: str
    words: str
    path: str


class PageRig:
    def __init__(self, folder, path=FLEX_WEEK, demo=None, on="cpython"):
        self.driven = DrivenPump(folder, path, on)
        self.owner = Owner(Target("sim", "sim:test"), lambda target: self.driven.pump())
        self.site = Site(self.owner, demo)
        self.app = application(self.site, {HOST}, TOKEN)
        self.client = TestClient(self.app, base_url=ORIGIN)
        self._mark = ""

    def __enter__(self):
        self.owner.start()
        self.get(f"/?token={TOKEN}")
        return self

    def __exit__(self, *_):
        self.owner.close()
        self.driven.__exit__()

    @property
    def changes(self):
        """The commands that changed something, without their numbers."""
        return [{k: v for k, v in one.items() if k != "id"} for one in self.driven.changes]

    def run(self, ms, **orders):
        self.owner.do(lambda pump: self.driven.run(ms, **orders)).result()

    def infuse(self):
        """A pump whose clock is set, and which infuses."""
        self.owner.do(lambda pump: (pump.set_clock(), pump.start())).result()
        self.run(60_000)
        self.driven.changes.clear()

    def get(self, path):
        return self._shown(self.client.get(path))

    def send(self, path, **fields):
        """A form of the page that was shown last; its end is followed."""
        pairs = {"mark": self._mark, **fields}
        return self._shown(self.client.post(path, data=pairs, headers={"origin": ORIGIN}))

    def confirm(self, review, typed="", seen=None, **more):
        """Tick all that has to be seen (or `seen` alone), type, and send. more: other fields"""
        titles = re.findall(r'name="seen" value="([^"]*)"', review.text)
        ticked = [html.unescape(title) for title in titles] if seen is None else seen
        return self.send(review.path, typed=typed, seen=ticked, **more)

    def _shown(self, response):
        text = response.text
        marks = re.findall(r'name="mark" value="(\w*)"', text)
        self._mark = marks[0] if marks else self._mark
        bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
        words = " ".join(html.unescape(bare).split())
        return Shown(response.status_code, text, words, response.url.path)


def sent(page, command):
    """Such commands that stated something."""
    return [one for one in page.changes if one["do"] == command and len(one) > 1]
