"""Alarms on their way to who is not there: a command, or a URL (docs/page.md). CPython only."""
