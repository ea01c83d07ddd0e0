"""Exports: request, list, read, watch, retry, cancel, log, download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from litestar import Controller, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.exports.export_list import ExportFilter, ExportPage
from services.gateway.exports.request import ExportRequest
from services.gateway.http.auth import TICKET_ROUTE
from services.gateway.http.pagination import LAST_SEQ
from services.gateway.http.parameters import AnyRequest, ExportId, IdempotencyKey, ProjectId
from services.gateway.http.problem_docs import WITH_BODY, problem_responses
from services.gateway.http.problems import trace_id
from services.gateway.responses.exports import (
    AcceptedExport,
    ChangedExport,
    CreatedExport,
    ExportDetail,
    ExportLog,
    WatchTicket,
    log_lines,
)
from shared.domain.export_document import Status
from shared.domain.options import Platform
from shared.domain.platforms import PLATFORMS
from shared.domain.visible_text import check_visible

if TYPE_CHECKING:
    from services.gateway.dependencies import Dependencies
    from shared.domain.export_document import Document


LOCATION = ResponseHeader(
    name="Location",
    value="",
    description="Where what was asked for is.",
    documentation_only=True,
    required=True,
)


class ExportRoutes(Controller):
    """``/api/projects/{id}/export``."""

    path = "/projects/{project_id:str}/export"
    tags = ["exports"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/",
        status_code=202,
        responses=problem_responses(*WITH_BODY, 402, 403, 404, 409, 422),
        response_headers=[LOCATION],
    )
    async def create(
        self,
        *,
        project_id: ProjectId,
        data: JSONBody[ExportRequest],
        request: AnyRequest,
        user: CurrentUser,
        deps: Injected,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[CreatedExport]:
        """Ask for an export of the project as it is now.

        A repeated ``Idempotency-Key`` is answered with its export as it stands.
        """
        check_visible("options.appName", data.options.app_name)
        check_visible("options.appIcon", data.options.app_icon)
        check_visible("options.signingKey", data.options.signing_key)
        document = await deps.export_requests.submit(
            project_id, user, data, key=idempotency_key, trace_id=trace_id(request)
        )
        links = deps.exports.links_of(document, user)
        body = CreatedExport(
            export=AcceptedExport(
                id=document.state.id,
                status=document.state.status,
                platform=data.platform,
                configuration=data.configuration,
                estimated_minutes=PLATFORMS[data.platform].minutes_for(data.options),
                position=await _position(document, deps),
            ),
            status_url=links.status_url,
            websocket_url=links.websocket_url,
        )
        return Response(body, headers={"Location": links.status_url})

    @get("/", responses=problem_responses(404))
    async def index(
        self,
        *,
        project_id: ProjectId,
        user: CurrentUser,
        deps: Injected,
        page_size: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        page_token: FromQuery[str | None] = None,
        status: FromQuery[list[Status] | None] = None,
        platform: FromQuery[list[Platform] | None] = None,
    ) -> ExportPage:
        """The project's exports, newest first.

        `status` and `platform` may be repeated: exports that have one of each. A page may then be
        short or even empty, and others follow all the same: only the last has no `nextPageToken`.
        """
        await deps.projects.get(project_id, user, "viewer")
        wanted = ExportFilter(statuses=frozenset(status or ()), platforms=frozenset(platform or ()))
        lists = deps.export_lists
        return await lists.page(project_id, wanted, size=page_size, page_token=page_token)

    @get("/{export_id:str}", responses=problem_responses(404))
    async def show(
        self, *, project_id: ProjectId, export_id: ExportId, user: CurrentUser, deps: Injected
    ) -> ExportDetail:
        """How it stands, with a fresh ticket to watch it."""
        document = await _document(project_id, export_id, user, deps)
        state = await deps.exports.state(document)
        links = deps.exports.links_of(document, user)
        return ExportDetail(
            export=state, status_url=links.status_url, websocket_url=links.websocket_url
        )

    @post("/{export_id:str}/ticket", status_code=200, responses=problem_responses(404))
    async def ticket(
        self, *, project_id: ProjectId, export_id: ExportId, user: CurrentUser, deps: Injected
    ) -> WatchTicket:
        """A new ticket to watch it."""
        document = await _document(project_id, export_id, user, deps)
        return WatchTicket(websocket_url=deps.exports.links_of(document, user).websocket_url)

    @post(
        "/{export_id:str}/retry",
        status_code=202,
        responses=problem_responses(402, 403, 404, 409, 422),
    )
    async def retry(
        self,
        *,
        project_id: ProjectId,
        export_id: ExportId,
        user: CurrentUser,
        deps: Injected,
        idempotency_key: IdempotencyKey = None,
    ) -> ChangedExport:
        """Start an export that has failed, was canceled or has expired again, under the same id.

        Only the upload runs again where only the upload had failed.
        """
        document = await _document(project_id, export_id, user, deps)
        after = await deps.lifecycle.retry(document, user, key=idempotency_key)
        return ChangedExport.of(after, deps.exports.links_of(after, user))

    @post("/{export_id:str}/cancel", status_code=202, responses=problem_responses(404, 409))
    async def cancel(
        self, *, project_id: ProjectId, export_id: ExportId, user: CurrentUser, deps: Injected
    ) -> ChangedExport:
        """End an export at any stage; repeatable.

        ``cancelReceipt`` in its state says when the work has stopped.
        """
        document = await _document(project_id, export_id, user, deps)
        after = await deps.lifecycle.cancel(document, reason=f"Canceled by {user.user_id}.")
        return ChangedExport.of(after, deps.exports.links_of(after, user))

    @get("/{export_id:str}/logs", responses=problem_responses(404))
    async def logs(
        self,
        *,
        project_id: ProjectId,
        export_id: ExportId,
        user: CurrentUser,
        deps: Injected,
        after_seq: Annotated[int, QueryParameter(ge=0, le=LAST_SEQ)] = 0,
        limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 1_000,
    ) -> ExportLog:
        """Lines of its log, oldest first."""
        await _document(project_id, export_id, user, deps)
        lines = await deps.exports.lines(export_id, after_seq=after_seq, limit=limit)
        return ExportLog(logs=log_lines(lines))

    @get(
        "/{export_id:str}/download",
        opt={TICKET_ROUTE: True},
        status_code=303,
        security=[{"bearer": []}, {"ticket": []}],
        response_headers=[LOCATION],
        responses=problem_responses(404, 409, 410),
    )
    async def download(
        self, *, project_id: ProjectId, export_id: ExportId, request: AnyRequest, deps: Injected
    ) -> Redirect:
        """Where the artifact can be fetched for the next minutes."""
        url = await deps.downloads.url(
            project_id,
            export_id,
            user=request.state.user if "user" in request.state else None,
            ticket=request.query_params.get("ticket", ""),
        )
        return Redirect(url, status_code=303, headers={"Cache-Control": "no-store"})


async def _document(
    project_id: str, export_id: str, user: CurrentUser, deps: Dependencies
) -> Document:
    """The export, for members of its project."""
    await deps.projects.get(project_id, user, "viewer")
    return await deps.exports.get(project_id, export_id)


async def _position(document: Document, deps: Dependencies) -> int | None:
    """Where a new export stands in its queue; a repeated request asks by its state."""
    if document.state.status != "queued":
        return None
    return await deps.exports.queue.of_new(document)
