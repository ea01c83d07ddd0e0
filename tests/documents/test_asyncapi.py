from __future__ import annotations

import json
from typing import Any, Final

import jsonschema
import pytest

from documents.__main__ import FOLDER
from documents.operations import overlap
from documents.streams import CHANNELS, EVENTS
from services.status.websocket.close_codes import CloseCode
from shared.jetstream.permissions import USERS
from shared.jetstream.topology import STREAMS
from tests.documents.test_checked_in import ASYNCAPI

SPECIFICATION: Final = FOLDER.parents[1] / "web/node_modules/@asyncapi/specs/schemas/3.1.0.json"
OPERATIONS: Final[dict[str, Any]] = ASYNCAPI["operations"]


def at(reference: str) -> Any:
    """What a reference of the document leads to."""
    found: Any = ASYNCAPI
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def references(value: Any) -> list[str]:
    """All references in a part of the document."""
    if isinstance(value, list):
        return [found for inner in value for found in references(inner)]
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + references([inner for name, inner in value.items() if name != "$ref"])
    return []


def test_it_is_valid_by_its_specification() -> None:
    """The official JSON Schema of AsyncAPI 3.1, which comes from npm."""
    schema = json.loads(SPECIFICATION.read_bytes())
    assert not [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(ASYNCAPI)]


def test_every_reference_leads_somewhere() -> None:
    """And nothing stands among the components that nobody uses."""
    found = set(references(ASYNCAPI))
    for reference in found:
        at(reference)
    for kind, named in ASYNCAPI["components"].items():
        assert {f"#/components/{kind}/{name}" for name in named} <= found, kind


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_messages_of_an_operation_are_those_of_its_channel(name: str) -> None:
    """As the specification demands of them."""
    channel = OPERATIONS[name]["channel"]["$ref"]
    assert OPERATIONS[name]["messages"]
    assert all(m["$ref"].startswith(f"{channel}/messages/") for m in OPERATIONS[name]["messages"])


def test_every_subject_of_every_stream_has_a_channel() -> None:
    """But for terminations, which nobody reads."""
    subjects = [subject for stream in STREAMS for subject in stream.subjects or []]
    described = [channel.subjects for channel in CHANNELS]
    without = [s for s in subjects if not any(overlap(s, channel) for channel in described)]
    assert without == ["$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.EXPORTS.*"]
    assert {event.name for event in EVENTS} <= ASYNCAPI["channels"].keys()


def test_who_sends_what_is_what_users_of_nats_may_publish() -> None:
    """No subject of the streams that somebody may publish to is missing among the operations."""
    sends = {name for name, operation in OPERATIONS.items() if operation["action"] == "send"}
    assert {"gateway-sends-requested", "packager-sends-packaged", "uploader-sends-completed"} <= (
        sends
    )
    assert "packager-sends-completed" not in sends
    assert "gateway-sends-dead-letters" not in sends
    for user, granted in USERS.items():
        for pattern in granted.publish:
            if pattern.startswith(("exports.", "progress.", "logs.", "dead.", "audit.")):
                mine = [c.name for c in CHANNELS if overlap(pattern, c.subjects)]
                assert {f"{user}-sends-{name}" for name in mine} <= sends


def test_every_durable_is_somebodys() -> None:
    """A consumer that nobody reads would keep its messages for ever."""
    durables = [
        consumer["durable"]
        for operation in OPERATIONS.values()
        for consumer in operation.get("x-consumers", [])
    ]
    assert {"uploader", "cancels", "status", "undertaker", "packager-web"} <= set(durables)


def test_every_close_code_is_described() -> None:
    """Those that the service closes with, and no others."""
    described = {entry["code"] for entry in ASYNCAPI["channels"]["watch"]["x-close-codes"]}
    assert described == {int(code) for code in CloseCode}


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("exports.*.*.a", "exports.started.*.*", True),
        ("exports.failed.*.*", "exports.started.*.*", False),
        ("$JS.API.>", "$JS.API.STREAM.INFO.X", True),
        ("logs.*", "logs.a.b", False),
        ("logs.>", "logs.a.b", True),
    ],
)
def test_subjects_overlap(one: str, other: str, both: bool) -> None:
    """Token by token, either way round."""
    assert overlap(one, other) is overlap(other, one) is both
