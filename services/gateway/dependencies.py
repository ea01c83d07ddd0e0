"""Everything that the gateway is made of, put together once, and handed to its routes as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from litestar.di import NamedDependency

from services.gateway.exports.downloads import Downloads
from services.gateway.exports.exports import Exports
from services.gateway.exports.lifecycle import ExportLifecycle
from services.gateway.exports.request import ExportRequests
from services.gateway.exports.start import GenerationStarter
from services.gateway.http.idempotency import Idempotency
from services.gateway.http.rate_limiter import RateLimiter
from services.gateway.operators.audit_log import AuditLog
from services.gateway.operators.bulk_replay_runner import BulkReplays
from services.gateway.operators.dead_letters import DeadLetters
from services.gateway.operators.drop import DeadLetterDropper
from services.gateway.operators.infrastructure import Infrastructure
from services.gateway.operators.replay import DeadLetterReplayer
from services.gateway.projects.blob_uploads import BlobUploads
from services.gateway.projects.manifests import Manifests
from services.gateway.projects.membership import Projects
from services.gateway.projects.snapshots import Snapshots
from services.gateway.projects.spool import Spool
from services.gateway.projects.zip_import import ZipImports
from shared.domain.export_view import Links
from shared.storage.bucket import Storage
from shared.stores.exports import bind_exports
from shared.stores.queue_position import QueuePositions
from shared.stores.quota import Quota
from shared.stores.worker_registry import Workers
from shared.tokens import Tokens, User

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.settings import GatewaySettings


class Dependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What routes use; one of each in a process."""

    audit_log: AuditLog
    bulk_replays: BulkReplays
    dead_letters: DeadLetters
    downloads: Downloads
    dropper: DeadLetterDropper
    export_requests: ExportRequests
    exports: Exports
    infrastructure: Infrastructure
    lifecycle: ExportLifecycle
    manifests: Manifests
    projects: Projects
    quota: Quota
    replayer: DeadLetterReplayer
    snapshots: Snapshots
    starter: GenerationStarter
    storage: Storage
    tokens: Tokens
    uploads: BlobUploads
    workers: Workers
    zip_imports: ZipImports


Injected = NamedDependency[Dependencies]  # the parameter ``deps`` of a handler
CurrentUser = NamedDependency[User]  # the parameter ``user``


async def assemble(
    nc: Client, storage: Storage, tokens: Tokens, settings: GatewaySettings
) -> Dependencies:
    """Bind to NATS and put everything together."""
    js = nc.jetstream()
    idempotency, quota = await Idempotency.bind(js), await Quota.bind(js)
    projects, workers = await Projects.bind(js), await Workers.bind(js)
    limiter = RateLimiter(settings.requests_per_minute)
    starter = GenerationStarter(js, quota, default_plan=settings.default_plan)
    spool = Spool(settings.spool_bytes)
    snapshots = Snapshots(storage, projects, settings.limits)
    uploads = BlobUploads(storage, max_file_bytes=settings.limits.file_bytes)
    exports = Exports(
        nc,
        await bind_exports(js),
        links=Links(
            tokens,
            public_url=settings.public_url,
            websocket_url=settings.websocket_url,
            ticket_ttl_s=settings.ticket_ttl_s,
        ),
        snapshots=snapshots,
        queue=await QueuePositions.bind(js),
    )
    lifecycle = ExportLifecycle(
        js,
        exports,
        snapshots=snapshots,
        storage=storage,
        idempotency=idempotency,
        limiter=limiter,
        starter=starter,
    )
    audit_log, dead_letters = AuditLog(nc), DeadLetters(nc, exports)
    replayer = DeadLetterReplayer(
        js, dead_letters, exports, lifecycle=lifecycle, audit_log=audit_log
    )
    return Dependencies(
        audit_log=audit_log,
        bulk_replays=await BulkReplays.bind(
            js, dead_letters, audit_log=audit_log, replayer=replayer, exports=exports
        ),
        dead_letters=dead_letters,
        dropper=DeadLetterDropper(dead_letters, audit_log),
        downloads=Downloads(exports, projects=projects, storage=storage, tokens=tokens),
        export_requests=ExportRequests(
            js,
            exports,
            projects=projects,
            snapshots=snapshots,
            workers=workers,
            idempotency=idempotency,
            limiter=limiter,
            starter=starter,
        ),
        exports=exports,
        infrastructure=Infrastructure(nc, storage),
        lifecycle=lifecycle,
        manifests=Manifests(snapshots, spool, settings.limits),
        projects=projects,
        quota=quota,
        replayer=replayer,
        snapshots=snapshots,
        starter=starter,
        storage=storage,
        tokens=tokens,
        uploads=uploads,
        workers=workers,
        zip_imports=ZipImports(uploads, spool, settings.limits),
    )
