from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from documents.examples import EXAMPLES
from documents.streams import CHANNELS
from services.gateway.exports.request import ExportRequest
from services.gateway.operators.bulk_replay import BulkReplayRequest
from services.gateway.operators.drop import BulkDropRequest
from services.gateway.play.link_editor import PlayLinkOptions
from services.gateway.routes.dead_letters import AuditReason
from services.gateway.routes.projects import NewMember, NewProject
from shared.domain.project import Manifest
from tests.documents.schemas import Schemas
from tests.documents.test_checked_in import ASYNCAPI, OPENAPI

if TYPE_CHECKING:
    from collections.abc import Iterator

SENT: Final = [c.message.payload for c in CHANNELS if c.message.payload is not None]
FILTER: Final = {"consumer": "packager-web", "reason": None}
REQUESTS: Final[dict[type, Any]] = {
    ExportRequest: {
        "platform": "web",
        "configuration": "debug",
        "options": {
            "appName": "A",
            "appVersion": "1.0.0",
            "architecture": "x64",
            "bundleId": "com.example.game",
            "minSdkVersion": 24,
            "excludePatterns": ["**/*.psd"],
            "maxBytes": 5,
            "strict": True,
            "video": {
                "preset": "youtube-1080p",
                "fps": "30000/1001",
                "input": [{"t": 1.5, "type": "key", "code": "KeyW"}],
                "motionBlur": {"subframes": 4, "shutter": 0.5},
                "videoCodec": None,
                "customMetadata": {"title": "A"},
            },
        },
    },
    NewProject: {"name": "A", "id": "a", "settings": {"b": 1}},
    NewMember: {"role": "viewer"},
    Manifest: {"files": {"a": {"sha256": "0" * 64, "size": 1}}},
    PlayLinkOptions: {
        "password": "open sesame",
        "expiresAt": "2999-01-01T00:00:00Z",
        "crossOriginIsolated": True,
    },
    AuditReason: {"reason": "why"},
    BulkReplayRequest: {"filter": FILTER, "limit": 1, "max_per_second": 1.0, "dry_run": True},
    BulkDropRequest: {"filter": FILTER, "limit": 1, "dry_run": True, "reason": "why"},
}
ODD: Final[tuple[Any, ...]] = (
    None, True, 0, 1, -1, 1.5, -0.5, 101, 2**40 + 1, "", "x", "x" * 1_001, "\n", "\0", "é", "null",
    "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+02:00",
    [], [None], ["x", 1], {}, {"x": 1},
)  # fmt: skip


def variations(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one thing changed at a time, and what that was."""
    for place in places(value):
        *above, last = place
        holder = value
        for step in above:
            holder = holder[step]
        old = holder[last]
        odd = [*ODD, *([f"{old}\n", f" {old}", old.upper()] if isinstance(old, str) else [])]
        for new in odd:
            yield f"{place} is {new!r:.40}", changed(value, place, new)
        if isinstance(last, str):
            without = copy.deepcopy(value)
            inner = without
            for step in above:
                inner = inner[step]
            del inner[last]
            yield f"{place} is not there", without
            yield f"{place} has a neighbour", changed(value, (*above, "neighbour"), 1)


def places(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to everything within a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield (*above, key)
        if isinstance(one, dict | list):
            yield from places(one, (*above, key))


def changed(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    """A copy with something else in one place."""
    made = copy.deepcopy(value)
    holder = made
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = new
    return made


def accepts(struct: Any, value: Any) -> bool:
    """Whether our decoder takes it."""
    try:
        msgspec.json.decode(json.dumps(value), type=struct)
    except msgspec.MsgspecError:
        return False
    return True


@pytest.mark.parametrize("struct", SENT, ids=lambda struct: struct.__name__)
def test_what_the_decoder_refuses_the_schema_of_a_message_refuses(struct: type) -> None:
    """And nothing else, but for keys that we always send and others may leave out."""
    (example,) = EXAMPLES["MaxDeliveries" if struct.__name__ == "Advisory" else struct.__name__]
    schemas = Schemas(ASYNCAPI)
    name = struct.__name__
    assert accepts(struct, example["payload"])
    assert not schemas.errors(example["payload"], "components", "schemas", name)
    for what, value in variations(example["payload"]):
        errors = schemas.errors(value, "components", "schemas", name)
        if accepts(struct, value):
            assert not errors or what.endswith("is not there"), (what, errors)
        else:
            assert errors, what


@pytest.mark.parametrize("struct", REQUESTS, ids=lambda struct: struct.__name__)
def test_what_the_decoder_refuses_the_schema_of_a_request_refuses(struct: type) -> None:
    """Neither takes what the other does not."""
    schemas, place = Schemas(OPENAPI), ("components", "schemas", struct.__name__)
    assert accepts(struct, REQUESTS[struct])
    assert not schemas.errors(REQUESTS[struct], *place)
    for what, value in variations(REQUESTS[struct]):
        errors = schemas.errors(value, *place)
        assert accepts(struct, value) is not bool(errors), (what, errors)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_as_described(name: str) -> None:
    """Payload and headers of what was once recorded."""
    schemas, place = Schemas(ASYNCAPI, closed=True), ("components", "messages", name)
    for example in EXAMPLES[name]:
        for part, value in example.items():
            assert not schemas.errors(value, *place, part)


@pytest.mark.parametrize("path", OPENAPI["paths"])
def test_examples_of_requests_and_answers_are_as_described(path: str) -> None:
    """Wherever there is one, it is what its own schema allows."""
    schemas = Schemas(OPENAPI, closed=True)
    for method, operation in OPENAPI["paths"][path].items():
        described = {"responses": operation["responses"]} if isinstance(operation, dict) else {}
        for status, answer in described.get("responses", {}).items():
            for media_type, content in answer.get("content", {}).items():
                place = ("paths", path, method, "responses", status, "content", media_type)
                if "example" in content:
                    assert not schemas.errors(content["example"], *place, "schema"), place
        body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
        for media_type, content in body.get("content", {}).items():
            place = ("paths", path, method, "requestBody", "content", media_type, "schema")
            if "example" in content:
                assert not schemas.errors(content["example"], *place), place


@pytest.mark.parametrize("name", OPENAPI["components"]["responses"])
def test_examples_of_refusals_are_as_described(name: str) -> None:
    """Each has its code, its status, and the members of that code."""
    schemas = Schemas(OPENAPI, closed=True)
    place = ("components", "responses", name, "content", "application/problem+json", "schema")
    content = OPENAPI["components"]["responses"][name]["content"]["application/problem+json"]
    for code, reference in content.get("examples", {}).items():
        assert reference == {"$ref": f"#/components/examples/{code}"}
        example = OPENAPI["components"]["examples"][code]
        assert example["value"]["code"] == code
        assert not schemas.errors(example["value"], *place)
        other = {**example["value"], "code": "made-up"}
        assert schemas.errors(other, *place)
