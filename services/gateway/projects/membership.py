"""Projects and who belongs to them: the bucket ``projects``."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from shared.domain.events import now
from shared.domain.project import Project, Role
from shared.errors import ConflictError, InvalidRequestError, NotFoundError, TooLargeError
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.stores.projects import (
    Membership,
    bind_memberships,
    bind_projects,
    membership_key,
    project_key,
    project_of_membership,
)

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.tokens import User


SETTINGS_BYTES: Final = 64 << 10  # all of a project's record must fit into one message
MOST_MEMBERS: Final = 1_000


class Projects:
    """Reads and changes records; every read checks who is asking."""

    def __init__(self, records: KeyValueStore[Project], members: KeyValueStore[Membership]) -> None:
        self._store = records
        self._members = members

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Projects:
        """Bind to the bucket."""
        return cls(
            await bind_projects(js),
            await bind_memberships(js),
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

    async def create(
        self, user: User, *, project_id: str | None, name: str, settings: dict[str, Any]
    ) -> Project:
        """A new project, owned by the user.

        Raises:
            ConflictError: The id is taken, perhaps by somebody else.
            TooLargeError: The settings are.
        """
        if (size := len(msgspec.json.encode(settings))) > SETTINGS_BYTES:
            raise TooLargeError(f"settings may have {SETTINGS_BYTES} bytes, these have {size}")
        created = now()
        project = Project(
            id=project_id or f"p-{uuid.uuid4().hex[:12]}",
            name=name,
            owner=user.user_id,
            settings=settings,
            created_at=created,
            updated_at=created,
        )
        await self._index(project.id, user.user_id)
        try:
            await self._store.create(project_key(project.id), project)
        except ConflictingWriteError as error:
            raise ConflictError(f"the id {project.id!r} is taken: choose another one") from error
        return project

    async def get_or_create(self, project_id: str, user: User) -> Record[Project]:
        """The project to push to; the first push creates it."""
        if await self.find(project_id) is None:
            with suppress(ConflictError):  # somebody was quicker: their project, their rules
                await self.create(user, project_id=project_id, name=project_id, settings={})
        return await self.get(project_id, user, "editor")

    async def of(self, user: User) -> list[Project]:
        """The user's projects, by id."""
        index = await self._members.keys(membership_key(user.user_id, "*"))
        ids = [project_of_membership(key) for key in index]
        found = [await self.find(project_id) for project_id in ids]
        return [
            record.value
            for record in found
            if record and record.value.role_of(user.user_id) and record.value.deleted_at is None
        ]

    async def replace(self, project: Project, *, revision: int) -> None:
        """Write a record over the one read at ``revision`` (raises ConflictingWriteError)."""
        await self._store.replace(project_key(project.id), project, revision=revision)

    async def set_member(self, project_id: str, user: User, member: str, role: Role | None) -> None:
        """Give a member a role, or None to end the membership.

        Raises:
            InvalidRequestError: The owner's own role cannot be changed.
            TooLargeError: It has as many members as it may have.
        """
        await self.get(project_id, user, "owner")
        if role is not None:
            await self._index(project_id, member)

        def decide(project: Project | None) -> Project | None:
            if project is None:
                return None
            project.require(user.user_id, "owner")
            if member == project.owner or role == "owner":
                raise InvalidRequestError("a project has one owner, who stays its owner")
            members = {name: held for name, held in project.members.items() if name != member}
            if role is not None:
                members[member] = role
            if len(members) > MOST_MEMBERS:
                raise TooLargeError(f"a project may have {MOST_MEMBERS} members")
            return msgspec.structs.replace(project, members=members, updated_at=now())

        await self._store.change(project_key(project_id), decide)
        if role is None:
            await self._members.delete(membership_key(member, project_id))

    async def delete(self, project_id: str, user: User) -> None:
        """Close a project for good; the sweeper erases what it held."""
        await self.get(project_id, user, "owner")

        def decide(project: Project | None) -> Project | None:
            return project and msgspec.structs.replace(project, deleted_at=now())

        await self._store.change(project_key(project_id), decide)

    async def _index(self, project_id: str, user_id: str) -> None:
        """Written before the record: an entry too many is harmless, one too few hides a project."""
        await self._members.change(membership_key(user_id, project_id), lambda _: Membership())
