"""A proposal of what a project consists of: judged as a whole, by pure functions.

Their work grows with the number of files, so that they never run on the event loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.http.json_document import decode_json
from shared.domain.entry_page import entry_files
from shared.domain.project import (
    FileEntry,
    Manifest,
    Snapshot,
    StoredFile,
    decode_snapshot,
    encode_snapshot,
)
from shared.errors import ConflictError, InvalidRequestError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.gateway.settings import Limits

WRONG_SIZES: Final = 100  # told at most

Files = dict[str, FileEntry]
Place = tuple[str, int, int]  # object, offset, size


class MissingBlobsError(ConflictError):
    """The project does not have all bytes yet: send these, then propose again."""

    code = "blobs-missing"
    title = "Some files are not there yet"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"{len(missing)} blobs are missing: send them, then propose again")
        self.members = {"missing": missing}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Files that may stand in a project together, and where the head has their bytes."""

    snapshot_id: str
    files: Files
    size_bytes: int  # of all files
    entries: frozenset[str]  # those that may be opened
    places: dict[str, Place]
    is_known: bool  # the head has all the bytes


def decode_manifest(body: bytes) -> Files:
    """What a client says a project consists of (raises InvalidRequestError)."""
    return decode_json(body, Manifest).files


def propose(head: bytes | None, change: Callable[[Files], Files], limits: Limits) -> Proposal:
    """What ``change`` makes of the head.

    Raises:
        PathError, TooLargeError: What cannot be a project.
        Anything that ``change`` raises.
    """
    stored = decode_snapshot(head).files if head else ()
    files = change({file.path: FileEntry(file.sha256, file.size) for file in stored})
    check_limits(len(files), sum(entry.size for entry in files.values()), limits)
    manifest = Manifest(files).checked()
    places = {file.sha256: (file.object, file.offset, file.size) for file in stored}
    return Proposal(
        snapshot_id=manifest.snapshot_id,
        files=files,
        size_bytes=manifest.size_bytes,
        entries=entry_files(files),
        places=places,
        is_known=all(entry.sha256 in places for entry in files.values()),
    )


def snapshot_of(project_id: str, proposal: Proposal, more: dict[str, Place]) -> bytes:
    """The stored form of a proposal.

    Args:
        project_id: Of which project.
        proposal: Its files.
        more: Where those of the project's blobs lie that the head does not have.

    Raises:
        MissingBlobsError: Not all of them are there.
        InvalidRequestError: A size that is not the blob's.
    """
    places = more | proposal.places
    needed = {entry.sha256 for entry in proposal.files.values()}
    if missing := sorted(needed - places.keys()):
        raise MissingBlobsError(missing)
    wrong = [
        (f"files.{path}.size", f"the blob has {places[entry.sha256][2]} bytes")
        for path, entry in proposal.files.items()
        if places[entry.sha256][2] != entry.size
    ]
    if wrong:
        raise InvalidRequestError("sizes differ from the blobs", wrong[:WRONG_SIZES])
    files = tuple(
        StoredFile(path, entry.sha256, entry.size, *places[entry.sha256][:2])
        for path, entry in sorted(proposal.files.items())
    )
    return encode_snapshot(Snapshot(id=proposal.snapshot_id, project_id=project_id, files=files))


def check_limits(files: int, size_bytes: int, limits: Limits) -> None:
    """Raise TooLargeError for more than a project may have."""
    if files > limits.files:
        raise TooLargeError(f"a project may have {limits.files} files, this has {files}")
    if size_bytes > limits.project_bytes:
        raise TooLargeError(
            f"a project may have {limits.project_bytes} bytes, this has {size_bytes}"
        )
