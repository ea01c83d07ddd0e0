"""What operators look at: bulk replays, the audit log, workers, the infrastructure."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, get
from litestar.params import FromQuery

from services.gateway.dependencies import Injected
from services.gateway.http.auth import require_operator
from services.gateway.http.pagination import open_seq_token, seq_token
from services.gateway.http.parameters import BulkReplayId, PageSize
from services.gateway.http.problem_docs import problem_responses
from services.gateway.operators.bulk_replay import BulkReplay
from shared.stores.worker_registry import WorkerHeartbeat


class OperatorRoutes(Controller):
    """``/api/admin`` but for its dead letters."""

    path = "/admin"
    tags = ["operators"]  # noqa: RUF012 - Litestar reads a plain list
    guards = [require_operator]  # noqa: RUF012 - likewise

    @get("/replays/{job:str}", responses=problem_responses(404))
    async def show_bulk_replay(self, job: BulkReplayId, deps: Injected) -> BulkReplay:
        """How far a bulk replay is, and what has come of its canaries."""
        return await deps.bulk_replays.get(job)

    @get("/audit")
    async def show_audit_log(
        self, deps: Injected, page_size: PageSize = 50, page_token: FromQuery[str | None] = None
    ) -> dict[str, Any]:
        """Who did what, when and why, newest first."""
        before = open_seq_token(page_token)
        found = await deps.audit_log.newest(before_seq=before, limit=page_size + 1)
        page = found[:page_size]
        more = len(found) > page_size
        entries = [{"seq": e.seq, **msgspec.to_builtins(e.entry)} for e in page]
        return {"audit": entries, "nextPageToken": seq_token(page[-1].seq) if more else None}

    @get("/workers")
    async def show_workers(self, deps: Injected) -> dict[str, list[WorkerHeartbeat]]:
        """Who is there, in which version, and works on what."""
        return {"workers": await deps.workers.living()}

    @get("/infrastructure/status")
    async def show_infrastructure(self, deps: Injected) -> dict[str, Any]:
        """How NATS, its streams and consumers, and the storage are."""
        return await deps.infrastructure.status()
