"""Projects and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody

from services.gateway.routes.given import InProject, OfMember, TheActs, TheProjects, TheUser
from shared.domain.events import ProjectId
from shared.domain.project import Project, Role

if TYPE_CHECKING:
    from shared.tokens import User


class NewProject(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """What a client may choose."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    id: ProjectId | None = None
    settings: dict[str, Any] = {}


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The role to give."""

    role: Role


class ShownProject(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
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
        self, data: JSONBody[NewProject], user: TheUser, projects: TheProjects
    ) -> ShownProject:
        """A new project, owned by the caller."""
        made = await projects.create(
            user, project_id=data.id, name=data.name, settings=data.settings
        )
        return _shown(made, user)

    @get("/")
    async def index(self, user: TheUser, projects: TheProjects) -> dict[str, list[ShownProject]]:
        """The caller's projects."""
        return {"projects": [_shown(project, user) for project in await projects.of(user)]}

    @get("/{project_id:str}")
    async def show(
        self, project_id: InProject, user: TheUser, projects: TheProjects
    ) -> ShownProject:
        """One project."""
        return _shown((await projects.get(project_id, user, "viewer")).value, user)

    @delete("/{project_id:str}", status_code=202)
    async def remove(
        self,
        project_id: InProject,
        user: TheUser,
        projects: TheProjects,
        acts: TheActs,
    ) -> dict[str, str]:
        """Cancel its exports, then erase everything."""
        await projects.delete(project_id, user)
        await acts.cancel_all(project_id, reason="The project was deleted.")
        return {"status": "deleting"}

    @put("/{project_id:str}/members/{member:str}")
    async def set_member(
        self,
        project_id: InProject,
        member: OfMember,
        data: JSONBody[NewMember],
        user: TheUser,
        projects: TheProjects,
    ) -> ShownProject:
        """Give somebody a role."""
        await projects.set_member(project_id, user, member, data.role)
        return _shown((await projects.get(project_id, user, "viewer")).value, user)

    @delete("/{project_id:str}/members/{member:str}")
    async def remove_member(
        self,
        project_id: InProject,
        member: OfMember,
        user: TheUser,
        projects: TheProjects,
    ) -> None:
        """End somebody's membership."""
        await projects.set_member(project_id, user, member, None)


def _shown(project: Project, user: User) -> ShownProject:
    return ShownProject(
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
