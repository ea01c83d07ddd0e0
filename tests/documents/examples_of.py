"""Examples for the documents, out of a recording: real values, but nobody's machine or ticket."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from documents.sockets import MESSAGES

if TYPE_CHECKING:
    from tests.documents.recording import Recording

REPLACED: Final = (
    (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"),  # tickets
    (r"ws://127\.0\.0\.1:\d+", "wss://status.example.com"),
    (r"http://([a-z2-7]{32}\.)localhost:\d+", r"https://\1play.example.com"),
    (r"http://127\.0\.0\.1:\d+", "https://export.example.com"),
    (r'"(packager|uploader)-[\w.-]+-\d+"', r'"\1-6d5f9c7b8-x2x4q-7"'),  # a host and a process
    (r'("(Aethel-Stack|stack)": )"(?:[^"\\]|\\.)*"', r'\1"Traceback (most recent call last): ..."'),
)


def message_examples(recording: Recording) -> dict[str, Any]:
    """The first of each kind, which is the shortest story of it; the end of a watched export."""
    examples: dict[str, dict[str, Any]] = {}
    for heard in recording.heard:
        channel = heard.channel
        if channel is not None and not heard.payload.startswith(b"\xff"):
            headers = {"headers": heard.headers} if channel.message.headers else {}
            example = {**headers, "payload": json.loads(heard.payload)}
            examples.setdefault(channel.message.name, example)
    names = {message.described["name"]: message.name for message in MESSAGES}
    for watched in recording.watched:
        for message in watched.messages:
            name = names[message["type"]]
            if message.get("state", {}).get("status") == "completed":
                examples[name] = {"payload": message}
            examples.setdefault(name, {"payload": message})
    return scrubbed({name: [example] for name, example in sorted(examples.items())})


def scrubbed(examples: dict[str, Any]) -> dict[str, Any]:
    """Without what belongs to the machine that they were recorded on."""
    text = json.dumps(examples)
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    found: dict[str, Any] = json.loads(text)
    return found
