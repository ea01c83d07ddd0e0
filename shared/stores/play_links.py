"""The bucket ``play-links``: a record of each link, and an index from tokens to links.

``export.<projectId>.<exportId>`` and ``newest.<projectId>`` are what counts, and
``token.<token>`` finds them. A token that its record does not carry (any more) opens nothing, so a
link is revoked by one deletion. The record is written before the index and deleted before it: what
dies in between leaves an entry that names nothing, which the sweeper removes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import PLAY_LINKS_BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from nats.js import JetStreamContext

BUCKET: Final = PLAY_LINKS_BUCKET.name
WRITES: Final = PLAY_LINKS_BUCKET.subjects  # where every write is heard as it is made
INDEX: Final = "token."  # what the keys of the index begin with


class PlayPassword(msgspec.Struct, frozen=True, kw_only=True):
    """A password's scrypt hash, and the key of the grants that it gives; hexadecimal.

    The key is made anew with each password, so that no grant outlives its password.
    """

    salt: str
    digest: str
    grant_key: str


class PlayLink(msgspec.Struct, frozen=True, kw_only=True):
    """One link; without an ``export_id`` it follows the newest web build of its project."""

    token: str
    project_id: str
    export_id: str | None
    password: PlayPassword | None = None
    expires_at: datetime | None = None
    cross_origin_isolated: bool | None = None  # None: as each build asks
    created_by: str
    created_at: datetime


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a token names."""

    project_id: str
    export_id: str | None


class PlayLinks:
    """Reads and changes links; one for each export and one for each project."""

    def __init__(self, links: KeyValueStore[PlayLink], tokens: KeyValueStore[Target]) -> None:
        self._links = links
        self._tokens = tokens

    @classmethod
    async def bind(cls, js: JetStreamContext) -> PlayLinks:
        """Bind to the bucket."""
        return cls(
            await KeyValueStore.bind(js, BUCKET, PlayLink),
            await KeyValueStore.bind(js, BUCKET, Target),
        )

    async def of(self, project_id: str, export_id: str | None) -> PlayLink | None:
        """The link of an export, or with None of its project."""
        found = await self._links.get(_key(project_id, export_id))
        return found.value if found else None

    async def by_token(self, token: str) -> PlayLink | None:
        """The link that a token opens; a well-formed token, as it becomes part of a key."""
        target = await self._tokens.get(_token_key(token))
        if target is None:
            return None
        link = await self.of(target.value.project_id, target.value.export_id)
        return link if link and link.token == token else None

    async def make(
        self, fresh: PlayLink, change: Callable[[PlayLink], PlayLink]
    ) -> tuple[PlayLink, bool]:
        """The link of a target: ``fresh`` where there is none, after ``change`` in either case.

        Of several at once one is made; the others change that one.

        Returns:
            The link as it is stored, and whether it is new.
        """
        key = _key(fresh.project_id, fresh.export_id)
        stored = await self._links.change(key, lambda found: change(found or fresh))
        assert stored is not None  # noqa: S101 - ``change`` always decides for a link
        target = Target(project_id=stored.project_id, export_id=stored.export_id)
        await self._tokens.change(_token_key(stored.token), lambda _: target)
        return stored, stored.token == fresh.token

    async def revoke(self, project_id: str, export_id: str | None) -> None:
        """End a link at once; one that is not there is fine."""
        key = _key(project_id, export_id)
        found = await self._links.get(key)
        if found is not None:
            await self._links.delete(key)
            await self._tokens.delete(_token_key(found.value.token))

    async def revoke_all(self, project_id: str) -> None:
        """End all links of a project."""
        await self.revoke(project_id, None)
        for key in await self._links.keys(_key(project_id, "*")):
            await self.revoke(project_id, key.rpartition(".")[2])

    async def sweep(
        self,
        found: Mapping[str, bytes],
        exports: Collection[tuple[str, str]],
        projects: Collection[str],
        before: datetime,
    ) -> int:
        """Remove links whose export or project is gone, and tokens that open nothing.

        What looks like one of these is read once more before it goes.

        Args:
            found: What the bucket held a moment ago, by key.
            exports: All that are there, as (project id, export id).
            projects: All that are there.
            before: Links made later stay: what they play may not have been listed yet.

        Returns:
            How many links went.
        """
        gone = 0
        links = {key: self._links.decode(value) for key, value in found.items() if _is_link(key)}
        tokens = {link.token for link in links.values()}
        for key in found.keys() - links.keys():
            token = key.removeprefix(INDEX)
            if token not in tokens and await self.by_token(token) is None:
                await self._tokens.delete(key)
        for link in links.values():
            if link.created_at >= before:
                continue
            if link.export_id is None:
                is_there = link.project_id in projects
            else:
                is_there = (link.project_id, link.export_id) in exports
            if not is_there:
                await self.revoke(link.project_id, link.export_id)
                gone += 1
        return gone


def _is_link(key: str) -> bool:
    return not key.startswith(INDEX)


def _key(project_id: str, export_id: str | None) -> str:
    return f"newest.{project_id}" if export_id is None else f"export.{project_id}.{export_id}"


def _token_key(token: str) -> str:
    return f"{INDEX}{token}"
