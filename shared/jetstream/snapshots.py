"""Whole streams out of JetStream and into it again, as the server itself packs them.

The protocol of ``nats stream backup`` and ``nats stream restore``: a snapshot comes in chunks, the
full ones acknowledged one by one, until an empty message whose status says whether that was all; a
restore sends chunks as requests until an empty one, which is answered when the stream stands.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import nats.errors

from shared.errors import ExportError
from shared.jetstream.errors import NatsUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from nats.aio.client import Client

CHUNK_BYTES: Final = 128 << 10
ANSWER_S: Final = 30.0  # longer than the server looks at a stream before it sends anything
RESTORED_AT: Final = "aethel-restored-at"  # in the metadata of a restored stream
LISTENS_S: Final = 0.05  # between two questions that nobody heard
UNPACK_S: Final = 3_600.0  # the server unpacks a large stream after its last chunk
_STATUS: Final = "Status"
_WHOLE: Final = ("", "204")


class SnapshotError(ExportError):
    """The server could not pack, or unpack, a stream."""

    code = "snapshot-failed"
    title = "A stream could not be copied"


class _Refusal(msgspec.Struct, frozen=True):
    description: str = ""


class _Answer(msgspec.Struct, frozen=True):
    error: _Refusal | None = None


class StreamState(msgspec.Struct, frozen=True):
    """What a stream held when its snapshot began."""

    messages: int
    bytes: int
    last_seq: int


class Snapshot(msgspec.Struct, frozen=True):
    """What the server says of a snapshot before it sends it: ``backup.json`` of the NATS tools."""

    config: dict[str, Any]
    state: dict[str, Any]

    @property
    def summary(self) -> StreamState:
        """The part of the state that people read."""
        return msgspec.convert(self.state, StreamState)


class _Accepted(msgspec.Struct, frozen=True):
    deliver_subject: str


class SnapshotReader:
    """A snapshot that is being sent; read it to its end, or close it."""

    def __init__(self, nc: Client, stream: str) -> None:
        self._nc = nc
        self._stream = stream
        self._inbox = nc.new_inbox()

    async def __aenter__(self) -> tuple[Snapshot, AsyncIterator[bytes]]:
        """Ask for it.

        Raises:
            SnapshotError: The server has no such stream, or cannot pack it.
            NatsUnavailableError: It does not answer.
        """
        # The server holds back what is not acknowledged: at most 8 MiB wait here.
        self._subscription = await self._nc.subscribe(self._inbox)
        request = {"deliver_subject": self._inbox, "chunk_size": CHUNK_BYTES}
        subject = f"$JS.API.STREAM.SNAPSHOT.{self._stream}"
        try:
            answer = await _request(self._nc, self._stream, subject, msgspec.json.encode(request))
        except BaseException:
            await self._subscription.unsubscribe()
            raise
        return msgspec.json.decode(answer, type=Snapshot), self._chunks()

    async def __aexit__(self, *_: object) -> None:
        """Whatever is left of it goes."""
        await self._subscription.unsubscribe()

    async def _chunks(self) -> AsyncIterator[bytes]:
        while True:
            try:
                message = await self._subscription.next_msg(timeout=ANSWER_S)
            except nats.errors.Error as error:
                raise NatsUnavailableError(
                    f"the server stopped sending the stream {self._stream}: {error!r}"
                ) from error
            if not message.data:
                status = (message.headers or {}).get(_STATUS, "")
                if status not in _WHOLE:
                    why = (message.headers or {}).get("Description", "")
                    raise SnapshotError(f"{self._stream} cannot be packed: {status} {why}".rstrip())
                return
            if message.reply:
                await message.respond(b"")
            yield message.data


async def restore(
    nc: Client, snapshot: Snapshot, chunks: Iterable[bytes], *, replicas: int
) -> StreamState:
    """Make a stream, with its consumers, of a snapshot.

    Args:
        nc: A connection.
        snapshot: The stream gets its configuration, whatever cluster that was for.
        chunks: The bytes of the snapshot, in pieces that a message can carry.
        replicas: Of the stream.

    Raises:
        SnapshotError: There is such a stream, the server has no room, or the bytes are wrong; the
            server keeps nothing of it.
        NatsUnavailableError: It does not answer.
    """
    stream = snapshot.config["name"]
    metadata = {RESTORED_AT: datetime.now(UTC).isoformat()}
    config = {**snapshot.config, "num_replicas": replicas, "metadata": metadata, "placement": None}
    request = Snapshot(config, snapshot.state)
    subject = f"$JS.API.STREAM.RESTORE.{stream}"
    answer = await _request(nc, stream, subject, msgspec.json.encode(request))
    subject = msgspec.json.decode(answer, type=_Accepted).deliver_subject
    for chunk in chunks:
        await _request(nc, stream, subject, chunk)
    done = await _request(nc, stream, subject, b"", timeout_s=UNPACK_S)
    return msgspec.json.decode(done, type=_Restored).state


class _Restored(msgspec.Struct, frozen=True):
    state: StreamState


async def _request(
    nc: Client, stream: str, subject: str, data: bytes, *, timeout_s: float = ANSWER_S
) -> bytes:
    deadline = asyncio.get_running_loop().time() + ANSWER_S
    while True:
        try:
            answer = await nc.request(subject, data, timeout=timeout_s)
            break
        except nats.errors.Error as error:
            # Of a cluster our server may not have heard yet that another one listens.
            nobody = isinstance(error, nats.errors.NoRespondersError)
            if not nobody or asyncio.get_running_loop().time() >= deadline:
                message = f"{stream}: no answer to {subject}: {error!r}"
                raise NatsUnavailableError(message) from error
        await asyncio.sleep(LISTENS_S)
    if answer.data and (refusal := msgspec.json.decode(answer.data, type=_Answer).error):
        raise SnapshotError(f"{stream}: {refusal.description}")
    return answer.data
