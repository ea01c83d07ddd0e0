from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
import pytest_asyncio

from documents.examples import FILE
from services.gateway.document.examples import FILE as OF_HTTP
from tests.chaos.run import load
from tests.documents.examples_of import http_examples, message_examples
from tests.documents.operations import operation_of
from tests.documents.recording import recorder
from tests.documents.schemas import Schemas
from tests.documents.test_checked_in import ASYNCAPI, OPENAPI
from tests.documents.tour import tour

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.documents.recording import Recording

pytestmark = pytest.mark.asyncio(loop_scope="module")
MESSAGES: Final = Schemas(ASYNCAPI, closed=True)
BODIES: Final = Schemas(OPENAPI, closed=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recording(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recording]:
    """A stack of real processes, used in every way."""
    async with (
        load(
            tmp_path_factory.mktemp("recorded"),
            seed=1,
            PACKAGER_PLATFORMS="source,web,linux,android,video",
        ) as here,
        recorder(here.world, here.nc) as recording,
    ):
        await tour(here, recording)
    if os.environ.get("RECORD_EXAMPLES"):
        examples = message_examples(recording.recording)
        FILE.write_text(json.dumps(examples, indent=2, ensure_ascii=False) + "\n")
        examples = http_examples(recording.recording)
        OF_HTTP.write_text(json.dumps(examples, indent=2, ensure_ascii=False) + "\n")
    yield recording.recording


async def test_every_message_of_every_stream_is_as_described(recording: Recording) -> None:
    """Payload and headers; of each channel there is at least one."""
    seen: Counter[str] = Counter()
    for heard in recording.heard:
        channel = heard.channel
        assert channel is not None, heard.subject
        seen[channel.name] += 1
        place = ("components", "messages", channel.message.name)
        if channel.message.headers is not None:
            assert not MESSAGES.errors(heard.headers, *place, "headers"), heard
        if heard.payload != b"\xff\xfe garbage" and channel.message.payload is not None:
            assert not MESSAGES.errors(json.loads(heard.payload), *place, "payload"), heard
    assert seen.keys() == ASYNCAPI["channels"].keys() - {"watch"}


async def test_every_message_of_every_socket_is_as_described(recording: Recording) -> None:
    """New, resumed and refused ones, with retries, cancels and replays; each kind is there."""
    kinds = {m["name"]: name for name, m in ASYNCAPI["components"]["messages"].items()}
    seen = set()
    for watched in recording.watched:
        for message in watched.messages:
            seen.add(kinds[message["type"]])
            place = ("components", "messages", kinds[message["type"]], "payload")
            assert not MESSAGES.errors(message, *place), message
    assert seen == ASYNCAPI["channels"]["watch"]["messages"].keys()
    codes = {entry["code"] for entry in ASYNCAPI["channels"]["watch"]["x-close-codes"]}
    assert {watched.code for watched in recording.watched} <= codes


async def test_every_answer_is_as_described(recording: Recording) -> None:
    """Status, media type, body and headers; every operation has answered as it should."""
    succeeded, statuses = set(), set()
    for answer in recording.answers:
        path, operation = operation_of(answer)
        statuses.add(answer.status)
        if operation is None:
            assert answer.status in {404, 405} or not answer.path.startswith("/api"), answer
            continue
        responses = operation["responses"]
        assert str(answer.status) in responses, answer
        place = ["paths", path, answer.method.lower(), "responses", str(answer.status)]
        described = responses[str(answer.status)]
        if "$ref" in described:
            place = described["$ref"].removeprefix("#/").split("/")
            described = OPENAPI["components"]["responses"][place[-1]]
        for name, header in described.get("headers", {}).items():
            required = OPENAPI["components"]["headers"].get(name, header).get("required")
            assert name.lower() in answer.headers or not required, (name, answer)
        content = described.get("content", {})
        if answer.body and "*/*" not in content:
            assert answer.media_type in content, answer
            if answer.media_type.endswith("json"):
                schema = [*place, "content", answer.media_type, "schema"]
                assert not BODIES.errors(answer.body, *schema), answer
        if answer.status < 400:
            succeeded.add((answer.method, path))
    everything = {
        (method.upper(), path)
        for path, item in OPENAPI["paths"].items()
        for method in item.keys() & {"get", "put", "post", "delete"}
    }
    assert everything - succeeded == set()
    assert {200, 201, 202, 204, 303, 400, 401, 403, 404, 405, 409, 422} <= statuses
