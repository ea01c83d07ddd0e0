"""Projects and who belongs to them: the bucket ``projects``."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from shared.domain.events import now
from shared.domain.project import Project, Role
from shared.domain.usage import QuotaUsedUpError
from shared.errors import ConflictError, InvalidRequestError, NotFoundError, TooLargeError
from shared.jetstream.headroom import FOR_PROJECTS
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.stores.projects import (
    MARKER_S,
    Membership,
    bind_memberships,
    bind_projects,
    membership_key,
    project_key,
)

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.projects.project_settings import ProjectSettings
    from services.gateway.quotas.user_quotas import UserQuotas
    from shared.jetstream.headroom import Headroom
    from shared.tokens import User


MOST_MEMBERS: Final = 100  # of one project: its record must stay small
MOST_SHARED: Final = 1_000  # projects that one user belongs to


class Projects:
    """Reads and changes records; every read checks who is asking."""

    def __init__(
        self,
        records: KeyValueStore[Project],
        members: KeyValueStore[Membership],
        *,
        settings: ProjectSettings,
        quotas: UserQuotas,
        headroom: Headroom,
    ) -> None:
        self._store = records
        self._members = members
        self._settings = settings
        self._quotas = quotas
        self._headroom = headroom

    @classmethod
    async def bind(
        cls,
        js: JetStreamContext,
        *,
        settings: ProjectSettings,
        quotas: UserQuotas,
        headroom: Headroom,
    ) -> Projects:
        """Bind to the bucket."""
        return cls(
            await bind_projects(js),
            await bind_memberships(js),
            settings=settings,
            quotas=quotas,
            headroom=headroom,
        )

    async def get(self, project_id: str, user: User, least: Role) -> Record[Project]:
        """A project that the user may see.

        Raises:
            NotFoundError: None, deleted, or not for this user.
            ForbiddenError: The user's role in it is too small.
        """
        found = await self.find(project_id)
        if found is None:
            raise NotFoundError(f"no project {project_id!r}")
        found.value.require(user.user_id, least)
        return found

    async def find(self, project_id: str) -> Record[Project] | None:
        """A project, whoever asks."""
        return await self._store.get(project_key(project_id))

    async def settings(self, project: Project) -> dict[str, Any]:
        """A project's settings."""
        return await self._settings.of(project)

    async def create(
        self, user: User, *, project_id: str | None, name: str, settings: dict[str, Any]
    ) -> Project:
        """A new project, owned by the user.

        Raises:
            ConflictError: The id is taken, perhaps by somebody else.
            TooLargeError: The settings are.
            QuotaUsedUpError, RateUsedUpError: The user has, or makes, too many.
            StreamFullError: There is no room for new ones.
        """
        data = self._settings.encoded(settings)
        project_id = project_id or f"p-{uuid.uuid4().hex[:12]}"
        if await self.find(project_id) is not None:
            raise _taken(project_id)
        await self._headroom.check(FOR_PROJECTS)
        await self._quotas.add_project(user.user_id, project_id)
        created = now()
        project = Project(
            id=project_id,
            name=name,
            owner=user.user_id,
            created_at=created,
            updated_at=created,
            **await self._settings.keep(project_id, data),
        )
        await self._index(project.id, user.user_id)
        try:
            await self._store.create(project_key(project.id), project)
        except ConflictingWriteError as error:
            first = await self.find(project_id)
            if first is None or first.value.owner != user.user_id:
                await self._quotas.remove_project(user.user_id, project_id)
            raise _taken(project_id) from error
        return project

    async def get_or_create(self, project_id: str, user: User) -> Record[Project]:
        """The project to push to; the first push creates it."""
        if await self.find(project_id) is None:
            with suppress(ConflictError):  # somebody was quicker: their project, their rules
                await self.create(user, project_id=project_id, name=project_id, settings={})
        return await self.get(project_id, user, "editor")

    async def replace(self, project: Project, *, revision: int) -> None:
        """Write a record over the one read at ``revision`` (raises ConflictingWriteError)."""
        await self._store.replace(project_key(project.id), project, revision=revision)

    async def set_member(self, project_id: str, user: User, member: str, role: Role) -> None:
        """Give somebody a role.

        Raises:
            InvalidRequestError: The owner's own role cannot be changed.
            TooLargeError: It has as many members as it may have.
            QuotaUsedUpError: So many projects are shared with this member already.
            StreamFullError: There is no room for new members.
        """

        def decide(project: Project | None) -> Project | None:
            if project is None:
                return None
            project.require(user.user_id, "owner")
            if member == project.owner or role == "owner":
                raise InvalidRequestError("a project has one owner, who stays its owner")
            if member not in project.members and len(project.members) >= MOST_MEMBERS:
                raise TooLargeError(f"a project may have {MOST_MEMBERS} members")
            members = {**project.members, member: role}
            return msgspec.structs.replace(project, members=members, updated_at=now())

        decide((await self.get(project_id, user, "owner")).value)  # what is refused is not indexed
        await self._headroom.check(FOR_PROJECTS)
        await self._check_shared(project_id, member)
        await self._index(project_id, member)
        await self._store.change(project_key(project_id), decide)

    async def end_membership(self, project_id: str, user: User, member: str) -> None:
        """Take somebody's role away: the owner anybody's, everybody their own.

        Raises:
            InvalidRequestError: The owner cannot leave.
        """
        least: Role = "viewer" if member == user.user_id else "owner"
        await self.get(project_id, user, least)

        def decide(project: Project | None) -> Project | None:
            if project is None:
                return None
            project.require(user.user_id, least)
            if member == project.owner:
                raise InvalidRequestError("the owner cannot leave; delete the project instead")
            members = {name: role for name, role in project.members.items() if name != member}
            return msgspec.structs.replace(project, members=members, updated_at=now())

        await self._store.change(project_key(project_id), decide)
        await self._members.delete(membership_key(member, project_id), marker_s=MARKER_S)

    async def delete(self, project_id: str, user: User) -> None:
        """Close a project for good; the sweeper erases what it held."""
        await self.get(project_id, user, "owner")
        await self.close(project_id)

    async def close(self, project_id: str) -> Project:
        """Close a project whoever asks, for operators (raises NotFoundError)."""

        def decide(project: Project | None) -> Project | None:
            return project and msgspec.structs.replace(
                project, deleted_at=project.deleted_at or now()
            )

        closed = await self._store.change(project_key(project_id), decide)
        if closed is None or not closed.owner:  # a tombstone has no owner
            raise NotFoundError(f"no project {project_id!r}")
        await self._quotas.remove_project(closed.owner, project_id)
        return closed

    async def _check_shared(self, project_id: str, member: str) -> None:
        """Of racing requests a few more may pass: each owner's projects are limited, too."""
        shared = await self._members.keys(membership_key(member, "*"))
        if membership_key(member, project_id) not in shared and len(shared) >= MOST_SHARED:
            raise QuotaUsedUpError("sharedProjects", limit=MOST_SHARED, used=len(shared))

    async def _index(self, project_id: str, user_id: str) -> None:
        """Written before the record: an entry too many is harmless, one too few hides a project."""
        await self._members.change(membership_key(user_id, project_id), lambda _: Membership())


def _taken(project_id: str) -> ConflictError:
    return ConflictError(f"the id {project_id!r} is taken: choose another one")
