"""What an artifact consists of: the members of a ZIP, with their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.exports.downloads import ArtifactExpiredError
from services.gateway.http.pagination import open_seq_token, seq_token
from services.gateway.play.archive.zip_index import ArchiveDamagedError
from services.gateway.responses.play import ArtifactFile, ArtifactFiles
from shared.domain.events import now
from shared.errors import ConflictError, ExportError

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.play.archive.archives import Archive, Archives
    from services.gateway.projects.membership import Projects
    from shared.tokens import User


class NotListedError(ExportError):
    """An artifact whose format has no directory."""

    code = "files-not-listed"
    title = "The files of this artifact cannot be listed"
    status = 422


class ArtifactListing:
    """Reads the directory, from memory where the artifact was used lately."""

    def __init__(self, exports: Exports, *, projects: Projects, archives: Archives) -> None:
        self._exports = exports
        self._projects = projects
        self._archives = archives

    async def page(
        self, project_id: str, export_id: str, user: User, *, size: int, page_token: str | None
    ) -> ArtifactFiles:
        """Some files of an export's artifact.

        Raises:
            NotFoundError: Not for this user.
            ConflictError, ArtifactExpiredError: There is no artifact, or none any more.
            NotListedError: It has no directory.
            InvalidRequestError: A page token that is not one of ours.
        """
        start = open_seq_token(page_token) or 0
        archive = await self._open(project_id, export_id, user)
        paths = archive.paths[start : start + size]
        end = start + len(paths)
        return ArtifactFiles(
            files=[_file(archive, path) for path in paths],
            total_files=len(archive.paths),
            total_bytes=archive.total_bytes,
            next_page_token=seq_token(end if end < len(archive.paths) else None),
        )

    async def _open(self, project_id: str, export_id: str, user: User) -> Archive:
        await self._projects.get(project_id, user, "viewer")
        document = await self._exports.get(project_id, export_id)
        state, artifact = document.state, document.artifact
        if artifact is None or state.download_expires_at is None:
            raise ConflictError(f"the export is {state.status}: it has no artifact")
        if state.download_expires_at <= now():
            retry_url = f"{self._exports.links.status(project_id, export_id)}/retry"
            raise ArtifactExpiredError(await self._exports.state(document), retry_url=retry_url)
        try:
            return await self._archives.get(artifact)
        except ArchiveDamagedError as error:
            raise NotListedError(
                f"{artifact.file_name} is no ZIP, and only those have a directory: download it, "
                "and look into it there"
            ) from error


def _file(archive: Archive, path: str) -> ArtifactFile:
    member = archive.members[path]
    return ArtifactFile(path=path, size=member.size, packed_size=member.packed_size)
