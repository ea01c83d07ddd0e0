"""Exports: request, list, read, watch, log, download."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Redirect

from services.gateway.exports.availability import check_available
from services.gateway.exports.exports import ExportRequest, Exports
from services.gateway.http.auth import TICKET_ROUTE
from services.gateway.http.pagination import LAST_SEQ, open_token, token
from services.gateway.http.problem_docs import refusals
from services.gateway.routes.given import (
    AnyRequest,
    InProject,
    OfExport,
    TheActs,
    TheExports,
    ThePace,
    TheProjects,
    TheStorage,
    TheTokens,
    TheUser,
    TheWorkers,
)
from shared.domain.events import now
from shared.domain.platforms import PLATFORMS, check_options
from shared.errors import ConflictError, GoneError, NotFoundError

if TYPE_CHECKING:
    from services.gateway.projects.membership import Projects
    from shared.domain.export_document import Document, State
    from shared.tokens import Tokens, User

URL_LIVES_S = 300
IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=200)]


class Item(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the list."""

    id: str
    platform: str
    configuration: str | None
    status: str
    progress: float
    current_step: str
    created_at: datetime | None
    completed_at: datetime | None


class ExportRoutes(Controller):
    """``/api/projects/{id}/export``."""

    path = "/projects/{project_id:str}/export"
    tags = ["exports"]  # noqa: RUF012 - Litestar reads a plain list

    @post("/", status_code=202, responses=refusals(402, 404, 409, 422, 429))
    async def create(
        self,
        project_id: InProject,
        data: JSONBody[ExportRequest],
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
        pace: ThePace,
        workers: TheWorkers,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[dict[str, Any]]:
        """Ask for an export of the project as it is now."""
        pace.take(user.user_id)
        project = (await projects.get(project_id, user, "viewer")).value
        spec = check_options(data.platform, data.configuration, data.options)
        paths = partial(exports.paths, project)
        await check_available(spec, data, await workers.living(), paths)
        event, seq = await exports.request(project, user, data, key=idempotency_key)
        links = exports.links
        status_url = links.status(project_id, event.export_id)
        body = {
            "success": True,
            "export": {
                "id": event.export_id,
                "status": "queued",
                "platform": event.platform,
                "configuration": data.configuration,
                "estimatedMinutes": PLATFORMS[event.platform].minutes,
                "position": await exports.queue.last(event.platform),
            },
            "statusUrl": status_url,
            "websocketUrl": links.websocket(
                project_id, event.export_id, user_id=user.user_id, generation=1, seq=seq
            ),
        }
        return Response(body, headers={"Location": status_url})

    @get("/")
    async def index(
        self,
        project_id: InProject,
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
        page_size: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        page_token: FromQuery[str | None] = None,
    ) -> dict[str, Any]:
        """The project's exports, newest first."""
        await projects.get(project_id, user, "viewer")
        ids = await exports.ids(project_id)
        if page_token is not None:
            before = open_token(page_token)
            ids = [export_id for export_id in ids if export_id < before]
        page = ids[:page_size]
        items = [_item(await exports.brief(project_id, export_id)) for export_id in page]
        more = len(ids) > page_size
        return {"exports": items, "nextPageToken": token(page[-1]) if more else None}

    @get("/{export_id:str}")
    async def show(
        self,
        project_id: InProject,
        export_id: OfExport,
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
    ) -> dict[str, Any]:
        """How it stands, with a fresh ticket to watch it."""
        await projects.get(project_id, user, "viewer")
        document = await exports.get(project_id, export_id)
        return {
            "export": await exports.state(document),
            "statusUrl": exports.links.status(project_id, export_id),
            "websocketUrl": _websocket(exports, document, user),
        }

    @post("/{export_id:str}/ticket", status_code=200)
    async def ticket(
        self,
        project_id: InProject,
        export_id: OfExport,
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
    ) -> dict[str, str]:
        """A new ticket to watch it."""
        await projects.get(project_id, user, "viewer")
        document = await exports.get(project_id, export_id)
        return {"websocketUrl": _websocket(exports, document, user)}

    @post("/{export_id:str}/retry", status_code=202, responses=refusals(402, 404, 409, 422, 429))
    async def retry(
        self,
        project_id: InProject,
        export_id: OfExport,
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
        acts: TheActs,
        pace: ThePace,
        idempotency_key: IdempotencyKey = None,
    ) -> dict[str, Any]:
        """Start an export that has failed, was canceled or has expired again, under the same id.

        Only the upload runs again where only the upload had failed.
        """
        pace.take(user.user_id)
        await projects.get(project_id, user, "viewer")
        document = await exports.get(project_id, export_id)
        after = await acts.retry(document, user, key=idempotency_key)
        return _acted(exports, after, user)

    @post("/{export_id:str}/cancel", status_code=202, responses=refusals(404, 409))
    async def cancel(
        self,
        project_id: InProject,
        export_id: OfExport,
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
        acts: TheActs,
    ) -> dict[str, Any]:
        """End an export at any stage; repeatable.

        ``cancelReceipt`` in its state says when the work has stopped.
        """
        await projects.get(project_id, user, "viewer")
        document = await exports.get(project_id, export_id)
        after = await acts.cancel(document, reason=f"Canceled by {user.user_id}.")
        return _acted(exports, after, user)

    @get("/{export_id:str}/logs")
    async def logs(
        self,
        project_id: InProject,
        export_id: OfExport,
        user: TheUser,
        projects: TheProjects,
        exports: TheExports,
        after_seq: Annotated[int, QueryParameter(ge=0, le=LAST_SEQ)] = 0,
        limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 1_000,
    ) -> dict[str, Any]:
        """Lines of its log, oldest first."""
        await projects.get(project_id, user, "viewer")
        await exports.get(project_id, export_id)
        lines = await exports.lines(export_id, after_seq=after_seq, limit=limit)
        shown = [
            {"seq": s.seq, "ts": s.line.at, "level": s.line.level, "message": s.line.message}
            for s in lines
        ]
        return {"logs": shown}

    @get("/{export_id:str}/download", opt={TICKET_ROUTE: True}, status_code=303)
    async def download(
        self,
        project_id: InProject,
        export_id: OfExport,
        request: AnyRequest,
        projects: TheProjects,
        exports: TheExports,
        storage: TheStorage,
        tokens: TheTokens,
    ) -> Redirect:
        """Where the artifact can be fetched for the next minutes."""
        await _check_download(request, project_id, export_id, projects, tokens)
        document = await exports.get(project_id, export_id)
        state, key = document.state, document.artifact_key
        if key is None or state.download_expires_at is None:
            raise ConflictError(f"the export is {state.status}: there is nothing to download")
        if state.download_expires_at <= now():
            raise GoneError(
                f"the artifact expired at {state.download_expires_at:%Y-%m-%d %H:%M} UTC: "
                "export the project again"
            )
        url = await storage.presign(
            key, file_name=state.file_name or "artifact", expires_s=URL_LIVES_S
        )
        return Redirect(url, status_code=303, headers={"Cache-Control": "no-store"})


async def _check_download(
    request: AnyRequest,
    project_id: str,
    export_id: str,
    projects: Projects,
    tokens: Tokens,
) -> None:
    """A member by the header, or anybody with a ticket, as long as the project is there."""
    if "user" in request.state:
        await projects.get(project_id, request.state.user, "viewer")
        return
    text = request.query_params["ticket"]
    ticket = tokens.open_ticket(text, use="download", export_id=export_id)
    found = await projects.find(project_id)
    if found is None or found.value.deleted_at or ticket.project_id != project_id:
        raise NotFoundError(f"no project {project_id!r}")


def _websocket(exports: Exports, document: Document, user: User) -> str:
    state = document.state
    return exports.links.websocket(
        state.project_id,
        state.id,
        user_id=user.user_id,
        generation=document.generation,
        seq=document.seq,
    )


def _acted(exports: Exports, document: Document, user: User) -> dict[str, Any]:
    state = document.state
    return {
        "success": True,
        "export": {
            "id": state.id,
            "status": state.status,
            "generation": state.generation,
            "cancelReceipt": state.cancel_receipt,
        },
        "statusUrl": exports.links.status(state.project_id, state.id),
        "websocketUrl": _websocket(exports, document, user),
    }


def _item(state: State) -> Item:
    return Item(
        id=state.id,
        platform=state.platform,
        configuration=state.configuration,
        status=state.status,
        progress=state.progress,
        current_step=state.current_step,
        created_at=state.created_at,
        completed_at=state.completed_at,
    )
