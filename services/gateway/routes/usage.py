"""Who fills what, and the way to make room, for operators."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get
from litestar.params import FromQuery, QueryParameter

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.auth import require_operator
from services.gateway.http.pagination import open_token, token
from services.gateway.http.parameters import MemberId, PageSize, ProjectId
from services.gateway.http.problem_docs import problem_responses
from services.gateway.operators.heavy_users import UsageOrder
from services.gateway.responses.operators import HeavyUsersView, OwnedProjectPage
from services.gateway.responses.projects import Deleting


class UsageRoutes(Controller):
    """``/api/admin/usage`` and ``/api/admin/projects``."""

    path = "/admin"
    tags = ["operators"]  # noqa: RUF012 - Litestar reads a plain list
    guards = [require_operator]  # noqa: RUF012 - likewise

    @get("/usage", responses=problem_responses(403))
    async def heavy_users(
        self, deps: Injected, by: FromQuery[UsageOrder] = "storedBytes", page_size: PageSize = 20
    ) -> HeavyUsersView:
        """How full the streams are, and the users who have most."""
        return HeavyUsersView(
            streams=await deps.headroom.shares(),
            users=await deps.heavy_users.most(by, page_size),
        )

    @get("/usage/{member:str}", responses=problem_responses(403))
    async def projects_of(
        self,
        member: MemberId,
        deps: Injected,
        page_size: PageSize = 100,
        page_token: FromQuery[str | None] = None,
    ) -> OwnedProjectPage:
        """The projects of one user, by id."""
        projects = await deps.heavy_users.projects_of(member)
        if page_token is not None:
            after = open_token(page_token)
            projects = [project for project in projects if project.id > after]
        shown = projects[:page_size]
        more = len(projects) > page_size
        next_token = token(shown[-1].id) if more else None
        return OwnedProjectPage(projects=shown, next_page_token=next_token)

    @delete("/projects/{project_id:str}", status_code=202, responses=problem_responses(403, 404))
    async def delete_project(
        self,
        project_id: ProjectId,
        user: CurrentUser,
        deps: Injected,
        reason: Annotated[str, QueryParameter(max_length=1_000)] = "",
    ) -> Deleting:
        """Close anybody's project: its exports are canceled, then everything is erased."""
        await deps.audit_log.record("delete-project", user, reason=reason, projectId=project_id)
        await deps.projects.close(project_id)
        await deps.play.links.revoke_all(project_id)
        await deps.lifecycle.cancel_all(project_id, reason="An operator deleted the project.")
        return Deleting()
