"""Projects and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.parameters import MemberId, ProjectId
from shared.domain import events
from shared.domain.project import Project, Role
from shared.domain.visible_text import check_visible

if TYPE_CHECKING:
    from shared.tokens import User


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


class ProjectView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project as its members see it."""

    id: str
    name: str
    owner: str
    role: str
    members: dict[str, Role]
    settings: dict[str, Any]
    snapshot: str | None
    created_at: Any
    updated_at: Any


class ProjectRoutes(Controller):
    """``/api/projects``."""

    path = "/projects"
    tags = ["projects"]  # noqa: RUF012 - Litestar reads a plain list

    @post("/")
    async def create(
        self, data: JSONBody[NewProject], user: CurrentUser, deps: Injected
    ) -> ProjectView:
        """A new project, owned by the caller."""
        name = check_visible("name", data.name)
        made = await deps.projects.create(
            user, project_id=data.id, name=name, settings=data.settings
        )
        return _view(made, user)

    @get("/")
    async def index(self, user: CurrentUser, deps: Injected) -> dict[str, list[ProjectView]]:
        """The caller's projects."""
        return {"projects": [_view(project, user) for project in await deps.projects.of(user)]}

    @get("/{project_id:str}")
    async def show(self, project_id: ProjectId, user: CurrentUser, deps: Injected) -> ProjectView:
        """One project."""
        return _view((await deps.projects.get(project_id, user, "viewer")).value, user)

    @delete("/{project_id:str}", status_code=202)
    async def remove(
        self, project_id: ProjectId, user: CurrentUser, deps: Injected
    ) -> dict[str, str]:
        """Cancel its exports, then erase everything."""
        await deps.projects.delete(project_id, user)
        await deps.lifecycle.cancel_all(project_id, reason="The project was deleted.")
        return {"status": "deleting"}

    @put("/{project_id:str}/members/{member:str}")
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
        return _view((await deps.projects.get(project_id, user, "viewer")).value, user)

    @delete("/{project_id:str}/members/{member:str}")
    async def remove_member(
        self, project_id: ProjectId, member: MemberId, user: CurrentUser, deps: Injected
    ) -> None:
        """End somebody's membership."""
        await deps.projects.set_member(project_id, user, member, None)


def _view(project: Project, user: User) -> ProjectView:
    return ProjectView(
        id=project.id,
        name=project.name,
        owner=project.owner,
        role=project.role_of(user.user_id) or "",
        members=project.members,
        settings=project.settings,
        snapshot=project.head,
        created_at=project.created_at,
        updated_at=project.updated_at,
    )
