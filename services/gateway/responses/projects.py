"""What is answered about projects and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from shared.domain.build_warnings import BuildWarning
from shared.domain.entry_page import Kind
from shared.domain.events import Timestamp
from shared.domain.project import Project, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.tokens import User

MOST_WARNINGS: Final = 100  # in one answer


class ProjectSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project as it stands in a list; ``role`` is the caller's, ``kind`` that of its files."""

    id: str
    name: str
    owner: str
    role: Role
    snapshot: str | None
    files: int
    size_bytes: int
    kind: Kind | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, project: Project, user: User) -> ProjectSummary:
        """A record as one of its members sees it."""
        return cls(**_summary(project, user))


class ProjectView(ProjectSummary, frozen=True, kw_only=True, rename="camel"):
    """A project as its members see it."""

    members: dict[str, Role]
    settings: dict[str, Any]

    @classmethod
    def with_settings(cls, project: Project, user: User, settings: dict[str, Any]) -> ProjectView:
        """A record as one of its members sees it, with its settings."""
        return cls(**_summary(project, user), members=project.members, settings=settings)


class ProjectPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Some of the caller's projects."""

    projects: list[ProjectSummary]
    next_page_token: str | None


class SnapshotFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One file of a project; its size in bytes."""

    path: str
    sha256: str
    size: int


class SnapshotFiles(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of what a project consists of, by path; the totals are of all its files.

    ``snapshot`` is null, and there are no files, before the first push.
    """

    snapshot: str | None
    files: list[SnapshotFile]
    total_files: int
    total_bytes: int
    next_page_token: str | None


class Deleting(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project is closed; what it held is erased soon."""

    status: Literal["deleting"] = "deleting"


class SnapshotResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the project now consists of, and what was left out of it or is never shipped."""

    snapshot: str
    warnings: tuple[BuildWarning, ...]  # the first of them
    warning_count: int

    @classmethod
    def of(cls, snapshot: str, warnings: Sequence[BuildWarning]) -> SnapshotResult:
        """With the first of its warnings."""
        first = tuple(warnings[:MOST_WARNINGS])
        return cls(snapshot=snapshot, warnings=first, warning_count=len(warnings))


class RemovedFile(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the project consists of without a file."""

    snapshot: str


class StoredBlob(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One blob that the project has now."""

    sha256: str
    size: int


class StoredBlobs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many blobs of a tar the project has now."""

    stored: int


class MissingBlobs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Those of the hashes asked for that the project does not have."""

    missing: list[str]


def _summary(project: Project, user: User) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "owner": project.owner,
        "role": project.role_of(user.user_id),
        "snapshot": project.head,
        "files": project.head_files,
        "size_bytes": project.head_bytes,
        "kind": project.head_kind,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }
