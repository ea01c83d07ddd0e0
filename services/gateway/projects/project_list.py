"""The list of a user's projects, page by page: their own first, then those shared with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.gateway.http.pagination import open_token, token
from shared.stores.projects import (
    Membership,
    bind_memberships,
    bind_projects,
    membership_key,
    project_key,
    project_of_membership,
)
from shared.stores.usage import Usages

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.domain.project import Project
    from shared.jetstream.key_value import KeyValueStore
    from shared.tokens import User


class ProjectList:
    """Reads the index of memberships, and the records of one page."""

    def __init__(
        self,
        records: KeyValueStore[Project],
        members: KeyValueStore[Membership],
        usages: Usages,
    ) -> None:
        self._records = records
        self._members = members
        self._usages = usages

    @classmethod
    async def bind(cls, js: JetStreamContext) -> ProjectList:
        """Bind to the buckets."""
        return cls(await bind_projects(js), await bind_memberships(js), await Usages.bind(js))

    async def page(
        self, user: User, *, size: int, page_token: str | None
    ) -> tuple[list[Project], str | None]:
        """At most ``size`` projects, and the token of the next page.

        So many others may share theirs: they come behind what the user owns.

        Raises:
            InvalidRequestError: The token is not one of ours.
        """
        own = (await self._usages.of(user.user_id)).projects
        index = await self._members.keys(membership_key(user.user_id, "*"))
        places = sorted(
            f"{'own' if project_id in own else 'shared'}/{project_id}"
            for project_id in map(project_of_membership, index)
        )
        if page_token is not None:
            after = open_token(page_token)
            places = [place for place in places if place > after]
        shown = places[:size]
        found = await asyncio.gather(
            *(self._records.get(project_key(place.partition("/")[2])) for place in shown)
        )
        projects = [
            record.value
            for record in found
            if record and record.value.role_of(user.user_id) and record.value.deleted_at is None
        ]
        return projects, token(shown[-1]) if len(places) > size else None
