"""Everything that the gateway is made of, put together once, and handed to its routes as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from litestar.di import NamedDependency

from services.gateway.exports.downloads import Downloads
from services.gateway.exports.export_index import ExportIndex
from services.gateway.exports.export_lists import ExportLists
from services.gateway.exports.exports import Exports
from services.gateway.exports.lifecycle import ExportLifecycle
from services.gateway.exports.request import ExportRequests
from services.gateway.exports.start import GenerationStarter
from services.gateway.http.idempotency import Idempotency
from services.gateway.operators.audit_log import AuditLog
from services.gateway.operators.bulk_replay_runner import BulkReplays
from services.gateway.operators.dead_letters import DeadLetters
from services.gateway.operators.drop import DeadLetterDropper
from services.gateway.operators.export_figures import ExportFigures
from services.gateway.operators.heavy_users import HeavyUsers
from services.gateway.operators.infrastructure import Infrastructure
from services.gateway.operators.replay import DeadLetterReplayer
from services.gateway.play.assembly import Play, assemble_play
from services.gateway.projects.blob_uploads import BlobUploads
from services.gateway.projects.manifests import Manifests
from services.gateway.projects.membership import Projects
from services.gateway.projects.project_list import ProjectList
from services.gateway.projects.project_settings import ProjectSettings
from services.gateway.projects.snapshots import Snapshots
from services.gateway.projects.spool import Spool
from services.gateway.projects.zip_import import ZipImports
from services.gateway.quotas.refusals import PER_MINUTE
from services.gateway.quotas.upload_meter import UploadMeter
from services.gateway.quotas.user_quotas import UserQuotas
from shared.domain.export_view import Links
from shared.jetstream.headroom import Headroom
from shared.service.cell_rate import CellRate
from shared.storage.bucket import Storage
from shared.stores.exports import bind_exports
from shared.stores.queue_position import QueuePositions
from shared.stores.quota import Quota
from shared.stores.usage import Usages
from shared.stores.worker_registry import Workers
from shared.tokens import Tokens, User

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.settings import GatewaySettings
    from shared.storage.ranged_reads import RangedReads


class Dependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What routes use; one of each in a process."""

    audit_log: AuditLog
    bulk_replays: BulkReplays
    dead_letters: DeadLetters
    downloads: Downloads
    dropper: DeadLetterDropper
    export_lists: ExportLists
    export_requests: ExportRequests
    export_figures: ExportFigures
    exports: Exports
    heavy_users: HeavyUsers
    infrastructure: Infrastructure
    lifecycle: ExportLifecycle
    manifests: Manifests
    play: Play
    project_list: ProjectList
    projects: Projects
    quota: Quota
    replayer: DeadLetterReplayer
    headroom: Headroom
    snapshots: Snapshots
    starter: GenerationStarter
    storage: Storage
    tokens: Tokens
    upload_meter: UploadMeter
    uploads: BlobUploads
    user_quotas: UserQuotas
    workers: Workers
    zip_imports: ZipImports


Injected = NamedDependency[Dependencies]  # the parameter ``deps`` of a handler
CurrentUser = NamedDependency[User]  # the parameter ``user``


async def assemble(
    nc: Client,
    storage: Storage,
    reads: RangedReads,
    tokens: Tokens,
    settings: GatewaySettings,
) -> Dependencies:
    """Bind to NATS and put everything together."""
    js = nc.jetstream()
    idempotency, quota = await Idempotency.bind(js), await Quota.bind(js)
    headroom, workers = Headroom(js), await Workers.bind(js)
    user_quotas = UserQuotas(await Usages.bind(js), settings.user_limits)
    projects = await Projects.bind(
        js, settings=ProjectSettings(storage), quotas=user_quotas, headroom=headroom
    )
    per_minute = settings.requests_per_minute
    rate = CellRate(
        per_minute / 60,
        burst=per_minute,
        what=f"{per_minute} exports a minute",
        quota=PER_MINUTE,
    )
    starter = GenerationStarter(
        js,
        quota,
        default_plan=settings.plans.default_plan,
        pending_exports=settings.user_limits.pending_exports,
    )
    spool = Spool(settings.spool_bytes)
    snapshots = Snapshots(storage, projects, settings.limits, quotas=user_quotas, headroom=headroom)
    uploads = BlobUploads(storage, max_file_bytes=settings.limits.file_bytes)
    documents = await bind_exports(js)
    exports = Exports(
        nc,
        documents,
        links=Links(
            tokens,
            public_url=settings.public_url,
            websocket_url=settings.websocket_url,
            ticket_ttl_s=settings.ticket_ttl_s,
        ),
        snapshots=snapshots,
        queue=await QueuePositions.bind(nc, workers),
    )
    export_lists = ExportLists(exports, ExportIndex(nc, documents))
    lifecycle = ExportLifecycle(
        js,
        exports,
        lists=export_lists,
        snapshots=snapshots,
        storage=storage,
        idempotency=idempotency,
        rate=rate,
        starter=starter,
        quotas=user_quotas,
        headroom=headroom,
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
        export_lists=export_lists,
        export_requests=ExportRequests(
            exports,
            lists=export_lists,
            projects=projects,
            snapshots=snapshots,
            workers=workers,
            idempotency=idempotency,
            rate=rate,
            starter=starter,
            quotas=user_quotas,
            headroom=headroom,
        ),
        export_figures=await ExportFigures.bind(js),
        exports=exports,
        heavy_users=await HeavyUsers.bind(js),
        infrastructure=Infrastructure(nc, storage, workers=workers, reads=exports.chatter),
        lifecycle=lifecycle,
        manifests=Manifests(snapshots, spool, settings.limits),
        play=await assemble_play(
            nc,
            reads,
            storage,
            settings,
            exports=exports,
            lists=export_lists,
            projects=projects,
            headroom=headroom,
        ),
        project_list=await ProjectList.bind(js),
        projects=projects,
        quota=quota,
        replayer=replayer,
        headroom=headroom,
        snapshots=snapshots,
        starter=starter,
        storage=storage,
        tokens=tokens,
        upload_meter=UploadMeter(user_quotas),
        uploads=uploads,
        user_quotas=user_quotas,
        workers=workers,
        zip_imports=ZipImports(uploads, spool, settings.limits),
    )
