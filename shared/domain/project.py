"""A project's record and its snapshots.

What the gateway writes and the packager and the sweeper read.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from shared.domain.entry_page import Kind
from shared.domain.events import ProjectId, Sha256
from shared.domain.paths import check_paths
from shared.errors import ForbiddenError, NotFoundError

Role = Literal["owner", "editor", "viewer"]
_RANK: dict[Role, int] = {"viewer": 0, "editor": 1, "owner": 2}


class Retired(msgspec.Struct, frozen=True):
    """A snapshot that was the head until ``at``.

    Kept a while for requests that had just read it.
    """

    snapshot: Sha256
    at: datetime


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """The record in the bucket ``projects``, changed by compare-and-set only.

    ``epoch`` and ``condemned`` belong to the sweeper: objects named in the condemned list (an
    object in storage) count as missing, and what is uploaded meanwhile carries the new epoch in its
    key. So nothing is deleted that a later snapshot names.

    ``head_files`` and ``head_bytes`` are 0, and ``head_kind`` is null, where an earlier version
    wrote the head.
    """

    id: ProjectId
    name: Annotated[str, msgspec.Meta(max_length=200)]
    owner: str
    members: dict[str, Role] = {}
    settings: dict[str, Any] = {}
    settings_key: str | None = None  # where they are in storage, once they are large
    head: Sha256 | None = None
    head_files: int = 0
    head_bytes: int = 0
    head_kind: Kind | None = None
    retired: tuple[Retired, ...] = ()
    epoch: int = 0
    condemned: str | None = None  # key of the list while a collection is under way
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None

    def role_of(self, user_id: str) -> Role | None:
        """The user's role, or None for a stranger."""
        return "owner" if user_id == self.owner else self.members.get(user_id)

    def require(self, user_id: str, least: Role) -> None:
        """Let only members of at least that role pass.

        Raises:
            NotFoundError: A stranger, who must not learn that the project exists.
            ForbiddenError: A member whose role is too small.
        """
        role = self.role_of(user_id)
        if role is None or self.deleted_at is not None:
            raise NotFoundError(f"no project {self.id!r}")
        if _RANK[role] < _RANK[least]:
            raise ForbiddenError(f"you are {role} of this project; this needs {least}")


class FileEntry(msgspec.Struct, frozen=True, gc=False):
    """One file of a manifest as the client names it."""

    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=0)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client says a project consists of."""

    files: dict[str, FileEntry]

    def checked(self) -> Manifest:
        """Itself, once every path may stand in a project (raises PathError)."""
        check_paths(self.files)
        return self

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(entry.size for entry in self.files.values())

    @property
    def snapshot_id(self) -> str:
        """SHA-256 over the sorted lines ``<sha256> <size> <path>``.

        The same files, the same name.
        """
        digest = hashlib.sha256()
        for path in sorted(self.files):
            entry = self.files[path]
            digest.update(f"{entry.sha256} {entry.size} {path}\n".encode())
        return digest.hexdigest()


class StoredFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file of a snapshot, and where its bytes lie.

    ``size`` bytes at ``offset`` of ``object``.
    """

    path: str
    sha256: Sha256
    size: int
    object: str
    offset: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The stored form of a manifest: files sorted by path."""

    id: Sha256
    project_id: ProjectId
    files: tuple[StoredFile, ...]

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(file.size for file in self.files)

    @property
    def objects(self) -> frozenset[str]:
        """Every object that this snapshot needs."""
        return frozenset(file.object for file in self.files)


PackIndex = dict[str, tuple[int, int]]  # sha256 -> (offset, size)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """JSON for storage."""
    return msgspec.json.encode(snapshot)


def decode_snapshot(data: bytes) -> Snapshot:
    """The stored form back; raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(data, type=Snapshot)


def find_file(data: bytes, path: str) -> StoredFile | None:
    """One file of a snapshot in its stored form, which is not decoded for it.

    Its row begins like no other text there: within a string, quotes are escaped.
    """
    begin = b"[" + msgspec.json.encode(path) + b","
    start = data.find(begin)
    if start < 0:
        return None
    end = data.index(b"]", start + len(begin)) + 1  # neither hashes nor keys of ours have one
    return msgspec.json.decode(data[start:end], type=StoredFile)
