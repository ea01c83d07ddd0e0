"""Pushing a folder: say what it consists of, send what the project lacks, say it again.

What is read anew is sent while more is read, as soon as the project is known to lack it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cli.answers import ApiError
from cli.content_sender import open_sender
from cli.early_sending import EarlySending
from cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.blocking_client import BlockingClient
    from cli.content_sender import ContentSender
    from cli.project_folder import FolderReading, ProjectFolder

CONFLICT: Final = 409


class Pushed(msgspec.Struct, frozen=True, rename="camel"):
    """The snapshot that now is the project's head, and what had to be sent for it."""

    snapshot: str
    files: int
    size_bytes: int
    sent_files: int
    sent_bytes: int


def push(client: BlockingClient, project_id: str, folder: ProjectFolder) -> Pushed:
    """Push a folder that was read; a client whose push has failed is closed.

    Args:
        client: Of the gateway.
        project_id: The project's.
        folder: What goes.

    Raises:
        UsageError: A file has changed since it was hashed, or is gone.
        ApiError, UnreachableError: See :mod:`.answers`.
    """
    path = f"/api/projects/{project_id}"
    with open_sender(client, f"{path}/blobs") as sender:
        return _propose(client, path, folder, sender)


def push_reading(
    client: BlockingClient,
    project_id: str,
    reading: FolderReading,
    on_read: Callable[[ProjectFolder], None],
) -> Pushed:
    """Read a folder and push it meanwhile.

    Args:
        client: Of the gateway; closed where the push fails.
        project_id: The project's.
        reading: The folder, which nobody has read yet.
        on_read: Called once all of it is read.

    Raises:
        UsageError: A file cannot be read, too; else like :func:`push`.
    """
    path = f"/api/projects/{project_id}"
    with open_sender(client, f"{path}/blobs") as sender:
        early = EarlySending(client, f"{path}/blobs/missing", sender, reading)
        folder = reading.read(early.offer)
        on_read(folder)
        early.finish()
        return _propose(client, path, folder, sender)


def _propose(
    client: BlockingClient, path: str, folder: ProjectFolder, sender: ContentSender
) -> Pushed:
    """Make a folder the project's head, once all of its bytes are there."""
    snapshot, url = folder.manifest.snapshot_id, f"{path}/snapshot"
    if sender.files or _head(client, url) != snapshot:
        manifest = msgspec.json.encode(folder.manifest)
        contents = folder.by_hash()
        sender.settle()
        while missing := _missing(client, url, manifest):
            sender.send([contents[sha256] for sha256 in missing])
            sender.settle()
    files = len(folder.manifest.files)
    return Pushed(snapshot, files, folder.size_bytes, sender.files, sender.size_bytes)


def _head(client: BlockingClient, path: str) -> str | None:
    """What the project consists of now; None where there is no such project."""
    try:
        head: str | None = client.get(path, page_size=1)["snapshot"]
    except ApiError as error:
        if error.exit_code is ExitCode.NOT_FOUND:
            return None
        raise
    return head


def _missing(client: BlockingClient, path: str, manifest: bytes) -> list[str]:
    """The hashes that are missing; where there are none, the manifest is the head now."""
    try:
        client.send("PUT", path, manifest)
    except ApiError as error:
        missing = error.problem.get("missing")
        if error.status == CONFLICT and missing:
            return list(missing)
        raise
    return []
