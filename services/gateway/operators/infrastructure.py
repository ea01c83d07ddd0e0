"""How the servers behind us are: NATS with its streams and consumers, and the storage."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET, UnsetType

from shared.errors import StorageRefusedError, UnavailableError
from shared.jetstream.connection import version_of
from shared.jetstream.errors import AWAY
from shared.jetstream.reports import ALL_STREAMS, DURABLES, report_of
from shared.jetstream.stalled import could_deliver, delivered
from shared.jetstream.topology import ADVISORIES, EXPORTS, FILM_SLICES, FILMS, MAX_DELIVERIES

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import api

    from shared.jetstream.chatter import ChatterReads
    from shared.storage.bucket import Storage
    from shared.stores.worker_registry import Workers


LOOK_AGAIN_S: Final = 1.0


class NatsStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The connection to NATS."""

    connected: bool
    version: str | None
    reconnects: int


class ReplicaStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One replica of a stream; ``lag`` is what it lacks, operations."""

    name: str
    current: bool
    lag: int


class StreamStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One stream; of one that does not answer there are ``name`` and ``error`` alone.

    ``maxBytes`` and ``fullShare`` are null where it has no limit.
    """

    name: str
    error: str | UnsetType = UNSET
    messages: int | UnsetType = UNSET
    bytes: int | UnsetType = UNSET
    max_bytes: int | UnsetType | None = UNSET
    full_share: float | UnsetType | None = UNSET
    first_seq: int | UnsetType = UNSET
    last_seq: int | UnsetType = UNSET
    leader: str | UnsetType | None = UNSET
    replicas: list[ReplicaStatus] | UnsetType = UNSET


class ConsumerStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One consumer that work is waiting for, as the metrics show it.

    ``oldestS`` is the age of the oldest message that is not acknowledged, 0 where there is none;
    up to the sequence ``acknowledged`` nothing is left to do.
    """

    name: str
    pending: int
    ack_pending: int
    redelivered: int
    oldest_s: float
    acknowledged: int
    waiting_pulls: int
    paused: bool
    stalled: bool  # it gives nothing although messages and pulls wait


class StorageStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The storage; ``error`` is there where it does not answer."""

    bucket: str
    error: str | UnsetType = UNSET


class ChatterStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is the matter with progress and log lines, if anything; exports go on without.

    ``unreadable`` are streams that this gateway cannot read, ``behind`` those that do not take what
    workers send, each with the workers' names.
    """

    unreadable: list[str]
    behind: dict[str, list[str]]


class InfrastructureStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All servers; ``healthy`` is false where anything does not answer or take what it is sent."""

    healthy: bool
    nats: NatsStatus
    streams: list[StreamStatus]
    consumers: list[ConsumerStatus] | None
    storage: StorageStatus
    chatter: ChatterStatus


class Infrastructure:
    """Looks at everything at once; where one server does not answer, the others still show."""

    def __init__(
        self, nc: Client, storage: Storage, *, workers: Workers, reads: ChatterReads
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._storage = storage
        self._workers = workers
        self._reads = reads

    async def status(self) -> InfrastructureStatus:
        """For operators."""
        streams, consumers, storage, chatter = await asyncio.gather(
            asyncio.gather(*(self._stream(name) for name in ALL_STREAMS)),
            self._consumers(),
            self._bucket(),
            self._chatter(),
        )
        healthy = (
            self._nc.is_connected
            and consumers is not None
            and not any(consumer.stalled for consumer in consumers)
            and storage.error is UNSET
            and all(stream.error is UNSET for stream in streams)
            and not (chatter.unreadable or chatter.behind)
        )
        return InfrastructureStatus(
            healthy=healthy,
            nats=self._server(),
            streams=streams,
            consumers=consumers,
            storage=storage,
            chatter=chatter,
        )

    def _server(self) -> NatsStatus:
        nc = self._nc
        return NatsStatus(
            connected=nc.is_connected,
            version=version_of(nc) if nc.is_connected else None,
            reconnects=nc.stats["reconnects"],
        )

    async def _stream(self, name: str) -> StreamStatus:
        try:
            info = await self._js.stream_info(name)
        except AWAY as error:
            return StreamStatus(name=name, error=repr(error))
        most = info.config.max_bytes or 0
        cluster = info.cluster if info.cluster and info.cluster.name else None
        return StreamStatus(
            name=name,
            messages=info.state.messages,
            bytes=info.state.bytes,
            max_bytes=most if most > 0 else None,
            full_share=round(info.state.bytes / most, 4) if most > 0 else None,
            first_seq=info.state.first_seq,
            last_seq=info.state.last_seq,
            leader=cluster.leader if cluster else None,
            replicas=_replicas(cluster),
        )

    async def _consumers(self) -> list[ConsumerStatus] | None:
        """Those that work is waiting for; None where NATS does not answer.

        One that seems to stall is looked at again: work that has just come seems so, too.
        """
        try:
            found = await self._infos()
            doubtful = {info.name: delivered(info) for info in found if could_deliver(info)}
            if doubtful:
                await asyncio.sleep(LOOK_AGAIN_S)
                found = await self._infos()
            reports = await asyncio.gather(*(report_of(self._js, info) for info in found))
        except (*AWAY, UnavailableError):
            return None
        return [
            ConsumerStatus(
                name=report.durable,
                pending=report.pending,
                ack_pending=report.in_flight,
                redelivered=report.redelivered,
                oldest_s=round(report.oldest_s, 3),
                acknowledged=report.acknowledged,
                waiting_pulls=info.num_waiting or 0,
                paused=bool(info.paused),
                stalled=could_deliver(info) and doubtful.get(info.name) == delivered(info),
            )
            for info, report in zip(found, reports, strict=True)
        ]

    async def _infos(self) -> list[api.ConsumerInfo]:
        """Of all durables, in one question for the events, and one for each other stream."""
        found = await self._js.consumers_info(EXPORTS)
        advisories = await self._js.consumer_info(ADVISORIES, MAX_DELIVERIES)
        slices = await self._js.consumer_info(FILMS, FILM_SLICES)
        return [*(info for info in found if info.name in DURABLES), advisories, slices]

    async def _chatter(self) -> ChatterStatus:
        behind: dict[str, list[str]] = {}
        with suppress(UnavailableError):  # then the bucket's stream says it
            for worker in await self._workers.living():
                for stream in worker.chatter_behind:
                    behind.setdefault(stream, []).append(worker.name)
        return ChatterStatus(unreadable=list(self._reads.away), behind=behind)

    async def _bucket(self) -> StorageStatus:
        try:
            await self._storage.check()
        except (UnavailableError, StorageRefusedError) as error:
            return StorageStatus(bucket=self._storage.bucket, error=str(error))
        return StorageStatus(bucket=self._storage.bucket)


def _replicas(cluster: api.ClusterInfo | None) -> list[ReplicaStatus]:
    peers = cluster.replicas if cluster else None
    return [
        ReplicaStatus(name=peer.name or "", current=bool(peer.current), lag=peer.lag or 0)
        for peer in peers or []
    ]
