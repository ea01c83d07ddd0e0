"""Play links, and what an artifact consists of."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, JSONBody, QueryParameter

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.parameters import ExportId, ProjectId
from services.gateway.http.problem_docs import WITH_BODY, problem_responses
from services.gateway.play.link_editor import PlayLinkOptions
from services.gateway.responses.play import ArtifactFiles, PlayLinkView

UNCHANGED = PlayLinkOptions()
MADE = (*WITH_BODY, 403, 404, 409, 410, 422)
KEPT = {200: ResponseSpec(PlayLinkView, description="There was one.", generate_examples=False)}


class PlayRoutes(Controller):
    """``/api/projects/{id}/play`` and ``…/export/{exportId}/play``."""

    path = "/projects/{project_id:str}"
    tags = ["play links"]  # noqa: RUF012 - Litestar reads a plain list

    @post("/export/{export_id:str}/play", responses={**KEPT, **problem_responses(*MADE)})
    async def make(
        self,
        *,
        project_id: ProjectId,
        export_id: ExportId,
        user: CurrentUser,
        deps: Injected,
        data: JSONBody[PlayLinkOptions | None] = None,
    ) -> Response[PlayLinkView]:
        """A link on which this finished web export is played, for everybody who has it.

        Each export has one: again it is changed as the body says, and keeps its address (200).
        """
        link, is_new = await deps.play.links.make(project_id, export_id, user, data or UNCHANGED)
        return Response(link, status_code=201 if is_new else 200)

    @get("/export/{export_id:str}/play", responses=problem_responses(404))
    async def show(
        self, *, project_id: ProjectId, export_id: ExportId, user: CurrentUser, deps: Injected
    ) -> PlayLinkView:
        """The link of this export."""
        return await deps.play.links.show(project_id, export_id, user)

    @delete("/export/{export_id:str}/play", responses=problem_responses(403, 404))
    async def revoke(
        self, *, project_id: ProjectId, export_id: ExportId, user: CurrentUser, deps: Injected
    ) -> None:
        """Revoke it, at once; another POST makes another one."""
        await deps.play.links.revoke(project_id, export_id, user)

    @post("/play", responses={**KEPT, **problem_responses(*MADE)})
    async def make_newest(
        self,
        *,
        project_id: ProjectId,
        user: CurrentUser,
        deps: Injected,
        data: JSONBody[PlayLinkOptions | None] = None,
    ) -> Response[PlayLinkView]:
        """A link that always plays the newest finished web export of the project."""
        link, is_new = await deps.play.links.make(project_id, None, user, data or UNCHANGED)
        return Response(link, status_code=201 if is_new else 200)

    @get("/play", responses=problem_responses(404))
    async def show_newest(
        self, *, project_id: ProjectId, user: CurrentUser, deps: Injected
    ) -> PlayLinkView:
        """The link of the project."""
        return await deps.play.links.show(project_id, None, user)

    @delete("/play", responses=problem_responses(403, 404))
    async def revoke_newest(
        self, *, project_id: ProjectId, user: CurrentUser, deps: Injected
    ) -> None:
        """Revoke it, at once."""
        await deps.play.links.revoke(project_id, None, user)

    @get("/export/{export_id:str}/files", responses=problem_responses(404, 409, 410, 422))
    async def files(
        self,
        *,
        project_id: ProjectId,
        export_id: ExportId,
        user: CurrentUser,
        deps: Injected,
        page_size: Annotated[int, QueryParameter(ge=1, le=1_000)] = 200,
        page_token: FromQuery[str | None] = None,
    ) -> ArtifactFiles:
        """The files of the artifact with their sizes, by path."""
        return await deps.play.listing.page(
            project_id, export_id, user, size=page_size, page_token=page_token
        )
