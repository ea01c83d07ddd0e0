"""Everything that the gateway is made of, put together once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.gateway.acts import Acts
from services.gateway.audit import Audit
from services.gateway.exports import Exports
from services.gateway.idempotency import Idempotency
from services.gateway.infrastructure import Infrastructure
from services.gateway.jobs import Jobs
from services.gateway.letters import Letters
from services.gateway.pace import Pace
from services.gateway.projects import Projects
from services.gateway.receiving import Receiver
from services.gateway.replays import Replays
from services.gateway.snapshots import Snapshots
from services.gateway.starts import Starts
from shared.durations import Durations
from shared.queue import Queue
from shared.quota import Quota
from shared.records import Records
from shared.state import Document
from shared.view import Links
from shared.workers import Workers

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.settings import GatewaySettings
    from shared.storage import Storage
    from shared.tokens import Tokens


async def assemble(
    nc: Client, storage: Storage, tokens: Tokens, settings: GatewaySettings
) -> dict[str, Any]:
    """What handlers ask for, by the names they use."""
    js = nc.jetstream()
    documents = await Records.bind(js, "exports", Document)
    links = Links(
        tokens,
        public_url=settings.public_url,
        websocket_url=settings.websocket_url,
        ticket_ttl_s=settings.ticket_ttl_s,
    )
    asked, quota, projects = (
        await Idempotency.bind(js),
        await Quota.bind(js),
        await Projects.bind(js),
    )
    starts = Starts(js, quota, default_plan=settings.default_plan)
    snapshots = Snapshots(storage, projects, settings.limits)
    exports = Exports(
        nc,
        documents,
        asked=asked,
        starts=starts,
        links=links,
        snapshots=snapshots,
        queue=Queue(js, await Durations.bind(js)),
    )
    acts = Acts(js, exports, snapshots=snapshots, storage=storage, asked=asked, starts=starts)
    audit, letters = Audit(nc), Letters(nc, exports)
    replays = Replays(js, letters, exports, acts, audit)
    return {
        "acts": acts,
        "audit": audit,
        "exports": exports,
        "infrastructure": Infrastructure(nc, storage),
        "jobs": await Jobs.bind(js, letters, replays),
        "letters": letters,
        "limits": settings.limits,
        "pace": Pace(settings.requests_per_minute),
        "projects": projects,
        "quota": quota,
        "receiver": Receiver(storage, max_file_bytes=settings.limits.file_bytes),
        "replays": replays,
        "snapshots": snapshots,
        "starts": starts,
        "storage": storage,
        "tokens": tokens,
        "workers": await Workers.bind(js),
    }
