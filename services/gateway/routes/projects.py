"""Projects and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromQuery, JSONBody

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.parameters import MemberId, PageSize, ProjectId
from services.gateway.http.problem_docs import WITH_BODY, problem_responses
from services.gateway.responses.projects import (
    Deleting,
    ProjectPage,
    ProjectSummary,
    ProjectView,
)
from shared.domain import events
from shared.domain.project import Role
from shared.domain.visible_text import check_visible

if TYPE_CHECKING:
    from services.gateway.dependencies import Dependencies
    from shared.domain.project import Project
    from shared.tokens import User

MYSELF = "me"  # in the place of the caller's own id


class NewProject(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """What a client may choose."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    id: events.ProjectId | None = None
    settings: dict[str, Any] = {}


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The role to give."""

    role: Role


class ProjectRoutes(Controller):
    """``/api/projects``."""

    path = "/projects"
    tags = ["projects"]  # noqa: RUF012 - Litestar reads a plain list

    @post("/", responses=problem_responses(*WITH_BODY, 403, 409))
    async def create(
        self, data: JSONBody[NewProject], user: CurrentUser, deps: Injected
    ) -> ProjectView:
        """A new project, owned by the caller."""
        name = check_visible("name", data.name)
        made = await deps.projects.create(
            user, project_id=data.id, name=name, settings=data.settings
        )
        return await _view(made, user, deps)

    @get("/", responses=problem_responses())
    async def index(
        self,
        user: CurrentUser,
        deps: Injected,
        page_size: PageSize = 100,
        page_token: FromQuery[str | None] = None,
    ) -> ProjectPage:
        """The caller's projects: their own, then those that others share with them."""
        page, next_token = await deps.project_list.page(user, size=page_size, page_token=page_token)
        return ProjectPage(
            projects=[ProjectSummary.of(project, user) for project in page],
            next_page_token=next_token,
        )

    @get("/{project_id:str}", responses=problem_responses(404))
    async def show(self, project_id: ProjectId, user: CurrentUser, deps: Injected) -> ProjectView:
        """One project."""
        return await _view((await deps.projects.get(project_id, user, "viewer")).value, user, deps)

    @delete("/{project_id:str}", status_code=202, responses=problem_responses(403, 404))
    async def remove(self, project_id: ProjectId, user: CurrentUser, deps: Injected) -> Deleting:
        """Cancel its exports, then erase everything."""
        await deps.projects.delete(project_id, user)
        await deps.play.links.revoke_all(project_id)
        await deps.lifecycle.cancel_all(project_id, reason="The project was deleted.")
        return Deleting()

    @put(
        "/{project_id:str}/members/{member:str}",
        responses=problem_responses(*WITH_BODY, 403, 404),
    )
    async def set_member(
        self,
        project_id: ProjectId,
        member: MemberId,
        data: JSONBody[NewMember],
        user: CurrentUser,
        deps: Injected,
    ) -> ProjectView:
        """Give somebody a role."""
        check_visible("member", member)
        await deps.projects.set_member(project_id, user, member, data.role)
        return await _view((await deps.projects.get(project_id, user, "viewer")).value, user, deps)

    @delete("/{project_id:str}/members/{member:str}", responses=problem_responses(403, 404))
    async def remove_member(
        self, project_id: ProjectId, member: MemberId, user: CurrentUser, deps: Injected
    ) -> None:
        """End somebody's membership; everybody may end their own, as ``me``."""
        who = user.user_id if member == MYSELF else member
        await deps.projects.end_membership(project_id, user, who)


async def _view(project: Project, user: User, deps: Dependencies) -> ProjectView:
    settings = await deps.projects.settings(project)
    return ProjectView.with_settings(project, user, settings)
