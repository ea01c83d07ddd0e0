"""Every request to JetStream is measured, by what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nats.errors
import pytest

from shared.jetstream.batch_get import read_last, read_stored
from shared.jetstream.connection import connect
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore
from shared.jetstream.publishing import publish, read_message
from shared.jetstream.timing import OPERATIONS, operation_of
from shared.jetstream.topology import LOGS, QUOTA_BUCKET, log_subject
from tests.measured import measured

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.settings import NatsSettings


def counted() -> dict[str, tuple[float, float]]:
    """How many requests of each operation were answered, and how many went wrong."""
    return {
        name: (
            measured("export_nats_request_seconds_count", operation=name),
            measured("export_nats_errors_total", operation=name),
        )
        for name in ("publish", *(name for _, name in OPERATIONS))
    }


def more_than(before: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """What has been added since, of the operations that have gone on."""
    found = {
        name: (answered - before[name][0], wrong - before[name][1])
        for name, (answered, wrong) in counted().items()
    }
    return {name: more for name, more in found.items() if any(more)}


async def test_what_is_asked_is_measured(js: JetStreamContext, nc: Client) -> None:
    """Writing and reading messages and keys, and looking at streams and consumers."""
    before = counted()
    await publish(js, log_subject("x"), b"{}", {}, patience_s=5)
    await read_message(js, LOGS, seq=1)
    await read_stored(nc, LOGS, ">")
    await read_last(nc, LOGS, [">"])
    assert more_than(before) == {"publish": (1, 0), "read-message": (1, 0), "read-batch": (2, 0)}
    before = counted()
    store = await KeyValueStore.bind(js, QUOTA_BUCKET.name, str)
    revision = await store.create("a", "1")
    await store.replace("a", "2", revision=revision)
    await store.delete("a")
    await js.consumer_info("EXPORTS", "uploader")
    assert more_than(before) == {
        "stream-info": (1, 0),
        "write-key": (3, 0),
        "consumer-info": (1, 0),
    }


async def test_a_no_that_is_as_good_as_a_yes_is_no_error(js: JetStreamContext, nc: Client) -> None:
    """There is no such key or message, or somebody else has written first."""
    store = await KeyValueStore.bind(js, QUOTA_BUCKET.name, str)
    before = counted()
    assert await store.get("nothing") is None
    assert await read_stored(nc, LOGS, ">") == []
    await store.create("a", "1")
    with pytest.raises(ConflictingWriteError):
        await store.replace("a", "2", revision=99)
    assert all(wrong == 0 for _, wrong in more_than(before).values())


async def test_what_is_refused_or_not_answered_is_an_error(
    js: JetStreamContext, nc: Client
) -> None:
    """A stream that is gone answers reads with a no, and publishing and direct reads not at all."""
    await js.delete_stream(LOGS)
    before = counted()
    with pytest.raises(NatsUnavailableError):
        await read_message(js, LOGS, seq=1)
    with pytest.raises(nats.errors.Error):
        await js.publish(log_subject("x"), b"{}")
    with pytest.raises(NatsUnavailableError):
        await read_stored(nc, LOGS, ">")
    assert more_than(before) == {"read-message": (1, 1), "publish": (0, 1), "read-batch": (0, 1)}


async def test_a_connection_is_counted(nats_settings: NatsSettings) -> None:
    """It stands, and it is gone."""
    client = await connect(nats_settings, name="gateway")
    assert measured("export_nats_connected") == 1
    await client.close()
    assert measured("export_nats_connected") == 0


@pytest.mark.parametrize("subject", ["$JS.API.WHATEVER.x", "$SRV.PING", "$", "a.b", ""])
def test_whatever_the_subject_there_is_an_operation(subject: str) -> None:
    """Of the closed set."""
    assert operation_of(subject) in {"publish", *(name for _, name in OPERATIONS)}
