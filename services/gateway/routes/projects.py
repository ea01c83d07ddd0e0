"""Projects and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromQuery, JSONBody

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.parameters import MemberId, PageSize, ProjectId
from services.gateway.http.problem_docs import problem_responses
from shared.domain import events
from shared.domain.project import Project, Role
from shared.domain.visible_text import check_visible

if TYPE_CHECKING:
    from services.gateway.dependencies import Dependencies
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


class ProjectSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project as it stands in a list."""

    id: str
    name: str
    owner: str
    role: str
    snapshot: str | None
    files: int
    size_bytes: int
    created_at: Any
    updated_at: Any


class ProjectView(ProjectSummary, frozen=True, kw_only=True, rename="camel"):
    """A project as its members see it."""

    members: dict[str, Role]
    settings: dict[str, Any]


class ProjectRoutes(Controller):
    """``/api/projects``."""

    path = "/projects"
    tags = ["projects"]  # noqa: RUF012 - Litestar reads a plain list

    @post("/", responses=problem_responses(403, 409, 429, 503))
    async def create(
        self, data: JSONBody[NewProject], user: CurrentUser, deps: Injected
    ) -> ProjectView:
        """A new project, owned by the caller."""
        name = check_visible("name", data.name)
        made = await deps.projects.create(
            user, project_id=data.id, name=name, settings=data.settings
        )
        return await _view(made, user, deps)

    @get("/")
    async def index(
        self,
        user: CurrentUser,
        deps: Injected,
        page_size: PageSize = 100,
        page_token: FromQuery[str | None] = None,
    ) -> dict[str, Any]:
        """The caller's projects: their own, then those that others share with them."""
        page, next_token = await deps.project_list.page(user, size=page_size, page_token=page_token)
        return {
            "projects": [ProjectSummary(**_summary(project, user)) for project in page],
            "nextPageToken": next_token,
        }

    @get("/{project_id:str}")
    async def show(self, project_id: ProjectId, user: CurrentUser, deps: Injected) -> ProjectView:
        """One project."""
        return await _view((await deps.projects.get(project_id, user, "viewer")).value, user, deps)

    @delete("/{project_id:str}", status_code=202)
    async def remove(
        self, project_id: ProjectId, user: CurrentUser, deps: Injected
    ) -> dict[str, str]:
        """Cancel its exports, then erase everything."""
        await deps.projects.delete(project_id, user)
        await deps.lifecycle.cancel_all(project_id, reason="The project was deleted.")
        return {"status": "deleting"}

    @put(
        "/{project_id:str}/members/{member:str}",
        responses=problem_responses(403, 404, 413, 503),
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

    @delete("/{project_id:str}/members/{member:str}")
    async def remove_member(
        self, project_id: ProjectId, member: MemberId, user: CurrentUser, deps: Injected
    ) -> None:
        """End somebody's membership; everybody may end their own, as ``me``."""
        who = user.user_id if member == MYSELF else member
        await deps.projects.end_membership(project_id, user, who)


async def _view(project: Project, user: User, deps: Dependencies) -> ProjectView:
    return ProjectView(
        **_summary(project, user),
        members=project.members,
        settings=await deps.projects.settings(project),
    )


def _summary(project: Project, user: User) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "owner": project.owner,
        "role": project.role_of(user.user_id) or "",
        "snapshot": project.head,
        "files": project.head_files,
        "size_bytes": project.head_bytes,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }
