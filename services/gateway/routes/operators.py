"""What operators look at: bulk replays, the audit log, workers, the infrastructure."""

from __future__ import annotations

from litestar import Controller, get
from litestar.params import FromQuery

from services.gateway.dependencies import Injected
from services.gateway.http.auth import require_operator
from services.gateway.http.pagination import open_seq_token, seq_token
from services.gateway.http.parameters import BulkReplayId, PageSize
from services.gateway.http.problem_docs import problem_responses
from services.gateway.operators.bulk_replay import BulkReplay
from services.gateway.operators.infrastructure import InfrastructureStatus
from services.gateway.responses.operators import AuditPage, AuditRecord, WorkerList


class OperatorRoutes(Controller):
    """``/api/admin`` but for its dead letters."""

    path = "/admin"
    tags = ["operators"]  # noqa: RUF012 - Litestar reads a plain list
    guards = [require_operator]  # noqa: RUF012 - likewise

    @get("/replays/{job:str}", responses=problem_responses(403, 404))
    async def show_bulk_replay(self, job: BulkReplayId, deps: Injected) -> BulkReplay:
        """How far a bulk replay is, and what has come of its canaries."""
        return await deps.bulk_replays.get(job)

    @get("/audit", responses=problem_responses(403))
    async def show_audit_log(
        self, deps: Injected, page_size: PageSize = 50, page_token: FromQuery[str | None] = None
    ) -> AuditPage:
        """Who did what, when and why, newest first."""
        before = open_seq_token(page_token)
        found = await deps.audit_log.newest(before_seq=before, limit=page_size + 1)
        page = found[:page_size]
        more = len(found) > page_size
        return AuditPage(
            audit=[AuditRecord.of(stored) for stored in page],
            next_page_token=seq_token(page[-1].seq) if more else None,
        )

    @get("/workers", responses=problem_responses(403))
    async def show_workers(self, deps: Injected) -> WorkerList:
        """Who is there, in which version, and works on what."""
        return WorkerList(workers=await deps.workers.living())

    @get("/infrastructure/status", responses=problem_responses(403))
    async def show_infrastructure(self, deps: Injected) -> InfrastructureStatus:
        """How NATS, its streams and consumers, and the storage are."""
        return await deps.infrastructure.status()
