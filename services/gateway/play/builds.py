"""Which build a link plays: that of its export, or the newest of its project."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.exports.export_list import ExportFilter
from shared.domain.events import Artifact, now
from shared.errors import NotFoundError

if TYPE_CHECKING:
    from services.gateway.exports.export_lists import ExportLists
    from services.gateway.exports.exports import Exports
    from shared.domain.export_document import Document

PLAYABLE: Final = ExportFilter(statuses=frozenset({"completed"}), platforms=frozenset({"web"}))
KNOWN_S: Final = 2.0  # that a build just finished may go unseen
REMEMBERED: Final = 1_000  # links
AT_ONCE: Final = 16  # exports that are read together, newest first
SHOWN: Final = 2  # the newest, and the one before it for pages that are open


class NothingToPlayError(Exception):
    """There is no finished web build, or none that has not expired."""

    def __init__(self, *, has_expired: bool) -> None:
        super().__init__("the builds have expired" if has_expired else "no build has finished")
        self.has_expired = has_expired


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """A finished build for the web."""

    export_id: str
    artifact: Artifact
    expires_at: datetime
    wants_isolation: bool  # its option ``wasmThreads``

    @classmethod
    def of(cls, document: Document) -> Build | None:
        """The build that an export has come to, if it has come to one."""
        state, artifact = document.state, document.artifact
        expires_at = state.download_expires_at
        if state.platform not in PLAYABLE.platforms or artifact is None or expires_at is None:
            return None
        return cls(
            export_id=state.id,
            artifact=artifact,
            expires_at=expires_at,
            wants_isolation=bool(state.options and state.options.wasm_threads),
        )


class Builds:
    """Finds builds, and remembers for a moment what it found."""

    def __init__(self, exports: Exports, lists: ExportLists) -> None:
        self._exports = exports
        self._lists = lists
        self._known: dict[tuple[str, str | None], tuple[tuple[Build, ...], float]] = {}
        self._looking: dict[tuple[str, str | None], asyncio.Lock] = {}

    async def of(self, project_id: str, export_id: str | None) -> tuple[Build, ...]:
        """What a link plays, newest first: one build, or of a project up to ``SHOWN``.

        Raises:
            NothingToPlayError: There is none, or none any more.
        """
        found = await self._remembered(project_id, export_id)
        living = tuple(build for build in found if build.expires_at > now())
        if not living:
            raise NothingToPlayError(has_expired=bool(found))
        return living

    async def _remembered(self, project_id: str, export_id: str | None) -> tuple[Build, ...]:
        """Many who ask at once wait for one who looks."""
        link = (project_id, export_id)
        lock = self._looking.setdefault(link, asyncio.Lock())
        try:
            async with lock:
                found, until = self._known.pop(link, ((), 0.0))
                if until <= time.monotonic():
                    found = await self._find(project_id, export_id)
                    until = time.monotonic() + KNOWN_S
                self._known[link] = found, until  # the latest used stands last
        finally:
            if not lock.locked():
                self._looking.pop(link, None)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return found

    async def _find(self, project_id: str, export_id: str | None) -> tuple[Build, ...]:
        if export_id is not None:
            build = await self._build(project_id, export_id)
            return (build,) if build else ()
        living: list[Build] = []
        newest: Build | None = None
        async for document in self._lists.documents(project_id, PLAYABLE, at_once=AT_ONCE):
            build = Build.of(document)
            newest = newest or build
            if build and build.expires_at > now():
                living.append(build)
            if len(living) == SHOWN:
                break
        return tuple(living or ([newest] if newest else ()))

    async def _build(self, project_id: str, export_id: str) -> Build | None:
        with suppress(NotFoundError):
            return Build.of(await self._exports.get(project_id, export_id))
        return None
