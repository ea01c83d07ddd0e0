"""Everything that the gateway is made of, put together once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.gateway.exports.exports import Exports
from services.gateway.exports.lifecycle import Acts
from services.gateway.exports.start import Starts
from services.gateway.http.idempotency import Idempotency
from services.gateway.http.rate_limiter import Pace
from services.gateway.operators.audit_log import Audit
from services.gateway.operators.bulk_replay import Jobs
from services.gateway.operators.dead_letters import Letters
from services.gateway.operators.infrastructure import Infrastructure
from services.gateway.operators.replay import Replays
from services.gateway.projects.blob_uploads import Receiver
from services.gateway.projects.membership import Projects
from services.gateway.projects.snapshots import Snapshots
from shared.domain.export_view import Links
from shared.stores.exports import bind_exports
from shared.stores.queue_position import QueuePositions
from shared.stores.quota import Quota
from shared.stores.worker_registry import Workers

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.settings import GatewaySettings
    from shared.storage.bucket import Storage
    from shared.tokens import Tokens


async def assemble(
    nc: Client, storage: Storage, tokens: Tokens, settings: GatewaySettings
) -> dict[str, Any]:
    """What handlers ask for, by the names they use."""
    js = nc.jetstream()
    documents = await bind_exports(js)
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
        queue=await QueuePositions.bind(js),
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
