"""Manifests from clients, bounded while they come in."""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING, Final

from services.gateway.projects.body_pace import paced
from services.gateway.projects.proposal import decode_manifest
from shared.domain.private_files import never_shipped
from shared.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.gateway.projects.proposal import Files
    from services.gateway.projects.snapshots import Snapshots
    from services.gateway.projects.spool import Spool
    from services.gateway.settings import Limits
    from shared.domain.build_warnings import BuildWarning
    from shared.tokens import User

MANIFEST_BYTES: Final = 32 << 20
COLONS: Final = 3  # of each file; none stands in a path or a hash


class Manifests:
    """Receives manifests: they wait on the disk until they are whole, however slow they are."""

    def __init__(self, snapshots: Snapshots, spool: Spool, limits: Limits) -> None:
        self._snapshots = snapshots
        self._spool = spool
        self._limits = limits

    async def propose(
        self, project_id: str, user: User, body: AsyncIterator[bytes]
    ) -> tuple[str, list[BuildWarning]]:
        """Make the manifest the project's head; the snapshot's name, and what it has in vain.

        Raises:
            TooLargeError: It has too many bytes, or names too many files; it is not read.
            BrokenBodyError, SpoolFullError: It did not come whole, or found no room.
            What :meth:`.Snapshots.commit` raises.
        """
        bounded = self._bounded(paced(body))
        async with self._spool.receive(user.user_id, bounded, announced_bytes=0) as file:
            size_bytes = file.tell()
            warnings: list[BuildWarning] = []
            change = partial(_files_in, file, warnings)
            name = await self._snapshots.commit(project_id, user, change, size_bytes=size_bytes)
            return name, warnings

    async def _bounded(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks of a manifest, which names no more files than a project may have."""
        most, size, colons = self._limits.files, 0, 0
        async for chunk in body:
            size += len(chunk)
            colons += chunk.count(b":")
            if size > MANIFEST_BYTES:
                raise TooLargeError(f"a manifest may have {MANIFEST_BYTES} bytes")
            if colons > COLONS * most + 1:
                raise TooLargeError(f"a project may have {most} files, this manifest names more")
            yield chunk


def _files_in(file: IO[bytes], warnings: list[BuildWarning], _: Files) -> Files:
    file.seek(0)
    files = decode_manifest(file.read())
    warnings[:] = never_shipped(files)
    return files
