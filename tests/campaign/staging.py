"""A drawn `set_program` as the pump takes it: put, staged, and confirmed by its digest. Written a
second time, as wire.py is.
"""

import hashlib
import json

from tests.campaign.wire import frame, frames

PART = 1024


def in_stages(data):
    """The bytes, with the frames of these commands in place of each whole one of `set_program`."""
    for one in frames([(0, data)]):
        if isinstance(one.payload, dict) and one.payload.get("do") == "set_program":
            data = data.replace(frame(one.payload), b"".join(map(frame, _commands(one.payload))))
    return data


def _commands(payload):
    text = json.dumps(payload["program"], sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    for at in range(0, len(text), PART):
        yield {"do": "put", "what": "program", "at": at, "text": text[at : at + PART]}
    yield {"do": "stage", "what": "program", "size": len(text), "sha256": sha256}
    rest = {key: value for key, value in payload.items() if key != "program"}
    yield {**rest, "do": "confirm", "digest": sha256[:16]}


def programs(payloads):
    """{digest: section} of the programs that were put."""
    found, text = {}, ""
    for payload in payloads:
        if not isinstance(payload, dict):
            continue
        if payload.get("do") == "put":
            text = text[: payload["at"]] + payload["text"]
        elif payload.get("do") == "stage":
            found[payload["sha256"][:16]] = json.loads(text)
    return found
