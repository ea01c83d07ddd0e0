"""What a project consists of, in pages: all of one snapshot, however much is pushed meanwhile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from services.gateway.http.pagination import open_token, token
from services.gateway.responses.projects import SnapshotFile, SnapshotFiles
from shared.errors import InvalidRequestError, NotFoundError
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from services.gateway.projects.snapshots import Snapshots
    from shared.domain.project import Project, Snapshot
    from shared.tokens import User

_PLACE: Final = re.compile(r"(?P<snapshot>[0-9a-f]{64}):(?P<start>\d{1,9})", re.ASCII)
NOTHING: Final = SnapshotFiles(
    snapshot=None, files=[], total_files=0, total_bytes=0, next_page_token=None
)


async def snapshot_page(
    snapshots: Snapshots, project: Project, user: User, *, size: int, page_token: str | None
) -> SnapshotFiles:
    """Some files of the head, or of the snapshot that the first page was of.

    Raises:
        InvalidRequestError: A page token that is not one of ours.
        NotFoundError: The snapshot has been swept away since the first page.
    """
    snapshot_id, start = _place(page_token) if page_token else (project.head, 0)
    if snapshot_id is None:
        return NOTHING
    try:
        return await snapshots.read(
            project.id, snapshot_id, user, lambda snapshot: _page(snapshot, start, size)
        )
    except ObjectMissingError as error:
        raise NotFoundError("this snapshot is gone: begin with the first page") from error


def _place(page_token: str) -> tuple[str, int]:
    place = _PLACE.fullmatch(open_token(page_token))
    if place is None:
        raise InvalidRequestError("page_token is not one of ours")
    return place["snapshot"], int(place["start"])


def _page(snapshot: Snapshot, start: int, size: int) -> SnapshotFiles:
    end = start + size
    return SnapshotFiles(
        snapshot=snapshot.id,
        files=[
            SnapshotFile(path=file.path, sha256=file.sha256, size=file.size)
            for file in snapshot.files[start:end]
        ],
        total_files=len(snapshot.files),
        total_bytes=snapshot.size_bytes,
        next_page_token=token(f"{snapshot.id}:{end}") if end < len(snapshot.files) else None,
    )
