"""How the servers behind us are: NATS with its streams and consumers, and the storage."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from shared.errors import StorageRefusedError, UnavailableError
from shared.jetstream.connection import version_of
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import BUCKETS, EXPORTS, STREAMS

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import api

    from shared.storage.bucket import Storage


class Infrastructure:
    """Looks at everything at once; where one server does not answer, the others still show."""

    def __init__(self, nc: Client, storage: Storage) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._storage = storage

    async def status(self) -> dict[str, Any]:
        """For operators; ``healthy`` is false where anything does not answer."""
        names = [stream.name or "" for stream in STREAMS]
        names += [bucket.stream for bucket in BUCKETS]
        streams, consumers, storage = await asyncio.gather(
            asyncio.gather(*(self._stream(name) for name in names)),
            self._consumers(),
            self._bucket(),
        )
        shown = {
            "nats": self._server(),
            "streams": streams,
            "consumers": consumers,
            "storage": storage,
        }
        healthy = self._nc.is_connected and not any("error" in t for t in (*streams, storage))
        return {"healthy": healthy and consumers is not None, **shown}

    def _server(self) -> dict[str, Any]:
        nc = self._nc
        return {
            "connected": nc.is_connected,
            "version": version_of(nc) if nc.is_connected else None,
            "reconnects": nc.stats["reconnects"],
        }

    async def _stream(self, name: str) -> dict[str, Any]:
        try:
            info = await self._js.stream_info(name)
        except AWAY as error:
            return {"name": name, "error": repr(error)}
        most = info.config.max_bytes or 0
        return {
            "name": name,
            "messages": info.state.messages,
            "bytes": info.state.bytes,
            "maxBytes": most if most > 0 else None,
            "fullShare": round(info.state.bytes / most, 4) if most > 0 else None,
            "firstSeq": info.state.first_seq,
            "lastSeq": info.state.last_seq,
            **_cluster(info.cluster),
        }

    async def _consumers(self) -> list[dict[str, Any]] | None:
        """Those that work is waiting for; None where NATS does not answer."""
        try:
            found = await self._js.consumers_info(EXPORTS)
        except AWAY:
            return None
        return [
            {
                "name": info.config.durable_name,
                "pending": info.num_pending,
                "ackPending": info.num_ack_pending,
                "redelivered": info.num_redelivered,
                "waitingPulls": info.num_waiting,
                "paused": bool(info.paused),
            }
            for info in found
            if info.config.durable_name
        ]

    async def _bucket(self) -> dict[str, Any]:
        shown = {"bucket": self._storage.bucket}
        try:
            await self._storage.check()
        except (UnavailableError, StorageRefusedError) as error:
            return {**shown, "error": str(error)}
        return shown


def _cluster(cluster: api.ClusterInfo | None) -> dict[str, Any]:
    if cluster is None or not cluster.name:
        return {"leader": None, "replicas": []}
    return {
        "leader": cluster.leader,
        "replicas": [
            {"name": peer.name, "current": peer.current, "lag": peer.lag or 0}
            for peer in cluster.replicas or []
        ],
    }
