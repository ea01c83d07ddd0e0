"""Examples for the documents, out of a recording: real values, but nobody's machine or ticket."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from documents.sockets import MESSAGES
from tests.documents.operations import operation_of

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


def http_examples(recording: Recording) -> dict[str, Any]:
    """The first request and answer of each operation, and of each code the first refusal."""
    answers: dict[str, dict[str, Any]] = {}
    bodies: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for answer in recording.answers:
        _, operation = operation_of(answer)
        if operation is None or not isinstance(answer.body, dict):
            continue
        if answer.status >= HTTPStatus.BAD_REQUEST:
            if "code" in answer.body:
                problems.setdefault(answer.body["code"], answer.body)
            continue
        name = operation["operationId"]
        answers.setdefault(name, {}).setdefault(str(answer.status), _short(answer.body))
        if answer.sent is not None:
            bodies.setdefault(name, answer.sent)
    del answers["Schema"]
    return scrubbed({"problems": problems, "answers": answers, "bodies": bodies})


def _short(value: Any) -> Any:
    """Of lists of the same things the first two."""
    if isinstance(value, list):
        return [_short(inner) for inner in value[:2]]
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return value


def scrubbed(examples: dict[str, Any]) -> dict[str, Any]:
    """Without what belongs to the machine that they were recorded on."""
    text = json.dumps(examples)
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    found: dict[str, Any] = json.loads(text)
    return found
