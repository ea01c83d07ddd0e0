"""A ZIP comes in, waits on the disk until it is whole, and becomes the files of a snapshot."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from services.gateway.projects.body_pace import paced
from services.gateway.projects.places import Places
from services.gateway.projects.zip_archive import Imported, ZipArchive
from services.gateway.projects.zip_directory import directory_bytes
from shared.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.gateway.projects.blob_uploads import BlobUploads
    from services.gateway.projects.spool import Spool
    from services.gateway.projects.zip_names import CodePage
    from services.gateway.settings import Limits
    from shared.domain.project import Project

LARGE_DIRECTORY_BYTES: Final = 4 << 20  # of some ten thousand files
LARGE_AT_A_TIME: Final = 1  # each takes 100 MB and more


class ZipImports:
    """Receives ZIPs: each user's share of the spool, then a place while one is read."""

    def __init__(self, uploads: BlobUploads, spool: Spool, limits: Limits) -> None:
        self._uploads = uploads
        self._spool = spool
        self._limits = limits
        self._large = Places(LARGE_AT_A_TIME)

    async def receive(
        self,
        project: Project,
        user_id: str,
        body: AsyncIterator[bytes],
        *,
        announced_bytes: int,
        code_page: CodePage | None = None,
    ) -> Imported:
        """Store all files of a ZIP.

        It takes a place only once it is whole: until then it lies on the disk.

        Raises:
            TooLargeError, SpoolFullError: There is no room for it, ever or at the moment.
            NoPlaceError: It has come, but too much else is being stored.
            ZipError, PathError: What is wrong with it; nothing of it is in the project.
        """
        self._check_size(announced_bytes)
        whole = self._checked(paced(body))
        receiving = self._spool.receive(user_id, whole, announced_bytes=announced_bytes)
        async with receiving as file:
            size_bytes = await asyncio.to_thread(directory_bytes, file)
            with self._large.visit(user_id) as alone, self._uploads.visit(user_id) as visit:
                if size_bytes > LARGE_DIRECTORY_BYTES:
                    await alone.enter()
                await visit.enter()
                archive = await asyncio.to_thread(ZipArchive, file, self._limits, code_page)
                return await archive.store(self._uploads, project, visit)

    async def _checked(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in body:
            size += len(chunk)
            self._check_size(size)
            yield chunk

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self._limits.project_bytes:
            raise TooLargeError(f"a project may have {self._limits.project_bytes} bytes")
