"""The report of a made run, and what is in it (CPython only)."""

import json
import re
from html.parser import HTMLParser

from host_sim.judge import summary
from host_sim.report import page as report
from host_sim.run.run import Outcome


def written(scenario, record, tmp_path):
    outcome = Outcome("cpython", "cpython 3.x", 0.5, tmp_path, record)
    return report.write(
        scenario, outcome, summary.summarise(scenario, outcome), tmp_path
    ).read_text(encoding="utf-8")


def figures_in(page):
    text = re.search(
        r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL
    )[1]
    return json.loads(text)


class Page(HTMLParser):
    """Collects tags and all that a browser would fetch."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.tags, self.text = [], [""], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.fetched += [
            value
            for name, value in attributes
            if name in ("src", "href", "srcset", "data", "action")
        ]

    def handle_data(self, data):
        if self.tags[-1] not in ("script", "style"):
            self.text.append(data)
