"""Pushing a folder: say what it consists of, send what the project lacks, say it again."""

from __future__ import annotations

import errno
import tarfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

import msgspec

from cli.answers import ApiError
from cli.connections import Bytes
from cli.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cli.blocking_client import BlockingClient
    from cli.project_folder import ProjectFolder

SMALL_BYTES: Final = 1 << 20  # such files travel together
PACK_BYTES: Final = 8 << 20
PARALLEL: Final = 4
CONFLICT: Final = 409
CHANGED: Final = "a file has changed since it was looked at: push again, with --no-cache if need be"
_OF_FILES: Final = {errno.EIO, errno.ESTALE}  # of a disk or a share, never of a connection


class Pushed(msgspec.Struct, frozen=True, rename="camel"):
    """The snapshot that now is the project's head, and what had to be sent for it."""

    snapshot: str
    files: int
    size_bytes: int
    sent_files: int
    sent_bytes: int


class FileBody:
    """A file as the body of a request: the kernel sends it, it does not come into memory."""

    def __init__(self, path: Path, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self._path = path

    def send(self, into: socket.socket) -> None:
        """Send it (raises UsageError where it has become shorter, or cannot be read any more)."""
        with _opened(self._path) as file:
            try:
                sent = into.sendfile(file, count=self.size_bytes)
            except OSError as error:
                if error.errno in _OF_FILES:
                    raise _changed(self._path, error) from error
                raise
        if sent < self.size_bytes:
            raise UsageError(f"{self._path} has become shorter meanwhile: push again")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise _changed(path, error) from error


def _changed(path: Path, error: OSError) -> UsageError:
    """What to say of a file that could be read when it was looked at."""
    return UsageError(f"{path}: {error.strerror}; {CHANGED}")


def push(
    client: BlockingClient,
    project_id: str,
    folder: ProjectFolder,
    on_sent: Callable[[int, int], None],
) -> Pushed:
    """Push a folder; a client whose push has failed is closed.

    Args:
        client: Of the gateway.
        project_id: The project's.
        folder: What goes.
        on_sent: Called with (bytes sent, bytes to send) as they go.

    Raises:
        UsageError: A file has changed since it was hashed, or is gone.
        ApiError, UnreachableError: See :mod:`.answers`.
    """
    snapshot = folder.manifest.snapshot_id
    path = f"/api/projects/{project_id}/snapshot"
    sent: list[int] = []
    if _head(client, path) != snapshot:
        manifest = msgspec.json.encode(folder.manifest)
        sizes = {entry.sha256: entry.size for entry in folder.manifest.files.values()}
        places = folder.by_hash()
        while missing := _missing(client, path, manifest):
            blobs = [_Blob(sha256, places[sha256], sizes[sha256]) for sha256 in missing]
            _send(client, f"/api/projects/{project_id}/blobs", blobs, on_sent)
            sent += [blob.size for blob in blobs]
    files = len(folder.manifest.files)
    return Pushed(snapshot, files, folder.size_bytes, len(sent), sum(sent))


class _Blob(NamedTuple):
    """A content that is missing, and one of the files that have it."""

    sha256: str
    path: Path
    size: int


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


def _send(
    client: BlockingClient, url: str, blobs: list[_Blob], on_sent: Callable[[int, int], None]
) -> None:
    total, sent = sum(blob.size for blob in blobs), 0
    with ThreadPoolExecutor(PARALLEL) as threads:
        sending = {threads.submit(upload): size for upload, size in _uploads(client, url, blobs)}
        try:
            for one in as_completed(sending):
                one.result()
                sent += sending[one]
                on_sent(sent, total)
        except BaseException as error:
            threads.shutdown(wait=False, cancel_futures=True)
            client.close()  # one is reported, the others would be like it
            if isinstance(error, ApiError) and error.problem.get("code") == "wrong-hash":
                raise UsageError(CHANGED) from error
            raise


def _uploads(
    client: BlockingClient, url: str, blobs: list[_Blob]
) -> Iterator[tuple[Callable[[], None], int]]:
    """What each request sends, and of how many bytes; the largest ones first."""
    by_size = sorted(blobs, key=lambda blob: blob.size, reverse=True)
    for blob in by_size:
        if blob.size > SMALL_BYTES:
            body = FileBody(blob.path, blob.size)
            yield partial(client.upload, "PUT", f"{url}/{blob.sha256}", body), blob.size
    for pack in _packs(blob for blob in blobs if blob.size <= SMALL_BYTES):
        yield partial(_send_pack, client, url, pack), sum(blob.size for blob in pack)


def _packs(blobs: Iterable[_Blob]) -> Iterator[list[_Blob]]:
    pack: list[_Blob] = []
    size = 0
    for blob in blobs:
        if pack and size + blob.size > PACK_BYTES:
            yield pack
            pack, size = [], 0
        pack.append(blob)
        size += blob.size + tarfile.BLOCKSIZE  # its header, more than many a tiny file has
    if pack:
        yield pack


def _send_pack(client: BlockingClient, url: str, blobs: list[_Blob]) -> None:
    """Send an uncompressed tar whose entries are named by their SHA-256."""
    pieces = []
    for blob in blobs:
        entry, data = tarfile.TarInfo(blob.sha256), _content(blob.path)
        entry.size = len(data)
        padding = bytes(-len(data) % tarfile.BLOCKSIZE)
        pieces += [entry.tobuf(tarfile.USTAR_FORMAT), data, padding]
    client.upload("POST", url, Bytes(b"".join([*pieces, bytes(2 * tarfile.BLOCKSIZE)])))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _changed(path, error) from error
