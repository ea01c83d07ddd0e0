"""What an artifact consists of: its files with their sizes, of every format."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.exports.downloads import ArtifactExpiredError
from services.gateway.http.pagination import open_seq_token, seq_token
from services.gateway.play.archive.archives import ZIPS
from services.gateway.play.archive.zip_index import ArchiveDamagedError
from services.gateway.responses.play import ArtifactFile, ArtifactFiles
from shared.domain.artifact_files import MOST_BYTES, decode_files
from shared.domain.events import now
from shared.errors import ConflictError, ExportError
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.play.archive.archives import Archive, Archives
    from services.gateway.projects.membership import Projects
    from shared.domain.artifact_files import ListedFile
    from shared.domain.events import Artifact
    from shared.storage.bucket import Storage
    from shared.tokens import User

DIRECTORIES: Final = ZIPS | {"text/html; charset=utf-8"}  # a page is its own only file


class NotListedError(ExportError):
    """An artifact whose format has no directory, and none was written beside it."""

    code = "files-not-listed"
    title = "The files of this artifact cannot be listed"
    status = 422


class ArtifactListing:
    """Reads a ZIP's directory, from memory where it was used lately, or the list beside others."""

    def __init__(
        self, exports: Exports, *, projects: Projects, archives: Archives, storage: Storage
    ) -> None:
        self._exports = exports
        self._projects = projects
        self._archives = archives
        self._storage = storage

    async def page(
        self, project_id: str, export_id: str, user: User, *, size: int, page_token: str | None
    ) -> ArtifactFiles:
        """Some files of an export's artifact.

        Raises:
            NotFoundError: Not for this user.
            ConflictError, ArtifactExpiredError: There is no artifact, or none any more.
            NotListedError: It has no directory, and was packed before lists were written.
            InvalidRequestError: A page token that is not one of ours.
        """
        start = open_seq_token(page_token) or 0
        artifact = await self._artifact(project_id, export_id, user)
        if artifact.content_type in DIRECTORIES:
            archive = await self._archive(artifact)
            files = [_file(archive, path) for path in archive.paths[start : start + size]]
            total_files, total_bytes = len(archive.paths), archive.total_bytes
        else:
            listed = await self._listed(artifact)
            files = [_listed_file(file) for file in listed[start : start + size]]
            total_files, total_bytes = len(listed), sum(file.size for file in listed)
        end = start + len(files)
        return ArtifactFiles(
            files=files,
            total_files=total_files,
            total_bytes=total_bytes,
            next_page_token=seq_token(end if end < total_files else None),
        )

    async def _artifact(self, project_id: str, export_id: str, user: User) -> Artifact:
        await self._projects.get(project_id, user, "viewer")
        document = await self._exports.get(project_id, export_id)
        state, artifact = document.state, document.artifact
        if artifact is None or state.download_expires_at is None:
            raise ConflictError(f"the export is {state.status}: it has no artifact")
        if state.download_expires_at <= now():
            retry_url = f"{self._exports.links.status(project_id, export_id)}/retry"
            raise ArtifactExpiredError(await self._exports.state(document), retry_url=retry_url)
        return artifact

    async def _archive(self, artifact: Artifact) -> Archive:
        try:
            return await self._archives.get(artifact)
        except ArchiveDamagedError as error:
            raise NotListedError(f"{artifact.file_name} cannot be read: {error}") from error

    async def _listed(self, artifact: Artifact) -> tuple[ListedFile, ...]:
        try:
            key = keys.artifact_list(artifact.key)
            document = await self._storage.get(key, max_bytes=MOST_BYTES)
            return await asyncio.to_thread(decode_files, document)
        except (ObjectMissingError, msgspec.MsgspecError) as error:
            raise NotListedError(
                f"{artifact.file_name} has no directory, and no list of its files was written when "
                "it was packed: export it again to see them"
            ) from error


def _file(archive: Archive, path: str) -> ArtifactFile:
    member = archive.members[path]
    return ArtifactFile(path=path, size=member.size, packed_size=member.packed_size)


def _listed_file(file: ListedFile) -> ArtifactFile:
    return ArtifactFile(path=file.path, size=file.size, packed_size=file.packed_size)
