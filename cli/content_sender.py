"""Sending the contents that a project lacks: large ones alone, small ones together."""

from __future__ import annotations

import errno
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from cli.answers import ApiError
from cli.connections import Bytes
from cli.exit_codes import UsageError
from shared.domain.blob_tar import BLOCK, tar_header

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cli.blocking_client import BlockingClient
    from cli.project_folder import Content

SMALL_BYTES: Final = 1 << 20  # such files travel together
PACK_BYTES: Final = 8 << 20
PARALLEL: Final = 4
CHANGED: Final = "a file has changed since it was looked at: push again, with --no-cache if need be"
_OF_FILES: Final = {errno.EIO, errno.ESTALE}  # of a disk or a share, never of a connection


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


class ContentSender:
    """Sends the contents of one push, some at a time, in threads of its own."""

    def __init__(self, client: BlockingClient, url: str, threads: ThreadPoolExecutor) -> None:
        self._client = client
        self._url = url
        self._threads = threads
        self._sending: list[Future[None]] = []
        self.files = 0
        self.size_bytes = 0

    @property
    def is_behind(self) -> bool:
        """Whether something waits for a thread: they take what comes first."""
        return any(not (one.running() or one.done()) for one in self._sending[-1:])

    def send(self, contents: list[Content]) -> None:
        """Let contents go, the largest ones first."""
        self.files += len(contents)
        self.size_bytes += sum(content.size for content in contents)
        uploads = _uploads(self._client, self._url, contents)
        self._sending += [self._threads.submit(upload) for upload in uploads]

    def check(self) -> None:
        """Raise what one that has ended has failed with (see :meth:`settle`)."""
        for one in self._sending:
            if one.done():
                one.result()

    def settle(self) -> None:
        """Wait until all have arrived, or the first has failed.

        Raises:
            UsageError: A file has changed since it was hashed, or is gone.
            ApiError, UnreachableError: See :mod:`.answers`.
        """
        wait(self._sending, return_when=FIRST_EXCEPTION)
        self.check()
        self._sending = []


@contextmanager
def open_sender(client: BlockingClient, url: str) -> Iterator[ContentSender]:
    """One that sends below ``url``; whatever fails in the block closes the client.

    Raises:
        UsageError: A file has changed since it was hashed.
    """
    threads = ThreadPoolExecutor(PARALLEL)
    try:
        yield ContentSender(client, url, threads)
    except BaseException as error:
        threads.shutdown(wait=False, cancel_futures=True)
        client.close()  # one is reported, the others would be like it
        threads.shutdown()
        if isinstance(error, ApiError) and error.problem.get("code") == "wrong-hash":
            raise UsageError(CHANGED) from error
        raise
    threads.shutdown()


def _uploads(
    client: BlockingClient, url: str, contents: list[Content]
) -> Iterator[Callable[[], None]]:
    """What sends them, request by request."""
    for content in sorted(contents, key=lambda content: content.size, reverse=True):
        if content.size > SMALL_BYTES:
            body = FileBody(content.place, content.size)
            yield partial(client.upload, "PUT", f"{url}/{content.sha256}", body)
    for pack in _packs(content for content in contents if content.size <= SMALL_BYTES):
        yield partial(_send_pack, client, url, pack)


def _packs(contents: Iterable[Content]) -> Iterator[list[Content]]:
    pack: list[Content] = []
    size = 0
    for content in contents:
        if pack and size + content.size > PACK_BYTES:
            yield pack
            pack, size = [], 0
        pack.append(content)
        size += content.size + BLOCK  # its header, more than many a tiny file has
    if pack:
        yield pack


def _send_pack(client: BlockingClient, url: str, contents: list[Content]) -> None:
    """Send an uncompressed tar whose entries are named by their SHA-256."""
    pieces = []
    for content in contents:
        data = _bytes_of(content.place)
        pieces += [tar_header(content.sha256, len(data)), data, bytes(-len(data) % BLOCK)]
    client.upload("POST", url, Bytes(b"".join([*pieces, bytes(2 * BLOCK)])))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise _changed(path, error) from error


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _changed(path, error) from error


def _changed(path: Path, error: OSError) -> UsageError:
    """What to say of a file that could be read when it was looked at."""
    return UsageError(f"{path}: {error.strerror}; {CHANGED}")
